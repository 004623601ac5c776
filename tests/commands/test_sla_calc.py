"""`svcdesk sla calc`: what it counts, in which format, and what is wrong with its cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

FROM = ("--from", "2024-10-08 16:00")


def calc(desk: Sandbox, *argv: str, stdin: str | None = None) -> Outcome:
    return svcdesk(desk.root, "sla", "calc", *argv, stdin=stdin)


def test_a_year_without_holidays_is_said_where_the_answer_needs_it(desk: Sandbox) -> None:
    asked = ("--calendar", "office", "--from", "2029-01-01 09:00")
    for more in (("--add", "8h"), ("--to", "2029-01-03")):
        said = calc(desk, *asked, *more)
        assert said.code == 0
        assert "calendar office has no public holidays of 2029" in said.err
    known = calc(desk, "--calendar", "office", *FROM, "--add", "8h")
    assert "no public holidays" not in known.err


def test_without_a_calendar_it_counts_round_the_clock_in_a_desk_too(desk: Sandbox) -> None:
    done = calc(desk, *FROM, "--add", "8h")
    assert done.out == "2024-10-09T00:00:00+08:00\n"
    assert "--calendar office counts the hours of the desk's calendar" in done.err


def test_an_answer_has_the_format_that_was_asked_for(desk: Sandbox) -> None:
    named = ("--calendar", "office", *FROM)
    made = calc(desk, *named, "--add", "4h", "--format", "json").json()
    assert made["schema"] == "svcdesk/sla-calc/1"
    assert made["items"] == [
        {"calendar": "office", "from": "2024-10-08T16:00:00+08:00",
         "to": "2024-10-09T11:00:00+08:00", "add": "4h", "seconds": None}
    ]  # fmt: skip
    lines = calc(desk, *named, "--to", "2024-10-09 10:00", "--format", "csv").out.splitlines()
    assert lines == [
        "calendar,from,to,add,seconds",
        "office,2024-10-08T16:00:00+08:00,2024-10-09T10:00:00+08:00,,10800",
    ]


@pytest.mark.parametrize(
    "beside",
    [("--calendar", "office"), FROM, ("--add", "4h"), ("--to", "now"), ("--end-of-day",),
     ("--boundary", "snap"), ("--format", "csv")],
    ids=lambda one: one[0],
)  # fmt: skip
def test_cases_take_nothing_that_they_would_not_look_at(
    desk: Sandbox, beside: tuple[str, ...]
) -> None:
    done = calc(desk, "--cases", "-", *beside, stdin="[]")
    assert (done.code, done.out) == (2, "")
    assert "--cases" in done.err


def test_cases_with_errors_are_an_exit_code_of_their_own(desk: Sandbox, tmp_path: Path) -> None:
    hours = '{"timezone": "UTC", "hours": {"thu": [["00:00", "24:00"]]}}'
    good = (
        '{"id": "a", "kind": "add", "start": "2024-10-10T10:00:00Z", "seconds": 60, '
        f'"calendar": {hours}}}'
    )
    assert calc(desk, "--cases", "-", stdin=f"[{good}]").code == 0
    mixed = calc(desk, "--cases", "-", stdin=f'[{good}, {{"id": "b"}}]')
    assert mixed.code == 5
    assert "1 of 2 cases have an error" in mixed.err
    assert '"id": "a", "result"' in mixed.out and '"id": "b", "error"' in mixed.out
    gone = calc(desk, "--cases", str(tmp_path / "none.json"))
    assert gone.code == 3
    assert "cannot read" in gone.err and "Errno" not in gone.err
