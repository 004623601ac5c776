"""Why a due time is what it is: every interval that counted, was skipped, or was waited through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from svcdesk.sla.arithmetic import merged
from svcdesk.sla.calendar import Calendar, DayKind
from svcdesk.sla.dues import Course, Leg
from svcdesk.sla.history import Spell
from svcdesk.sla.openings import DAY, EPOCH_DAY


class Count(Enum):
    """What an interval does to the clock."""

    COUNTED = "counted"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of time and its reason.

    `reason`: open, makeup, override (counted); closed, holiday, override (skipped); waiting,
    stopped (waiting: `stopped` is the time in which the target was met, before it was reopened).
    `name`: the holiday's, the make-up day's, the override's own reason, or the waiting reason.
    """

    start: int
    end: int
    count: Count
    reason: str
    name: str = ""

    @property
    def seconds(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day that a duration in working days counted: its date ordinal, number and name."""

    ordinal: int
    number: int
    kind: DayKind
    name: str


def explain(course: Course, spells: tuple[Spell, ...], end: int) -> tuple[Interval, ...]:
    """The intervals from the course's start to `end`, in order, without gaps or overlaps.

    So the seconds counted, skipped and waited add up to `end − start` exactly.
    """
    found: list[Interval] = []
    for leg in course.legs:
        until = end if leg.end is None else min(leg.end, end)
        for interval in _leg(leg, spells, until):
            before = found[-1] if found else None
            if before and _alike(before, interval):
                found[-1] = Interval(
                    before.start, interval.end, before.count, before.reason, before.name
                )
            else:
                found.append(interval)
    return tuple(found)


def working_days(course: Course, until: int) -> tuple[WorkingDay, ...]:
    """The working days that passed since the start by an instant, numbered from 1; empty for a
    duration in hours."""
    duration = course.last.terms.duration
    if duration is None or not duration.working_days:
        return ()
    found: list[WorkingDay] = []
    for leg in course.legs:
        calendar, end = leg.calendar, until if leg.end is None else min(leg.end, until)
        for ordinal in range(calendar.date_of(leg.start) + 1, calendar.date_of(end) + 1):
            day = calendar.day(ordinal)
            if day.windows:
                found.append(WorkingDay(ordinal, len(found) + 1, day.kind, day.name))
    return tuple(found)


def _alike(one: Interval, other: Interval) -> bool:
    return (one.end, one.count, one.reason, one.name) == (
        other.start,
        other.count,
        other.reason,
        other.name,
    )


def _leg(leg: Leg, spells: tuple[Spell, ...], end: int) -> Iterator[Interval]:
    """A leg's paused stretches, and between them its open and closed ones."""
    here = leg.start
    for begin, stop in merged(leg.pauses):
        begin, stop = max(begin, here), min(stop, end)
        if begin >= stop:
            continue
        yield from _clock(leg.calendar, here, begin)
        yield from _waits(spells, begin, stop)
        here = stop
    yield from _clock(leg.calendar, here, end)


def _waits(spells: tuple[Spell, ...], start: int, end: int) -> Iterator[Interval]:
    """A paused stretch, split by what the record then waited for.

    What lies between spells is the time in which the target was met, before it was reopened.
    """
    here = start
    for spell in spells:
        begin, stop = max(spell.start, here), end if spell.end is None else min(spell.end, end)
        if begin >= stop:
            continue
        if here < begin:
            yield Interval(here, begin, Count.WAITING, "stopped")
        yield Interval(begin, stop, Count.WAITING, "waiting", spell.reason)
        here = stop
    if here < end:
        yield Interval(here, end, Count.WAITING, "stopped")


def _clock(calendar: Calendar, start: int, end: int) -> Iterator[Interval]:
    """Open and closed stretches as the calendar has them."""
    here = start
    for opened, closed in calendar.openings.between(start, end):
        yield from _named(calendar, here, opened, Count.SKIPPED)
        yield from _named(calendar, opened, closed, Count.COUNTED)
        here = closed
    yield from _named(calendar, here, end, Count.SKIPPED)


def _named(calendar: Calendar, start: int, end: int, count: Count) -> Iterator[Interval]:
    """A stretch split at midnights, each part with the reason of its day."""
    here = start
    while here < end:
        ordinal = calendar.date_of(here)
        midnight = calendar.zone.instants((ordinal + 1 - EPOCH_DAY) * DAY)[0]
        until = min(midnight, end) if midnight > here else end
        day = calendar.day(ordinal)
        reason, name = "open" if count is Count.COUNTED else "closed", ""
        if day.name and bool(day.windows) == (count is Count.COUNTED):
            reason, name = day.kind.value, day.name
        yield Interval(here, until, count, reason, name)
        here = until
