"""`redact`: a value goes from every copy in the desk's files; what history still holds is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.erasure import Erasure, plan_erasure
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import MissingField, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.links import links_of, reference
from svcdesk.lifecycle.moves import append, refuse_hand_edits
from svcdesk.lifecycle.redaction import redact_event, redact_field, sweep, tombstone, value_in
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.ids import is_ulid
from svcdesk.model.record import REDACT, Record, Value, Values

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Redacted:
    """What `redact` did, and what is left to do about history."""

    done: Done
    erasure: Erasure


def redact(desk: Desk, ending: str, what: str, around: Circumstances) -> Redacted:
    """Take a field's value (dotted path), or what an event says (its id), out of a record.

    A tombstone with time, person and reason (`around.words`, needed) stands in its place, and an
    event `redact` says so. Copies go too: in `set` and `was`, in other texts of the record, and in
    the documents of its chain. The commit says nothing of the value. History keeps it: the result
    says which commits do, and how to erase it there.

    Raises MissingField (reason), NotFound, NotAllowed, and Invalid where the kind's schema cannot
    be without the value.
    """
    author = desk.author(around.acting_for)
    why = around.words.reason or around.words.text
    if not why:
        raise MissingField(
            T("redacting needs a reason, which stays"),
            hint=T("give it with --reason TEXT"),
            field="reason",
        )
    gone: list[Value] = []
    paths: list[str] = []

    def build(draft: Draft) -> Story:
        gone.clear()
        record = draft.record(ending)
        for one in (record, *_chain(desk, draft, record)):
            rules = desk.workflow(one.kind)
            refuse_hand_edits(one, fold(one.events, rules), rules)
            paths.append(desk.tickets.path_for(one.id, one.uid))
        workflow = desk.workflow(record.kind)
        authorise("redact", workflow.roles, author.person, author.principal, record=record.id)
        act = desk.act(author, via=around.via)
        stone = tombstone(act.at, act.by, why)
        bare, secrets, named = _take_out(record, what, stone)
        gone.extend(secrets)
        _keep(desk, draft, record, bare, act, why, named)
        for other in _chain(desk, draft, record):
            swept = other
            for secret in secrets:
                swept = sweep(swept, secret)
            if swept != other:
                _keep(desk, draft, other, swept, act, why, {})
        return Story(f"{record.id}: redact {what}", [], REDACT)

    done = perform(desk, build, around.options)
    return Redacted(done, plan_erasure(desk, list(dict.fromkeys(paths)), gone))


def _take_out(record: Record, what: str, stone: Values) -> tuple[Record, list[Value], Values]:
    """The record without it, the values that went, and what the event says that they were."""
    if is_ulid(what.upper()):
        event_id = what.upper()
        bare, texts = redact_event(record, event_id, stone)
        secrets: list[Value] = list(texts)
        for text in texts:
            bare = sweep(bare, text)
        return bare, secrets, {"about": [event_id]}
    secret = value_in(record, what)
    return redact_field(record, what, secret, stone), [secret], {"fields": [what]}


def _keep(
    desk: Desk, draft: Draft, before: Record, bare: Record, act: Act, why: str, named: Values
) -> None:
    """Add the event that says so. The record's fold is made anew: its events changed."""
    workflow = desk.workflow(bare.kind)
    newest = bare.newest_event_id()
    event = act.event(REDACT, newest, words=Words(reason=why), extra=named)
    moved = append(bare, fold(bare.events, workflow), workflow, event)
    draft.keep(moved._replace(before=before))


def _chain(desk: Desk, draft: Draft, record: Record) -> Sequence[Record]:
    """The other records of its chain, as far as they can be read."""
    request = reference(record, desk.workflow(record.kind))
    found: dict[str, Record] = {}
    start = record
    if request is not None:
        try:
            start = draft.record(str(request.get("id")))
            found[start.uid] = start
        except SvcdeskError:
            start = record
    for relation, link in links_of(start):
        if relation in desk.document_kinds:
            try:
                other = draft.record(str(link.get("id")))
            except SvcdeskError:
                continue
            found[other.uid] = other
    found.pop(record.uid, None)
    return list(found.values())
