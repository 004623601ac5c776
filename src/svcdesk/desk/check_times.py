"""Events of a clock that ran far ahead, as `check` finds them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from svcdesk.desk import rules
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.finding import Finding
from svcdesk.model.ids import milliseconds_of
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Event
from svcdesk.store.tickets import Loaded

AHEAD = timedelta(days=1)
"""Clocks may differ; by more than this one of them is wrong."""


def events_ahead(loaded: Loaded, now: datetime) -> Iterator[Finding]:
    """Events that have not come by the clock, nor by tomorrow's."""
    record, limit = loaded.record, int((now + AHEAD).timestamp() * 1000)
    for index, event in enumerate(record.events):
        if _recorded_at(event) > limit:
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


def _recorded_at(event: Event) -> int:
    """When an event was recorded, by what it says or by its id, in milliseconds since 1970."""
    try:
        said = int(strict_instant(event.at).timestamp() * 1000)
        return max(said, milliseconds_of(event.id))
    except (SvcdeskError, ValueError, KeyError):
        return 0  # an event that is not in its form is a finding already
