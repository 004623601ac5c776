"""The fold: what a record's events, taken in the order of their ids, make of it.

Order comes from ids alone, never from the order in the file or from clocks. Legality is judged by
state only: roles, required fields and wording are judged where an event is written and where it
enters, so that no later change of roles or rules can unmake what already counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from svcdesk.model.kind import PREVIOUS, Move, Workflow
from svcdesk.model.record import CORRECT, REDACT, SETTLE, SUBMIT, VOID, Event, Value
from svcdesk.values import NamedTuple

STATUS = "status"


class Effect(Enum):
    """What became of an event in the fold."""

    COUNTED = "counted"
    CONCURRENT = "concurrent"
    """It counts, but landed on other values than its author saw."""
    DEAD = "dead"
    """Its move is not legal in the state that it landed on: no effect."""
    VOIDED = "voided"
    DUPLICATE = "duplicate"
    """A derived event of which a lower id says the same."""


class Step(NamedTuple):
    """One event in fold order and what it did."""

    event: Event
    effect: Effect
    before: str | None
    after: str | None
    collisions: Mapping[str, tuple[Value, Value]] = {}
    """For a concurrent event: field → (what its author saw, what stood there)."""
    changes: Mapping[str, Value] = {}
    """What it made of the tracked values (None: gone), the state and what waiting held included."""

    @property
    def counts(self) -> bool:
        return self.effect in (Effect.COUNTED, Effect.CONCURRENT)


class Fold(NamedTuple):
    """The outcome: tracked values by dotted path, every event's effect, and what needs a look."""

    values: Mapping[str, Value]
    steps: tuple[Step, ...]
    settled: frozenset[str]

    @property
    def status(self) -> str | None:
        value = self.values.get(STATUS)
        return value if isinstance(value, str) else None

    def unsettled(self) -> tuple[Step, ...]:
        """Concurrent and dead events that nobody has settled yet, in fold order."""
        return tuple(
            step
            for step in self.steps
            if step.effect in (Effect.CONCURRENT, Effect.DEAD) and step.event.id not in self.settled
        )

    def counted(self) -> Iterator[Event]:
        return (step.event for step in self.steps if step.counts)

    def corrected_times(self) -> dict[str, str]:
        """When events, by their ids, really happened, as corrections say; a later one stands."""
        found: dict[str, str] = {}
        for event in self.counted():
            if event.do == CORRECT:
                found.update(event.times)
        return found

    def effect_of(self, event_id: str) -> Effect | None:
        return next((step.effect for step in self.steps if step.event.id == event_id), None)

    def is_of(self, events: Iterable[Event]) -> bool:
        """Whether it was made of these very events, and no other."""
        return {id(step.event) for step in self.steps} == set(map(id, events))


def fold(events: Iterable[Event], workflow: Workflow) -> Fold:
    """Fold a record's events under its kind's workflow.

    The same set of events gives the same answer in whatever order they come.
    """
    ordered = sorted(events, key=lambda event: event.id)
    voided = _voided(ordered)
    progress = _Progress(workflow)
    steps = tuple(progress.take(event, voided) for event in ordered)
    settled = frozenset(
        settled_id
        for step in steps
        if step.effect is not Effect.VOIDED
        for settled_id in step.event.settles
    )
    return Fold(values=progress.values, steps=steps, settled=settled)


def count_in(values: Mapping[str, Value], path: str) -> int:
    """A count such as that of rounds; the first is there without having been counted."""
    count = values.get(path)
    return count if isinstance(count, int) else 1


def _voided(ordered: list[Event]) -> frozenset[str]:
    """The ids taken back; a void that is itself taken back takes nothing back."""
    gone: set[str] = set()
    for event in reversed(ordered):
        if event.do == VOID and event.id not in gone:
            gone.update(event.void)
    return frozenset(gone)


