"""A kind of record, as data: its schema, its states, its moves, and who may make them.

A workflow file (`schemas/KIND.workflow.yaml`) becomes a `Workflow`; `parse_workflow` is the only
reader of that shape, and refuses what it does not understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from svcdesk.i18n import Label, Named
from svcdesk.model.field_info import plain
from svcdesk.model.record import Value, Values
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.model.approval_rule import ApprovalRule
    from svcdesk.model.fields import FieldTable
    from svcdesk.model.people import Roles

_NOTHING: Mapping[str, Any] = MappingProxyType({})

PREVIOUS = "previous"
"""A move's target: the state that the record was in before it began to wait."""
ACTOR = "$actor"
"""A move's default for a person field: whoever makes the move."""


class State(NamedTuple):
    """A state of the workflow. `form` is the printed form's word for it (norm C knows four)."""

    name: str
    labels: Mapping[str, str]
    form: str
    is_open: bool
    holds: tuple[str, ...] = ()
    """Fields that exist only in this state: dropped by the fold when the record leaves it."""
    waits: bool = False
    """Whether `resume` leads out of it, to the state before."""
    requires: tuple[str, ...] = ()
    """Fields that a record in this state should have: `check` names what is missing."""


class Append(NamedTuple):
    """A move that adds an item to a list of the record: {id, at, by, …the fields named}."""

    to: str
    fields: tuple[str, ...]


class Write(NamedTuple):
    """Another record that a move writes in the same commit.

    `document` is its kind. `when` says whether: `always`; `needed` (the desk asks for that
    document for this type of request, or there is one already); `exists` (only if there is one).
    `do` is the move made there; `fields` go to it instead of to the record moved; `copies` fills
    its fields from the record moved, where it has them. `fresh` starts a new document each round.
    """

    document: str
    when: str
    do: str
    fields: tuple[str, ...] = ()
    copies: Mapping[str, str] = _NOTHING
    fixed: Values = _NOTHING
    fresh: bool = False


class Move(NamedTuple):
    """Something that can be done to a record.

    `to` maps the state that it is made in to the state after it (PREVIOUS for the one before
    waiting); a state that is not in it stays. A move with an empty `to` is a *fact*: legal in
    every state that `legal_in` names (all, where that is None), changing none.
    """

    name: str
    labels: Mapping[str, str]
    subject: str
    legal_in: frozenset[str] | None
    to: Mapping[str, str]
    sets: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    position: str | None = None
    elsewhere_fact: bool = False
    appends: Append | None = None
    writes: tuple[Write, ...] = ()
    increments: str | None = None
    defaults: Values = _NOTHING
    """What a field gets where it is not given: ACTOR, or the value itself."""
    fills: Values = _NOTHING
    """The same, only where the record has no value yet."""
    speaker: str | None = None
    """Whose word it is by nature: `requester` for a confirmation, recorded `for: requester`."""
    not_by: str | None = None
    """The move whose maker may not make this one: whoever resolved does not confirm."""

    @property
    def is_fact(self) -> bool:
        return not self.to

    def legal(self, state: str | None) -> bool:
        return self.legal_in is None or state in self.legal_in or self.elsewhere_fact

    def counts_as_move(self, state: str | None) -> bool:
        """Whether, made in `state`, it changes the state (else it stands as a fact)."""
        return bool(self.to) and (self.legal_in is None or state in self.legal_in)


class Workflow(NamedTuple):
    """States, moves and rights of one kind; `tracked` are the fields that events decide."""

    kind: str
    version: int
    prefix: str
    folder: str
    labels: Mapping[str, str]
    form_labels: Mapping[str, str]
    initial: str
    states: Mapping[str, State]
    moves: Mapping[str, Move]
    roles: Roles
    tracked: frozenset[str]
    guards: Mapping[str, str]
    """Fields whose change by `set` asks for a right of its own: field → right."""
    targets: Values
    """Which events start, meet and pause which SLA target (see the sla package)."""
    request_link: str | None = None
    """The field that holds the link to the request, for documents of a request's chain."""
    approval: ApprovalRule | None = None
    """What has to be approved before which moves; None for a kind that asks for no approval."""

    @property
    def held(self) -> frozenset[str]:
        """The fields that exist only in some states."""
        return frozenset(field for state in self.states.values() for field in state.holds)

    def open_states(self) -> frozenset[str]:
        return frozenset(name for name, state in self.states.items() if state.is_open)

    def state_label(self, state: str | None) -> Label:
        """What people call a state; its name where the workflow has no such state (any more)."""
        known = self.states.get(state or "")
        return Label(known.labels if known else {}, state or "–")

    def named(self) -> Named:
        """The kind as a part of a sentence."""
        return Named([self.kind], {self.kind: Label(self.labels, self.kind)})

    def named_moves(self, names: Iterable[str]) -> Named:
        """Moves as a part of a sentence."""
        known = {name: Label(move.labels, name) for name, move in self.moves.items()}
        return Named(names, known)

    def named_states(self, names: Iterable[str]) -> Named:
        """States as a part of a sentence."""
        known = {name: Label(state.labels, name) for name, state in self.states.items()}
        return Named(names, known)

    def move_meant(self, typed: str) -> str:
        """The move of that name, or the only one of that label; what was typed where it is none."""
        if typed in self.moves:
            return typed
        word = plain(typed)
        found = [name for name, move in self.moves.items()
                 if word in map(plain, (name, *move.labels.values()))]  # fmt: skip
        return found[0] if len(found) == 1 else typed

    def legal_moves(self, state: str) -> tuple[str, ...]:
        """The moves that change something in this state, in the workflow's order."""
        return tuple(name for name, move in self.moves.items() if move.counts_as_move(state))


class Words(NamedTuple):
    """What people call a kind, its states and its fields: all that lists and queries need of it."""

    kind: str
    labels: Mapping[str, str]
    states: Mapping[str, State]
    fields: FieldTable


class Kind(NamedTuple):
    """A kind: its composed JSON Schema and its workflow, and where each came from."""

    name: str
    schema: Mapping[str, Value]
    workflow: Workflow
    origin: str
