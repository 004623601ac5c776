"""What the rules ask of a record under check, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from svcdesk.errors import Invalid
from svcdesk.i18n import Text
from svcdesk.lifecycle.rights import is_import
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.instants import strict_instant

if TYPE_CHECKING:
    from svcdesk.hookspecs import Subject
    from svcdesk.model.record import Event, Record


def found(
    subject: Subject, rule: Rule, message: Text, *place: str | int, weight: Severity | None = None
) -> Finding:
    """A finding at a place of the record's file, such as `("improvements", 0)`."""
    return Finding(
        rule,
        message,
        record=subject.record.id,
        path=subject.path or None,
        line=subject.line_of(place) if place else None,
        field=".".join(map(str, place)) or None,
        severity=weight,
    )


def is_open(subject: Subject) -> bool:
    state = subject.workflow.states.get(subject.folded.status or "")
    return state is not None and state.is_open


def last_event(subject: Subject, moves: Collection[str] = (), *, sets: str = "") -> Event | None:
    """The last event that counts and is one of these moves, or sets this field."""
    last = None
    for event in subject.folded.counted():
        if event.do in moves or (sets and sets in event.set):
            last = event
    return last


def if_imported(subject: Subject, event: Event | None) -> Severity | None:
    """NOTE for what an import brought in: it is history, and nobody here can mend it."""
    if event is not None and is_import(event, subject.workflow, subject.people):
        return Severity.NOTE
    return None


def signed(document: Record) -> bool:
    """Whether the customer's signature is on a document."""
    return bool(document.get("signature.customer.name"))


def instant(value: object) -> datetime | None:
    """The time in a text, or None: other rules say what is wrong with it."""
    try:
        return strict_instant(value) if isinstance(value, str) else None
    except Invalid:
        return None


def entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings in a list, each with its place; whatever else stands there is the schema's."""
    for index, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, Mapping):
            yield index, one


def is_empty(value: object) -> bool:
    return value is None or value in ("", []) or (isinstance(value, str) and not value.strip())
