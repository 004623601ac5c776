"""New records, moves and changed fields: what people do to records all day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.author import Author
from svcdesk.desk.draft import Draft
from svcdesk.desk.naming import TO, named, refuse_status, refuse_unknown_role
from svcdesk.desk.writing import Done, Options, Story, perform
from svcdesk.errors import MissingField, NotAllowed, Refused
from svcdesk.i18n import T
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.chain import Chain, plan_move, with_link
from svcdesk.lifecycle.dates import check_when, refuse_past
from svcdesk.lifecycle.escalations import ABOUT
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.moves import (
    Moved,
    filled,
    find_move,
    open_record,
    option_hint,
    set_fields,
    split,
)
from svcdesk.lifecycle.rights import authorise, rights_for_fields
from svcdesk.lifecycle.unchanged import changed, says_nothing
from svcdesk.lifecycle.unsettled import chosen_unsettled
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Kind, Move
from svcdesk.model.people import REQUESTER
from svcdesk.model.record import Record, Value, Values
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_REQUEST = "request"
_MADE_HERE = frozenset({"id", "uid", "kind", "status", "events", "submitted"})


class Circumstances(NamedTuple):
    """For whom, by what means, when it happened, what was said, and how to write it."""

    acting_for: str | None = None
    via: str | None = None
    when: datetime | None = None
    words: Words = Words()
    options: Options = Options()
    settles: tuple[str, ...] | None = None
    """Unsettled events that a move settles, by unique endings of their ids; `()` for all."""

    @property
    def is_bare(self) -> bool:
        """Whether nothing is said beside the values: no words, no other time, nothing settled."""
        return self.words == Words() and self.when is None and self.settles is None


def new_record(desk: Desk, kind_name: str, given: Values, around: Circumstances) -> Done:
    """Create a record of a kind with the fields given (dotted paths).

    A document of a request's chain (`request: SR-…`) is linked with its request in the same
    commit. Raises MissingField for what the kind cannot do without.
    """
    kind = desk.kinds[desk.kinds.meant(kind_name)]
    author = desk.author(around.acting_for)
    authorise("submit", kind.workflow.roles, author.person, author.principal)
    act = desk.act(author, when=around.when, via=around.via)
    _refuse_future(desk, around.when)

    def build(draft: Draft) -> Story:
        opened = open_one(desk, draft, kind, given, act, around.words)
        for moved in opened:
            draft.keep(moved)
        new = opened[0].record
        return Story(f"{new.id}: new {kind.name}", [new.title], "submit")

    return perform(desk, build, around.options)


def open_one(
    desk: Desk, draft: Draft, kind: Kind, given: Values, act: Act, words: Words
) -> list[Moved]:
    """A new record, and the request that it is a document of; both still to be kept in the draft.

    Raises as `new_record` does.
    """
    fields = _of_customer(desk, kind.name, named(desk, kind.name, given))
    request = _request_of(kind, fields, draft)
    _require_fields(kind, fields)
    opened = [_open(kind, fields, act, words, draft)]
    if request is not None:
        opened.append(_linked(desk, request, opened[0].record, act))
    return opened


def change_one(
    desk: Desk,
    draft: Draft,
    record: Record,
    changes: Values,
    author: Author,
    around: Circumstances,
) -> str:
    """Set fields in the draft: tracked ones by an event, others as they are; gives the sentence
    for the commit."""
    workflow = desk.workflow(record.kind)
    wanted = _of_customer(desk, record.kind, named(desk, record.kind, changes), record)
    folded = fold(record.events, workflow)
    refuse_status(record.id, folded.status, workflow, wanted)
    for right in ("set", *sorted(rights_for_fields(workflow, changes))):
        authorise(right, workflow.roles, author.person, author.principal, record=record.id)
    act = desk.act(author, when=around.when, via=around.via)
    tracked, free = split(wanted, workflow)
    if around.is_bare:
        tracked = changed(tracked, folded)
        wanted = {**free, **tracked}
    if around.when and tracked:
        _check_when(desk, record, around.when, is_move=False)
    refuse_past(record.id, tracked, strict_instant(act.happened))
    words = around.words if around.words != Words() else None
    draft.keep(set_fields(record, workflow, wanted, act, words, folded=folded))
    return "set " + ", ".join(sorted(changes))


def move_one(
    desk: Desk,
    draft: Draft,
    record: Record,
    name: str,
    given: Values,
    author: Author,
    around: Circumstances,
) -> str:
    """Make the move in the draft; gives its sentence for the commit."""
    workflow = desk.workflow(record.kind)
    name = workflow.move_meant(name)
    if workflow.approval is not None and name == workflow.approval.move:
        from svcdesk.desk.approving import approve_one

        return approve_one(desk, draft, record, author, around)
    move = find_move(workflow, name, record=record.id)
    speaking = author.for_requester() if move.speaker == REQUESTER else author
    authorise(name, workflow.roles, speaking.person, speaking.principal, record=record.id)
    _refuse_own(desk, record, move, speaking)
    given = _of_customer(desk, record.kind, named(desk, record.kind, given), record)
    refuse_unknown_role(workflow, around.words.marks.get(TO))
    via = around.via or (_channel(record) if speaking.principal else None)
    act = desk.act(speaking, when=around.when, via=via)
    folded = fold(record.events, workflow)
    state = folded.status
    refuse_status(record.id, state, workflow, given)
    if around.is_bare and says_nothing(move, filled(move, given, record, act), workflow, folded):
        return move.name
    if around.when:
        _check_when(desk, record, around.when, is_move=move.counts_as_move(state))
    refuse_past(record.id, given, strict_instant(act.happened))
    _refuse_late_reopening(desk, record, move, state)
    words = _naming(desk, record, speaking, _settling(desk, record, speaking, around))
    plan = plan_move(record, name, given, act, words, _chain(desk, draft, record))
    for moved in (_at_close(desk, plan.moved), *plan.documents):
        draft.keep(moved)
    return plan.subject


def _of_customer(
    desk: Desk, kind: str, given: dict[str, Value], record: Record | None = None
) -> dict[str, Value]:
    """The values with what customers.yaml says of a customer among them."""
    if given.get("customer") is None:
        return given
    from svcdesk.desk.customers import with_customer

    return with_customer(desk, kind, given, record)


def _at_close(desk: Desk, moved: Moved) -> Moved:
    """The move with what the SLA came to, if it closes; only then is the SLA loaded."""
    if moved.record.status != "closed":
        return moved
    from svcdesk.desk.sla_snapshots import at_close

    return at_close(desk, moved)


def _settling(desk: Desk, record: Record, author: Author, around: Circumstances) -> Words:
    """What is said, with the events that the move settles beside what it does."""
    if around.settles is None:
        return around.words
    workflow = desk.workflow(record.kind)
    authorise("settle", workflow.roles, author.person, record=record.id)
    folded = fold(record.events, workflow)
    return around.words._replace(settles=chosen_unsettled(record.id, folded, around.settles))


def _naming(desk: Desk, record: Record, author: Author, words: Words) -> Words:
    """What is said, with the events and breaches that it is about."""
    if ABOUT not in words.marks:
        return words
    from svcdesk.desk.explaining import naming

    return naming(desk, record, author, words)


def _chain(desk: Desk, draft: Draft, record: Record) -> Chain:
    request_type = record.get("type")
    needed = desk.facts.documents.get(request_type, ()) if isinstance(request_type, str) else ()
    return Chain(
        kinds=desk.kinds,
        documents=draft.documents(record),
        needed=frozenset(needed),
        new_id=draft.new_id,
    )


def story(said: list[tuple[str, str]], move: str) -> Story:
    """What the commit says of a move of one or more records, each with its own sentence."""
    if len(said) == 1:
        record_id, sentence = said[0]
        return Story(f"{record_id}: {sentence}", [], move)
    sentences = {sentence for _, sentence in said}
    what = sentences.pop() if len(sentences) == 1 else move
    ids = {record_id for record_id, _ in said}
    whose = ids.pop() if len(ids) == 1 else f"{len(ids)} records"
    return Story(f"{whose}: {what}", [f"{one}: {text}" for one, text in said], move)


def _channel(record: Record) -> str:
    """By what means the requester's word came, where nobody says: as the request itself did."""
    channel = record.get("channel")
    if isinstance(channel, str):
        return channel
    raise MissingField(
        T("{record}: by what means did the requester say so?", record=record.id),
        hint=T("give it with --via phone (or email, im, signature …)"),
        field="via",
        record=record.id,
    )


