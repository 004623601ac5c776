"""`svcdesk sla explain` of an open target: what counted, what will, and where it falls due."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241014-001"
POLICY = "records/policies/delivery-template.yaml"


def run(desk: Sandbox, *argv: str, at: str = "14T09:00") -> Outcome:
    return svcdesk(desk.root, *argv, at=f"2024-10-{at}:00+08:00")


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """One P3 request of Monday, 14 October, 09:00: eight office hours to respond."""
    made = run(
        desk, "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
        "--priority", "P3", "--channel", "online",
    )  # fmt: skip
    assert made.code == 0, made.err
    return desk


def rows(desk: Sandbox, at: str, *more: str) -> list[tuple[str, str, str, str]]:
    asked = ("sla", "explain", ID, "--target", *(more or ("response",)), "--format", "csv")
    lines = run(desk, *asked, at=at).out.splitlines()[1:]
    return [(a[5:], b[5:], length, count) for _, a, b, length, count, *_ in
            (line.split(",") for line in lines)]  # fmt: skip


def test_it_goes_on_to_the_due_time(desk: Sandbox) -> None:
    assert rows(desk, "14T12:30") == [
        ("10-14 09:00", "10-14 12:00", "10800", "counted"),
        ("10-14 12:00", "10-14 12:30", "1800", "skipped"),
        ("10-14 12:30", "10-14 13:30", "3600", "skipped_ahead"),
        ("10-14 13:30", "10-14 18:00", "16200", "counted_ahead"),
        ("10-14 18:00", "10-15 09:00", "54000", "skipped_ahead"),
        ("10-15 09:00", "10-15 09:30", "1800", "counted_ahead"),
        ("10-15 09:30", "", "", "due"),
    ]
    said = run(desk, "sla", "explain", ID, "--target", "response", at="14T12:30").out
    assert "limit 8h on the calendar office" in said
    assert "counted, to come" in said and "outside working hours" in said


def test_a_breach_is_marked_where_it_fell(desk: Sandbox) -> None:
    found = rows(desk, "15T10:00")
    assert found[-3:] == [
        ("10-15 09:00", "10-15 09:30", "1800", "counted"),
        ("10-15 09:30", "", "", "due"),
        ("10-15 09:30", "10-15 10:00", "1800", "counted"),
    ]


def test_what_is_ahead_counts_up_to_the_limit(desk: Sandbox) -> None:
    asked = ("sla", "explain", ID, "--target", "response", "--format", "json")
    (one,) = run(desk, *asked, at="14T12:30").json()["items"]
    assert one["limit"] == "8h"
    counted = [part["seconds"] for part in (*one["intervals"], *one["ahead"])
               if part["count"] == "counted"]  # fmt: skip
    assert sum(counted) == 8 * 3600
    (late,) = run(desk, *asked, at="15T10:00").json()["items"]
    assert late["ahead"] == []


def test_many_ordinary_days_are_one_line_unless_all_are_asked_for(desk: Sandbox) -> None:
    desk.write(POLICY, desk.read(POLICY).replace("duration: 3wd", "duration: 75h"))
    asked = ("sla", "explain", ID, "--target", "resolution")
    short = run(desk, *asked, at="14T12:00").out
    assert "9 ordinary working days, without" in short and "--all lists each" in short
    assert "2024-10-18" not in short
    whole = run(desk, *asked, "--all", at="14T12:00").out
    assert "ordinary" not in whole and "2024-10-18 13:30" in whole
    assert len(whole.splitlines()) > len(short.splitlines()) + 20


def test_a_clock_that_never_stops_has_no_working_hours(desk: Sandbox) -> None:
    run(desk, "set", ID, "priority=P1", "--reason", "业务中断")
    said = run(desk, "sla", "explain", ID, "--target", "response", at="14T10:00").out
    assert "limit 2h, round the clock" in said
    assert "working time" not in said


def test_while_its_clock_stands_still_nothing_is_to_come(desk: Sandbox) -> None:
    for argv in (("take", ID, "--eta", "12:00"), ("start", ID), ("wait", ID, "--for", "vendor")):
        assert run(desk, *argv).code == 0
    asked = ("sla", "explain", ID, "--target", "resolution", "--format", "json")
    (one,) = run(desk, *asked, at="14T10:00").json()["items"]
    assert (one["detail"], one["ahead"]) == ("paused", [])
