"""Edits by hand: free fields are welcome, tracked ones are found and adopted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241001-001"


@pytest.fixture
def record(desk: Sandbox) -> Sandbox:
    desk.open().new(
        "request",
        {
            "description": "登录失败",
            "requester.name": "李*",
            "type": "consultation",
            "priority": "P2",
            "customer": "客户A",
        },
    )
    return desk


def test_a_description_edited_by_hand_contents_check(record: Sandbox) -> None:
    record.edit(ID, "description: 登录失败\n", "description: 登录失败，提示密码过期 # 电话补充\n")
    assert svcdesk(record.root, "check").code == 0
    record.commit("more words")
    assert svcdesk(record.root, "check").code == 0
    moved = svcdesk(record.root, "start", ID)
    assert moved.code == 0, moved.err
    assert "# 电话补充" in record.read(ID)


@pytest.mark.parametrize("committed", [False, True])
def test_a_state_edited_by_hand_is_named_and_adopted(record: Sandbox, committed: bool) -> None:
    added = svcdesk(
        record.root, "people", "add", "engineer-2", "--role", "engineer",
        "--email", "engineer-2@example.org",
    )  # fmt: skip
    assert added.code == 0
    record.edit(ID, "\nstatus: new\n", "\nstatus: in_progress\n")
    if committed:
        record.commit("started", who="engineer-2", when=record.clock.forward(minutes=5))
    at = "2024-10-01T10:00:00+08:00"

    checked = svcdesk(record.root, "check", "--format", "json", at=at)
    assert checked.code == 1
    [finding] = [one for one in checked.json()["items"] if one["field"] == "status"]
    assert "in_progress" in finding["message"]
    assert "adopt" in finding["hint"]

    refused = svcdesk(record.root, "note", ID, "-m", "x", at=at)
    assert refused.code == 3
    assert "adopt" in refused.err

    adopted = svcdesk(record.root, "adopt", ID, at=at)
    assert adopted.code == 0, adopted.err
    log = svcdesk(record.root, "log", ID, "--format", "json", at=at).json()["items"]
    event = log[-1]
    assert (event["do"], event["was"]) == ("start", {"status": "new"})
    assert event["by"] == "engineer-1"
    if committed:
        assert (event["for"], event["via"]) == ("engineer-2", "commit")
        assert event["when"] == "2024-10-01T09:35:00+08:00"
    assert record.status() == ""
    again = svcdesk(record.root, "check", "--format", "json", at=at).json()["items"]
    # what is left is that nobody was named for the work: the hand edit is not a finding any more
    assert {one["code"] for one in again} <= {"DESK403"}


def test_an_edit_can_be_put_back(record: Sandbox) -> None:
    before = record.read(ID)
    record.edit(ID, "\npriority: P2\n", "\npriority: P1\n")
    done = svcdesk(record.root, "adopt", ID, "--discard")
    assert done.code == 0, done.err
    assert record.read(ID) == before


def test_a_move_leaves_other_work_as_it_was(record: Sandbox) -> None:
    record.write("notes.txt", "draft")
    record.write("staged.txt", "staged")
    record.git("add", "staged.txt")
    record.edit("records/desk.yaml", "numbering: daily", "numbering: daily  # as ever")
    before = record.status()
    later = (record.clock.now + timedelta(minutes=3)).isoformat()
    assert svcdesk(record.root, "start", ID, at=later).code == 0
    assert record.status() == before
    assert record.touched() == [f"records/requests/2024/10/{ID}.yaml"]
