"""Findings as a table: what `check`, `review` and `sla check` show, in one shape.

The items carry what forges want for annotations: severity, code, path, line, message.
"""

from __future__ import annotations

from collections.abc import Sequence

from svcdesk.i18n import T, Text
from svcdesk.model.finding import Finding, Severity
from svcdesk.model.record import Value
from svcdesk.model.table import Cell, Column, Table

_WORDS = {Severity.ERROR: T("error"), Severity.WARNING: T("warning"), Severity.NOTE: T("note")}
_STYLES = {Severity.ERROR: "breach", Severity.WARNING: "risk", Severity.NOTE: "dim"}


def findings_table(
    findings: Sequence[Finding],
    *,
    schema: str,
    title: Text,
    read: int,
    unreadable: int,
    notes: Sequence[Text] = (),
) -> Table:
    """The findings, most severe first; `read` records were looked at, `unreadable` were not."""
    ordered = sorted(findings, key=Finding.sort_key)
    return Table(
        schema=schema,
        title=title,
        columns=[
            Column("severity", T("weight")),
            Column("code", T("code")),
            Column("record", T("record")),
            Column("place", T("place")),
            Column("message", T("finding")),
        ],
        rows=[_row(one) for one in ordered],
        items=[finding_item(one) for one in ordered],
        total=len(ordered),
        unreadable=unreadable,
        notes=notes,
        extra={"read": read},
    )


def finding_item(finding: Finding) -> dict[str, Value]:
    """A finding as the promised JSON shape has it."""
    return {
        "code": finding.code,
        "name": finding.rule.name,
        "severity": finding.weight.name.lower(),
        "record": finding.record,
        "path": finding.path,
        "line": finding.line,
        "field": finding.field,
        "message": str(finding.message),
        "hint": str(finding.hint or finding.rule.remedy),
        "norm": finding.rule.norm or None,
    }


def _row(finding: Finding) -> list[Cell | Value]:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return [
        Cell(finding.weight.name.lower(), _WORDS[finding.weight], _STYLES[finding.weight]),
        finding.code,
        finding.record,
        place,
        str(T("{message} → {hint}", message=finding.message, hint=finding.hint))
        if finding.hint
        else str(finding.message),
    ]
