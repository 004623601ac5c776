"""Times that cannot be, and times dated back: told apart by what they decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo

from svcdesk.errors import SvcdeskError
from svcdesk.model.ids import milliseconds_of
from svcdesk.model.instants import format_instant, strict_instant
from svcdesk.model.record import SUBMIT, Event, Record
from svcdesk.review.change import Brought, Change
from svcdesk.sla.entries import Ledger

_DAY_MS = 24 * 60 * 60 * 1000
_IMPORT = "import"
_NOTABLE = 60
"""Seconds between happening and recording that nobody has to be told about."""
_LATE_COMMIT = 3600
"""Seconds by which a commit may follow what it records: an editor stood open, a clock was off."""
_SUBMITTED = "submitted"


def future_events(change: Change, new: Iterable[Event], now_ms: int) -> list[Event]:
    """The new events that are more than a day ahead of the clock and of what the record had."""
    newest = change.before.record.newest_event_id() if change.before else None
    limit = max(now_ms, milliseconds_of(newest) if newest else 0) + _DAY_MS
    return [event for event in new if milliseconds_of(event.id) > limit or _at(event) > limit]


def dated_back(new: Iterable[Event], brought: Mapping[str, Brought]) -> dict[str, datetime]:
    """The events that say of themselves that they happened earlier than it can be known, by id,
    each with the moment from which it can: when they were recorded, or else committed.

    Imports are not among them: they have a right of their own. Nor is what svcdesk derives.
    """
    found = {}
    for event in new:
        if event.via == _IMPORT or event.derived is not None:
            continue
        try:
            known = recorded = strict_instant(event.at).timestamp()
            said = strict_instant(_said(event)).timestamp()
        except SvcdeskError:
            continue  # `check` names a time that is none
        by_commit = brought.get(event.id)
        if by_commit is not None and by_commit.at - recorded > _LATE_COMMIT:
            known = by_commit.at
        if known - said > _NOTABLE or event.times:
            found[event.id] = datetime.fromtimestamp(known, UTC)
    return found


def taken_at_their_record(record: Record, dated: Mapping[str, datetime], zone: tzinfo) -> Record:
    """The record as it would be if these events had happened when they can be known from."""
    return record._replace(
        events=tuple(
            _moved(event, format_instant(dated[event.id], zone)) if event.id in dated else event
            for event in record.events
        )
    )


def verdicts(ledger: Ledger | None) -> Mapping[tuple[str, int], bool]:
    """Of each target and cycle whether it is late."""
    entries = ledger.entries if ledger else ()
    return {(one.target, one.cycle): one.is_late for one in entries}


def deciding(
    record: Record,
    dated: Mapping[str, datetime],
    zone: tzinfo,
    ledger_of: Callable[[Record], Ledger | None],
) -> list[tuple[str, int]]:
    """The targets and cycles whose verdict is another for what was dated back."""
    here = verdicts(ledger_of(record))
    else_ = verdicts(ledger_of(taken_at_their_record(record, dated, zone)))
    return sorted(key for key in {**here, **else_} if here.get(key) != else_.get(key))


def _at(event: Event) -> int:
    try:
        return int(strict_instant(event.at).timestamp() * 1000)
    except SvcdeskError:
        return 0


def _said(event: Event) -> str:
    submitted = event.set.get(_SUBMITTED)
    if event.do == SUBMIT and isinstance(submitted, str):
        return submitted
    return event.happened


def _moved(event: Event, at: str) -> Event:
    moved = event._replace(at=at, when=None, times={})
    if event.do == SUBMIT and _SUBMITTED in event.set:
        moved = moved._replace(set={**event.set, _SUBMITTED: at})
    return moved
