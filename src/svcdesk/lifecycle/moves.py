"""One move of one record: judged by the workflow, written as an event, folded again.

Nothing here knows people's rights (rights.py) or other records (chain.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from svcdesk.errors import IllegalMove, MissingField, Refused, RepositoryState
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.fold import STATUS, Effect, Fold, count_in, fold
from svcdesk.lifecycle.header import hand_edits, project
from svcdesk.model.ids import ulid
from svcdesk.model.kind import ACTOR, Move, Workflow
from svcdesk.model.record import SUBMIT, Event, Record, Value, Values, value_at
from svcdesk.values import NamedTuple

_SLOT = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
_SAID = ("text", "reason")


class Moved(NamedTuple):
    """A record after a move: the event that was added, and the fold with it."""

    before: Record | None
    record: Record
    event: Event
    folded: Fold


def find_move(workflow: Workflow, name: str, *, record: str | None = None) -> Move:
    """The move of that name or label. Raises IllegalMove naming near ones."""
    move = workflow.moves.get(workflow.move_meant(name))
    if move is None:
        near = get_close_matches(name, list(workflow.moves), n=3, cutoff=0.5)
        raise IllegalMove(
            T("a {kind} has no move “{move}”", kind=workflow.named(), move=name),
            hint=T("moves: {moves}", moves=workflow.named_moves(near or workflow.moves)),
            record=record,
        )
    return move


def make_move(
    record: Record,
    workflow: Workflow,
    name: str,
    given: Values,
    act: Act,
    words: Words | None = None,
    *,
    required: bool = True,
) -> Moved:
    """Make the move `name` with the field values `given` (by dotted path).

    Raises IllegalMove (with the moves that are legal now), MissingField, RepositoryState for a
    record whose tracked fields were edited by hand, Refused where the event would not count or
    would unmake one that counts. Schema and rights are judged elsewhere. `required=False` is for
    a caller that has asked for the needed fields itself.
    """
    said = words or Words()
    before = fold(record.events, workflow)
    refuse_hand_edits(record, before, workflow)
    move = find_move(workflow, name, record=record.id)
    if not move.legal(before.status):
        raise _illegal(record, before, workflow, move)
    values = filled(move, given, record, act)
    if required:
        require(move, values, said, record.id)
    return _write(record, before, workflow, move, values, act, said)


def set_fields(
    record: Record,
    workflow: Workflow,
    changes: Values,
    act: Act,
    words: Words | None = None,
    *,
    folded: Fold | None = None,
) -> Moved:
    """Change fields without a move: one `set` event where any of them is tracked.

    A change of untracked fields alone leaves the events as they are. `folded` is the record's
    fold, where it is made already.
    """
    before = folded or fold(record.events, workflow)
    refuse_hand_edits(record, before, workflow)
    tracked, free = split(changes, workflow)
    edited = record.with_fields(free)
    if not tracked and words is None:
        newest = max(record.events, key=lambda event: event.id)
        return Moved(record, edited, newest, before)
    event = act.event(
        "set", record.newest_event_id(), set=tracked, was=_was(tracked, before), words=words
    )
    return append(edited, before, workflow, event, original=record)


def append(
    record: Record,
    before: Fold,
    workflow: Workflow,
    event: Event,
    *,
    original: Record | None = None,
) -> Moved:
    """Add an event to a record and project its header. Raises Refused if it would not count."""
    grown = record.with_event(event)
    after = fold(grown.events, workflow)
    _must_count(event, before, after, record.id)
    return Moved(original or record, project(grown, after, workflow), event, after)


def open_record(header: Values, workflow: Workflow, act: Act, words: Words | None = None) -> Moved:
    """A new record: `header` has at least id, uid and kind; its `submit` event carries the rest."""
    tracked = {
        path: value
        for path in sorted(workflow.tracked)
        if (value := value_at(header, path)) is not None
    }
    tracked.setdefault(STATUS, workflow.initial)
    ordered = {STATUS: tracked.pop(STATUS), **tracked}
    event = act.event(SUBMIT, None, set=ordered, words=words)
    record = Record(header=header, events=(event,))
    after = fold(record.events, workflow)
    return Moved(None, project(record, after, workflow), event, after)


def filled(move: Move, given: Values, record: Record, act: Act) -> Values:
    """The values given, with the move's defaults where nothing was given."""
    values: dict[str, Value] = {path: _with_ids(value, act) for path, value in given.items()}
    for path, default in move.defaults.items():
        values.setdefault(path, act.actor if default == ACTOR else default)
    for path, default in move.fills.items():
        if record.get(path) is None:
            values.setdefault(path, act.actor if default == ACTOR else default)
    return values


def _with_ids(value: Value, act: Act) -> Value:
    """Items of a list that are mappings get an id of their own: merging knows them by it."""
    if not isinstance(value, list):
        return value
    return [
        {"id": ulid(act.now_ms, act.chance()), **item}
        if isinstance(item, dict) and "id" not in item
        else item
        for item in value
    ]


