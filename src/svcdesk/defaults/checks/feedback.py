"""Feedback: what is to be improved has somebody who does it and a day by which it is done (K7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdesk.defaults.checks.subject import entries, found, is_empty
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity

UNOWNED = Rule(
    "DESK201",
    "improvement-unowned",
    Severity.WARNING,
    T("an improvement has no owner or no due date"),
    T("an improvement that nobody has by any day is a wish; the feedback form asks for both"),
    T("name them in the feedback record: `owner:` and `due:` (a date) beside the action"),
    "C 3.4 (K7)",
)


def unowned_improvements(subject: Subject) -> Iterator[Finding]:
    """One finding for each improvement that lacks its owner, its due date, or both."""
    for index, one in entries(subject.record.get("improvements")):
        missing = [name for name in ("owner", "due") if is_empty(one.get(name))]
        if missing and is_empty(one.get("done")):
            message = T(
                "the improvement “{action}” has no {missing}",
                action=str(one.get("action") or "")[:40],
                missing=", ".join(missing),
            )
            yield found(subject, UNOWNED, message, "improvements", index)


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(UNOWNED, unowned_improvements, ("feedback",))]
