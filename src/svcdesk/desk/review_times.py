"""What review finds about a record's times, and what they do to its service level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from svcdesk.desk.review_case import Case
from svcdesk.desk.sla_snapshots import SNAPSHOT
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Severity
from svcdesk.model.ids import milliseconds_of
from svcdesk.model.instants import format_instant
from svcdesk.model.record import Event, Record
from svcdesk.review import rules
from svcdesk.review.times import dated_back, deciding, future_events, verdicts
from svcdesk.sla.entries import Ledger

_DAY = len("2024-10-01")


def _counted(case: Case, event: Event) -> str:
    """The moment that an event's id has, by which events are in order; in the desk's zone."""
    moment = datetime.fromtimestamp(milliseconds_of(event.id) / 1000, UTC)
    return format_instant(moment, case.base.facts.zone)


def time_findings(case: Case) -> Iterator[Finding]:
    """Times in the future, and times dated back."""
    future = future_events(case.change, case.events.new, case.base.now_ms())
    for event in future:
        said = T("{record}: “{move}” by {by} is dated {time}", record=case.record.id,
                 move=event.do, by=event.by, time=event.at)  # fmt: skip
        counted = _counted(case, event)
        if counted[:_DAY] > event.at[:_DAY]:
            said = T("{what}, and by its id it is of {time}", what=said, time=counted)
        yield case.finding(rules.FUTURE, said, event)
    brought = {
        event.id: found[-1]
        for event in case.events.new
        if (found := case.bringers.get((case.record.uid, event.id)))
    }
    dated = dated_back(case.events.new, brought)
    if not dated:
        return
    targets = _deciding(case, dated)
    for event in case.events.new:
        if event.id not in dated:
            continue
        since = dated[event.id].astimezone(case.base.facts.zone).isoformat(timespec="seconds")
        if targets:
            yield case.finding(
                rules.BACK_DATED,
                T("{record}: “{move}” by {by} is said to have happened {time}, and is known "
                  "since {since}: it decides {targets}", record=case.record.id, move=event.do,
                  by=event.by, time=event.happened, since=since, targets=", ".join(targets)),
                event,
            )  # fmt: skip
        elif event.when is not None:
            yield case.finding(
                rules.BACK_DATED,
                T("{record}: “{move}” by {by} is said to have happened {time}, and is known "
                  "since {since}; it decides nothing", record=case.record.id, move=event.do,
                  by=event.by, time=event.happened, since=since),
                event,
                severity=Severity.NOTE,
            )  # fmt: skip


def _deciding(case: Case, dated: Mapping[str, datetime]) -> list[str]:
    """The names of the targets that times dated back decide."""
    zone = case.base.facts.zone
    try:
        return [target for target, _ in deciding(case.record, dated, zone, partial(_reckon, case))]
    except SvcdeskError:
        return []  # times that are none are findings of their own


def _reckon(case: Case, record: Record) -> Ledger | None:
    return case.base.sla.live(record, case.base.now())


def ledgers(case: Case) -> tuple[Ledger | None, Ledger | None]:
    """What is owed before and after, under the base's policy, whatever a close has kept."""
    before = case.change.before
    if before is not None and not any(case.events):
        return None, None
    return case.ledger(before), case.ledger(case.change.after)


def snapshot_findings(case: Case) -> Iterator[Finding]:
    """A closing event keeps verdicts, by which the record is judged ever after."""
    closing = [event for event in case.events.new if SNAPSHOT in event.extra]
    if not closing:
        return
    live = verdicts(case.ledger(case.change.after))
    try:
        kept = verdicts(
            case.base.sla.ledger(case.record, case.base.now(), case.change.after.folded)
        )
    except SvcdeskError as error:
        yield case.finding(
            rules.SNAPSHOT,
            T("{record}: {why}", record=case.record.id, why=error.message), closing[-1],
        )  # fmt: skip
        return
    other = sorted({name for name, cycle in {**live, **kept}
                    if live.get((name, cycle)) != kept.get((name, cycle))})  # fmt: skip
    if other:
        yield case.finding(
            rules.SNAPSHOT,
            T("{record}: what “{move}” keeps of {targets} is not what its events and the "
              "policy give", record=case.record.id, move=closing[-1].do,
              targets=", ".join(other)),
            closing[-1],
        )  # fmt: skip
