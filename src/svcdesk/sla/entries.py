"""What a ledger says: one entry a cycle of a target, and the whole of them for a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from svcdesk.i18n import Text
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.sla.cycles import Cycle
    from svcdesk.sla.dues import Course
    from svcdesk.sla.explain import Interval, WorkingDay
    from svcdesk.sla.history import Spell
    from svcdesk.sla.levels import LevelMoment


class State(Enum):
    """Where a target stands."""

    RUNNING = "running"
    PAUSED = "paused"
    HIDDEN = "hidden"
    MET = "met"
    MISSED = "missed"
    """Met, but late."""
    BREACHED = "breached"
    """Late and not met, whether it is still open or not."""
    DROPPED = "dropped"
    """Owed no more: the record was cancelled, went on, or the policy asks no longer."""


LATE = frozenset({State.BREACHED, State.MISSED})
"""Breached, or met late."""


class Entry(NamedTuple):
    """One cycle of one target as of the ledger's instant. Instants are epoch seconds.

    `started`: from when its clock counts (a later one than `began` where terms reset it). `due`:
    None while it is hidden; while it is paused, what it would be if the waiting ended now.
    `met`: when it was met. `ended`: when it was met or ceased to be owed. `breached_at`: the due
    time that passed; kept when it was met late, and for information when it was dropped late.
    `remaining`: seconds on its clock until due, negative after; None once it has ended.
    `lacks`: the field that meeting it should have given (an expected time: A 3.2).
    `earlier_dues`: (until when, the due time that held till then), where terms changed.
    """

    target: str
    cycle: int
    labels: Mapping[str, str]
    state: State
    began: int
    started: int
    due: int | None
    met: int | None
    ended: int | None
    breached_at: int | None
    remaining: int | None
    clock: str
    rule: str
    cites: str
    judged: bool
    lacks: str | None = None
    earlier_dues: tuple[tuple[int, int], ...] = ()
    notes: tuple[Text, ...] = ()
    course: Course | None = None
    spells: tuple[Spell, ...] = ()
    source: tuple[Cycle, int, int | None] | None = None
    """The cycle, the ledger's instant, and since when its clock is paused or hidden."""

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def is_late(self) -> bool:
        """Breached, or met late."""
        return self.state in LATE

    @property
    def levels(self) -> tuple[LevelMoment, ...]:
        """Its levels of escalation as of the ledger's instant, in the policy's order."""
        from svcdesk.sla.levels import moments

        if self.source is None or self.course is None:
            return ()
        cycle, at, standing_since = self.source
        return moments(cycle, self.course, at, standing_since)

    def intervals(self, at: int) -> tuple[Interval, ...]:
        """Every counted, skipped and waited interval from the start to its end, else to `at`."""
        from svcdesk.sla.explain import explain

        if self.course is None:
            return ()
        return explain(self.course, self.spells, self.ended if self.ended is not None else at)

    def days(self, at: int) -> tuple[WorkingDay, ...]:
        """The working days counted until it ended or was due, else to `at`."""
        from svcdesk.sla.explain import working_days

        if self.course is None:
            return ()
        end = self.ended if self.ended is not None else max(at, self.course.due)
        return working_days(self.course, min(end, self.course.due))


class Ledger(NamedTuple):
    """Everything owed for one record, as of `at`. `entries` are in the table's order, then by
    cycle; `notes` say what could make an answer doubtful or why there is none."""

    record: str
    at: int
    policy: str
    since: date | None
    rule: str
    entries: tuple[Entry, ...]
    notes: tuple[Text, ...] = ()

    def entry(self, target: str, cycle: int | None = None) -> Entry | None:
        """The target's entry: of that cycle, else its latest."""
        found = [
            entry
            for entry in self.entries
            if entry.target == target and cycle in (None, entry.cycle)
        ]
        return found[-1] if found else None

    def next_due(self) -> Entry | None:
        """The judged, open target that falls due first; a breached one comes before all."""
        waiting = [entry for entry in self.entries if entry.is_open and entry.judged and entry.due]
        return min(waiting, key=lambda entry: entry.due or 0, default=None)
