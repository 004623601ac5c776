"""When a desk works: weekly hours, public holidays, make-up working days, own exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum

from svcdesk.sla.openings import DAY, EPOCH_DAY, AlwaysOpen, Openings, Window
from svcdesk.sla.zones import Zone, find_zone
from svcdesk.values import NamedTuple

ALWAYS = "24x7"
"""The name of the calendar that is always there and always open."""


class DayKind(Enum):
    """Why a day has the hours it has; a later one wins over an earlier one."""

    WEEKLY = "weekly"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    """A working day in place of another that was given off (调休)."""
    OVERRIDE = "override"


class Day(NamedTuple):
    """One date's windows and their reason; `name` is the holiday's or the exception's own."""

    windows: tuple[Window, ...]
    kind: DayKind = DayKind.WEEKLY
    name: str = ""


class Year(NamedTuple):
    """A year's public holidays and make-up days as the calendar has them, and from where."""

    year: int
    source: str


class Calendar:
    """A working calendar. `dated` holds the days that differ from the week, by date ordinal.

    `country` is set where the calendar follows a country's public holidays: then a year that is
    not in `years` is one whose answers deserve a warning.
    """

    def __init__(
        self,
        name: str,
        zone: Zone,
        weekly: tuple[Day, ...],
        dated: Mapping[int, Day] | None = None,
        country: str | None = None,
        years: tuple[Year, ...] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.zone = zone
        self.weekly = weekly
        self.dated = dated or {}
        self.country = country
        self.years = years
        self.labels = labels or {}
        always = all(day.windows == ((0, DAY),) for day in weekly) and not dated
        self.openings = (AlwaysOpen if always else Openings)(
            lambda day: self.day(day).windows, zone
        )

    def day(self, ordinal: int) -> Day:
        """The day of a date ordinal: own override, else holiday or make-up day, else the week."""
        return self.dated.get(ordinal) or self.weekly[(ordinal - 1) % 7]

    def works_on(self, ordinal: int) -> bool:
        """Whether the date is a working day: one on which a window begins."""
        return bool(self.day(ordinal).windows)

    def date_of(self, instant: int) -> int:
        """The ordinal of the date that the zone's calendar shows at an instant."""
        return self.zone.local(instant) // DAY + EPOCH_DAY

    def closing(self, ordinal: int) -> int:
        """The last closing of a working day's own windows, which may be on the next date."""
        last = self.day(ordinal).windows[-1][1]
        return self.openings.last_open(max(self.zone.instants((ordinal - EPOCH_DAY) * DAY + last)))

    def missing_years(self, start: int, end: int) -> tuple[int, ...]:
        """Years between two instants whose public holidays this calendar ought to know and does
        not; none for a calendar that follows no country."""
        if self.country is None:
            return ()
        first = date.fromordinal(self.date_of(min(start, end))).year
        last = date.fromordinal(self.date_of(max(start, end))).year
        return tuple(
            year
            for year in range(first, last + 1)
            if not any(known.year == year for known in self.years)
        )


def always_open(zone: str = "UTC") -> Calendar:
    """The built-in `24x7`; the zone decides only where a day begins (`3wd`) and what is shown."""
    return Calendar(ALWAYS, find_zone(zone), tuple(Day(((0, DAY),)) for _ in range(7)))


def with_always(calendars: Mapping[str, Calendar], zone: str) -> dict[str, Calendar]:
    """The calendars with the built-in `24x7` in the desk's zone."""
    return {**calendars, ALWAYS: always_open(zone)}
