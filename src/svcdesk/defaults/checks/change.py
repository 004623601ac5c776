"""A change: its window ends after it begins (K14: planned for a time that can be kept)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdesk.defaults.checks.subject import found
from svcdesk.errors import Invalid
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.instants import strict_instant

REVERSED = Rule(
    "DESK803",
    "window-reversed",
    Severity.ERROR,
    T("a change whose window ends before it begins"),
    T("nobody can carry it out then, and who approves it approves no time at all"),
    T("set window.start and window.end anew: the end comes later"),
    "K14",
)


def reversed_window(subject: Subject) -> Iterator[Finding]:
    """One finding where the window has no length. What is no time is the schema's to say."""
    times = [subject.record.get(f"window.{end}") for end in ("start", "end")]
    try:
        start, end = (strict_instant(str(time)) for time in times)
    except Invalid:
        return
    if end <= start:
        message = T("the window ends at {end} and begins at {start}", end=times[1], start=times[0])
        yield found(subject, REVERSED, message, "window", "end")


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(REVERSED, reversed_window, ("change",))]
