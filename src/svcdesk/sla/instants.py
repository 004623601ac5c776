"""The door between instants as epoch seconds, which the engine counts in, and ISO 8601 texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from svcdesk.errors import Invalid
from svcdesk.i18n import T

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)
_SECOND: Final = timedelta(seconds=1)


def epoch(instant: datetime) -> int:
    """Whole epoch seconds of an aware datetime; a fraction of a second is dropped.

    Raises Invalid for a datetime without an offset: it names no instant.
    """
    if instant.tzinfo is None:
        raise Invalid(
            T("{time} has no offset from UTC, so it names no instant", time=instant.isoformat()),
            code="E_TIME",
            hint=T("write it as in 2024-10-01T09:30:00+08:00"),
        )
    return (instant - _EPOCH) // _SECOND


def parse_instant(text: str, field: str | None = None) -> int:
    """The instant that an ISO 8601 text with offset names. Raises Invalid, naming `field`."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            T("“{text}” is not a time", text=text),
            code="E_TIME",
            field=field,
            hint=T("write it as in 2024-10-01T09:30:00+08:00"),
        ) from None
    return epoch(instant)


def moment(instant: int, zone: tzinfo = UTC) -> datetime:
    """The aware datetime of an instant, as the clocks of `zone` show it."""
    return (_EPOCH + timedelta(seconds=instant)).astimezone(zone)


def iso(instant: int, zone: tzinfo = UTC) -> str:
    """The instant as ISO 8601 text with the offset of `zone`, to the second."""
    return moment(instant, zone).isoformat()


def naive(local: int) -> datetime:
    """The wall-clock reading for local seconds: what a clock shows, without a zone."""
    return _NAIVE_EPOCH + timedelta(seconds=local)


def local_seconds(reading: datetime) -> int:
    """The reverse of `naive`: seconds from 1970-01-01 00:00 on the same wall clock."""
    return (reading - _NAIVE_EPOCH) // _SECOND
