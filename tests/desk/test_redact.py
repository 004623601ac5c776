"""Redaction: the value is gone from the tip, a tombstone and an event say so, history is named."""

from __future__ import annotations

import pytest
from desk_helpers import RESULT, add_people, load, new_request, newest, own_findings

from svcdesk.desk import Circumstances
from svcdesk.errors import Invalid, MissingField, NotAllowed, NotFound, Refused
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox, act_as

WHY = Circumstances(words=Words(reason="the customer asked for it"))
SECRET = "机主张三丰 13800138000"


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk, description=f"无法登录。\n{SECRET}\n")


def everything(desk: Sandbox) -> str:
    """All that the tip of the branch holds."""
    return "".join(path.read_text() for path in (desk.root / "records").rglob("*.yaml"))


@pytest.mark.case(102)
def test_the_value_is_gone_from_the_tip_and_a_tombstone_says_so(
    desk: Sandbox, request_id: str
) -> None:
    done = desk.open().redact(request_id, "description", WHY)
    assert SECRET not in everything(desk)
    assert load(desk, request_id).get("description") == {
        "redacted": {
            "at": "2024-10-01T09:35:00+08:00",
            "by": "engineer-1",
            "why": "the customer asked for it",
        }
    }
    event = newest(desk, request_id)
    assert (event.do, event.reason) == ("redact", "the customer asked for it")
    assert event.extra == {"fields": ["description"]}
    assert SECRET not in desk.git("log", "-1", "--format=%B")
    assert done.done.ids == (request_id,)
    assert desk.status() == ""
    assert own_findings(desk) == []


def test_copies_in_events_and_in_the_chain_go_too(desk: Sandbox, request_id: str) -> None:
    phrase = "打 13800138000 找张三丰"
    open_desk = desk.open
    open_desk().set([request_id], {"type": "fault"})
    open_desk().move([request_id], "note", around=Circumstances(words=Words(text=phrase)))
    open_desk().move([request_id], "step", {"action": f"{phrase}，远程登录系统排查"})
    open_desk().move([request_id], "resolve", {"result": f"{RESULT}；{phrase}"})
    desk.clock.forward(minutes=1)
    open_desk().set([request_id], {"description": phrase})
    open_desk().redact(request_id, "description", WHY)
    assert phrase not in everything(desk)
    assert RESULT in everything(desk)
    assert f"{RESULT}；[redacted]" in everything(desk)
    assert len(desk.touched()) == 2
    assert own_findings(desk) == []


def test_a_tracked_field_keeps_header_and_events_together(desk: Sandbox, request_id: str) -> None:
    desk.open().set([request_id], {"customer": "张三丰的公司"})
    desk.open().set([request_id], {"customer": "客户B"})
    desk.open().set([request_id], {"customer": "张三丰的公司"})
    desk.open().redact(request_id, "customer", WHY)
    assert "张三丰的公司" not in everything(desk)
    assert own_findings(desk) == []
    desk.open().move([request_id], "start")


def test_what_an_event_says_can_go(desk: Sandbox, request_id: str) -> None:
    words = Words(text=f"call {SECRET}", reason=None)
    desk.open().move([request_id], "note", around=Circumstances(words=words))
    note = newest(desk, request_id)
    desk.open().redact(request_id, note.id, WHY)
    event = next(one for one in load(desk, request_id).events if one.id == note.id)
    assert event.text is None
    assert event.extra["redacted"]["why"] == "the customer asked for it"  # type: ignore[index, call-overload]
    assert newest(desk, request_id).extra == {"about": [note.id]}
    assert f"call {SECRET}" not in everything(desk)
    assert own_findings(desk) == []


def test_history_is_named_and_the_value_is_not(desk: Sandbox, request_id: str) -> None:
    erasure = desk.open().redact(request_id, "description", WHY).erasure
    blob = desk.git("rev-parse", f"HEAD~1:{desk.path_of(request_id)}").strip()
    assert list(erasure.blobs) == [blob]
    said = "\n".join(map(str, erasure.plan()))
    assert blob in said
    assert "git filter-repo" in said
    assert SECRET not in said
    assert not erasure.published


def test_a_title_in_a_commit_message_is_named(desk: Sandbox) -> None:
    record_id = new_request(desk, title="张三丰的电脑坏了")
    commit = desk.git("rev-parse", "HEAD").strip()
    erasure = desk.open().redact(record_id, "title", WHY).erasure
    assert erasure.messages == (commit,)


def test_a_second_redaction_of_it_is_refused(desk: Sandbox, request_id: str) -> None:
    desk.open().redact(request_id, "description", WHY)
    with pytest.raises(Refused) as caught:
        desk.open().redact(request_id, "description", WHY)
    assert caught.value.code == "E_REDACT"


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("id", Refused), ("uid", Refused), ("status", Refused), ("events", Refused),
        ("events.0.by", Refused), ("nothing", NotFound), ("requester.nothing", NotFound),
        ("01J92V5ME0N5FJ646CEME1ZSNG", NotFound), ("channel", Invalid),
    ],
)  # fmt: skip
def test_what_cannot_be_redacted(
    desk: Sandbox, request_id: str, what: str, error: type[Exception]
) -> None:
    text = desk.read(request_id)
    with pytest.raises(error):
        desk.open().redact(request_id, what, WHY)
    assert desk.read(request_id) == text


def test_a_reason_is_needed_and_the_right(
    desk: Sandbox, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MissingField):
        desk.open().redact(request_id, "description")
    add_people(desk, engineer_2="engineer")
    act_as(monkeypatch, "engineer-2")
    with pytest.raises(NotAllowed):
        desk.open().redact(request_id, "description", WHY)


def test_one_step_of_the_handling_record(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "step", {"action": f"记下 {SECRET}"})
    desk.open().move([request_id], "step", {"action": "定位为数据库连接超时"})
    [handling] = [one for one in desk.open().tickets.paths() if "IR-" in one]
    handling_id = handling.rpartition("/")[2].removesuffix(".yaml")
    desk.open().redact(handling_id, "steps.0", WHY)
    first, second = load(desk, handling_id).get("steps")  # type: ignore[misc]
    assert set(first["action"]) == {"redacted"}
    assert first["by"] == "engineer-1"
    assert second["action"] == "定位为数据库连接超时"
    assert own_findings(desk) == []
