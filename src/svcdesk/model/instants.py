"""Instants as files hold them (RFC 3339, to the second, with offset) and as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text

_SHAPE: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def strict_instant(text: str) -> datetime:
    """The aware datetime of an RFC 3339 text such as `2024-10-01T09:30:00+08:00`, or with `Z`.

    Read by fullmatch over ASCII digits. Refused are a missing offset, fractions of a second, dates
    and times of day that do not exist (leap seconds too), and the first and the last day of the
    calendar, which not every zone can show. Raises Invalid with code E_TIME.
    """
    if _SHAPE.fullmatch(text) is None:
        raise _invalid(T("“{text}” is not a time with date, seconds and offset", text=text[:64]))
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(T("there is no such time as {text}", text=text)) from None
    if instant.year in (1, 9999) and not _FIRST <= instant < _LAST:
        raise _invalid(T("{text} is too near the end of the calendar", text=text))
    return instant


def format_instant(instant: datetime, zone: tzinfo) -> str:
    """ISO 8601 with the zone's offset, to the second; a fraction of a second is dropped.

    An offset with seconds (local mean time, before railways) is shown as its whole minutes, the
    instant staying the same. Raises ValueError for a datetime without an offset.
    """
    if instant.tzinfo is None:
        raise ValueError("a datetime without an offset names no instant")
    local = instant.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    if offset.seconds % _MINUTE:
        whole = timedelta(minutes=offset // timedelta(minutes=1))
        local = instant.astimezone(timezone(whole))
    return local.isoformat(timespec="seconds")


def relative(instant: datetime, now: datetime) -> Text:
    """How far away it is, in one unit and rounded towards now: `in 2 h`, `3 d ago`, `now`."""
    seconds = int((instant - now).total_seconds())
    ahead = seconds > 0
    seconds = abs(seconds)
    if seconds == 0:
        return T("now")
    if seconds < 2 * _MINUTE:
        return T("in {n} s", n=seconds) if ahead else T("{n} s ago", n=seconds)
    if seconds < 2 * _HOUR:
        minutes = seconds // _MINUTE
        return T("in {n} min", n=minutes) if ahead else T("{n} min ago", n=minutes)
    if seconds < 2 * _DAY:
        hours = seconds // _HOUR
        return T("in {n} h", n=hours) if ahead else T("{n} h ago", n=hours)
    days = seconds // _DAY
    return T("in {n} d", n=days) if ahead else T("{n} d ago", n=days)


def _invalid(message: Text) -> Invalid:
    return Invalid(
        message,
        code="E_TIME",
        hint=T("write it as in {example}", example="2024-10-01T09:30:00+08:00"),
    )
