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


@pytest.mark.parametrize(
    ("until", "day", "said"),
    [
        (None, 24, None),
        (None, 25, "waits for vendor, for 15 days now, and nothing says until when"),
        ("2024-10-12 09:00", 13, None),
        ("2024-10-12 09:00", 15, "waits for vendor, which was to end 3 days ago"),
    ],
)
def test_a_wait_that_nobody_ends_is_found(
    desk: Sandbox, until: str | None, day: int, said: str | None
) -> None:
    more = ("--until", until) if until else ()
    assert run(desk, "wait", ID, "--for", "vendor", *more).code == 0
    checked = run(desk, "check", "--format", "json", day=day)
    found = [one for one in checked.json()["items"] if one["code"] == "DESK702"]
    assert [one["message"] for one in found] == ([f"{ID} {said}"] if said else [])
    if said:
        assert desk.read(ID).splitlines()[found[0]["line"] - 1] == "waiting:"
        assert run(desk, "resume", ID, day=day, at="09:31").code == 0
        assert "DESK702" not in run(desk, "check", day=day, at="09:32").out
