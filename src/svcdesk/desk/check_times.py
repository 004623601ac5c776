"""Events of a clock that ran far ahead, as `check` finds them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from svcdesk.desk import rules
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.finding import Finding
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Event
from svcdesk.store.tickets import Loaded

AHEAD = timedelta(days=1)
"""Clocks may differ; by more than this one of them is wrong."""


def events_ahead(loaded: Loaded, now: datetime) -> Iterator[Finding]:
    """Events that have not come by the clock, nor by tomorrow's.

    Those after one have ids as far ahead, and times of their own: they are none.
    """
    record, limit = loaded.record, now + AHEAD
    for index, event in enumerate(record.events):
        recorded = _recorded_at(event)
        if recorded is not None and recorded > limit:
            field = f"events.{index}.at"
            yield Finding(
                rules.EVENT_AHEAD,
                T("{record}: “{move}” by {by} is dated {at}, which has not come yet",
                  record=record.id, move=event.do, by=event.by, at=event.at),
                record.id,
                loaded.path,
                loaded.document.line_near(field),
                field,
            )  # fmt: skip


def _recorded_at(event: Event) -> datetime | None:
    """When an event was recorded; None where it does not say, which is a finding already."""
    try:
        return strict_instant(event.at)
    except (SvcdeskError, ValueError):
        return None