def _refuse_own(desk: Desk, record: Record, move: Move, author: Author) -> None:
    """Whoever resolved a request does not record its confirmation, unless the desk allows it."""
    if move.not_by is None or desk.facts.confirm_own:
        return
    folded = fold(record.events, desk.workflow(record.kind))
    makers = [event.by for event in folded.counted() if event.do == move.not_by]
    if makers and makers[-1] == author.person.id:
        raise NotAllowed(
            T("{record}: {person} resolved it and may not record its confirmation",
              record=record.id, person=author.person.id),
            hint=T("let a colleague do it, or set `confirm_own: true` in records/desk.yaml"),
            record=record.id,
        )  # fmt: skip


def _refuse_late_reopening(desk: Desk, record: Record, move: Move, state: str | None) -> None:
    days = desk.facts.reopen_within_days
    if days is None or move.name != "reopen" or state != "closed":
        return
    folded = fold(record.events, desk.workflow(record.kind))
    closed = [
        step.event.happened for step in folded.steps if step.counts and step.after == "closed"
    ]
    if (desk.now() - strict_instant(closed[-1])).days >= days:
        raise Refused(
            T("{record} was closed more than {days} days ago", record=record.id, days=days),
            hint=T(
                "open a new request and link it: svcdesk link NEW related {record}",
                record=record.id,
            ),
            code="E_WINDOW",
            record=record.id,
        )


