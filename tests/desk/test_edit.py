"""A record's text as somebody edited it: read strictly, recorded as events, laid out as typed."""

from __future__ import annotations

import pytest
from desk_helpers import RESULT, add_people, load, new_request, newest

from svcdesk.desk import Circumstances, Options
from svcdesk.errors import (
    Changed,
    FileRefused,
    Invalid,
    MissingField,
    NotAllowed,
    RepositoryState,
    SvcdeskError,
)
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox, act_as


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def test_untracked_fields_comments_and_layout_are_taken_as_typed(
    desk: Sandbox, request_id: str
) -> None:
    text = desk.read(request_id)
    typed = text.replace(
        "description: 生产系统无法登录\n",
        "# asked again on the phone\n\ndescription: '生产系统无法登录，全公司'  # since 9:00\n",
    )
    done = desk.open().edit(request_id, typed, base=text)
    assert desk.read(request_id) == typed
    assert done.subject == f"{request_id}: edit description"
    assert len(load(desk, request_id).events) == 1
    assert desk.status() == ""


def test_a_status_becomes_the_move_that_leads_there(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    typed = text.replace("\nstatus: new\n", "\n# done\nstatus: resolved\npriority: P2\n").replace(
        "\nevents:\n", f"\nresult: {RESULT}\nevents:\n"
    )
    desk.open().edit(request_id, typed, base=text)
    event = newest(desk, request_id)
    assert (event.do, event.by, event.on_behalf, event.via) == ("resolve", "engineer-1", None, None)
    assert event.set == {"status": "resolved", "priority": "P2", "result": RESULT}
    assert event.was == {"status": "new"}
    assert "\n# done\nstatus: resolved\npriority: P2\n" in desk.read(request_id)
    assert desk.subjects()[0].startswith(f"{request_id}: edit resolve")


def test_both_at_once_are_one_commit(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    typed = text.replace("\nstatus: new\n", "\nstatus: new\ntype: fault\n").replace(
        "生产系统无法登录", "生产系统打不开"
    )
    desk.open().edit(request_id, typed)
    assert newest(desk, request_id).set == {"type": "fault"}
    assert load(desk, request_id).get("description") == "生产系统打不开"
    assert desk.touched() == [desk.path_of(request_id)]


def test_the_same_text_changes_nothing(desk: Sandbox, request_id: str) -> None:
    head = desk.git("rev-parse", "HEAD")
    done = desk.open().edit(request_id, desk.read(request_id))
    assert done.changes == ()
    assert done.commit is None
    assert desk.git("rev-parse", "HEAD") == head


def test_somebody_else_s_change_meanwhile_is_not_overwritten(
    desk: Sandbox, request_id: str
) -> None:
    text = desk.read(request_id)
    desk.open().set([request_id], {"type": "fault"})
    now = desk.read(request_id)
    with pytest.raises(Changed):
        desk.open().edit(request_id, text.replace("生产", "测试"), base=text)
    assert desk.read(request_id) == now


@pytest.mark.parametrize(
    ("old", "new", "error", "code", "line"),
    [
        ("channel: email", "channel:\temail", FileRefused, "E_TAB", "channel"),
        ("channel: email", "channel: pigeon", Invalid, "SCHEMA_CHOICE", "channel"),
        ("channel: email", "chanel: email", Invalid, "SCHEMA_UNKNOWN", "chanel"),
        ("kind: request", "kind: handling", Invalid, "E_INVALID", "kind"),
        ("    do: submit", "    do: close", Invalid, "E_EVENTS", "  - id"),
        ("    by: engineer-1", "    by: boss", Invalid, "E_EVENTS", "  - id"),
        ("id: SR-20241001-001", "id: SR-20241001-002", SvcdeskError, "E_ID_PATH", "id"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    desk: Sandbox, request_id: str, old: str, new: str, error: type[SvcdeskError], code: str,
    line: str,
) -> None:  # fmt: skip
    text = desk.read(request_id)
    typed = text.replace(old, new, 1)
    assert typed != text
    with pytest.raises(error) as caught:
        desk.open().edit(request_id, typed)
    assert caught.value.code == code
    lines = typed.splitlines()
    assert caught.value.line is not None
    assert lines[caught.value.line - 1].startswith(line)
    assert desk.read(request_id) == text
    assert desk.status() == ""


def test_a_removed_event_is_refused(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "start")
    text = desk.read(request_id)
    typed = text[: text.rindex("  - id:")]
    with pytest.raises(Invalid) as caught:
        desk.open().edit(request_id, typed)
    assert caught.value.code == "E_EVENTS"


def test_a_status_that_no_move_leads_to_needs_reason_and_right(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = desk.read(request_id).replace("\nstatus: new\n", "\nstatus: confirmed\n")
    why = Circumstances(words=Words(text="entered twice"))
    with pytest.raises(MissingField):
        desk.open().edit(request_id, typed)
    add_people(desk, engineer_2="engineer")
    act_as(monkeypatch, "engineer-2")
    with pytest.raises(NotAllowed):
        desk.open().edit(request_id, typed, why)
    act_as(monkeypatch, "engineer-1")
    desk.open().edit(request_id, typed, why)
    assert newest(desk, request_id).do == "correct"


def test_a_record_with_hand_edits_is_adopted_first(desk: Sandbox, request_id: str) -> None:
    desk.edit(request_id, "\nstatus: new\n", "\nstatus: closed\n")
    desk.commit("by hand")
    with pytest.raises(RepositoryState) as caught:
        desk.open().edit(request_id, desk.read(request_id).replace("生产", "测试"))
    assert caught.value.code == "E_HAND_EDIT"


def test_dry_run_shows_the_diff_only(desk: Sandbox, request_id: str) -> None:
    text = desk.read(request_id)
    around = Circumstances(options=Options(dry_run=True))
    done = desk.open().edit(request_id, text.replace("生产", "测试"), around)
    assert "+description: 测试系统无法登录" in done.diff()
    assert desk.read(request_id) == text
