"""The chain of a request's documents: complete, confirmed, and closed when it is signed off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from svcdesk.defaults.checks.subject import (
    found,
    if_imported,
    instant,
    is_empty,
    is_open,
    last_event,
    signed,
)
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity

if TYPE_CHECKING:
    from svcdesk.model.record import Record

LEFT_OPEN = Rule(
    "DESK301",
    "signed-but-open",
    Severity.WARNING,
    T("the customer has signed off, and the request is still open"),
    T("a request that is signed off is done: left open it counts as late sooner or later, and its"
      " documents contradict each other"),
    T("`svcdesk resolve ID --result …` and `svcdesk confirm ID`; or reopen the work with a reason"),
    "C 3.2, C 3.3 (K17)",
)  # fmt: skip
UNCONFIRMED = Rule(
    "DESK302",
    "closed-unconfirmed",
    Severity.WARNING,
    T("closed without the user's confirmation"),
    T("only the user knows whether it works; closing needs the confirmation, an accepted delivery"
      " or a signature, unless the desk lets silence count (`close_without_confirmation`)"),
    T("ask, and record the answer: `svcdesk rate ID …` for feedback, or `svcdesk reopen ID`, then"
      " `resolve` and `confirm`"),
    "A 3.4 (K2)",
)  # fmt: skip
INCOMPLETE = Rule(
    "DESK303",
    "chain-incomplete",
    Severity.WARNING,
    T("closed without all documents of its chain"),
    T("the chain request → handling → delivery is what an auditor reads; which of them a type of"
      " request needs stands in desk.yaml (`documents:`)"),
    T("write what is missing: `svcdesk step ID -m TEXT`, `svcdesk do ID deliver …`"),
    "C 4.3 (K9)",
)  # fmt: skip
UNEXPLAINED = Rule(
    "DESK304",
    "failure-unexplained",
    Severity.WARNING,
    T("a failed acceptance does not say what is unmet, or what will be corrected"),
    T("whoever does the second round must know what the customer missed"),
    T("list both in the delivery record: `unmet:` and `corrections:`"),
    "C 2.5, C 3.3 (K5)",
)

_AGAIN: Final = ("reject", "reopen")
_YES: Final = ("confirm", "accept")


def signed_but_open(subject: Subject) -> Iterator[Finding]:
    """An open request whose handling is signed, or whose delivery passed, since the last round."""
    document = next(_signed_off(subject), None)
    if document is not None and is_open(subject):
        message = T(
            "{document} is signed off by {name}, and the request is still {state}",
            document=document.id,
            name=document.get("signature.customer.name"),
            state=subject.workflow.state_label(subject.folded.status),
        )
        yield found(subject, LEFT_OPEN, message, "status")


def closed_unconfirmed(subject: Subject) -> Iterator[Finding]:
    """A closed request with no sign, of whatever kind, that the user agreed."""
    if subject.folded.status != "closed" or subject.facts.close_without_confirmation:
        return
    agreed = last_event(subject, _YES)
    resolved = last_event(subject, ("resolve",))
    if agreed is not None and (resolved is None or agreed.id > resolved.id):
        return
    if subject.documents.get("feedback") or next(_signed_off(subject), None) is not None:
        return
    weight = if_imported(
        subject, last_event(subject, ("close",)) or last_event(subject, sets="status")
    )
    yield found(
        subject, UNCONFIRMED, T("closed without the user's confirmation"), "status", weight=weight
    )


def chain_incomplete(subject: Subject) -> Iterator[Finding]:
    """A closed request without a document that the desk asks for with its type."""
    if subject.folded.status != "closed":
        return
    needed = subject.facts.documents.get(str(subject.record.get("type")), ())
    missing = [kind for kind in needed if not subject.documents.get(kind)]
    if missing:
        message = T("closed without {missing}", missing=", ".join(missing))
        weight = if_imported(subject, last_event(subject, sets="status"))
        yield found(subject, INCOMPLETE, message, "links", weight=weight)


def failure_unexplained(subject: Subject) -> Iterator[Finding]:
    """A delivery that failed without both lists: one finding, whatever is missing."""
    if subject.record.get("verdict") != "fail":
        return
    missing = [name for name in ("unmet", "corrections") if is_empty(subject.record.get(name))]
    if missing:
        message = T("failed without {missing}", missing=", ".join(missing))
        yield found(subject, UNEXPLAINED, message, "verdict")


def _signed_off(subject: Subject) -> Iterator[Record]:
    """Documents that the customer signed as good, since the request last went back to work."""
    again = last_event(subject, _AGAIN)
    since = instant(again.happened) if again is not None else None
    for document in subject.documents.get("handling", ()):
        if signed(document) and _later(document, since):
            yield document
    for document in subject.documents.get("delivery", ()):
        if document.get("verdict") == "pass" and signed(document) and _later(document, since):
            yield document


def _later(document: Record, since: datetime | None) -> bool:
    """Whether the signature is from after that instant (a time that cannot be read is not)."""
    if since is None:
        return True
    at = instant(document.get("signature.customer.at"))
    return at is not None and at > since


def svcdesk_register_checks() -> Iterable[Check]:
    return [
        Check(LEFT_OPEN, signed_but_open, ("request",)),
        Check(UNCONFIRMED, closed_unconfirmed, ("request",)),
        Check(INCOMPLETE, chain_incomplete, ("request",)),
        Check(UNEXPLAINED, failure_unexplained, ("delivery",)),
    ]
