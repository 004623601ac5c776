"""From what a clock on the wall shows to the instant that it means."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple


class Understood(NamedTuple):
    """An instant (aware, to the second) and, where a choice was made, a sentence about it."""

    instant: datetime
    note: Text | None


def resolve(local: datetime, zone: tzinfo) -> Understood:
    """The instant at which the zone's clocks show `local` (naive).

    Skipped by the clock: read with the offset before the change; shown twice: the first (RFC 5545,
    3.3.5). Raises UsageError outside of the calendar.
    """
    aware = local.replace(tzinfo=zone, fold=0)
    instant = shown_in(aware, zone)
    shown = local.strftime("%Y-%m-%d %H:%M")
    if instant.replace(tzinfo=None) != local:
        note = T(
            "the clock skips {local} in {zone}: {taken} was taken, by the offset before the change "
            "(RFC 5545, 3.3.5)",
            local=shown,
            zone=str(zone),
            taken=instant.isoformat(),
        )
        return Understood(instant, note)
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        note = T(
            "{local} comes twice in {zone}, as the clock goes back: the first, {taken}, was taken "
            "(RFC 5545, 3.3.5)",
            local=shown,
            zone=str(zone),
            taken=instant.isoformat(),
        )
        return Understood(instant, note)
    return Understood(instant, None)


def shown_in(aware: datetime, zone: tzinfo) -> datetime:
    """The same instant in another zone. Raises UsageError at the ends of the calendar, whose
    times not every zone can show and no file holds."""
    try:
        instant = aware.astimezone(UTC).astimezone(zone)
    except OverflowError:
        raise beyond() from None
    if not date.min.year < instant.year < date.max.year:
        raise beyond()
    return instant


def beyond() -> UsageError:
    """The error for a time that the calendar does not reach."""
    return UsageError(T("that time is beyond the calendar"), code="E_TIME")
