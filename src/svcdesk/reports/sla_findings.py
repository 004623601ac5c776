"""What `sla check` finds, as findings: so that forges show them as they show those of `check`."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from svcdesk.i18n import T, Text, pick
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.record import Value
from svcdesk.reports.findings import finding_item
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, Target, target_item

BREACH = Rule(
    "DESK711",
    "sla-breached",
    Severity.ERROR,
    T("a target of the service level is breached"),
    T("what was owed by a time was not done by it; a breach that was met late stays one"),
    T("meet it; `svcdesk sla explain ID` says how the time came about, and a supervisor explains "
      "the breach with `svcdesk note ID --about TARGET -m …`"),
    "C 2.2, 4.1 (K4)",
)  # fmt: skip
RISK = Rule(
    "DESK712",
    "sla-at-risk",
    Severity.WARNING,
    T("a target of the service level falls due soon"),
    T("there is time left to meet it"),
    T("meet it, or see to it that somebody does: `svcdesk sla forecast` lists by assignee"),
    "C 4.1 (K4)",
)
RULES = (BREACH, RISK)


def target_finding(target: Target, zone: tzinfo) -> Finding | None:
    """The finding that a target is; None for one that is open in good time, met or dropped.

    A breach that a supervisor explained is a note.
    """
    if target.group not in (BREACHED, AT_RISK):
        return None
    breach = target.group == BREACHED
    return Finding(
        BREACH if breach else RISK,
        _message(target, zone, breach),
        target.record.id,
        target.path,
        target.line,
        f"sla.{target.entry.target}.{target.entry.cycle}",
        hint=_hint(target),
        severity=Severity.NOTE if target.explained is not None else None,
    )  # fmt: skip


def _hint(target: Target) -> Text | None:
    """What is left to do about this very target, where that is not the rule's own advice."""
    if target.owed:
        return T("write the note that is owed: `svcdesk note {id} --about {event}`",
                 id=target.record.id, event=target.owed)  # fmt: skip
    if target.explained:
        return T("explained by the note {event}: nothing is left to do", event=target.explained)
    return None


def checked_item(target: Target, zone: tzinfo) -> dict[str, Value]:
    """A target with what a finding has; where it is none, `severity` and the like are null."""
    finding = target_finding(target, zone)
    said = finding_item(finding) if finding else dict.fromkeys(_FINDING)
    return {**said, "path": target.path, "line": target.line, **target_item(target, zone)}


_FINDING = ("code", "name", "severity", "field", "message", "hint", "norm")


def _message(target: Target, zone: tzinfo, breach: bool) -> Text:
    entry = target.entry
    due = entry.due if entry.due is not None else entry.breached_at
    said = {
        "id": target.record.id,
        "target": pick(entry.labels, entry.target),
        "due": _local(due, zone),
        "assignee": target.record.get("assignee") or "–",
        "title": target.record.title,
    }
    if not breach:
        return T("{id}: {target} is due {due} ({assignee}): {title}", **said)
    if entry.met is not None:
        return T(
            "{id}: {target} was due {due} and met {met} ({assignee}): {title}",
            met=_local(entry.met, zone),
            **said,
        )
    return T("{id}: {target} was due {due} and is not met ({assignee}): {title}", **said)


def _local(seconds: int | None, zone: tzinfo) -> str:
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
