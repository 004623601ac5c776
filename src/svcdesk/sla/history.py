"""What happened to a record, in the neutral shape that the ledger reads.

Only events that count are here, in fold order. The fold of a record's events becomes this shape
elsewhere; nothing here reads a record's header, so no hand edit moves a deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from svcdesk.model.record import Value
from svcdesk.values import NamedTuple

REQUESTER = "requester"


class Occurrence(NamedTuple):
    """One event that counts. `when` is the counted time in epoch seconds; that of the submission
    is the submitted time. `values` are the tracked values after it, by dotted path, `changed`
    those that it set (None: removed). `auto`: written by a machine. `plan`: an assessment that
    states a plan. `extra` may hold `move`, the move that a promise names, and `derived`, the key
    of a derived event.
    """

    id: str
    when: int
    by: str
    do: str
    state_before: str | None
    state_after: str | None
    for_: str | None = None
    values: Mapping[str, Value] = {}
    changed: Mapping[str, Value] = {}
    auto: bool = False
    plan: bool = False
    extra: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class History:
    """A record's occurrences in order; their times never go back."""

    id: str
    uid: str
    occurrences: tuple[Occurrence, ...]

    def __post_init__(self) -> None:
        times = [occurrence.when for occurrence in self.occurrences]
        if times != sorted(times):
            raise ValueError(f"{self.id}: the times of occurrences must not go back")

    def until(self, at: int) -> History:
        """The history as it was known at an instant."""
        if not self.occurrences or self.occurrences[-1].when <= at:
            return self
        kept = tuple(occurrence for occurrence in self.occurrences if occurrence.when <= at)
        return History(self.id, self.uid, kept)

    @property
    def submitted(self) -> int | None:
        """When it was submitted; None for a record that has no events."""
        return self.occurrences[0].when if self.occurrences else None


class Spell(NamedTuple):
    """A time of waiting for one reason; `end` is None while it lasts."""

    start: int
    end: int | None
    reason: str


def waiting_spells(
    history: History, states: frozenset[str], reason_field: str
) -> tuple[Spell, ...]:
    """When the record waited, split wherever the reason changed."""
    spells: list[Spell] = []
    since, reason = 0, None
    for occurrence in history.occurrences:
        now = None
        if occurrence.state_after in states:
            given = occurrence.values.get(reason_field)
            now = given if isinstance(given, str) else ""
        if now == reason:
            continue
        if reason is not None and since < occurrence.when:
            spells.append(Spell(since, occurrence.when, reason))
        since, reason = occurrence.when, now
    if reason is not None:
        spells.append(Spell(since, None, reason))
    return tuple(spells)


def waiting_since(spells: tuple[Spell, ...]) -> int | None:
    """Since when the record has been waiting, for whatever reasons; None if it does not wait."""
    if not spells or spells[-1].end is not None:
        return None
    since = spells[-1].start
    for spell in reversed(spells[:-1]):
        if spell.end != since:
            break
        since = spell.start
    return since
