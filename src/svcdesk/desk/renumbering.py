"""Another number for a record: an event, a file that moves, and links that go along.

Only a record that is not on the remote's main branch ever gets another number. The uid stays; the
old number is kept in `formerly`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.adopting import unmoved
from svcdesk.desk.draft import Draft
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Options, Story, perform
from svcdesk.errors import Refused, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.links import links_of, reference, relinked
from svcdesk.lifecycle.moves import Moved, append, refuse_hand_edits
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.ids import date_of, is_record_id, prefix_of
from svcdesk.model.kind import Workflow
from svcdesk.model.record import RENUMBER, Record, Value

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_FORMERLY = "formerly"
_BY_RULE = "svcdesk"


def renumber(desk: Desk, ending: str, new: str | None, around: Circumstances) -> Done:
    """Give a record another number: the next free one of its day, or `new`.

    Needs the right `set`. Raises Refused (E_PUBLISHED) for a record that is on the remote's main
    branch, for a number that is taken or of another kind.
    """
    author = desk.author(around.acting_for)

    def build(draft: Draft) -> Story:
        record = draft.record(ending)
        roles = desk.workflow(record.kind).roles
        authorise("set", roles, author.person, author.principal, record=record.id)
        _refuse_published(desk, record)
        if new is not None:
            _refuse_number(desk, record, new)
        act = desk.act(author, via=around.via)
        number = renumbered(desk, draft, record, act, around.words, new)
        return Story(f"{record.id}: renumber to {number}", [], RENUMBER)

    return perform(desk, build, around.options)


def renumber_taken(desk: Desk, taken: Mapping[str, str]) -> tuple[Done, dict[str, str]]:
    """Give records other numbers, in one commit, because theirs are other records elsewhere.

    `taken` gives for each record's id where that number is taken, in words. Answers the new
    numbers by the old ones.
    """
    numbers: dict[str, str] = {}

    def build(draft: Draft) -> Story:
        numbers.clear()
        act = act_by_rule(desk)
        for record_id, where in taken.items():
            record = draft.record(record_id)
            why = T("{id} is another record on {where}", id=record_id, where=where)
            numbers[record_id] = renumbered(desk, draft, record, act, Words(reason=str(why)))
        said = [f"{old}: renumber to {new}" for old, new in numbers.items()]
        subject = said[0] if len(said) == 1 else f"{len(said)} records: renumber"
        return Story(subject, said[1:] and said, RENUMBER)

    return perform(desk, build, Options()), numbers


def renumbered(
    desk: Desk, draft: Draft, record: Record, act: Act, words: Words, new: str | None = None
) -> str:
    """Renumber a record in a draft, and put the number right in the records linked from it."""
    kind = desk.kinds[record.kind]
    number = new or draft.new_number(kind, date_of(record.id))
    moved = with_number(record, kind.workflow, number, act, words)
    draft.move_file(record, moved)
    for other_id in _linked(record, desk):
        _put_right(desk, draft, other_id, moved.record)
    return number


def with_number(record: Record, workflow: Workflow, number: str, act: Act, words: Words) -> Moved:
    """The record under another number, which an event says and `formerly` remembers.

    Raises RepositoryState for a record whose tracked fields were edited by hand.
    """
    before = fold(record.events, workflow)
    refuse_hand_edits(record, before, workflow)
    former = record.get(_FORMERLY)
    known = [one for one in former if isinstance(one, str)] if isinstance(former, list) else []
    kept: list[Value] = [*(one for one in known if one != number), record.id]
    event = act.event(RENUMBER, record.newest_event_id(), set={"id": number}, words=words)
    edited = record.with_fields({_FORMERLY: kept})
    return append(edited, before, workflow, event, original=record)


def act_by_rule(desk: Desk) -> Act:
    """Whoever syncs records the new number; where the desk does not list them, the rules do."""
    try:
        return desk.act(desk.author())
    except SvcdeskError:
        from svcdesk.desk.author import Author
        from svcdesk.model.people import Person

        return desk.act(Author(Person(id=_BY_RULE)))


def _linked(record: Record, desk: Desk) -> list[str]:
    request = reference(record, desk.workflow(record.kind))
    links = [link for _, link in links_of(record)] + ([request] if request else [])
    return list(dict.fromkeys(str(link.get("id")) for link in links))


def _put_right(desk: Desk, draft: Draft, other_id: str, record: Record) -> None:
    """Let another record's links say the new number; one that cannot be read is left alone."""
    try:
        other = draft.record(other_id)
    except SvcdeskError:
        return
    changed = relinked(other, desk.workflow(other.kind), record)
    if changed != other:
        draft.keep(unmoved(desk, other)._replace(record=changed))


def _refuse_published(desk: Desk, record: Record) -> None:
    from svcdesk.store.remotes import main_of

    repo = desk.repository
    path = desk.tickets.path_for(record.id, record.uid)
    for tracking in main_of(repo):
        if path in repo.tree_entries(tracking, [path]) and record.uid == _uid(desk, tracking, path):
            raise Refused(
                T("{record} is on {branch}: its number is final", record=record.id,
                  branch=tracking.removeprefix("refs/remotes/")),
                hint=T("others know it by that number; link it with another record instead"),
                code="E_PUBLISHED",
                record=record.id,
            )  # fmt: skip


def _uid(desk: Desk, revision: str, path: str) -> str | None:
    from svcdesk.desk.traffic import UID

    found = UID.search(desk.repository.read_blob(revision, path) or b"")
    return found[1].decode("ascii") if found else None


def _refuse_number(desk: Desk, record: Record, new: str) -> None:
    """A number has the form of the record's own, with a day that there is."""
    fits = is_record_id(new) and prefix_of(new) == prefix_of(record.id)
    if not fits or (date_of(record.id) is not None and date_of(new) is None):
        raise Refused(
            T("“{id}” cannot be the number of a {kind}", id=new, kind=record.kind),
            hint=T("numbers look like {id}", id=record.id),
            code="E_ID",
            record=record.id,
        )
    if desk.numbers.is_taken(desk.workflow(record.kind), new):
        raise Refused(
            T("{id} is taken, or was once: numbers are never used again", id=new),
            hint=T("without a number, the next free one is taken"),
            code="E_TAKEN",
            record=record.id,
        )