def _check_when(desk: Desk, record: Record, when: datetime, *, is_move: bool) -> None:
    folded = fold(record.events, desk.workflow(record.kind))
    check_when(record.id, folded, is_move=is_move, when=when, now=desk.now())


def _refuse_future(desk: Desk, when: datetime | None) -> None:
    if when and when > desk.now():
        raise Refused(T("{when} has not come yet", when=when.isoformat()), code="E_TIME")


def _request_of(kind: Kind, fields: dict[str, Value], draft: Draft) -> Record | None:
    """The request that a document belongs to, by the id given; its link replaces the id."""
    link = kind.workflow.request_link
    if link is None or not isinstance(fields.get(link), str):
        return None
    request = draft.record(str(fields[link]))
    fields[link] = {"id": request.id, "uid": request.uid}
    return request


def _linked(desk: Desk, request: Record, document: Record, act: Act) -> Moved:
    """The request with a link to its new document: no event, links are not tracked."""
    linked = with_link(request, document.kind, document)
    links = linked.get("links")
    return set_fields(request, desk.workflow(request.kind), {"links": links}, act)


def missing_fields(kind: Kind, names: Collection[str]) -> Iterator[MissingField]:
    """The refusals of what a new record of a kind needs beside the fields of these paths."""
    for name in _required(kind.schema):
        if name.partition(".")[0] not in _MADE_HERE and name not in names:
            yield MissingField(
                T("a new {kind} needs {field}", kind=kind.workflow.named(), field=name),
                hint=option_hint(name),
                field=name,
            )


def _require_fields(kind: Kind, fields: Values) -> None:
    for error in missing_fields(kind, fields):
        raise error


def _required(schema: Values, prefix: str = "") -> Iterator[str]:
    """The dotted paths of the fields that a record cannot be without."""
    properties = schema.get("properties")
    required = schema.get("required")
    for name in required if isinstance(required, list) else []:
        inner = properties.get(str(name)) if isinstance(properties, Mapping) else None
        below = list(_required(inner, f"{prefix}{name}.")) if isinstance(inner, Mapping) else []
        yield from below or [f"{prefix}{name}"]


def _open(kind: Kind, fields: Values, act: Act, words: Words, draft: Draft) -> Moved:
    record_id, uid = draft.new_id(kind)
    header: dict[str, Value] = {"id": record_id, "uid": uid, "kind": kind.name}
    record = Record(header, ()).with_fields(fields)
    if "submitted" in kind.workflow.tracked and record.get("submitted") is None:
        record = record.with_fields({"submitted": act.happened})
    return open_record(record.header, kind.workflow, act, words)
