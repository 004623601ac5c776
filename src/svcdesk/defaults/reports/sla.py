"""The report `sla`: for each target and priority, how many were met, missed, or are still due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from svcdesk.hookspecs import Report, ReportRequest
from svcdesk.i18n import T
from svcdesk.model.table import Cell, Column, Table

if TYPE_CHECKING:
    from svcdesk.model.record import Value

_STATES: Final = ("met", "breached", "at_risk", "open")


def build(request: ReportRequest) -> Table:
    """A row for each target and priority that a request has, targets in the policy's order.

    `kept` is the share of what is decided that was met; open targets are not decided. A target
    that was met late is breached, and one that was dropped counts nowhere.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for record, folded in request.records:
        priority = str(folded.values.get("priority") or "")
        for target in request.sla(record):
            if target.get("state") in _STATES:
                row = counts.setdefault((str(target.get("target")), priority), Counter())
                row[str(target.get("state"))] += 1
    order = {name: place for place, name in enumerate(dict.fromkeys(key[0] for key in counts))}
    keys = sorted(counts, key=lambda one: (order[one[0]], not one[1], one[1]))
    return Table(
        schema="svcdesk/report/sla/1",
        title=T("SLA of {desk}", desk=request.facts.name),
        columns=[
            Column("target", T("target")),
            Column("priority", T("priority")),
            Column("met", T("met"), right=True),
            Column("breached", T("breached"), right=True),
            Column("at_risk", T("at risk"), right=True),
            Column("open", T("open"), right=True),
            Column("kept", T("share kept"), right=True),
        ],
        rows=[_row(*key, counts[key], request) for key in keys],
    )


def _row(
    target: str, priority: str, count: Counter[str], request: ReportRequest
) -> list[Cell | Value]:
    decided = count["met"] + count["breached"]
    share = count["met"] / decided if decided else None
    return [
        Cell(target, request.label("target", target)),
        Cell(priority, request.label("priority", priority) if priority else "–"),
        count["met"],
        Cell(count["breached"], style="breach" if count["breached"] else ""),
        Cell(count["at_risk"], style="risk" if count["at_risk"] else ""),
        count["open"],
        Cell(share and round(share, 4), "–" if share is None else f"{share:.1%}"),
    ]


def svcdesk_register_reports() -> Iterable[Report]:
    return [Report("sla", T("targets met, missed, at risk and open, by priority"), build)]
