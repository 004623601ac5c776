"""Reports: what a plugin makes of the desk's requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.judging import linked
from svcdesk.desk.reading import read_records
from svcdesk.hookspecs import ReportRequest
from svcdesk.i18n import pick
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.record import Record, Value
from svcdesk.model.table import Table
from svcdesk.reports.sla_targets import judged, target_item
from svcdesk.store.tickets import Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

REQUEST = "request"
AT_RISK = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report's table, and the files that could not be read for it."""

    table: Table
    unreadable: tuple[Unreadable, ...]


def make_report(
    desk: Desk,
    name: str,
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Reported:
    """The report of that name over the desk's requests. Raises UsageError for an unknown one."""
    report = desk.plugins.report(name)
    reading = read_records(desk)
    records = [one.record for one in reading.loaded]
    by_id = {record.id: record for record in records}
    folded = {
        record.id: fold(record.events, desk.workflow(record.kind))
        for record in records
        if record.kind == REQUEST
    }
    request = ReportRequest(
        records=[(by_id[one], found) for one, found in folded.items()],
        workflows={name: desk.workflow(name) for name in desk.kinds},
        facts=desk.facts,
        people=desk.people,
        now=at,
        sla=lambda record: _targets(desk, record, folded[record.id], at),
        documents=lambda record: linked(desk, record, by_id),
        since=since,
        until=until,
        label=lambda path, value: _label(desk, path, value),
    )
    return Reported(report.build(request), reading.unreadable)


def _targets(
    desk: Desk, record: Record, folded: Fold, at: datetime
) -> Sequence[Mapping[str, Value]]:
    answer = desk.sla.ledger(record, at, folded)
    if answer is None:
        return []
    targets = judged(record, answer.entries, answer.at, int(AT_RISK.total_seconds()))
    return [target_item(one, desk.facts.zone) for one in targets]


def _label(desk: Desk, path: str, value: Value) -> str:
    """What people call a field's value, or a target."""
    if path == "target":
        rules = desk.sla.rules(REQUEST).rules
        return pick(rules[str(value)].labels, str(value)) if str(value) in rules else str(value)
    field = desk.fields.get(path)
    if field is None or not isinstance(value, str):
        return str(value)
    if path == "status":
        state = desk.workflow(REQUEST).states.get(value)
        return pick(state.labels, value) if state else value
    return pick(field.labels_of(value), value)
