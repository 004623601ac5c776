"""A move and the documents that it writes: request → handling → delivery → feedback in one go.

Whoever handles a request types only the request's id. Which documents a move writes stands in the
workflow (`writes:`); which of them a request needs, the desk says by type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.moves import (
    Moved,
    filled,
    find_move,
    make_move,
    open_record,
    require,
    subject,
)
from svcdesk.model.kind import Kind, Move, Write
from svcdesk.model.record import Record, Value, Values
from svcdesk.values import NamedTuple

NewId = Callable[[Kind], tuple[str, str]]
"""Gives a new record's id and uid."""


class Chain(NamedTuple):
    """What the planner must know beside the record moved.

    `kinds` by name; `documents` are the records linked from it, oldest first, by kind; `needed`
    the kinds of document that the desk asks for with this record's type.
    """

    kinds: Mapping[str, Kind]
    documents: Mapping[str, Sequence[Record]]
    needed: frozenset[str]
    new_id: NewId


class Plan(NamedTuple):
    """The records that a move writes, the one moved first, and its sentence for the commit."""

    moved: Moved
    documents: tuple[Moved, ...]
    subject: str

    @property
    def all(self) -> tuple[Moved, ...]:
        return (self.moved, *self.documents)


def plan_move(
    record: Record, name: str, given: Values, act: Act, words: Words | None, chain: Chain
) -> Plan:
    """Plan a move and every document it writes; nothing is changed.

    A field that a document takes goes there instead of to the record. Raises what `make_move`
    raises, for the record or for a document.
    """
    workflow = chain.kinds[record.kind].workflow
    move = find_move(workflow, name, record=record.id)
    state = fold(record.events, workflow).status
    wanted = filled(move, given, record, act)
    foreign = _foreign(wanted, chain.kinds[record.kind])
    writes = [one for one in move.writes if _applies(one, move, state, chain, foreign)]
    if move.legal(state):
        require(move, wanted, words or Words(), record.id)
    taken = {path for one in writes for path in one.fields}
    linked = record
    documents = []
    spoken = words._replace(settles=()) if words else None  # those are the record's own events
    for write in writes:
        made = _write_document(write, record, wanted, act, spoken, chain)
        documents.append(made)
        if made.before is None:
            linked = with_link(linked, write.document, made.record)
    kept = {path: value for path, value in wanted.items() if path not in taken}
    moved = make_move(linked, workflow, name, kept, act, words, required=False)
    values = {**wanted, **moved.folded.values}
    # a customer's late no is a fact, and no round begins with it
    stands = move.is_fact or move.counts_as_move(state)
    sentence = subject(move, values) if stands else f"{move.name} noted"
    return Plan(
        Moved(record, moved.record, moved.event, moved.folded),
        tuple(documents),
        sentence,
    )


def with_link(record: Record, relation: str, other: Record) -> Record:
    """The record with a link to another; a link that is there already is not doubled."""
    links = record.get("links")
    present = list(links) if isinstance(links, list) else []
    link: Value = {"rel": relation, "id": other.id, "uid": other.uid}
    return record if link in present else record.with_fields({"links": [*present, link]})


def _foreign(given: Values, kind: Kind) -> frozenset[str]:
    """What is given that a record of the kind has no place for, such as a handling step."""
    own = kind.schema.get("properties")
    places: Values = own if isinstance(own, Mapping) else {}
    filled_in = (path for path, value in given.items() if value is not None)
    return frozenset(path for path in filled_in if path.partition(".")[0] not in places)


def _applies(
    write: Write, move: Move, state: str | None, chain: Chain, foreign: frozenset[str]
) -> bool:
    """Whether the move writes that document. One that nobody asks for is written all the same
    where something is given that has its place there alone."""
    if not (move.is_fact or move.counts_as_move(state)):
        return False  # a customer's late no stands as a fact and writes no form
    exists = bool(chain.documents.get(write.document))
    if write.when == "needed":
        wanted = write.document in chain.needed or not foreign.isdisjoint(write.fields)
        return exists or wanted
    return exists if write.when == "exists" else True


def _write_document(
    write: Write, request: Record, given: Values, act: Act, words: Words | None, chain: Chain
) -> Moved:
    kind = chain.kinds[write.document]
    values = {path: given[path] for path in write.fields if given.get(path) is not None}
    existing = _current(write, kind, chain.documents.get(write.document, ()))
    if existing is not None:
        return make_move(existing, kind.workflow, write.do, values, act, words)
    opened = _open_document(write, kind, request, act, chain)
    made = make_move(opened.record, kind.workflow, write.do, values, act, words)
    return Moved(None, made.record, made.event, made.folded)


def _current(write: Write, kind: Kind, documents: Sequence[Record]) -> Record | None:
    """The document that the move goes on with; None where a new one is begun."""
    if not documents:
        return None
    latest = documents[-1]
    if not write.fresh:
        return latest
    state = fold(latest.events, kind.workflow).status
    return latest if kind.workflow.moves[write.do].counts_as_move(state) else None


def _open_document(write: Write, kind: Kind, request: Record, act: Act, chain: Chain) -> Moved:
    record_id, uid = chain.new_id(kind)
    header: dict[str, Value] = {"id": record_id, "uid": uid, "kind": kind.name}
    if kind.workflow.request_link:
        header[kind.workflow.request_link] = {"id": request.id, "uid": request.uid}
    record = Record(header=header, events=())
    for path, source in write.copies.items():
        value = request.title if source == "title" else request.get(source)
        if value not in (None, ""):
            record = record.with_fields({path: value})
    if write.fixed:
        record = record.with_fields(write.fixed)
    return open_record(record.header, kind.workflow, act)