class _Progress:
    """The record as it stands while the fold walks along its events."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.values: dict[str, Value] = {}
        self.before_waiting: str | None = None
        self.derived: set[tuple[str, int, int]] = set()
        self.changes: dict[str, Value] = {}
        self.held = tuple(workflow.held)

    def take(self, event: Event, voided: frozenset[str]) -> Step:
        state = self._state()
        if event.id in voided:
            return Step(event, Effect.VOIDED, state, state)
        if event.derived is not None:
            if event.derived in self.derived:
                return Step(event, Effect.DUPLICATE, state, state)
            self.derived.add(event.derived)
        move = self.workflow.moves.get(event.do)
        if event.do in (SUBMIT, CORRECT) or (move is None and event.do in (VOID, SETTLE, REDACT)):
            return self._apply(event, state, self._given_state(event, state))
        if move is not None and not move.legal(state):
            return Step(event, Effect.DEAD, state, state)
        return self._apply(event, state, self._target(move, state), move)

    def _apply(
        self, event: Event, before: str | None, after: str | None, move: Move | None = None
    ) -> Step:
        self.changes = {}
        moved = move if move is not None and move.counts_as_move(before) else None
        collisions = self._collisions(event, after, moved)
        for path, value in event.set.items():
            if path != STATUS:
                self._put(path, value)
        if moved is not None:
            for path in moved.clears:
                self._put(path, None)
            if moved.increments:
                self._put(moved.increments, count_in(self.values, moved.increments) + 1)
        if after is not None and after != before:
            self._enter(before, after)
        self._drop_unheld(event, after)
        effect = Effect.CONCURRENT if collisions else Effect.COUNTED
        return Step(event, effect, before, after, collisions, self.changes)

    def _collisions(
        self, event: Event, after: str | None, moved: Move | None
    ) -> dict[str, tuple[Value, Value]]:
        """Where the event landed on other values than its author saw, and not on its own.

        A count tells what the state does not: whoever rejected the result of round 1 did not see
        that of round 2, though the request was resolved each time.
        """
        if event.was is None or event.derived is not None:
            return {}
        found: dict[str, tuple[Value, Value]] = {}
        counted = moved.increments if moved is not None else None
        if counted is not None and counted in event.was:
            seen, here = event.was[counted], count_in(self.values, counted)
            if seen != here:
                found[counted] = (seen, here)
        for path, value in event.set.items():
            held, saw = self.values.get(path), event.was.get(path)
            stays = held == value and (path != STATUS or held == after)
            if held != saw and not stays:
                found[path] = (saw, held)
        return found

    def _state(self) -> str | None:
        value = self.values.get(STATUS)
        return value if isinstance(value, str) else None

    def _given_state(self, event: Event, state: str | None) -> str | None:
        """`submit` and `correct` set the state themselves; nothing else may."""
        given = event.set.get(STATUS)
        if (
            isinstance(given, str)
            and given in self.workflow.states
            and event.do in (SUBMIT, CORRECT)
        ):
            return given
        return state or (self.workflow.initial if event.do == SUBMIT else None)

    def _target(self, move: Move | None, state: str | None) -> str | None:
        if move is None or state is None or not move.counts_as_move(state):
            return state
        target = move.to.get(state, state)
        return (self.before_waiting or self.workflow.initial) if target == PREVIOUS else target

    def _enter(self, before: str | None, after: str) -> None:
        self._put(STATUS, after)
        if before is None:
            return
        left, entered = self.workflow.states[before], self.workflow.states[after]
        if entered.waits:
            self.before_waiting = before
        for held in left.holds:
            if held not in entered.holds:
                for path in [p for p in self.values if p == held or p.startswith(f"{held}.")]:
                    self._put(path, None)

    def _drop_unheld(self, event: Event, after: str | None) -> None:
        """What only another state holds does not stay, whoever set it here."""
        if after is None:
            return
        here = self.workflow.states[after].holds
        for path in event.set:
            for held in self.held if path.startswith(self.held) else ():
                if held not in here and (path == held or path.startswith(f"{held}.")):
                    self._put(path, None)

    def _put(self, path: str, value: Value) -> None:
        self.changes[path] = value
        if value is None:
            self.values.pop(path, None)
        else:
            self.values[path] = value
