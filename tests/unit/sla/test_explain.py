"""Why a due time is what it is: named intervals that balance to the second."""

import pytest
from sla_builders import T, office, shipped
from sla_stories import CALENDARS, clock, compile_when, judged, policy, story

from svcdesk.sla.explain import Count
from svcdesk.sla.policy_file import parse_policy

OFFICE = {**CALENDARS, "office": office()}
TEMPLATE = parse_policy(
    shipped("policies/delivery-template.yaml"), "delivery-template", compile_when
)


def told(entry, at):
    """(from, to, what, reason, name) of each interval, and the check of their balance."""
    parts = entry.intervals(T(at))
    end = T(at) if entry.ended is None else entry.ended
    assert sum(part.seconds for part in parts) == end - entry.started
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    return [
        (clock(part.start), clock(part.end), part.count.value, part.reason, part.name)
        for part in parts
    ]


class TestTheNormsSample:
    """SR-20241001-001: P1, submitted on a public holiday (the trap of the norm's own data)."""

    def test_under_the_template_it_is_due_the_same_day(self):
        history = story("2024-10-01 09:30 submit priority=P1", "11:00 resolve")
        found = judged(history, TEMPLATE, "2024-10-01 12:00", OFFICE)
        assert clock(found.entry("resolution").due) == "2024-10-01 13:30"
        assert clock(found.entry("response").due) == "2024-10-01 11:30"

    def test_with_p1_on_the_office_calendar_a_week_later_naming_the_holiday(self):
        data = shipped("policies/delivery-template.yaml")
        data["rules"][0]["targets"]["resolution"]["clock"] = "office"
        made = parse_policy(data, "delivery-template", compile_when)
        history = story("2024-10-01 09:30 submit priority=P1")
        entry = judged(history, made, "2024-10-08 14:30", OFFICE).entry("resolution")
        assert clock(entry.due) == "2024-10-08 14:30"
        parts = told(entry, "2024-10-08 14:30")
        assert parts[0] == (
            "2024-10-01 09:30", "2024-10-04 00:00", "skipped", "holiday", "国庆节"
        )  # fmt: skip
        assert parts[1][3:] == ("holiday", "国庆节（与 2024-09-29 对换）")
        assert parts[-3:] == [
            ("2024-10-08 09:00", "2024-10-08 12:00", "counted", "open", ""),
            ("2024-10-08 12:00", "2024-10-08 13:30", "skipped", "closed", ""),
            ("2024-10-08 13:30", "2024-10-08 14:30", "counted", "open", ""),
        ]

    def test_p3_over_a_make_up_saturday(self):
        history = story("2024-10-10 10:00 submit priority=P3")
        entry = judged(history, TEMPLATE, "2024-10-14 09:00", OFFICE).entry("resolution")
        assert clock(entry.due) == "2024-10-14 10:00"
        name = "国庆节调休（换 2024-10-07 休息）"
        assert ("2024-10-12 09:00", "2024-10-12 12:00", "counted", "makeup", name) in told(
            entry, "2024-10-14 09:00"
        )
        days = [(day.number, day.kind.value, day.name) for day in entry.days(T("2024-10-14 09:00"))]
        assert days == [(1, "weekly", ""), (2, "makeup", name), (3, "weekly", "")]


def test_waits_overrides_and_the_time_it_was_resolved_have_their_reasons():
    from sla_builders import calendar

    made_up = {
        **CALENDARS,
        "office": calendar(
            overrides=[
                {"date": "2024-10-11", "closed": True, "reason": "停电"},
                {"date": "2024-10-12", "hours": ["09:00-10:00"], "reason": "值班"},
            ]
        ),
    }
    history = story(
        "2024-10-10 10:00 submit priority=P1",
        "11:00 wait waiting.reason=customer",
        "11:20 wait waiting.reason=problem",
        "11:30 wait waiting.reason=vendor",
        "11:40 start",
        "11:50 resolve",
        "17:00 reject",
    )
    made = policy(resolution={"duration": "8h", "clock": "office"})
    entry = judged(history, made, "2024-10-13 00:00", made_up).entry("resolution")
    assert told(entry, "2024-10-13 00:00") == [
        ("2024-10-10 10:00", "2024-10-10 11:00", "counted", "open", ""),
        ("2024-10-10 11:00", "2024-10-10 11:20", "waiting", "waiting", "customer"),
        ("2024-10-10 11:20", "2024-10-10 11:30", "counted", "open", ""),
        ("2024-10-10 11:30", "2024-10-10 11:40", "waiting", "waiting", "vendor"),
        ("2024-10-10 11:40", "2024-10-10 11:50", "counted", "open", ""),
        ("2024-10-10 11:50", "2024-10-10 17:00", "waiting", "stopped", ""),
        ("2024-10-10 17:00", "2024-10-10 18:00", "counted", "open", ""),
        ("2024-10-10 18:00", "2024-10-11 00:00", "skipped", "closed", ""),
        ("2024-10-11 00:00", "2024-10-12 00:00", "skipped", "override", "停电"),
        ("2024-10-12 00:00", "2024-10-12 09:00", "skipped", "closed", ""),
        ("2024-10-12 09:00", "2024-10-12 10:00", "counted", "override", "值班"),
        ("2024-10-12 10:00", "2024-10-13 00:00", "skipped", "closed", ""),
    ]


def test_each_stretch_is_told_by_the_clock_that_ran_in_it():
    rules = [
        ("priority:P1", {"resolution": {"duration": "4h", "clock": "24x7",
                                        "on_priority_change": "forward"}}),
        (None, {"resolution": {"duration": "8h", "clock": "office"}}),
    ]  # fmt: skip
    history = story("2024-10-10 11:00 submit", "13:00 set priority=P1")
    entry = judged(history, policy(rules), "2024-10-10 14:00").entry("resolution")
    assert told(entry, "2024-10-10 14:00") == [
        ("2024-10-10 11:00", "2024-10-10 12:00", "counted", "open", ""),
        ("2024-10-10 12:00", "2024-10-10 13:00", "skipped", "closed", ""),
        ("2024-10-10 13:00", "2024-10-10 14:00", "counted", "open", ""),
    ]


@pytest.mark.parametrize(
    ("at", "remaining"),
    [
        ("2024-10-10 10:00", 4 * 3600),
        ("2024-10-10 12:30", 2 * 3600),
        ("2024-10-10 15:30", 0),
        ("2024-10-10 17:30", -2 * 3600),
        ("2024-10-10 20:00", -9000),
    ],
)
def test_remaining_counts_on_the_targets_own_clock(at, remaining):
    made = policy(resolution={"duration": "4h", "clock": "office"})
    entry = judged(story("2024-10-10 10:00 submit"), made, at).entry("resolution")
    assert entry.remaining == remaining


def test_what_is_over_tells_no_further_than_its_end():
    history = story("2024-10-10 10:00 submit", "10:30 resolve")
    entry = judged(history, policy(resolution="4h"), "2024-10-11 10:00").entry("resolution")
    assert [part.seconds for part in entry.intervals(T("2024-10-11 10:00"))] == [1800]
    assert entry.remaining is None
    assert {part.count for part in entry.intervals(T("2024-10-11 10:00"))} == {Count.COUNTED}
