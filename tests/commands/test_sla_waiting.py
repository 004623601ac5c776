"""Waiting: when it can end, and what is said of one that nobody ends."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241010-001"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """One request, taken and begun at nine."""
    run(
        desk, "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
        "--priority", "P3", "--channel", "online",
    )  # fmt: skip
    for move in (("take", ID, "--eta", "12:00"), ("start", ID)):
        assert run(desk, *move).code == 0
    return desk


def run(desk: Sandbox, *argv: str, at: str = "09:00", day: int = 10) -> Outcome:
    return svcdesk(desk.root, *argv, at=f"2024-10-{day}T{at}:00+08:00")


def test_a_resumption_cannot_lie_before_what_is_waited_for_now(desk: Sandbox) -> None:
    assert run(desk, "wait", ID, "--for", "customer", at="09:10").code == 0
    assert run(desk, "wait", ID, "--for", "vendor", at="10:00").code == 0
    early = run(desk, "resume", ID, "--at", "2024-10-10 09:20", at="11:00")
    assert early.code == 3
    assert "is before the last move, wait at 2024-10-10T10:00:00+08:00" in early.err
    late = run(desk, "resume", ID, "--at", "2024-10-10 10:30", at="11:00")
    assert late.code == 0, late.err
