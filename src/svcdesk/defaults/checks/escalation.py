"""Escalations: what a level asks of the supervisor is written down (K4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from svcdesk.defaults.checks.subject import found
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import Label, T
from svcdesk.lifecycle.escalations import escalations
from svcdesk.model.finding import Finding, Rule, Severity

UNEXPLAINED = Rule(
    "DESK701",
    "escalation-unexplained",
    Severity.WARNING,
    T("an escalation that asks for the supervisor's note has none"),
    T("what is overdue goes to the supervisor, who records the resources moved or what the "
      "customer was told; without that the escalation changed nothing"),
    T("let a supervisor write it: `svcdesk note ID --about EVENT -m …`"),
    "C 4.1, 2.4 (K4)",
)  # fmt: skip


def unexplained_escalations(subject: Subject) -> Iterator[Finding]:
    """One finding for each escalation whose note is owed, however long ago."""
    record = subject.record
    for one in escalations(record.events, subject.folded):
        if one.owes_note:
            message = T(
                "{id}: the escalation of {target} at {at} ({event}) has no note",
                id=record.id, target=_target(subject, one.key[0]), at=one.event.at,
                event=one.event.id,
            )  # fmt: skip
            yield found(subject, UNEXPLAINED, message, "events", one.place)


def _target(subject: Subject, name: str) -> Label | str:
    """What people call a target, by the table of the record's workflow."""
    table = subject.workflow.targets.get("rules")
    rule = table.get(name) if isinstance(table, Mapping) else None
    labels = rule.get("label") if isinstance(rule, Mapping) else None
    if not isinstance(labels, Mapping):
        return name
    return Label({language: str(text) for language, text in labels.items()}, name)


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(UNEXPLAINED, unexplained_escalations)]
