"""What a branch does to one record, in the sentences that people say about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from svcdesk.i18n import Label, T, Text, pick
from svcdesk.lifecycle.approval_digest import DECISION
from svcdesk.lifecycle.approval_flaws import Became, Turn
from svcdesk.lifecycle.approval_values import DECISIONS
from svcdesk.lifecycle.fold import Effect, Fold, Step
from svcdesk.lifecycle.move_names import move_name
from svcdesk.lifecycle.moves import shown
from svcdesk.model.fields import FieldTable
from svcdesk.model.kind import Workflow
from svcdesk.model.record import SUBMIT, VOID, Event, Record, Value, leaves
from svcdesk.review.change import Change, Events
from svcdesk.sla.entries import Entry, Ledger, State

_LONG = 160
_NO_FIELDS = FieldTable(())
_NOT_SAID = frozenset({"status", "id", "uid", "kind"})
_FIRST = ("priority", "type", "customer", "assignee")


def said_of(
    change: Change, events: Events, workflow: Workflow, fields: FieldTable = _NO_FIELDS
) -> Iterator[Text]:
    """What happened, event by event, then which fields say something else; those of `fields`, and
    the words in them, by their labels."""
    new = {event.id for event in events.new}
    for step in change.after.folded.steps:
        if step.event.id in new:
            yield from _of_event(step, change.after.folded, workflow, change.record)
    if change.before is None:
        for path in _FIRST:
            if change.record.get(path) is not None:
                value = _value(fields, path, change.record.get(path))
                yield T("{field}: {value}", field=_name(fields, path), value=value)
        return
    if change.before.record.id != change.record.id:
        yield T("its number was {old} and is {new}", old=change.before.record.id,
                new=change.record.id)  # fmt: skip
    yield from _of_fields(change.before.record, change.record, fields)


def _of_event(step: Step, folded: Fold, workflow: Workflow, record: Record) -> Iterator[Text]:
    event = step.event
    if event.do == SUBMIT and step.before is None:
        yield T("created by {who}, {time}: {title}", who=_who(event), time=event.happened,
                title=_short(record.title))  # fmt: skip
    elif step.effect is Effect.DEAD:
        yield T("{move} by {who}, {time}: without effect, the record was {state}",
                move=_move(event, workflow), who=_who(event), time=event.happened,
                state=workflow.state_label(step.before))  # fmt: skip
    elif step.before != step.after:
        yield T("{move} by {who}, {time}: {before} → {after}",
                move=_move(event, workflow), who=_who(event), time=event.happened,
                before=workflow.state_label(step.before),
                after=workflow.state_label(step.after))  # fmt: skip
    elif event.do == VOID:
        taken = {one.event.id: one.event for one in folded.steps}
        for other in event.void:
            gone = taken.get(other)
            yield T("taken back by {who}, {time}: {move}", who=_who(event), time=event.happened,
                    move=_move(gone, workflow) if gone else other)  # fmt: skip
    elif isinstance(decision := event.extra.get(DECISION), str):
        yield T("{move} by {who}, {time}: {decision}", move=_move(event, workflow),
                who=_who(event), time=event.happened, decision=_decision(decision))  # fmt: skip
    else:
        yield T("{move} by {who}, {time}", move=_move(event, workflow), who=_who(event),
                time=event.happened)  # fmt: skip
    for words in (event.text, event.reason):
        if words:
            yield T("said: “{words}”", words=_short(words))


def _of_fields(before: Record, after: Record, fields: FieldTable) -> Iterator[Text]:
    old, new = dict(leaves(before.header)), dict(leaves(after.header))
    for path in dict.fromkeys((*old, *new)):
        one, other = old.get(path), new.get(path)
        if one == other or path in _NOT_SAID:
            continue
        if isinstance(other, list) and isinstance(one, list | None):
            yield from _of_list(_name(fields, path), one or [], other)
        else:
            yield T("{field}: {old} → {new}", field=_name(fields, path),
                    old=_value(fields, path, one), new=_value(fields, path, other))  # fmt: skip


def _of_list(name: Label, old: Sequence[Value], new: Sequence[Value]) -> Iterator[Text]:
    for item in new:
        if item not in old:
            yield T("{field}: added {value}", field=name, value=_short(item))
    for item in old:
        if item not in new:
            yield T("{field}: taken out {value}", field=name, value=_short(item))


def _name(fields: FieldTable, path: str) -> Label:
    field = fields.get(path)
    return Label(field.labels if field else {}, path)


def _value(fields: FieldTable, path: str, value: Value) -> Label:
    field = fields.get(path)
    labels = field.labels_of(value) if field and isinstance(value, str) else {}
    return Label(labels, _short(value))


def said_of_sla(before: Ledger | None, after: Ledger | None, zone: tzinfo) -> Iterator[Text]:
    """What a change does to deadlines and verdicts; nothing where it does nothing."""
    if after is None:
        return
    old = {(one.target, one.cycle): one for one in before.entries} if before else {}
    for entry in after.entries:
        known = old.pop((entry.target, entry.cycle), None)
        yield from _of_entry(known, entry, zone)
    for entry in old.values():
        if entry.is_late:
            yield T("{target}: a breach is forgiven: nothing is owed any more",
                    target=_target(entry))  # fmt: skip


def _of_entry(old: Entry | None, new: Entry, zone: tzinfo) -> Iterator[Text]:
    name = _target(new)
    if old is None:
        if new.due is not None:
            yield T("{target}: due {due}", target=name, due=_local(new.due, zone))
    elif old.due != new.due:
        yield T("{target}: was due {old}, now due {new}", target=name, old=_local(old.due, zone),
                new=_local(new.due, zone))  # fmt: skip
    was_late = old is not None and old.is_late
    if was_late and not new.is_late:
        yield (
            T("{target}: a breach is hidden: its clock does not show any more", target=name)
            if new.state is State.HIDDEN
            else T("{target}: a breach is forgiven: it is {state} now", target=name,
                   state=STATES[new.state])
        )  # fmt: skip
    elif new.is_late and not was_late:
        yield T("{target}: breached", target=name)
    elif new.state is State.MET and (old is None or old.state is not State.MET):
        yield T("{target}: met in time", target=name)


STATES: Mapping[State, Text] = {
    State.RUNNING: T("running"),
    State.PAUSED: T("paused"),
    State.HIDDEN: T("hidden"),
    State.MET: T("met"),
    State.MISSED: T("met late"),
    State.BREACHED: T("breached"),
    State.DROPPED: T("no longer owed"),
}


def said_of_approvals(turns: Iterable[Turn]) -> Iterator[Text]:
    """What became of approvals."""
    for turn in turns:
        one = turn.approval
        why = one.problem.said if one.problem else T("nothing")
        match turn.became:
            case Became.GIVEN:
                yield T("decision of {person}: {decision}", person=one.person,
                        decision=_decision(one.decision))  # fmt: skip
            case Became.WITHOUT_EFFECT:
                yield T("the decision of {person} does not count: {why}", person=one.person,
                        why=why)  # fmt: skip
            case Became.VOIDED:
                yield T("the decision of {person} counts no more: {why}", person=one.person,
                        why=why)  # fmt: skip
            case Became.COUNTS_AGAIN:
                yield T("the decision of {person} counts again", person=one.person)


def _move(event: Event, workflow: Workflow) -> Text | str:
    return move_name(event.do, workflow)


def _decision(value: str) -> Label:
    """What was decided, in the reader's language."""
    labels = next((one.labels for one in DECISIONS if one.value == value), {})
    return Label(labels, value)


def _who(event: Event) -> Text | str:
    if event.on_behalf is None or event.on_behalf == event.by:
        return event.by
    if event.via:
        return T("{by} for {principal} ({via})", by=event.by, principal=event.on_behalf,
                 via=event.via)  # fmt: skip
    return T("{by} for {principal}", by=event.by, principal=event.on_behalf)


def _target(entry: Entry) -> str:
    name = pick(entry.labels, entry.target)
    return f"{name} ({entry.cycle})" if entry.cycle > 1 else name


def _short(value: Value) -> str:
    text = " ".join(shown(value).split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _local(seconds: int | None, zone: tzinfo) -> str:
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
