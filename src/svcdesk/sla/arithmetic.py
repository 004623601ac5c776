"""Sums with working time: what falls due when, and how much time has counted.

Instants and amounts are whole seconds. A pause is a half-open pair of instants; pauses may overlap
and come in any order. Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.instants import naive
from svcdesk.sla.openings import DAY, EPOCH_DAY, HORIZON_YEARS
from svcdesk.sla.zones import resolve_local

Pause = tuple[int, int]
TIGHT = "tight"
"""Time that runs out exactly at closing is due at that closing."""
SNAP = "snap"
"""Time that runs out exactly at closing is due at the next opening."""

_MOST_DAYS = HORIZON_YEARS * 366


def add(
    calendar: Calendar,
    start: int,
    seconds: int,
    *,
    boundary: str = TIGHT,
    pauses: Sequence[Pause] = (),
) -> int:
    """The instant when `seconds` of open, unpaused time have passed since `start`.

    Negative seconds count backward. `boundary` decides where the time runs out exactly at the edge
    of open time. Raises Invalid (E_HORIZON) where that much time does not lie within the horizon.
    """
    openings = calendar.openings
    if not pauses:
        if seconds > 0:
            reading = openings.reading(start) + seconds
            if boundary == TIGHT:
                return openings.earliest(reading, start)
            return openings.latest(reading, start)
        if seconds < 0:
            reading = openings.reading(start) + seconds
            if boundary == TIGHT:
                return openings.latest(reading, start)
            return openings.earliest(reading, start)
        return start if boundary == TIGHT else openings.latest(openings.reading(start), start)
    if seconds == 0 and boundary == TIGHT:
        return start
    if seconds < 0:
        return _add_backward(calendar, start, -seconds, boundary, pauses)
    return _add_forward(calendar, start, seconds, boundary, pauses)


def _add_forward(
    calendar: Calendar, start: int, seconds: int, boundary: str, pauses: Sequence[Pause]
) -> int:
    openings = calendar.openings
    here, left = openings.reading(start), seconds
    for begin, end in merged(pauses):
        if end <= start:
            continue
        paused, resumed = openings.reading(max(begin, start)), openings.reading(end)
        free = paused - here
        if free > left or (free == left and boundary == TIGHT):
            break
        left -= free
        here = resumed
    find = openings.earliest if boundary == TIGHT else openings.latest
    return find(here + left, start)


def _add_backward(
    calendar: Calendar, start: int, seconds: int, boundary: str, pauses: Sequence[Pause]
) -> int:
    openings = calendar.openings
    here, left = openings.reading(start), seconds
    for begin, end in reversed(merged(pauses)):
        if begin >= start:
            continue
        paused, resumed = openings.reading(begin), openings.reading(min(end, start))
        free = here - resumed
        if free > left or (free == left and boundary == TIGHT):
            break
        left -= free
        here = paused
    find = openings.latest if boundary == TIGHT else openings.earliest
    return find(here - left, start)


def elapsed(calendar: Calendar, start: int, end: int, *, pauses: Sequence[Pause] = ()) -> int:
    """Open, unpaused seconds in [start, end); 0 where the end is not after the start."""
    if end <= start:
        return 0
    reading = calendar.openings.reading
    counted = reading(end) - reading(start)
    for begin, stop in merged(pauses) if pauses else ():
        if begin < end and stop > start:
            counted -= reading(min(stop, end)) - reading(max(begin, start))
    return counted


def merged(pauses: Sequence[Pause]) -> list[Pause]:
    """The same paused time as disjoint pauses in order."""
    joined: list[Pause] = []
    for begin, end in sorted(pauses):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def working_day(calendar: Calendar, start: int, days: int) -> tuple[int, Text | None]:
    """The `days`-th working day after the date of `start`, at the time of day of `start`.

    The day after the start counts as 1 if it is a working day, also when the start's own is not
    one; negative days count backward; 0 is the start itself. The second value is a sentence where
    that time of day does not exist there, or comes twice, else None.
    """
    if days == 0:
        return start, None
    local = calendar.zone.local(start)
    ordinal, step, left = local // DAY + EPOCH_DAY, 1 if days > 0 else -1, abs(days)
    for _ in range(_MOST_DAYS):
        ordinal += step
        if calendar.works_on(ordinal):
            left -= 1
            if not left:
                reading = (ordinal - EPOCH_DAY) * DAY + local % DAY
                first, last = calendar.zone.instants(reading)
                if first == last:
                    return first, None
                return resolve_local(naive(reading), calendar.zone)
    raise Invalid(
        T("{days} working days do not lie within {years} years", days=days, years=HORIZON_YEARS),
        code="E_HORIZON",
        hint=T("use a shorter duration, or a calendar with more working days"),
    )


def add_working_days(
    calendar: Calendar,
    start: int,
    days: int,
    *,
    end_of_day: bool = False,
    pauses: Sequence[Pause] = (),
) -> int:
    """When `days` working days since `start` are over, at its time of day or at closing.

    Each pause that begins before the due instant moves it by the pause's open seconds. Where that
    would still fall inside the pause, due is the pause's end (with `end_of_day`, the next last
    closing of a day), so that nobody is late while they wait.
    """
    return shifted(calendar, start, working_day(calendar, start, days)[0], end_of_day, pauses)


def shifted(
    calendar: Calendar, start: int, point: int, end_of_day: bool, pauses: Sequence[Pause]
) -> int:
    """A working-day point moved by the pauses since `start`, and to closing if so asked."""

    def settled(instant: int) -> int:
        return day_end(calendar, instant) if end_of_day else instant

    due, paused = settled(point), 0
    for begin, end in merged(pauses):
        if end <= start:
            continue
        if begin >= due:
            break
        paused += elapsed(calendar, max(begin, start), end)
        due = max(due, settled(add(calendar, point, paused)))
        if due < end:
            due = _closing_from(calendar, end) if end_of_day else end
    return due


def day_end(calendar: Calendar, instant: int) -> int:
    """The last closing of the working day that an instant belongs to; on a day off, of the next.

    Hours after midnight belong to the day on which their window began.
    """
    local = calendar.zone.local(instant)
    ordinal, second = local // DAY + EPOCH_DAY, local % DAY
    before, today = calendar.day(ordinal - 1).windows, calendar.day(ordinal).windows
    overhang = before[-1][1] - DAY if before else 0
    if 0 < second <= overhang and not (today and today[0][0] <= second):
        return calendar.closing(ordinal - 1)
    if today:
        return calendar.closing(ordinal)
    return calendar.closing(_next_working_day(calendar, ordinal))


def _closing_from(calendar: Calendar, instant: int) -> int:
    """The first last closing of a day that is not before an instant."""
    closing = day_end(calendar, instant)
    if closing >= instant:
        return closing
    return calendar.closing(_next_working_day(calendar, calendar.date_of(instant)))


def _next_working_day(calendar: Calendar, ordinal: int) -> int:
    for day in range(ordinal + 1, ordinal + _MOST_DAYS):
        if calendar.works_on(day):
            return day
    raise Invalid(
        T("no working day lies within {years} years", years=HORIZON_YEARS), code="E_HORIZON"
    )
