"""`adopt`: hand edits of tracked fields become events, with the right author; or are put back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from svcdesk.desk.author import Author
from svcdesk.desk.draft import Draft
from svcdesk.desk.hand_edits import HandEdit, find_edits, uncommitted
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import NotAllowed, SvcdeskError
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.adoption import Explained, adopt_edit, explain_edit
from svcdesk.lifecycle.fold import STATUS, fold
from svcdesk.lifecycle.header import project
from svcdesk.lifecycle.links import bare_links, with_uids
from svcdesk.lifecycle.moves import Moved
from svcdesk.lifecycle.rights import authorise, rights_for_fields
from svcdesk.model.kind import Workflow
from svcdesk.model.people import Person
from svcdesk.model.record import CORRECT, Record
from svcdesk.store.tickets import Loaded

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_COMMIT = "commit"


def adopt(
    desk: Desk, endings: Sequence[str], around: Circumstances, *, discard: bool = False
) -> Done:
    """Record the hand edits of these records (of all records, where none is named) as events.

    There is one event for each record and author: `by` is whoever adopts; for an edit that was
    committed, `for` is the commit's author and `when` its date. A status that legal moves lead to
    becomes those moves; another one becomes `correct`, which needs a reason (`around.words`).
    With `discard` the fold's values are put back instead. Other uncommitted edits of the same
    records are committed too, and missing uids of links filled in.

    Raises MissingField, Invalid (values that cannot stand), NotAllowed where neither the edit's
    author nor whoever adopts it may do that.
    """
    author = desk.author(around.acting_for)
    options = around.options._replace(include_dirty=True)

    def build(draft: Draft) -> Story:
        names = list(dict.fromkeys(endings)) or _with_something(desk)
        said: list[tuple[str, str]] = []
        body: list[str] = []
        dirty = uncommitted(desk, [desk.tickets.find(name) for name in names])
        for name in names:
            record = draft.record(name)
            roles = desk.workflow(record.kind).roles
            authorise("adopt", roles, author.person, author.principal, record=record.id)
            path = desk.tickets.find(name)
            edits = find_edits(desk, record, path)
            sentence = (
                _put_back(desk, draft, record, edits)
                if discard
                else _adopt_one(desk, draft, record, edits, author, around)
            )
            fill_uids(desk, draft, name)
            if not sentence and path in dirty:
                draft.keep(unmoved(desk, draft.record(name)), even_unchanged=True)
                sentence = "adopt uncommitted edits"
            said.append((record.id, sentence or "fill in the uids of links"))
            body += _origins(record, edits)
        return _story(said, body)

    return perform(desk, build, options)


def write_edit(
    desk: Desk,
    draft: Draft,
    record: Record,
    edit: HandEdit,
    author: Author,
    act: Act,
    words: Words,
) -> list[Explained]:
    """Turn one edit of tracked fields into events in the draft; gives what they are.

    `author.principal` is the edit's author where that is another than whoever writes it.
    """
    workflow = desk.workflow(record.kind)
    explained = explain_edit(record, workflow, edit.fields, author.actor.id, words)
    for one in explained:
        _authorise(workflow, one, author, record.id)
    reason = words.reason or words.text
    spoken = words._replace(reason=reason, text=None) if explained[0].do == CORRECT else words
    for moved in adopt_edit(record, workflow, explained, act, spoken):
        draft.keep(moved)
    return list(explained)


def _adopt_one(
    desk: Desk,
    draft: Draft,
    record: Record,
    edits: Sequence[HandEdit],
    author: Author,
    around: Circumstances,
) -> str:
    """Adopt every author's edit of one record; gives the sentence for the commit."""
    said = []
    for edit in _one_for_each(desk, edits, author):
        principal = _editor(desk, edit, author)
        when = edit.when if edit.when and edit.when.astimezone(UTC) <= desk.now() else None
        act = desk.act(
            Author(author.person, principal),
            when=when if edit.commit else around.when,
            via=_COMMIT if edit.commit else around.via,
        )
        made = write_edit(
            desk, draft, record, edit, Author(author.person, principal), act, around.words
        )
        record = draft.record(record.id)
        said += [one.do if STATUS in one.set else ", ".join(one.set) for one in made]
    return f"adopt {', '.join(said)}" if said else ""


