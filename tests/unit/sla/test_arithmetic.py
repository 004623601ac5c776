"""Sums with working time: held against a brute force, and against properties that must hold."""

from zoneinfo import ZoneInfo

import pytest
import sla_brute
from hypothesis import given
from hypothesis import strategies as st
from sla_builders import T, calendar, desks, fuzz, pauses

from svcdesk.errors import Invalid
from svcdesk.sla.arithmetic import add, add_working_days, elapsed, working_day
from svcdesk.sla.calendar import always_open
from svcdesk.sla.instants import iso, moment, parse_instant

UNIT = 900
SPAN = 4 * 86400


@fuzz
@given(desks(UNIT), st.data())
def test_elapsed_agrees_with_counting_every_step(desk, data):
    ours, brute, base = desk
    start = base + data.draw(st.integers(0, 200)) * UNIT
    end = start + data.draw(st.integers(0, SPAN // UNIT)) * UNIT
    stops = data.draw(pauses(UNIT, start, SPAN))
    expected = sla_brute.elapsed(brute, start, end, stops, UNIT)
    assert elapsed(ours, start, end, pauses=stops) == expected


@fuzz
@given(desks(UNIT), st.sampled_from(["tight", "snap"]), st.data())
def test_add_agrees_with_walking_every_step(desk, boundary, data):
    ours, brute, base = desk
    start = base + data.draw(st.integers(0, 200)) * UNIT
    seconds = data.draw(st.integers(-60, 60)) * UNIT
    stops = data.draw(pauses(UNIT, start - SPAN // 2, SPAN))
    expected = sla_brute.add(brute, start, seconds, boundary, stops, UNIT)
    assert add(ours, start, seconds, boundary=boundary, pauses=stops) == expected


@fuzz
@given(st.integers(0, 7200), st.integers(-900, 900), st.sampled_from(["tight", "snap"]), st.data())
def test_add_agrees_second_by_second(start, seconds, boundary, data):
    marks = sorted(data.draw(st.sets(st.integers(0, 7200), min_size=2, max_size=8)))
    windows = list(zip(marks[::2], marks[1::2], strict=False))
    day = sla_brute.Desk("UTC", dict.fromkeys(sla_brute.DAYS, windows))
    clock = "{:02d}:{:02d}:{:02d}".format
    hours = [
        f"{clock(a // 3600, a % 3600 // 60, a % 60)}-{clock(b // 3600, b % 3600 // 60, b % 60)}"
        for a, b in windows
    ]
    ours = calendar(zone="UTC", hours=dict.fromkeys(sla_brute.DAYS, hours))
    assert day.is_open(T("1970-01-01T00:00:00+00:00") + windows[0][0])
    most = sum(b - a for a, b in windows)
    seconds = max(min(seconds, most), -most)
    stops = data.draw(pauses(1, start, 3000, most=2))
    got = add(ours, start, seconds, boundary=boundary, pauses=stops)
    if abs(got - start) < 20_000:
        assert got == sla_brute.add(day, start, seconds, boundary, stops, 1)


@fuzz
@given(desks(UNIT), st.data())
def test_what_has_elapsed_leads_back_to_no_later_than_the_end(desk, data):
    ours, _, base = desk
    end = base + data.draw(st.integers(0, SPAN))
    stops = data.draw(pauses(60, base, SPAN))
    assert add(ours, base, elapsed(ours, base, end, pauses=stops), pauses=stops) <= max(base, end)


@fuzz
@given(desks(UNIT), st.data())
def test_elapsed_adds_up_over_any_split(desk, data):
    ours, _, base = desk
    marks = sorted(base + offset for offset in data.draw(st.tuples(*[st.integers(0, SPAN)] * 3)))
    stops = data.draw(pauses(7, base, SPAN))
    first, middle, last = marks
    assert elapsed(ours, first, last, pauses=stops) == elapsed(
        ours, first, middle, pauses=stops
    ) + elapsed(ours, middle, last, pauses=stops)


@fuzz
@given(desks(UNIT), st.integers(1, 100_000), st.data())
def test_a_pause_moves_the_due_time_by_exactly_its_open_seconds(desk, seconds, data):
    ours, _, base = desk
    due = add(ours, base, seconds)
    begin = base + data.draw(st.integers(0, due - base - 1))
    end = begin + data.draw(st.integers(0, SPAN))
    moved = add(ours, base, seconds, pauses=((begin, end),))
    assert elapsed(ours, due, moved) == elapsed(ours, begin, end)
    assert elapsed(ours, base, moved, pauses=((begin, end),)) == seconds


@fuzz
@given(desks(UNIT), st.integers(-200_000, 200_000), st.data())
def test_tight_is_never_later_than_snap(desk, seconds, data):
    ours, _, base = desk
    stops = data.draw(pauses(60, base - SPAN // 2, SPAN))
    tight, snap = (
        add(ours, base, seconds, boundary=boundary, pauses=stops) for boundary in ("tight", "snap")
    )
    assert tight <= snap if seconds >= 0 else snap <= tight


@fuzz
@given(desks(UNIT), st.integers(1, 200_000))
def test_backward_undoes_forward_in_open_time(desk, seconds):
    ours, _, base = desk
    due = add(ours, base, seconds)
    assert elapsed(ours, add(ours, due, -seconds), due) == seconds


@given(st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]), st.integers(0, 2**31))
def test_the_zone_of_printing_never_changes_an_instant(zone, instant):
    shown = iso(instant, ZoneInfo(zone))
    assert parse_instant(shown) == instant
    assert moment(instant, ZoneInfo(zone)).timestamp() == instant


def test_the_order_in_which_questions_are_asked_changes_no_answer():
    near, far = T("2024-10-10 10:00"), T("2019-12-30 10:00")
    one, other = calendar(), calendar()
    first = add(one, near, 7200), add(one, far, 7200), elapsed(one, far, near)
    last = elapsed(other, far, near), add(other, far, 7200), add(other, near, 7200)
    assert first == last[::-1]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Berlin", "2024-10-27", 25), ("Europe/Berlin", "2024-03-31", 23)],
)
def test_a_whole_day_on_which_the_clock_changes_has_its_real_hours(zone, day, hours):
    whole = calendar(zone=zone, hours={"sun": ["00:00-24:00"]})
    at = parse_instant(f"{day}T00:00:00+00:00")
    assert elapsed(whole, at - 43200, at + 2 * 86400) == hours * 3600


def test_a_window_that_the_clock_skips_is_nothing_and_one_that_comes_twice_is_twice():
    early = calendar(zone="Europe/Berlin", hours={"sun": ["02:00-02:30"]})
    spring, autumn = T("2024-03-30T23:00:00+00:00"), T("2024-10-26T22:00:00+00:00")
    assert elapsed(early, spring, spring + 86400) == 0
    assert elapsed(early, autumn, autumn + 90000) == 3600


@pytest.mark.parametrize(
    ("seconds", "boundary", "due"),
    [
        (3600, "tight", "2024-10-10 10:00"),
        (3600, "snap", "2024-10-10 11:00"),
        (7200, "tight", "2024-10-10 12:00"),
        (-3600, "tight", "2024-10-10 08:00"),
    ],
)
def test_time_that_runs_out_as_a_pause_begins(seconds, boundary, due):
    early = calendar(hours={"thu": ["07:00-17:00"]})
    pause = ((T("2024-10-10 10:00"), T("2024-10-10 11:00")),)
    assert add(early, T("2024-10-10 09:00"), seconds, boundary=boundary, pauses=pause) == T(due)


@pytest.mark.parametrize(
    ("boundary", "due"), [("tight", "2024-10-10 10:00"), ("snap", "2024-10-10 09:00")]
)
def test_time_that_runs_out_backward_as_a_pause_ends(boundary, due):
    pause = ((T("2024-10-10 09:00"), T("2024-10-10 10:00")),)
    early = calendar(hours={"thu": ["07:00-17:00"]})
    assert add(early, T("2024-10-10 11:00"), -3600, boundary=boundary, pauses=pause) == T(due)


def test_a_night_shift_runs_over_new_year():
    nights = calendar(hours={"sun": ["22:00-06:00"]})  # 2023-12-31 is a Sunday
    assert elapsed(nights, T("2024-01-01 00:00"), T("2024-01-01 12:00")) == 6 * 3600


def test_a_leap_day_is_a_day():
    whole = calendar(hours={key: ["09:00-10:00"] for key in sla_brute.DAYS})
    assert elapsed(whole, T("2024-02-28 00:00"), T("2024-03-02 00:00")) == 3 * 3600
    assert elapsed(whole, T("2023-02-28 00:00"), T("2023-03-02 00:00")) == 2 * 3600
    assert add_working_days(whole, T("2024-02-28 09:30"), 1) == T("2024-02-29 09:30")


def test_the_built_in_calendar_never_closes():
    start = T("2024-10-01 09:30")
    assert add(always_open(), start, 14400) == start + 14400
    assert add(always_open(), start, -1) == start - 1
    assert elapsed(always_open(), start, start + 5) == 5


@pytest.mark.parametrize("ours", [calendar(), always_open()], ids=["office", "24x7"])
@pytest.mark.parametrize("hours", [1_000_000, -1_000_000])
def test_a_million_hours_are_refused_not_searched_for(ours, hours):
    with pytest.raises(Invalid) as refusal:
        add(ours, T("2024-10-01 09:30"), hours * 3600)
    assert refusal.value.code == "E_HORIZON"
    assert "50 years" in str(refusal.value)


def test_a_calendar_whose_only_hours_are_in_the_past_is_refused_not_searched_for():
    once = calendar(hours={}, overrides=[{"date": "2020-01-02", "hours": ["09:00-10:00"],
                                          "reason": "once"}])  # fmt: skip
    for question in (
        lambda: add(once, T("2024-01-01 09:00"), 60),
        lambda: add_working_days(once, T("2024-01-01 09:00"), 1),
    ):
        with pytest.raises(Invalid) as refusal:
            question()
        assert refusal.value.code == "E_HORIZON"


class TestWorkingDays:
    office = calendar(
        years=[
            {
                "year": 2024,
                "source": "test",
                "holidays": [{"date": "2024-10-01", "name": "国庆节"}],
                "workdays": [{"date": "2024-10-12", "name": "国庆节调休"}],
            }
        ]
    )

    def test_they_begin_after_the_date_of_the_start(self):
        due = add_working_days(self.office, T("2024-10-10 10:00"), 3)
        assert due == T("2024-10-14 10:00")  # Friday, make-up Saturday, Monday

    def test_the_day_after_counts_also_when_the_start_is_a_day_off(self):
        assert add_working_days(self.office, T("2024-10-13 20:00"), 1) == T("2024-10-14 20:00")

    def test_end_of_day_is_the_last_closing(self):
        due = add_working_days(self.office, T("2024-10-10 10:00"), 3, end_of_day=True)
        assert due == T("2024-10-14 18:00")

    def test_end_of_day_of_a_night_shift_is_the_next_morning(self):
        nights = calendar(hours={"mon": ["22:00-06:00"], "tue": ["22:00-06:00"]})
        due = add_working_days(nights, T("2024-10-07 23:00"), 1, end_of_day=True)
        assert due == T("2024-10-09 06:00")

    def test_a_closing_that_the_clock_shows_twice_is_the_second(self):
        late = calendar(
            zone="Europe/Berlin", hours={"sat": ["09:00-12:00"], "sun": ["00:00-02:30"]}
        )
        start = parse_instant("2024-10-26T10:00:00+02:00")
        due = add_working_days(late, start, 1, end_of_day=True)
        assert due == parse_instant("2024-10-27T02:30:00+01:00")

    def test_a_night_that_is_used_up_to_its_last_second_ends_there(self):
        nights = calendar(hours={"mon": ["22:00-06:00"], "tue": ["22:00-06:00"]})
        pause = (T("2024-10-07 22:00"), T("2024-10-08 06:00"))  # 8 h, as long as the next night
        due = add_working_days(nights, T("2024-10-07 10:00"), 1, end_of_day=True, pauses=(pause,))
        assert due == T("2024-10-09 06:00")

    def test_a_pause_moves_the_point_by_its_open_seconds(self):
        pause = (T("2024-10-11 14:00"), T("2024-10-12 10:00"))  # 4 h on Friday, 1 h on Saturday
        due = add_working_days(self.office, T("2024-10-10 10:00"), 3, pauses=(pause,))
        assert due == T("2024-10-14 16:30")
        due = add_working_days(self.office, T("2024-10-10 10:00"), 3, end_of_day=True,
                               pauses=(pause,))  # fmt: skip
        assert due == T("2024-10-14 18:00")

    def test_a_pause_that_begins_after_the_due_time_moves_nothing(self):
        pause = (T("2024-10-14 10:00"), T("2024-10-15 10:00"))
        start = T("2024-10-10 10:00")
        assert add_working_days(self.office, start, 3, pauses=(pause,)) == T("2024-10-14 10:00")

    def test_nobody_is_late_while_they_wait(self):
        pause = (T("2024-10-14 17:00"), T("2024-10-16 10:00"))
        due = add_working_days(self.office, T("2024-10-10 10:00"), 3, end_of_day=True,
                               pauses=(pause,))  # fmt: skip
        assert due == T("2024-10-16 18:00")

    def test_a_time_of_day_that_does_not_exist_is_decided_and_said(self):
        berlin = calendar(
            zone="Europe/Berlin", hours={"sun": ["00:00-24:00"], "sat": ["09:00-12:00"]}
        )
        due, note = working_day(berlin, parse_instant("2024-03-30T02:30:00+01:00"), 1)
        assert due == parse_instant("2024-03-31T03:30:00+02:00")
        assert "does not exist" in str(note)


@fuzz
@given(desks(UNIT, zones=("UTC", "Asia/Shanghai")), st.integers(1, 6), st.booleans(), st.data())
def test_no_due_time_lies_inside_a_pause(desk, days, end_of_day, data):
    ours, _, base = desk
    stops = data.draw(pauses(UNIT, base, SPAN))
    due = add_working_days(ours, base, days, end_of_day=end_of_day, pauses=stops)
    assert due >= add_working_days(ours, base, days, end_of_day=end_of_day)
    assert not any(begin < due < end for begin, end in stops)
