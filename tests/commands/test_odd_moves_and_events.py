"""Moves that cannot be meant, events that cannot be, and what only some may force."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241001-001"
RATING = ("rate", "001", "--via", "phone", "--timeliness", "5", "--effect", "4", "--attitude", "5")
RESULT = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"


@pytest.fixture
def used(desk: Sandbox) -> Sandbox:
    desk.edit(
        "records/people.yaml",
        "people:\n",
        "people:\n  - id: engineer-2\n    roles:\n      - engineer\n"
        "    emails:\n      - engineer-2@example.org\n",
    )
    desk.commit("people")
    new = ("new", "--description", "打印机", "--requester", "李*", "--channel", "phone")
    assert svcdesk(desk.root, *new, "--type", "fault", "--priority", "P2").code == 0
    assert svcdesk(desk.root, "assign", "001", "engineer-2").code == 0
    return desk


def codes(desk: Sandbox) -> dict[str, dict[str, str]]:
    found = svcdesk(desk.root, "check", "--format", "json").json()["items"]
    return {one["code"]: one for one in found}


def test_only_what_was_resolved_is_rated(used: Sandbox) -> None:
    before = used.subjects()
    refused = svcdesk(used.root, *RATING)
    assert refused.code == 3
    assert "rate" in refused.err
    assert "possible now: " in refused.err
    assert used.subjects() == before
    assert svcdesk(used.root, "resolve", "001", "--result", RESULT).code == 0
    assert svcdesk(used.root, *RATING).code == 0


def test_a_number_and_a_text_that_looks_like_it_are_told_apart(used: Sandbox) -> None:
    assert svcdesk(used.root, "resolve", "001", "--result", RESULT).code == 0
    assert svcdesk(used.root, "reopen", "001", "--reason", "又卡纸了").code == 0
    used.edit(ID, "\nround: 2\n", "\nround: '2'\n")
    assert 'the file says "2", its events say 2' in codes(used)["DESK008"]["message"]
    used.commit("by hand")
    refused = svcdesk(used.root, "note", "001", "-m", "x")
    assert 'the file says "2", the events 2' in refused.err


def test_two_events_of_one_id_are_found(used: Sandbox) -> None:
    first, second = (event.id for event in used.open().load(ID).record.events)
    used.edit(ID, f"id: {second}", f"id: {first}")
    found = codes(used)["DESK009"]
    assert "its id is there twice" in found["message"]
    assert first in found["message"]
    lines = used.read(ID).splitlines()
    assert found["line"] == max(n for n, line in enumerate(lines, 1) if first in line)


def test_no_event_goes_back_to_the_beginning_of_time(used: Sandbox) -> None:
    last = used.open().load(ID).record.events[-1].id
    used.edit(ID, f"id: {last}", "id: 7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    used.commit("an id typed by hand")
    refused = svcdesk(used.root, "note", "001", "-m", "x")
    assert refused.code == 3
    assert "7ZZZZZZZZZZZZZZZZZZZZZZZZZ" in refused.err
    assert "git log -p" in refused.err
    assert used.status() == ""


def test_forcing_is_a_right_of_its_own(used: Sandbox) -> None:
    vague = ("resolve", "001", "--result", "已处理")
    assert svcdesk(used.root, *vague, who="engineer-2").code == 3
    refused = svcdesk(used.root, *vague, "--force", "客户催促", who="engineer-2")
    assert refused.code == 3
    assert "“force”" in refused.err
    assert "supervisor" in refused.err
    assert used.open().load(ID).record.status == "assigned"
    assert svcdesk(used.root, *vague, "--force", "客户催促", who="engineer-1").code == 0
    assert "Svcdesk-Forced: 客户催促" in used.git("log", "-1", "--format=%B")
