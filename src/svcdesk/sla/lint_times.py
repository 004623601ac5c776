"""Terms compared by what they come to: due times from many starts over a year of the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.sla.arithmetic import add, add_working_days
from svcdesk.sla.dues import Calendars, Course, Leg
from svcdesk.sla.instants import iso
from svcdesk.sla.levels import level_instant
from svcdesk.sla.policy import Level, Terms

_STRIDE = 7 * 3600
"""Between the starts that are tried: it comes to every hour of the day and day of the week."""
_STARTS = 366 * 24 // 7


@dataclass(frozen=True, slots=True)
class Year:
    """A year of starts from an instant on, and the calendars to reckon with."""

    around: int
    calendars: Calendars

    def starts(self) -> Iterator[int]:
        return iter(range(self.around, self.around + _STARTS * _STRIDE, _STRIDE))

    def due(self, terms: Terms, start: int) -> int:
        """When a target with a duration of its own would be due."""
        calendar, duration = self.calendars[terms.clock], terms.duration
        assert duration is not None
        if duration.working_days:
            return add_working_days(
                calendar, start, duration.working_days, end_of_day=terms.end_of_day
            )
        return add(calendar, start, duration.seconds, boundary=terms.boundary)

    def later(self, one: str, terms: Terms, other: str, others: Terms) -> Text | None:
        """A sentence with the first start from which `one` is due later than `other`."""
        try:
            for start in self.starts():
                due, other_due = self.due(terms, start), self.due(others, start)
                if due > other_due:
                    return T(
                        "{one} ({duration} on {clock}) is due {due}, {other} ({other_duration} on "
                        "{other_clock}) already {other_due}, if it starts {start}",
                        one=one,
                        duration=terms.duration,
                        clock=terms.clock,
                        due=self._shown(due, terms),
                        other=other,
                        other_duration=others.duration,
                        other_clock=others.clock,
                        other_due=self._shown(other_due, terms),
                        start=self._shown(start, terms),
                    )
        except Invalid:  # a calendar that ends: nothing to compare
            return None
        return None

    def level(self, terms: Terms, level: Level, start: int) -> int:
        """When a level of a target that starts then would come; one that has its due time from a
        promise is taken to be due a day later."""
        due = self.due(terms, start) if terms.duration else start + 86400
        leg = Leg(start, None, terms, self.calendars[terms.clock], ())
        return level_instant(Course((leg,), due), level)

    def early(self, terms: Terms, level: Level) -> Text | None:
        """A sentence with the first start before which a level would come."""
        for start in self.starts():
            if self.level(terms, level, start) < start:
                return T(
                    "{target}: the level {level} comes before it starts, if that is {start}: all "
                    "the time there is are {duration}",
                    target=terms.target,
                    level=level.at,
                    start=self._shown(start, terms),
                    duration=terms.duration,
                )
        return None

    def disorder(self, terms: Terms) -> Text | None:
        """A sentence with the first start from which a level comes after the one behind it."""
        for start in self.starts():
            instants = [self.level(terms, level, start) for level in terms.levels]
            for (one, first), (other, second) in pairwise(zip(terms.levels, instants, strict=True)):
                if first > second:
                    return T(
                        "{target}: {one} comes after {other}, if it starts {start}",
                        target=terms.target,
                        one=one.at,
                        other=other.at,
                        start=self._shown(start, terms),
                    )
        return None

    def _shown(self, instant: int, terms: Terms) -> str:
        zone = self.calendars[terms.clock].zone.tz
        return iso(instant, zone)[:16].replace("T", " ")
