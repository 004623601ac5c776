"""A record in two versions, and what became of its events between them."""

from __future__ import annotations

from collections.abc import Callable

from svcdesk.lifecycle.fold import Fold
from svcdesk.merging.redacted import redaction
from svcdesk.model.people import Person
from svcdesk.model.record import REDACT, Event, Record, Value, Values
from svcdesk.values import NamedTuple

Plain = Callable[[Event], Values]
"""An event as its file has it."""


class Version(NamedTuple):
    """A record at one side, with the path of its file and its fold under the base's workflow."""

    path: str
    record: Record
    folded: Fold


class Change(NamedTuple):
    """One record before (None: it is new) and after."""

    before: Version | None
    after: Version

    @property
    def record(self) -> Record:
        return self.after.record


class Brought(NamedTuple):
    """An event as a commit brought it: who made the commit and when, and the record there.

    `author` is the person whom the base's people.yaml lists under the commit's address.
    """

    event: Event
    author: Person | None
    email: str
    at: float
    """The commit's author date, in epoch seconds."""
    record: Record


class Events(NamedTuple):
    """What became of a record's events: new ones in the order of their ids; (before, after) of
    those that say something else now; those that are gone."""

    new: tuple[Event, ...]
    changed: tuple[tuple[Event, Event], ...]
    removed: tuple[Event, ...]


def events_of(change: Change, plain: Plain) -> Events:
    """The difference of the two sets of events. A redaction that an event records is no change."""
    before = {event.id: event for event in change.before.record.events} if change.before else {}
    after = {event.id: event for event in change.record.events}
    redacts = any(event.do == REDACT for event in after.values())
    changed = []
    for key, event in after.items():
        old = before.get(key)
        if old is None or old == event:
            continue
        if not (redacts and is_redaction(old, event, plain)):
            changed.append((old, event))
    new = sorted((one for key, one in after.items() if key not in before), key=lambda one: one.id)
    gone = [one for key, one in before.items() if key not in after]
    return Events(tuple(new), tuple(changed), tuple(gone))


def is_redaction(old: Event, new: Event, plain: Plain) -> bool:
    """Whether the new event is the old one with nothing but values taken out."""
    one: Value = dict(plain(old))
    other: Value = dict(plain(new))
    return redaction(one, other) == other
