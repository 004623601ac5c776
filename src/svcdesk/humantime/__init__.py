"""Times as people type them, in English and Chinese; what could mean two things is refused.

    2024-10-01 · 2024-10-01 09:30 · 2024-10-01T09:30:00+08:00 · 10月8日 14:30 · 8 oct 2024
    09:30 · 3pm · 下午三点半 · now · 刚才 · 2h ago · in 90 min · +1d · 两小时后 · 三天前
    yesterday 09:30 · 明天下午3点 · 今晚8点 · next monday 09:00 · 下周一 · 本周五
    and, where a stretch of time may stand: 2024 · 2024-10 · last month · 上周 · 本季度

Without an offset they are in the desk's zone. A week begins on Monday (GB/T 7408.1, ISO 8601).
"""

from __future__ import annotations

from datetime import datetime, time, tzinfo

from svcdesk.errors import UsageError
from svcdesk.humantime.local import Understood, resolve
from svcdesk.humantime.reading import Local, read
from svcdesk.humantime.spans import parse_span
from svcdesk.i18n import T
from svcdesk.values import NamedTuple

__all__ = ["Period", "Understood", "parse_span", "understand", "understand_period"]

MIDNIGHT = time()


class Period(NamedTuple):
    """A stretch of time, `start` included and `end` not; both aware, in the zone asked for."""

    start: datetime
    end: datetime


def understand(text: str, *, now: datetime, zone: tzinfo, day_at: time = MIDNIGHT) -> Understood:
    """The instant that a person's words name, to the second, in `zone`.

    A day without a time of day is taken at `day_at`. A local time that the clock skips is taken as
    far after the change as it was meant after it began; one that comes twice is the first (RFC
    5545, 3.3.5): the note says so. Raises UsageError where nothing, or two things, are meant, where
    the date does not exist, and where a whole week or month is named.
    """
    found = read(text, now, zone)
    if not isinstance(found, Local):
        return Understood(found, None)
    if found.is_long:
        raise UsageError(
            T("“{text}” is longer than a day", text=text.strip()),
            hint=T("name the day, as in {example}", example=found.start.date().isoformat()),
            code="E_TIME",
        )
    if found.is_day:
        return resolve(datetime.combine(found.start.date(), day_at), zone)
    return resolve(found.start, zone)


def understand_period(text: str, *, now: datetime, zone: tzinfo) -> Period:
    """The stretch of time that words name: a second, a minute, a day, a week, a month, a year.

    `2024-10` is the month, `yesterday` the day, `2h ago` the one second. Raises UsageError as
    `understand` does.
    """
    found = read(text, now, zone)
    if not isinstance(found, Local):
        from datetime import timedelta

        return Period(found, found + timedelta(seconds=1))
    return Period(resolve(found.start, zone).instant, resolve(found.end, zone).instant)
