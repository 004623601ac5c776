"""The bounds that a typed number, time or day stands for, by itself or at an end of a range."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, TypeAlias

from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.query.holding import Kind

Bounds: TypeAlias = tuple[Any, Any]

BOUNDED: Final = frozenset({"number", "instant", "date"})
"""The kinds that have an order of their own."""
_NUMBER: Final = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?"
_ISO: Final = r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?"
_DISTANCE: Final = r"(?i:now|现在)?([+-].*)"
_DAY: Final = timedelta(days=1)


def bounds(kind: Kind, text: str, now: datetime, zone: tzinfo) -> Bounds:
    """From where to where a value reaches: `2024-10` from that month's first instant to the next's.

    Numbers and days include both ends, instants not the last. Raises UsageError.
    """
    if kind == "number":
        return _number(text)
    start, end = _instants(text, now, zone)
    if kind == "instant":
        return start, end
    last = max(start, end - timedelta(seconds=1))
    return start.date().isoformat(), last.date().isoformat()


def _number(text: str) -> Bounds:
    if re.fullmatch(_NUMBER, text) is None:
        raise UsageError(T("“{text}” is not a number", text=text))
    number = float(text) if "." in text else int(text)
    return number, number


def _instants(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    iso = re.fullmatch(_ISO, text)
    if iso is None:
        return _typed(text, now, zone)
    first, after = _days(iso, text)
    return (
        datetime(first.year, first.month, first.day, tzinfo=zone),
        datetime(after.year, after.month, after.day, tzinfo=zone),
    )


def is_distance(text: str) -> bool:
    """Whether a text names a moment by its distance from now: `-7d`, `now+2h`."""
    return re.fullmatch(_DISTANCE, text) is not None


def _typed(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    from svcdesk.humantime import parse_span, understand_period

    distance = re.fullmatch(_DISTANCE, text)
    try:
        period = understand_period(distance[1] if distance else text, now=now, zone=zone)
    except UsageError:
        try:
            parse_span(text)
        except UsageError:
            pass
        else:
            raise UsageError(
                T("“{text}” could be before now or after it", text=text),
                hint=T("write -{text} or +{text}", text=text),
                code="E_TIME",
            ) from None
        raise
    return period.start, period.end


def _days(iso: re.Match[str], text: str) -> tuple[date, date]:
    """The day, month or year in ISO 8601, as the commonest queries have it: without an import."""
    year, month, day = (int(part) if part else None for part in iso.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day:
            return first, first + _DAY
        if month:
            return first, (first + 31 * _DAY).replace(day=1)
        return first, date(first.year + 1, 1, 1)
    except (ValueError, OverflowError):
        raise UsageError(T("there is no such time as “{text}”", text=text)) from None