def require(move: Move, given: Values, said: Words, record: str | None) -> None:
    """Raise MissingField for the first thing that the move needs and nobody gave."""
    for path in move.needs:
        present = getattr(said, path) if path in _SAID else given.get(path)
        if present in (None, "", []):
            raise MissingField(
                T("“{move}” needs {field}", move=move.name, field=path),
                hint=option_hint(path),
                field=path,
                record=record,
            )


def option_hint(path: str) -> Text:
    """How to give a missing field on the command line, where no option of its own is known."""
    if path in _SAID:
        return (
            T("give it with --message TEXT") if path == "text" else T("give it with --reason TEXT")
        )
    return T("give it with --field {field}=…", field=path)


def split(values: Values, workflow: Workflow) -> tuple[dict[str, Value], dict[str, Value]]:
    """The values in tracked fields, and the others."""
    tracked = {path: value for path, value in values.items() if path in workflow.tracked}
    return tracked, {path: value for path, value in values.items() if path not in tracked}


def subject(move: Move, values: Mapping[str, Value]) -> str:
    """The move's sentence for the commit, its {slots} filled from the record's values."""
    return _SLOT.sub(lambda slot: str(values.get(slot[1]) or "–"), move.subject)


def refuse_hand_edits(record: Record, folded: Fold, workflow: Workflow) -> None:
    edits = hand_edits(record, folded, workflow)
    if edits:
        path, values = next(iter(edits.items()))
        header, made = shown_apart(*values)
        raise RepositoryState(
            T(
                "{record}: {field} was edited by hand: the file says {header}, the events {made}",
                record=record.id,
                field=path,
                header=header,
                made=made,
            ),
            hint=T(
                "record the edit with `svcdesk adopt {record}`, or put the value back",
                record=record.id,
            ),
            code="E_HAND_EDIT",
            record=record.id,
            field=path,
        )


def shown(value: Value) -> str:
    """A value inside a sentence: a text as it stands, anything else as a file would have it."""
    if value is None or isinstance(value, str):
        return value or "–"
    import json

    return json.dumps(value, ensure_ascii=False)


def shown_apart(one: Value, other: Value) -> tuple[str, str]:
    """Two different values inside a sentence, told apart also where a text looks like a number."""
    if shown(one) != shown(other):
        return shown(one), shown(other)
    import json

    return json.dumps(one, ensure_ascii=False), json.dumps(other, ensure_ascii=False)


def _write(
    record: Record,
    before: Fold,
    workflow: Workflow,
    move: Move,
    given: Values,
    act: Act,
    said: Words,
) -> Moved:
    item_fields = move.appends.fields if move.appends else ()
    tracked, free = split({k: v for k, v in given.items() if k not in item_fields}, workflow)
    was: dict[str, Value] = {}
    if move.counts_as_move(before.status):
        tracked = {STATUS: _target(move, before, workflow), **tracked}
        if move.increments:
            was[move.increments] = count_in(before.values, move.increments)
    event = act.event(
        move.name,
        record.newest_event_id(),
        set=tracked,
        was={**_was(tracked, before), **was} if tracked else None,
        words=said,
    )
    edited = record.with_fields(free)
    if move.appends and any(given.get(name) is not None for name in item_fields):
        item: dict[str, Value] = {"id": event.id, "at": event.happened, "by": act.actor}
        item.update({name: given[name] for name in item_fields if given.get(name) is not None})
        items = record.get(move.appends.to)
        edited = edited.with_fields(
            {move.appends.to: [*(items if isinstance(items, list) else []), item]}
        )
    return append(edited, before, workflow, event, original=record)


def _target(move: Move, before: Fold, workflow: Workflow) -> Value:
    """The state that the author sees coming; the fold will decide it again for itself."""
    probe = Event(id="7" + "Z" * 25, at="", by="", do=move.name)
    return fold([*(step.event for step in before.steps), probe], workflow).status


def _was(changes: Values, before: Fold) -> dict[str, Value]:
    return {path: before.values[path] for path in changes if path in before.values}


def _must_count(event: Event, before: Fold, after: Fold, record: str) -> None:
    if after.effect_of(event.id) is not Effect.COUNTED:
        raise Refused(
            T("{record}: “{move}” would have no effect", record=record, move=event.do),
            record=record,
        )
    lost = {step.event.id for step in before.steps if step.counts}
    lost -= {step.event.id for step in after.steps if step.counts}
    lost -= set(event.void)
    if lost:
        raise Refused(
            T("{record}: that would unmake {count} later event(s)", record=record, count=len(lost)),
            hint=T("see them with `svcdesk log {record}`", record=record),
            record=record,
        )


def _illegal(record: Record, before: Fold, workflow: Workflow, move: Move) -> IllegalMove:
    legal = workflow.legal_moves(before.status or workflow.initial)
    return IllegalMove(
        T(
            "{record} is {state}: “{move}” is not possible now",
            record=record.id,
            state=workflow.state_label(before.status),
            move=workflow.named_moves([move.name]),
        ),
        hint=T("possible now: {moves}", moves=workflow.named_moves(legal)),
        record=record.id,
    )
