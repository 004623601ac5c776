"""`edit`: a record's text as somebody changed it in an editor becomes one readable commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.adopting import write_edit
from svcdesk.desk.draft import Draft
from svcdesk.desk.hand_edits import HandEdit
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import Changed, Invalid
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import STATUS, fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import Moved, refuse_hand_edits
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.record import Record
from svcdesk.store.tickets import Loaded, decode_file

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_FIXED = ("id", "uid", "kind")


def edit(
    desk: Desk, ending: str, text: str, around: Circumstances, *, base: str | None = None
) -> Done:
    """Write a record as `text`, the whole file edited by a person.

    Changed tracked fields become events, as `adopt` makes them; comments, blank lines and layout
    of the text stay. `base` is the text that the editor began with: Changed is raised where the
    file is another by now.

    Raises FileRefused or Invalid with the line for a text that cannot be read or that the schema
    does not allow, and for changed events, ids or kind; MissingField for a status that no move
    leads to and no reason; NotAllowed.
    """
    author = desk.author(around.acting_for)

    def build(draft: Draft) -> Story:
        old = draft.record(ending)
        path = desk.tickets.path_for(old.id, old.uid)
        if base is not None and draft.text(old) != base:
            raise Changed(
                T("{record} was changed by somebody else meanwhile", record=old.id),
                hint=T("nothing was written; edit it again"),
                path=path,
                record=old.id,
            )
        workflow = desk.workflow(old.kind)
        before = fold(old.events, workflow)
        refuse_hand_edits(old, before, workflow)
        loaded = decode_file(text.encode(), path)
        new = loaded.record
        _refuse_fixed(old, loaded)
        _refuse_invalid(desk, loaded)
        authorise("set", workflow.roles, author.person, author.principal, record=old.id)
        draft.lay_out_as(old, text)
        wanted = {field: header for field, (header, _) in hand_edits(new, before, workflow).items()}
        said = _free_fields(old, new, wanted)
        newest = max(old.events, key=lambda event: event.id)
        draft.keep(Moved(old, new, newest, before))
        if wanted:
            act = desk.act(author, when=around.when, via=around.via)
            made = write_edit(desk, draft, new, HandEdit(wanted), author, act, around.words)
            said = [one.do for one in made if STATUS in one.set] + sorted(wanted) + said
        fields = ", ".join(dict.fromkeys(said))
        return Story(f"{old.id}: edit {fields or 'comments'}", [], "edit")

    return perform(desk, build, around.options)


def _free_fields(old: Record, new: Record, tracked: Mapping[str, object]) -> list[str]:
    """The keys of the header that changed beside tracked fields."""
    keys = [key for key in {**old.header, **new.header} if old.get(key) != new.get(key)]
    return [key for key in keys if key not in {path.partition(".")[0] for path in tracked}]


def _refuse_fixed(old: Record, loaded: Loaded) -> None:
    """What no edit changes: who the record is, and what has happened."""
    new = loaded.record
    for key in _FIXED:
        if new.get(key) != old.get(key):
            raise Invalid(
                T("{record}: “{key}” cannot be edited", record=old.id, key=key),
                record=old.id,
                path=loaded.path,
                line=loaded.document.line_of([key]),
                field=key,
            )
    if new.events == old.events:
        return
    pairs = zip(new.events, old.events, strict=False)
    place = next((i for i, (mine, theirs) in enumerate(pairs) if mine != theirs), None)
    where = min(len(new.events), len(old.events)) - 1 if place is None else place
    raise Invalid(
        T("{record}: events are never edited; the first that differs is number {number}",
          record=old.id, number=where + 1),
        hint=T("edit the fields above them: svcdesk makes the event"),
        code="E_EVENTS",
        record=old.id,
        path=loaded.path,
        line=loaded.document.line_of(["events", where]),
        field=f"events.{where}",
    )  # fmt: skip


def _refuse_invalid(desk: Desk, loaded: Loaded) -> None:
    """Raise Invalid with the line for what the schema does not allow."""
    validator = desk.kinds.validator(loaded.record.kind)
    value = loaded.document.value
    if validator.is_valid(value):
        return
    for problem in validator.problems(value, path=loaded.path, line_of=loaded.document.line_of):
        raise Invalid(
            problem.message,
            hint=problem.hint,
            code=problem.code,
            record=loaded.record.id,
            path=loaded.path,
            line=problem.line,
            field=problem.field,
        )
