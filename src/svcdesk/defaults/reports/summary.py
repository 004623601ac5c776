"""The report `summary`: how many requests there are of each sort, how long they took, and how
content the customers were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import TYPE_CHECKING, Final

from svcdesk.errors import Invalid
from svcdesk.hookspecs import Report, ReportRequest
from svcdesk.i18n import T, Text
from svcdesk.model.computed import satisfaction
from svcdesk.model.instants import strict_instant
from svcdesk.model.table import Cell, Column, Table

if TYPE_CHECKING:
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.model.record import Record, Value

    Entry = tuple[Record, Fold]

_TENTH: Final = Decimal("0.1")
_GROUPS: Final = {
    "status": T("state"),
    "type": T("type"),
    "priority": T("priority"),
    "requester.audience": T("audience"),
}
_CANCELLED: Final = "cancelled"


def build(request: ReportRequest) -> Table:
    """A row for all requests of the period, then one for each state, type, priority and audience.

    The period is by submission. Hours run from submission to the last time that the work was
    finished, on a clock that never stops; the median of those finished and not open again.
    Satisfaction is the mean of the feedback forms' own figures, to one decimal.
    """
    entries = [one for one in request.records if _within(one[0], request)]
    rows = [_row("all", T("all"), "", T("all"), entries, request)]
    for path, title in _GROUPS.items():
        values = sorted({str(record.get(path) or "") for record, _ in entries}, key=_last_empty)
        for value in values:
            chosen = [one for one in entries if str(one[0].get(path) or "") == value]
            label = request.label(path, value) if value else T("not given")
            rows.append(_row(path, title, value, label, chosen, request))
    return Table(
        schema="svcdesk/report/summary/1",
        title=_title(request),
        columns=[
            Column("group", T("grouped by")),
            Column("value", T("value")),
            Column("requests", T("requests"), right=True),
            Column("open", T("open"), right=True),
            Column("median_hours", T("median hours"), right=True),
            Column("satisfaction", T("satisfaction"), right=True),
        ],
        rows=rows,
    )


def _row(
    group: str,
    title: Text,
    value: str,
    label: Text | str,
    entries: Sequence[Entry],
    request: ReportRequest,
) -> list[Cell | Value]:
    hours = [_hours(record, folded, request) for record, folded in entries]
    known = [one for one in hours if one is not None]
    return [
        Cell(group, title),
        Cell(value, label),
        len(entries),
        sum(folded.status in _open_states(record, request) for record, folded in entries),
        _tenths(median(known)) if known else None,
        _satisfaction(entries, request),
    ]


def _hours(record: Record, folded: Fold, request: ReportRequest) -> Decimal | None:
    """From submission to the end of the work; None for what is not done, or was cancelled."""
    at_work = _open_states(record, request)
    done = None
    for step in folded.steps:
        if not step.counts or step.before == step.after:
            continue
        if step.after in at_work or step.after == _CANCELLED:
            done = None
        elif step.before is None or step.before in at_work:
            done = step.event.happened
    began, ended = _instant(record.get("submitted")), _instant(done)
    if began is None or ended is None:
        return None
    return Decimal(int((ended - began).total_seconds())) / 3600


def _open_states(record: Record, request: ReportRequest) -> frozenset[str]:
    workflow = request.workflows.get(record.kind)
    return workflow.open_states() if workflow is not None else frozenset()


def _satisfaction(entries: Sequence[Entry], request: ReportRequest) -> float | None:
    given = [
        Decimal(str(figure))
        for record, _ in entries
        for form in request.documents(record).get("feedback", ())
        if (figure := satisfaction(form.header)) is not None
    ]
    if not given:
        return None
    return _tenths(sum(given, Decimal()) / len(given))


def _tenths(figure: Decimal) -> float:
    """To one decimal, halves up, as on paper."""
    return float(figure.quantize(_TENTH, ROUND_HALF_UP))


def _within(record: Record, request: ReportRequest) -> bool:
    """Whether it was submitted in the period; without a period, everything is."""
    if request.since is None and request.until is None:
        return True
    at = _instant(record.get("submitted"))
    return (
        at is not None
        and (request.since is None or at >= request.since)
        and (request.until is None or at < request.until)
    )


def _title(request: ReportRequest) -> Text:
    zone = request.facts.zone
    since, until = (
        one.astimezone(zone).strftime("%Y-%m-%d %H:%M") if one else "…"
        for one in (request.since, request.until)
    )
    if request.since is None and request.until is None:
        return T("Requests of {desk}", desk=request.facts.name)
    return T("Requests of {desk}, {since} to {until}",
             desk=request.facts.name, since=since, until=until)  # fmt: skip


def _last_empty(value: str) -> tuple[bool, str]:
    return (not value, value)


def _instant(value: object) -> datetime | None:
    try:
        return strict_instant(value) if isinstance(value, str) else None
    except Invalid:
        return None


def svcdesk_register_reports() -> Iterable[Report]:
    return [Report("summary", T("how many, how long, how content"), build)]
