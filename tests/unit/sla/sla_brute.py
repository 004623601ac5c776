"""Working time counted step by step: what the engine's answers are held against.

Shares no code with the engine: it looks at every step of time and asks the wall clock whether the
desk is open. `step` must divide every instant, window and amount involved.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Desk:
    """Plain hours: weekday → [(from, to) in seconds of the day], exceptions by date, a zone."""

    def __init__(self, zone: str, weekly: dict, dated: dict[date, list] | None = None) -> None:
        self.zone, self.weekly, self.dated = ZoneInfo(zone), weekly, dated or {}
        self.is_open = cache(self._is_open)

    def windows(self, day: date) -> list:
        if day in self.dated:
            return self.dated[day]
        return self.weekly.get(DAYS[day.weekday()], [])

    def wall(self, t: int) -> datetime:
        return datetime.fromtimestamp(t, UTC).astimezone(self.zone)

    def _is_open(self, t: int) -> bool:
        here = self.wall(t)
        second = here.hour * 3600 + here.minute * 60 + here.second
        today, yesterday = here.date(), here.date() - timedelta(days=1)
        return any(a <= second < b for a, b in self.windows(today)) or any(
            a <= second + 86400 < b for a, b in self.windows(yesterday)
        )


def counts(desk: Desk, t: int, pauses) -> bool:
    return desk.is_open(t) and not any(a <= t < b for a, b in pauses)


def elapsed(desk: Desk, start: int, end: int, pauses=(), step: int = 1) -> int:
    return sum(step for t in range(start, end, step) if counts(desk, t, pauses))


def add(desk: Desk, start: int, seconds: int, boundary: str, pauses=(), step: int = 1) -> int:
    """Walk until the amount has passed; `snap` then walks on to where time counts again."""
    t, left = start, abs(seconds)
    forward = seconds >= 0
    while left:
        if counts(desk, t if forward else t - step, pauses):
            left -= step
        t += step if forward else -step
    while boundary == "snap" and not counts(desk, t if forward else t - step, pauses):
        t += step if forward else -step
    return t
