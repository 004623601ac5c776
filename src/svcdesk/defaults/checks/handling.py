"""Handling: its steps carry times, in order (K6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdesk.defaults.checks.subject import entries, found, instant
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity

STEP_TIMES = Rule(
    "DESK501",
    "step-times",
    Severity.WARNING,
    T("a handling step has no time, or stands after a later one"),
    T("the handling record shows what was done when; a step without time proves nothing. Steps out"
      " of order are a note: two people's steps may have been put together by a merge"),
    T("write the step's time (`at:`); put the steps into the order of their times"),
    "C 3.2 (K6)",
)  # fmt: skip


def step_times(subject: Subject) -> Iterator[Finding]:
    """Each step without a time that can be read; the first one that is earlier than one above."""
    latest = None
    ordered = True
    for index, step in entries(subject.record.get("steps")):
        at = instant(step.get("at"))
        if at is None:
            message = T("step {number} has no time", number=index + 1)
            yield found(subject, STEP_TIMES, message, "steps", index)
        elif latest is not None and at < latest and ordered:
            ordered = False
            message = T("step {number} is earlier than one above it", number=index + 1)
            yield found(subject, STEP_TIMES, message, "steps", index, "at", weight=Severity.NOTE)
        if at is not None:
            latest = at if latest is None else max(at, latest)


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(STEP_TIMES, step_times, ("handling",))]
