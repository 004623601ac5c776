"""Clocks that run ahead or behind, and days that other years do not have."""

from __future__ import annotations

import pytest
from tests.commands.command_runner import svcdesk
from tests.threats.threat_helpers import FIRST, refusal

from svcdesk.lifecycle.fold import Effect, fold
from svcdesk.testing import MakeDesk, Sandbox

NEW = ("new", "--description", "登录失败", "--requester", "李*", "--type", "fault",
       "--priority", "P2")  # fmt: skip


def _berlin(desk: Sandbox) -> None:
    desk.edit("records/desk.yaml", "zone: Asia/Shanghai", "zone: Europe/Berlin")
    desk.commit("moved")


@pytest.mark.case(64)
def test_each_command_counts_after_the_one_before_whatever_the_clocks_say(desk: Sandbox) -> None:
    right, behind, ahead = "2024-10-01T09:30:00Z", "2024-10-01T08:30:00Z", "2034-10-01T09:30:00Z"
    for at, argv in (
        (right, NEW),
        (behind, ("assign", FIRST, "engineer-1")),
        (ahead, ("start", FIRST)),
        (right, ("wait", FIRST, "--for", "customer")),
        (behind, ("resume", FIRST)),
        (right, ("note", FIRST, "-m", "换机后再试")),
    ):
        done = svcdesk(desk.root, *argv, at=at)
        assert done.code == 0, (argv, done.err)
    record = desk.open().load(FIRST).record
    folded = fold(record.events, desk.open().workflow("request"))
    assert [step.effect for step in folded.steps] == [Effect.COUNTED] * 6
    assert (folded.status, folded.unsettled()) == ("in_progress", ())
    checked = svcdesk(desk.root, "check", "--format", "json", at=right).json()["items"]
    assert [one["code"] for one in checked] == ["DESK028"], "the one that is ahead, and no other"
    told = svcdesk(desk.root, "sla", "explain", FIRST, at="2024-10-01T10:00:00Z")
    assert told.code == 0, told.err
    assert "clock" in told.out, "a clock that was behind is named where times are reckoned"


@pytest.mark.case(64)
def test_a_time_that_comes_twice_or_never_is_taken_by_rule_and_said(desk: Sandbox) -> None:
    _berlin(desk)
    assert svcdesk(desk.root, *NEW, at="2024-03-01T09:30:00Z").code == 0
    for typed, taken in (
        ("2024-10-27 02:30", "2024-10-27T02:30:00+02:00"),
        ("2024-03-31 02:30", "2024-03-31T03:30:00+02:00"),
        ("2028-02-29 10:00", "2028-02-29T10:00:00+01:00"),
    ):
        done = svcdesk(desk.root, "promise", "001", typed, at="2024-03-01T10:30:00Z")
        assert done.code == 0, done.err
        assert desk.open().load("001").record.get("promise") == taken
        assert taken in done.err
    assert refusal(desk, "promise", "001", "2025-02-29 10:00", exits=2)["message"]


@pytest.mark.case(64)
@pytest.mark.parametrize("zone", ["Asia/Shanghei", "Nowhere/At_All"])
def test_a_zone_that_the_system_does_not_know_is_named_with_its_line(
    make_desk: MakeDesk, zone: str
) -> None:
    desk = make_desk()
    desk.edit("records/desk.yaml", "zone: Asia/Shanghai", f"zone: {zone}")
    desk.commit("a slip")
    error = refusal(desk, *NEW)
    assert zone in error["message"]
    assert (error["path"], error["line"] is not None) == ("records/desk.yaml", True)
