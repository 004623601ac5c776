"""Tracked fields in a merge: the fold of the united events, beside what hands wrote over it."""

from __future__ import annotations

from collections.abc import Sequence

from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Word
from svcdesk.merging.three_way import Decide, held_alike
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Record, value_at
from svcdesk.values import NamedTuple

ID = "id"
FORMERLY = "formerly"


class Version(NamedTuple):
    """One version of a record with the fold of its own events."""

    record: Record
    folded: Fold

    @classmethod
    def of(cls, record: Record, workflow: Workflow) -> Version:
        return cls(record, fold(record.events, workflow))

    def header(self, path: str) -> Held:
        value = value_at(self.record.header, path)
        return ABSENT if value is None else value

    def made(self, path: str) -> Held:
        """What its own events make of the field."""
        value = self.folded.values.get(path)
        return ABSENT if value is None else value

    def by_hand(self, path: str) -> bool:
        return not held_alike(self.header(path), self.made(path))


def tracked_values(
    base: Version | None,
    one: Version,
    other: Version,
    folded: Fold,
    paths: list[str],
    decide: Decide,
) -> dict[str, Held]:
    """The value of every tracked field in the merged record, whose events make `folded`."""
    return {path: _value(path, base, one, other, folded, decide) for path in paths}


def tracked_paths(workflow: Workflow, *folds: Fold) -> list[str]:
    """The workflow's tracked fields, and the id where an event renumbered the record."""
    renumbered = any(ID in one.values for one in folds) and ID not in workflow.tracked
    return [*sorted(workflow.tracked), *([ID] if renumbered else [])]


def former_ids(merged: str, versions: Sequence[Version]) -> list[str]:
    """The ids, other than its own now, under which a version knew the record."""
    return sorted({version.record.id for version in versions} - {merged})


def _value(
    path: str,
    base: Version | None,
    one: Version,
    other: Version,
    folded: Fold,
    decide: Decide,
) -> Held:
    """A value by hand that is new is its side's change; one that both sides found there stays
    only as long as neither has changed the field."""
    made = folded.values.get(path)
    united: Held = ABSENT if made is None else made
    before = base.header(path) if base is not None else ABSENT
    here, there = one.header(path), other.header(path)
    by_hand = [side.by_hand(path) for side in (one, other)]
    if not any(by_hand):
        return united
    changed = [base is None or not held_alike(value, before) for value in (here, there)]
    if held_alike(here, there):
        return here if all(by_hand) else united
    fresh = [hand and new for hand, new in zip(by_hand, changed, strict=True)]
    if fresh[0] and not changed[1]:
        return here
    if fresh[1] and not changed[0]:
        return there
    if not any(fresh):
        return united
    return decide(
        Conflict(path, before, here, there, word_of(one, other, path), word_of(other, one, path))
    )


def word_of(side: Version, against: Version, path: str) -> Word | None:
    """Who last set the field on a side by an event that the other side does not have."""
    known = {event.id for event in against.record.events}
    newest: Event | None = None
    for event in side.record.events:
        mine = event.id not in known and path in event.set
        if mine and (newest is None or event.id > newest.id):
            newest = event
    return None if newest is None else Word(newest.actor, newest.happened)