def _one_for_each(desk: Desk, edits: Sequence[HandEdit], author: Author) -> list[HandEdit]:
    """The edits, with what the adopter committed and what they did not yet commit as one."""
    mine = [
        edit
        for edit in edits
        if edit.commit is None
        or desk.people.by_email(edit.email or "") == (author.principal or author.person)
    ]
    if len(mine) < 2:
        return list(edits)
    together = HandEdit({**mine[0].fields, **mine[1].fields})
    return [*(edit for edit in edits if edit not in mine), together]


def _editor(desk: Desk, edit: HandEdit, author: Author) -> Person | None:
    """On whose behalf the event stands: the commit's author, unless that is the adopter, or
    nobody whom people.yaml lists."""
    if edit.commit is None:
        return author.principal
    person = desk.people.by_email(edit.email or "")
    return None if person is None or person.id == author.person.id else person


def _authorise(workflow: Workflow, one: Explained, author: Author, record: str) -> None:
    """The edit's author may do it, or whoever adopts it answers for it.

    Raises NotAllowed naming the roles that may.
    """
    move = workflow.moves.get(one.do)
    fields = {path: value for path, value in one.set.items() if path != STATUS}
    if move is not None:
        fields = {path: value for path, value in fields.items() if path not in move.sets}
    rights = {one.do}
    if one.do != CORRECT:
        rights |= rights_for_fields(workflow, fields)
    for right in sorted(rights):
        if author.principal is not None and workflow.roles.allow(author.principal.roles, right):
            continue
        try:
            authorise(right, workflow.roles, author.person, record=record)
        except NotAllowed as error:
            error.field = next(iter(one.set), None)
            raise


def _put_back(desk: Desk, draft: Draft, record: Record, edits: Sequence[HandEdit]) -> str:
    """Give every edited field the value that the events make of it."""
    if not edits:
        return ""
    workflow = desk.workflow(record.kind)
    folded = fold(record.events, workflow)
    restored = project(record, folded, workflow)
    newest = max(record.events, key=lambda event: event.id)
    draft.keep(Moved(record, restored, newest, folded))
    fields = sorted({field for edit in edits for field in edit.fields})
    return f"put back {', '.join(fields)}"


def fill_uids(desk: Desk, draft: Draft, name: str) -> None:
    """Put the uid beside every id in a record's links, in the draft; dead links stay."""
    record = draft.record(name)
    workflow = desk.workflow(record.kind)

    def uid_of(record_id: str) -> str | None:
        try:
            return draft.record(record_id).uid
        except SvcdeskError:
            return None  # `check` names dead links; nobody can fill them in

    filled = with_uids(record, workflow, uid_of)
    if filled != record:
        moved = unmoved(desk, record)
        draft.keep(moved._replace(record=filled))


def unmoved(desk: Desk, record: Record) -> Moved:
    """The record as it is, as an outcome: nothing was added to its events."""
    folded = fold(record.events, desk.workflow(record.kind))
    return Moved(record, record, max(record.events, key=lambda event: event.id), folded)


def _with_something(desk: Desk) -> list[str]:
    """The ids of all records that have a hand edit or a link without a uid."""
    found = []
    for loaded in desk.load_all():
        if not isinstance(loaded, Loaded):
            continue
        record, workflow = loaded.record, desk.workflow(loaded.record.kind)
        folded = fold(record.events, workflow)
        if project(record, folded, workflow) != record or bare_links(record, workflow):
            found.append(record.id)
    return found


def _origins(record: Record, edits: Sequence[HandEdit]) -> list[str]:
    """For the commit's body: where each committed edit came from."""
    return [
        f"{record.id}: {', '.join(edit.fields)} edited by {edit.author} in {edit.commit[:12]}"
        for edit in edits
        if edit.commit
    ]


def _story(said: Sequence[tuple[str, str]], body: list[str]) -> Story:
    if len(said) == 1:
        record_id, sentence = said[0]
        return Story(f"{record_id}: {sentence}", body, "adopt")
    lines = [f"{record_id}: {sentence}" for record_id, sentence in said]
    return Story(f"{len(said)} records: adopt hand edits", [*lines, *body], "adopt")
