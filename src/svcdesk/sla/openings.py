"""A calendar's open time as sorted arrays, so that every question is one or two bisections.

Open time is measured along one axis: `reading(t)` is how many open seconds lie before the instant
`t`, from an origin fixed at the first question. A year is laid out when a question first needs it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.sla.instants import epoch, iso, moment
from svcdesk.sla.zones import Zone

Window = tuple[int, int]
"""Seconds from a local day's 00:00: (opening, closing); beyond 86400 it ends on the next day."""

DAY: Final = 86400
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
HORIZON_YEARS: Final = 50
"""How far from its start a deadline is looked for: a bound on every search."""

_HORIZON: Final = HORIZON_YEARS * 366 * DAY


class Openings:
    """The open intervals of a calendar.

    An instant is open if the zone's clock then shows a time within hours. So 00:00–24:00 on a day
    that the clock goes back is 25 h, both passes of an hour that comes twice are open, and a
    window that the clock skips is nothing.
    """

    __slots__ = ("_before", "_ends", "_high", "_low", "_origin", "_starts", "_windows", "_years",
                 "_zone")  # fmt: skip

    def __init__(self, windows: Callable[[int], tuple[Window, ...]], zone: Zone) -> None:
        """`windows` gives a day's windows by its proleptic ordinal (`date.toordinal`)."""
        self._windows = windows
        self._zone = zone
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._origin = self._low = self._high = 0
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []

    def reading(self, instant: int) -> int:
        """Open seconds before an instant, on this calendar's axis."""
        if not self._low <= instant < self._high:
            self._cover(instant)
        at = bisect_right(self._starts, instant) - 1
        if at < 0:
            return self._before[0] if self._before else 0
        end = self._ends[at]
        return self._before[at] + (instant if instant < end else end) - self._starts[at]

    def earliest(self, reading: int, near: int) -> int:
        """The first instant at which the axis shows `reading`: a closing, where it is one.

        `near` is the instant that the question started from: the search ends HORIZON_YEARS away
        from it. Raises Invalid (E_HORIZON) if the reading does not lie within.
        """
        while not self._before or reading > self._total():
            self._extend(near, forward=True)
        while reading <= self._before[0]:
            self._extend(near, forward=False)
        at = bisect_left(self._before, reading) - 1
        return self._starts[at] + reading - self._before[at]

    def latest(self, reading: int, near: int) -> int:
        """The last instant at which the axis shows `reading`: an opening, where it is one."""
        while not self._before or reading >= self._total():
            self._extend(near, forward=True)
        while reading < self._before[0]:
            self._extend(near, forward=False)
        at = bisect_right(self._before, reading) - 1
        return self._starts[at] + reading - self._before[at]

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open intervals within [start, end), clipped to it, in order."""
        self.reading(start)
        self.reading(end)
        found = []
        for at in range(max(bisect_right(self._starts, start) - 1, 0), len(self._starts)):
            if self._starts[at] >= end:
                break
            opened, closed = max(self._starts[at], start), min(self._ends[at], end)
            if opened < closed:
                found.append((opened, closed))
        return found

    def last_open(self, instant: int) -> int:
        """The end of the open time that begins before an instant; the instant, if that is later."""
        self.reading(instant)
        at = bisect_left(self._starts, instant) - 1
        return min(self._ends[at], instant) if at >= 0 else instant

    def _total(self) -> int:
        return self._before[-1] + self._ends[-1] - self._starts[-1]

    def _extend(self, near: int, *, forward: bool) -> None:
        """Lay out as many years again, as far as the horizon."""
        reach = max(self._high - self._low, DAY)
        if forward:
            beyond, limit = self._high + reach, near + _HORIZON
            if self._high > limit:
                raise _too_far(near, self._zone)
            self._cover(min(beyond, limit))
        else:
            beyond, limit = self._low - reach, near - _HORIZON
            if self._low < limit:
                raise _too_far(near, self._zone)
            self._cover(max(beyond, limit))

    def _cover(self, instant: int) -> None:
        """Lay out the year of an instant and everything between it and what is there already."""
        year = moment(instant, self._zone.tz).year if abs(instant) < 1 << 36 else 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Invalid(
                T("calendars reach from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR),
                code="E_HORIZON",
                hint=T("is the date right?"),
            )
        if not self._years:
            self._origin = self._year_start(year)
        first, last = min([year, *self._years]), max([year, *self._years])
        for missing in range(first, last + 1):
            if missing not in self._years:
                self._years[missing] = self._lay_out(missing)
        self._join(first, last)

    def _lay_out(self, year: int) -> list[tuple[int, int]]:
        """The open intervals within one local year, also of a window begun on the day before."""
        local = [
            ((day - EPOCH_DAY) * DAY + opened, (day - EPOCH_DAY) * DAY + closed)
            for day in range(date(year, 1, 1).toordinal() - 1, date(year, 12, 31).toordinal() + 1)
            for opened, closed in self._windows(day)
        ]
        found = []
        for since, until, offset in self._zone.changes(
            self._year_start(year), self._year_start(year + 1)
        ):
            for opened, closed in local[bisect_left(local, (since + offset - 2 * DAY, 0)) :]:
                if opened - offset >= until:
                    break
                begin, end = max(opened - offset, since), min(closed - offset, until)
                if begin < end:
                    found.append((begin, end))
        return found

    def _join(self, first: int, last: int) -> None:
        """Rebuild the arrays; the origin of the axis stays where the first question put it."""
        starts: list[int] = []
        ends: list[int] = []
        for year in range(first, last + 1):
            for begin, end in self._years[year]:
                if ends and begin <= ends[-1]:
                    ends[-1] = max(ends[-1], end)
                else:
                    starts.append(begin)
                    ends.append(end)
        before, total = [], 0
        for begin, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - begin
        self._low, self._high = self._year_start(first), self._year_start(last + 1)
        self._starts, self._ends, self._before = starts, ends, before
        shift = self.reading(self._origin)
        if shift:
            self._before = [reading - shift for reading in before]

    def _year_start(self, year: int) -> int:
        return epoch(datetime(year, 1, 1, tzinfo=self._zone.tz))


class AlwaysOpen(Openings):
    """Every second is open: the axis is the clock itself."""

    __slots__ = ()

    def reading(self, instant: int) -> int:
        return instant

    def earliest(self, reading: int, near: int) -> int:
        if abs(reading - near) > _HORIZON:
            raise _too_far(near, self._zone)
        return reading

    def latest(self, reading: int, near: int) -> int:
        return self.earliest(reading, near)

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        return [(start, end)] if start < end else []

    def last_open(self, instant: int) -> int:
        return instant


def _too_far(near: int, zone: Zone) -> Invalid:
    return Invalid(
        T(
            "that much open time does not lie within {years} years of {start}",
            years=HORIZON_YEARS,
            start=iso(near, zone.tz),
        ),
        code="E_HORIZON",
        hint=T("use a shorter duration, or a calendar with more hours"),
    )
