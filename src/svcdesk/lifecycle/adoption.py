"""What a hand edit of tracked fields amounts to: the events that bring a record to what it says.

A status that one legal move, or a short chain of them, leads to becomes those moves; any other
becomes `correct`. Everything else is a `set`. Which moves are tried, and in which order, follows
from the workflow alone, so the same edit is always explained the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from svcdesk.errors import Invalid, MissingField
from svcdesk.i18n import T
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.fold import STATUS, Fold, fold
from svcdesk.lifecycle.moves import Moved, append, shown
from svcdesk.model.ids import next_event_id
from svcdesk.model.kind import ACTOR, Move, Workflow
from svcdesk.model.people import REQUESTER
from svcdesk.model.record import CORRECT, SET, Event, Record, Value, Values

LONGEST_CHAIN = 3
"""How many moves one edited status may stand for; beyond that nobody meant the moves."""
_SAID = ("text", "reason")


@dataclass(frozen=True, slots=True)
class Explained:
    """One event of an explanation: the move (or `set`, `correct`) and the fields that it sets."""

    do: str
    set: Values


def explain_edit(
    record: Record, workflow: Workflow, wanted: Values, actor: str, words: Words | None = None
) -> tuple[Explained, ...]:
    """The events that lead from the record's fold to the tracked values `wanted`.

    `wanted` maps dotted paths to values (None: the field is gone). A move that speaks for the
    requester explains nothing: nobody confirms by editing a file. Raises Invalid for a status
    that the workflow does not have, or for values that cannot stand together (such as a waiting
    reason in a state that does not wait).
    """
    said = words or Words()
    before = fold(record.events, workflow)
    _refuse_unknown_status(record, workflow, wanted)
    if wanted.get(STATUS, before.status) == before.status:
        chains: Iterator[tuple[Explained, ...]] = iter([(Explained(SET, dict(wanted)),)])
    else:
        chains = _explanations(record, before, workflow, wanted, actor, said)
    stuck = STATUS
    for chain in chains:
        wrong = _difference(record, workflow, chain, wanted)
        if wrong is None:
            return chain
        stuck = wrong
    raise Invalid(
        T(
            "{record}: {field} cannot be {value} together with the rest",
            record=record.id,
            field=stuck,
            value=shown(wanted.get(stuck)),
        ),
        hint=T("some fields exist only in one state; put it back, or change the status too"),
        record=record.id,
        field=stuck,
    )


def adopt_edit(
    record: Record,
    workflow: Workflow,
    explained: Sequence[Explained],
    act: Act,
    words: Words | None = None,
) -> list[Moved]:
    """Write the events of an explanation, one after the other.

    Raises MissingField where a `correct` has no reason.
    """
    made = []
    for one in explained:
        if one.do == CORRECT and not (words and words.reason):
            raise MissingField(
                T("{record}: no move leads to {status}; correcting it needs a reason",
                  record=record.id, status=shown(one.set.get(STATUS))),
                hint=T("give it with --reason TEXT, or put the old value back with --discard"),
                field="reason",
                record=record.id,
            )  # fmt: skip
        before = fold(record.events, workflow)
        was = {path: before.values[path] for path in one.set if path in before.values}
        event = act.event(one.do, record.newest_event_id(), set=one.set, was=was, words=words)
        moved = append(record, before, workflow, event)
        made.append(moved)
        record = moved.record
    return made


def _refuse_unknown_status(record: Record, workflow: Workflow, wanted: Values) -> None:
    status = wanted.get(STATUS)
    known = isinstance(status, str) and status in workflow.states
    if STATUS in wanted and not known:
        raise Invalid(
            T("{record}: “{status}” is not a status of a {kind}",
              record=record.id, status=shown(status), kind=workflow.named()),
            hint=T("known: {names}", names=workflow.named_states(workflow.states)),
            record=record.id,
            field=STATUS,
        )  # fmt: skip


def _explanations(
    record: Record, before: Fold, workflow: Workflow, wanted: Values, actor: str, said: Words
) -> Iterator[tuple[Explained, ...]]:
    """Chains of moves, shortest first, then those that set most of the fields; `correct` last."""
    for length in range(1, LONGEST_CHAIN + 1):
        chains = [
            chain
            for chain in _chains(record.events, before, workflow, length)
            if chain[-1][1] == wanted[STATUS]
            and all(_possible(move, record, wanted, actor, said) for move, _ in chain)
        ]
        chains.sort(key=lambda chain: -sum(_takes(chain, path) for path in wanted))
        yield from (_share_out(chain, wanted) for chain in chains)
    yield (Explained(CORRECT, dict(wanted)),)


def _chains(
    events: Sequence[Event], before: Fold, workflow: Workflow, length: int
) -> Iterator[list[tuple[Move, str]]]:
    """Every chain of that many moves from here that change the state, with the state after each."""
    state = before.status
    for move in workflow.moves.values():
        if not move.counts_as_move(state):
            continue
        newest = max((event.id for event in events), default=None)
        probe = Event(id=next_event_id(0, newest, b""), at="", by="", do=move.name)
        grown = (*events, probe)
        after = fold(grown, workflow)
        if after.status is None or after.status == state:
            continue
        step = (move, after.status)
        if length == 1:
            yield [step]
        else:
            yield from ([step, *rest] for rest in _chains(grown, after, workflow, length - 1))


def _possible(move: Move, record: Record, wanted: Values, actor: str, said: Words) -> bool:
    """Whether the move could have been made so, with what the edited record says."""
    if move.speaker == REQUESTER:
        return False

    def value(path: str) -> Value:
        return wanted[path] if path in wanted else record.get(path)

    for path in move.needs:
        present = getattr(said, path) if path in _SAID else value(path)
        if present in (None, "", []):
            return False
    return all(
        value(path) == (actor if default == ACTOR else default)
        for path, default in move.defaults.items()
    )


def _takes(chain: Sequence[tuple[Move, str]], path: str) -> bool:
    return any(path in move.sets for move, _ in chain)


def _share_out(chain: Sequence[tuple[Move, str]], wanted: Values) -> tuple[Explained, ...]:
    """Give each move the fields that it sets; what no move sets goes with the first."""
    left = {path: value for path, value in wanted.items() if path != STATUS}
    shares: list[dict[str, Value]] = []
    for move, state in chain:
        taken = {path: left.pop(path) for path in list(left) if path in move.sets}
        shares.append({STATUS: state, **taken})
    shares[0].update(left)
    return tuple(
        Explained(move.name, share) for (move, _), share in zip(chain, shares, strict=True)
    )


def _difference(
    record: Record, workflow: Workflow, chain: Sequence[Explained], wanted: Mapping[str, Value]
) -> str | None:
    """The first wanted field that the chain would not bring about; None where it brings all."""
    events = list(record.events)
    for one in chain:
        newest = max((event.id for event in events), default=None)
        events.append(Event(id=next_event_id(0, newest, b""), at="", by="", do=one.do, set=one.set))
    made = fold(events, workflow).values
    return next((path for path, value in wanted.items() if made.get(path) != value), None)
