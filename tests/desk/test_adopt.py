"""Hand edits become events with the right author, or are put back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_helpers import REQUEST, add_people, load, new_request, newest, own_findings

from svcdesk.desk import Circumstances
from svcdesk.errors import Invalid, MissingField, NotAllowed, RepositoryState
from svcdesk.lifecycle.act import Words
from svcdesk.model.instants import format_instant
from svcdesk.testing import Sandbox, act_as

WHY = Circumstances(words=Words(text="told so by the customer"))


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def test_an_uncommitted_status_becomes_the_move_that_leads_there(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: in_progress\nassignee: engineer-1\n")
    done = desk.open().adopt([request_id])
    event = newest(desk, request_id)
    assert (event.do, event.by, event.on_behalf, event.via) == ("start", "engineer-1", None, None)
    assert event.set["status"] == "in_progress"
    assert event.set["assignee"] == "engineer-1"
    assert event.was == {"status": "new"}
    assert desk.touched() == [desk.path_of(request_id)] == [done.changes[0].path]
    assert desk.status() == ""
    assert not own_findings(desk)


def test_a_committed_one_is_recorded_for_whoever_committed_it(
    desk: Sandbox, request_id: str
) -> None:
    add_people(desk, engineer_2="engineer")
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: assigned\nassignee: engineer-2\n")
    when = desk.clock.now
    desk.commit("by hand", who="engineer-2", when=when)
    desk.clock.forward(hours=3)
    desk.open().adopt([request_id])
    event = newest(desk, request_id)
    assert (event.do, event.by, event.on_behalf, event.via) == (
        "assign", "engineer-1", "engineer-2", "commit",
    )  # fmt: skip
    assert event.when == format_instant(when, desk.open().facts.zone)
    assert event.was == {"status": "new"}
    assert not own_findings(desk)


def test_each_author_has_one_event_for_the_net_change(desk: Sandbox, request_id: str) -> None:
    add_people(desk, engineer_2="engineer", supervisor_2="supervisor")
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: assigned\nassignee: engineer-1\n")
    desk.commit("first", who="engineer-2")
    desk.clock.forward(minutes=1)
    desk.edit(request_id, "\nassignee: engineer-1\n", "\nassignee: engineer-2\ntype: fault\n")
    desk.commit("second", who="engineer-2")
    desk.clock.forward(minutes=1)
    desk.edit(request_id, "\ntype: fault\n", "\ntype: fault\npriority: P1\n")
    desk.commit("third", who="supervisor-2")
    desk.clock.forward(minutes=1)
    desk.edit(request_id, "\npriority: P1\n", "\npriority: P1\nteam: dba\n")
    before = len(load(desk, request_id).events)
    desk.open().adopt()
    events = sorted(load(desk, request_id).events, key=lambda event: event.id)[before:]
    assert [(one.do, one.on_behalf, sorted(one.set)) for one in events] == [
        ("assign", "engineer-2", ["assignee", "status", "type"]),
        ("set", "supervisor-2", ["priority"]),
        ("set", None, ["team"]),
    ]
    assert not own_findings(desk)


def test_what_somebody_committed_and_did_not_yet_commit_is_one_event(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: new\npriority: P1\n")
    desk.commit("half", who="engineer-1")
    desk.edit(request_id, "\npriority: P1\n", "\npriority: P1\ntype: fault\n")
    before = len(load(desk, request_id).events)
    desk.open().adopt([request_id])
    assert len(load(desk, request_id).events) == before + 1
    assert newest(desk, request_id).set == {"priority": "P1", "type": "fault"}


def test_an_author_whom_nobody_lists_is_named_in_the_commit_alone(
    desk: Sandbox, request_id: str
) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: new\npriority: P1\n")
    desk.commit("by a stranger", who="stranger")
    desk.open().adopt([request_id])
    event = newest(desk, request_id)
    assert (event.by, event.on_behalf, event.via) == ("engineer-1", None, "commit")
    assert "stranger" in desk.git("log", "-1", "--format=%B")
    assert "stranger" not in desk.read(request_id)


def test_a_chain_of_moves_explains_what_no_single_one_does(desk: Sandbox, request_id: str) -> None:
    result = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"
    desk.edit(request_id, "\nstatus: new\n", f"\nstatus: closed\nresult: {result}\n")
    desk.open().adopt([request_id])
    record = load(desk, request_id)
    assert [one.do for one in sorted(record.events, key=lambda one: one.id)] == [
        "submit", "resolve", "close",
    ]  # fmt: skip
    assert record.status == "closed"


def test_nobody_confirms_for_the_customer_by_editing_a_file(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "resolve", {"result": "重启数据库服务，用户可正常登录"})
    desk.clock.forward(minutes=5)
    desk.edit(request_id, "\nstatus: resolved\n", "\nstatus: confirmed\n")
    with pytest.raises(MissingField) as caught:
        desk.open().adopt([request_id])
    assert caught.value.field == "reason"
    desk.open().adopt([request_id], WHY)
    event = newest(desk, request_id)
    assert (event.do, event.set, event.reason) == (
        "correct", {"status": "confirmed"}, "told so by the customer",
    )  # fmt: skip


def test_correcting_needs_the_right(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(desk, engineer_2="engineer")
    desk.open().move([request_id], "cancel", around=Circumstances(words=Words(reason="twice")))
    desk.edit(request_id, "\nstatus: cancelled\n", "\nstatus: new\n")
    act_as(monkeypatch, "engineer-2")
    with pytest.raises(NotAllowed):
        desk.open().adopt([request_id], WHY)
    desk.commit("by hand", who="engineer-2")
    act_as(monkeypatch, "engineer-1")
    desk.open().adopt([request_id], WHY)
    event = newest(desk, request_id)
    assert (event.do, event.by, event.on_behalf) == ("correct", "engineer-1", "engineer-2")


def test_discard_puts_an_uncommitted_edit_back_without_a_commit(
    desk: Sandbox, request_id: str
) -> None:
    head, text = desk.git("rev-parse", "HEAD"), desk.read(request_id)
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: closed\n")
    desk.open().adopt([request_id], discard=True)
    assert desk.read(request_id) == text
    assert desk.git("rev-parse", "HEAD") == head
    assert desk.status() == ""


def test_discard_puts_a_committed_edit_back_with_one(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: closed\n")
    desk.commit("by hand")
    desk.open().adopt([request_id], discard=True)
    assert desk.read(request_id) == text
    assert desk.subjects()[0] == f"{request_id}: put back status"
    assert not own_findings(desk)


def test_other_uncommitted_edits_of_the_record_come_along(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "生产系统无法登录", "生产系统无法登录，全公司")
    with pytest.raises(RepositoryState):
        desk.open().move([request_id], "start")
    desk.open().adopt([request_id])
    assert desk.status() == ""
    assert "全公司" in desk.git("show", "HEAD")
    assert len(load(desk, request_id).events) == 1
    desk.open().move([request_id], "start")


def test_comments_and_other_files_stay_as_they_are(desk: Sandbox, request_id: str) -> None:
    desk.write("mine.txt", "untracked\n")
    desk.edit(
        request_id, "\nstatus: new\n", "\n# seen by the night shift\nstatus: new\npriority: P2\n"
    )
    desk.open().adopt([request_id])
    assert "\n# seen by the night shift\nstatus: new\n" in desk.read(request_id)
    assert desk.status() == "?? mine.txt\n"


def test_a_removed_field_is_recorded_as_gone(desk: Sandbox, request_id: str) -> None:
    desk.open().set([request_id], {"priority": "P2"})
    desk.edit(request_id, "\npriority: P2\n", "\n")
    desk.open().adopt([request_id])
    event = newest(desk, request_id)
    assert event.set == {"priority": None}
    assert event.was == {"priority": "P2"}
    assert load(desk, request_id).get("priority") is None
    assert not own_findings(desk)


def test_a_status_that_is_none_is_refused(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: gone\n")
    text = desk.read(request_id)
    with pytest.raises(Invalid) as caught:
        desk.open().adopt([request_id], WHY)
    assert caught.value.field == "status"
    assert "waiting" in str(caught.value.hint)
    assert desk.read(request_id) == text


def test_fields_that_cannot_stand_together_are_refused(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "wait", {"waiting.reason": "customer"})
    desk.edit(request_id, "\nstatus: waiting\n", "\nstatus: in_progress\n")
    desk.edit(request_id, "\n  reason: customer\n", "\n  reason: vendor\n")
    text = desk.read(request_id)
    with pytest.raises(Invalid) as caught:
        desk.open().adopt([request_id], WHY)
    assert caught.value.field == "waiting.reason"
    assert desk.read(request_id) == text


def test_missing_uids_of_links_are_filled_in(desk: Sandbox, request_id: str) -> None:
    [other] = desk.open().new("request", REQUEST).ids
    desk.edit(request_id, "\nevents:\n", f"\nlinks:\n  - rel: related\n    id: {other}\nevents:\n")
    desk.commit("linked by hand")
    desk.open().adopt([request_id])
    uid = load(desk, other).uid
    assert load(desk, request_id).get("links") == [{"rel": "related", "id": other, "uid": uid}]


def test_a_future_author_date_is_not_believed(desk: Sandbox, request_id: str) -> None:
    add_people(desk, engineer_2="engineer")
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: new\ntype: fault\n")
    desk.commit("tomorrow", who="engineer-2", when=desk.clock.now + timedelta(days=1))
    desk.open().adopt([request_id])
    event = newest(desk, request_id)
    assert (event.on_behalf, event.when) == ("engineer-2", None)


def test_nothing_to_adopt_changes_nothing(desk: Sandbox, request_id: str) -> None:
    head = desk.git("rev-parse", "HEAD")
    done = desk.open().adopt([request_id])
    assert done.changes == ()
    assert done.commit is None
    assert desk.open().adopt().changes == ()
    assert desk.git("rev-parse", "HEAD") == head
