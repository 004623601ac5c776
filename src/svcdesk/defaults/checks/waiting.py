"""Waiting: one that nobody ends keeps clocks still for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from svcdesk.defaults.checks.subject import found, instant, is_open, last_event
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity

LONG = timedelta(days=14)
"""After so long a wait wants an end, or somebody who ends it."""
GRACE = timedelta(days=1)
_STATE, _REASON, _UNTIL = "waiting", "waiting.reason", "waiting.until"

LASTS = Rule(
    "DESK702",
    "wait-without-end",
    Severity.NOTE,
    T("a request has waited for long, and nothing says until when"),
    T("waiting stops clocks by default (docs/sla.md names which), so a request that is put to wait "
      "and forgotten is never late; two weeks without an end, or a day past it, are long"),
    T("go on with `svcdesk resume ID`, or say until when: `svcdesk wait ID --for … --until …`"),
    "C 2.4",
)  # fmt: skip


def lasting_waits(subject: Subject) -> Iterator[Finding]:
    """The wait that goes on, if it is long over or has no end and is long."""
    if subject.folded.status != _STATE or not is_open(subject):
        return
    begun = last_event(subject, sets=_REASON)
    since = instant(begun.happened) if begun else None
    if since is None:
        return
    until = instant(subject.folded.values.get(_UNTIL))
    said = {"id": subject.record.id, "reason": str(subject.folded.values.get(_REASON) or "–")}
    if until is None and subject.now - since > LONG:
        days = (subject.now - since).days
        message = T("{id} waits for {reason}, for {days} days now, and nothing says until when",
                    days=days, **said)  # fmt: skip
    elif until is not None and subject.now - until > GRACE:
        days = (subject.now - until).days
        message = T("{id} waits for {reason}, which was to end {days} days ago", days=days, **said)
    else:
        return
    yield found(subject, LASTS, message, "waiting")


def svcdesk_register_checks() -> Iterable[Check]:
    return [Check(LASTS, lasting_waits, ("request",))]
