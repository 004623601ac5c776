"""A record whole, its log, and what is computed when it is asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from desk_helpers import RESULT, new_request, newest

from svcdesk.desk import Circumstances
from svcdesk.desk.showing import contact_of, show
from svcdesk.errors import Ambiguous, NotFound, Refused
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.fold import Effect
from svcdesk.testing import NOW, Sandbox

RATINGS = {"ratings.timeliness": 5, "ratings.effect": 4, "ratings.attitude": 5}


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk, type="fault")


def test_a_request_with_its_documents(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    desk.clock.forward(minutes=10)
    desk.open().move([request_id], "resolve", {"result": RESULT})
    desk.clock.forward(minutes=10)
    desk.open().move([request_id], "rate", RATINGS)
    view = desk.open().show(request_id)
    assert view.record.id == request_id
    assert [part.record.kind for part in view.documents] == ["handling", "feedback"]
    assert view.main.folded.status == "resolved"
    assert (view.unreadable, view.dead, view.unsettled()) == ((), (), ())
    handling = view.documents[0].record.id
    below = desk.open().show(handling)
    assert below.request is not None
    assert below.request.record.id == request_id


def test_satisfaction_is_the_mean_to_one_decimal(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "resolve", {"result": RESULT})
    desk.open().move([request_id], "rate", RATINGS)
    feedback = desk.open().show(request_id).documents[-1]
    assert feedback.computed == {"satisfaction": 4.7}
    assert "satisfaction" not in desk.read(feedback.record.id)


def test_it_is_found_by_any_unique_ending(desk: Sandbox, request_id: str) -> None:
    assert desk.open().show("001").record.id == request_id
    assert desk.open().show("1001-001").record.id == request_id
    desk.clock.forward(days=1)
    new_request(desk)
    with pytest.raises(Ambiguous):
        desk.open().show("001")
    with pytest.raises(NotFound):
        desk.open().show("SR-20240101-001")


def test_what_is_wrong_with_a_document_is_part_of_the_view(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    [part] = desk.open().show(request_id).documents
    desk.write(part.path, "no: record\n")
    view = desk.open().show(request_id)
    assert view.documents == ()
    assert [one.path for one in view.unreadable] == [part.path]
    (desk.root / part.path).unlink()
    assert desk.open().show(request_id).dead == (part.record.id,)


def test_links_are_part_of_the_view_with_what_the_others_are_now(
    desk: Sandbox, request_id: str
) -> None:
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    before = desk.clock.now
    desk.clock.forward(minutes=10)
    copy, cause = new_request(desk, title="登录失败"), new_request(desk, title="交换机")
    desk.open().link(request_id, "duplicate", copy)
    desk.open().link(request_id, "caused_by", cause)
    desk.open().move([cause], "cancel", around=Circumstances(words=Words(reason="误报")))
    view = desk.open().show(request_id)
    assert [(one.relation, one.id) for one in view.links] == [
        ("duplicate", copy), ("caused_by", cause),
    ]  # fmt: skip
    said = [(one.record.title, one.record.status) for one in view.links if one.record]
    assert said == [("登录失败", "new"), ("交换机", "cancelled")]
    assert [part.record.kind for part in view.documents] == ["handling"]
    assert [(one.relation, one.id) for one in desk.open().show(copy).links] == [
        ("related", request_id)
    ]
    assert desk.open().show(request_id, at=before).links == ()
    assert {entry.record_id for entry in desk.open().log(request_id)} == {
        request_id, view.documents[0].record.id,
    }  # fmt: skip


def test_a_link_that_cannot_be_followed_is_named(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    desk.open().link(request_id, "related", other)
    path = desk.path_of(other)
    desk.write(path, "no: record\n")
    view = desk.open().show(request_id)
    assert [(one.id, one.record) for one in view.links] == [(other, None)]
    assert [one.path for one in view.unreadable] == [path]
    (desk.root / path).unlink()
    gone = desk.open().show(request_id)
    assert (gone.links, gone.dead) == ((), (other,))


def test_a_change_for_two_requests_shows_both(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    [change] = desk.open().new("change", {"title": "更换电源"}).ids
    desk.open().link(request_id, "change", change)
    desk.open().link(other, "change", change)
    view = desk.open().show(change)
    assert view.request is not None
    assert view.request.record.id == request_id
    assert [(one.relation, one.id) for one in view.links] == [("request", other)]
    assert [one.relation for one in desk.open().show(other).links] == ["change"]


def test_as_it_was_known_then(desk: Sandbox, request_id: str) -> None:
    before = desk.clock.now
    desk.clock.forward(minutes=10)
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    desk.open().move([request_id], "resolve", {"result": RESULT})
    view = desk.open().show(request_id, at=before)
    assert view.record.status == "new"
    assert view.documents == ()
    with pytest.raises(NotFound):
        desk.open().show(request_id, at=NOW - timedelta(days=1))


def test_the_log_has_every_event_of_record_and_documents(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    desk.clock.forward(minutes=10)
    desk.open().move([request_id], "resolve", {"result": RESULT})
    entries = desk.open().log(request_id)
    assert [entry.step.event.id for entry in entries] == sorted(
        entry.step.event.id for entry in entries
    )
    assert {entry.kind for entry in entries} == {"request", "handling"}
    done = [entry.step.event.do for entry in entries if entry.kind == "request"]
    assert done == ["submit", "step", "resolve"]
    assert {entry.step.effect for entry in entries} == {Effect.COUNTED}
    last = next(entry for entry in entries if entry.step.event.do == "resolve")
    assert (last.step.before, last.step.after) == ("new", "resolved")


def test_unsettled_events_show_until_settled(desk: Sandbox, request_id: str) -> None:
    at = newest(desk, request_id)
    dead = (
        f"  - id: {at.id[:-2]}ZZ\n    at: {at.at}\n    by: engineer-1\n    do: confirm\n"
        "    set:\n      status: confirmed\n    was:\n      status: resolved\n"
    )
    desk.write(request_id, desk.read(request_id) + dead)
    desk.commit("merged")
    [step] = desk.open().show(request_id).unsettled()
    assert step.effect is Effect.DEAD
    assert [entry.settled for entry in desk.open().log(request_id)] == [False, False]
    desk.open().settle(request_id)
    assert desk.open().show(request_id).unsettled() == ()
    assert [entry.settled for entry in desk.open().log(request_id)] == [False, True, False]


def test_the_full_contact_comes_from_outside_git(
    desk: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = tmp_path_factory.mktemp("outside") / "book.yaml"
    book.write_text("u-17:\n  name: 李明\n  phone: '13800005678'\n", encoding="utf-8")
    known = new_request(desk, **{"requester.ref": "u-17"})
    unknown = new_request(desk, **{"requester.ref": "u-18"})
    without = new_request(desk)
    opened = desk.open(contacts__book=str(book))
    assert contact_of(opened, show(opened, known).record) == {
        "name": "李明", "phone": "13800005678",
    }  # fmt: skip
    assert contact_of(opened, show(opened, without).record) is None
    with pytest.raises(NotFound):
        contact_of(opened, show(opened, unknown).record)
    with pytest.raises(Refused):
        contact_of(desk.open(), show(opened, known).record)
    inside = desk.root / "book.yaml"
    inside.write_text(book.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Refused):
        contact_of(desk.open(contacts__book=str(inside)), show(opened, known).record)


def test_showing_needs_no_git(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.open().move([request_id], "note", around=Circumstances(words=Words(text="x")))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert desk.open().show(request_id).record.id == request_id
