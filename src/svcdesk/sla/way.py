"""From where a due time is counted, once it is known what earlier terms have spent."""

from __future__ import annotations

from collections.abc import Sequence

from svcdesk.sla.arithmetic import Pause, add, elapsed, shifted
from svcdesk.sla.calendar import Calendar
from svcdesk.values import NamedTuple


class Way(NamedTuple):
    """What a due time follows from but the calendar and the pauses: so many seconds of `start`'s
    clock that no earlier leg has spent; or, for working days, the last of them as an instant."""

    start: int
    seconds: int
    point: int | None
    boundary: str
    end_of_day: bool

    def due(self, calendar: Calendar, pauses: Sequence[Pause]) -> int:
        if self.point is None:
            return add(calendar, self.start, self.seconds, boundary=self.boundary, pauses=pauses)
        return shifted(calendar, self.start, self.point, self.end_of_day, pauses)


def left(calendar: Calendar, start: int, due: int, at: int, pauses: Sequence[Pause]) -> int:
    """Open seconds until due at an instant, none before `start`; negative, those since it was."""
    if at <= due:
        return elapsed(calendar, max(at, start), due, pauses=pauses)
    return -elapsed(calendar, due, at, pauses=pauses)
