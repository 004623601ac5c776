"""`undo`: take back one's own last operation that stands.

What nobody else can have seen yet is put back as it was. What was published, or built upon, is
taken back by an event that says so: events are never removed once others may have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Change, Draft
from svcdesk.desk.parts import DESK_FILE
from svcdesk.desk.people import authorise_facts
from svcdesk.desk.reading import is_one
from svcdesk.desk.records import Circumstances, move_one
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import NotFound, Refused
from svcdesk.i18n import Named, T, Text
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.lifecycle.moves import append, shown_apart
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Workflow
from svcdesk.model.record import VOID, Event, Record, Value, leaves
from svcdesk.store.git_message import compose_message
from svcdesk.store.git_objects import read_objects
from svcdesk.store.tickets import decode_file
from svcdesk.store.transaction import begin
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.author import Author
    from svcdesk.desk.desk import Desk
    from svcdesk.store.git import Repository
    from svcdesk.store.git_history import Commit

_UNDO = "undo: "
"""How the subject of every undo begins; others begin with a record's id, a count, or a verb."""
_OP = "Svcdesk-Op"
_RECORD = "Svcdesk-Record"
_UNDONE = "Svcdesk-Undone"
"""The trailer of an undo: the operation that it took back."""
_CANCEL = "cancel"
_RECENT = 200
"""One's own last operation is looked for in so many of the newest commits."""


class Operation(NamedTuple):
    """An operation that stands in history: its commit and the one before it."""

    commit: Commit
    before: str

    @property
    def name(self) -> str:
        return self.commit.trailer(_OP)[0]


def undo(
    desk: Desk,
    around: Circumstances | None = None,
    *,
    ask: Callable[[Sequence[str]], None] | None = None,
) -> Done:
    """Take back the last operation that its author, who is the caller, committed and did not yet
    take back: called again, it goes one operation further back. What changed the desk's own files
    alone takes the right to change them now.

    `ask` is told the ids of the records before anything is written, and raises to stop it.
    Raises NotFound where there is none, Refused (E_UNDO) where what came later rests on it, Changed
    or RepositoryState where its files were edited since.
    """
    said = around or Circumstances()
    repo = desk.repository.refreshed()
    operation = _last(desk, repo)
    touched = repo.diff_names(operation.before, operation.commit.id)
    if touched.get(DESK_FILE) == "A":
        raise _first(operation.commit)
    if ask is not None:
        ask(operation.commit.trailer(_RECORD))
    now = repo.head or operation.commit.id
    later = repo.diff_names(operation.commit.id, now).keys() & touched.keys()
    records = [path for path in touched if is_one(desk, path, None)]
    if not records:
        authorise_facts(desk, _may_not)
    if not later and not (records and _seen_elsewhere(repo, operation.commit.id)):
        return _restored(desk, repo, operation, list(touched), said)
    if not records:
        raise Refused(
            T("{path} was changed since “{subject}”", path=min(later),
              subject=operation.commit.subject),
            hint=T("change it back by hand, or try: git revert {commit}",
                   commit=operation.commit.id[:10]),
            code="E_UNDO",
            path=min(later),
        )  # fmt: skip
    return _taken_back(desk, repo, operation, records, said)


def _may_not(person: str, roles: Named) -> Text:
    return T(
        "{person} may not change the desk's own files; roles: {roles}", person=person, roles=roles
    )


def _last(desk: Desk, repo: Repository) -> Operation:
    """The newest operation of the caller's that no later undo took back."""
    from svcdesk.store.git_history import log

    mine = desk.identity.email.casefold()
    undone: set[str] = set()
    for commit in log(repo, limit=_RECENT, grep=f"{_OP}: "):
        if commit.email.casefold() != mine or not commit.trailer(_OP) or len(commit.parents) > 1:
            continue
        if commit.subject.startswith(_UNDO) and not commit.trailer(_UNDONE):
            raise Refused(
                T("your last operation was an undo: “{subject}”", subject=commit.subject),
                hint=T("to have it again, do it again; `svcdesk log ID` shows what it was"),
                code="E_UNDO",
            )
        undone |= set(commit.trailer(_UNDONE))
        if commit.subject.startswith(_UNDO) or commit.trailer(_OP)[0] in undone:
            continue
        if not commit.parents:
            raise _first(commit)
        return Operation(commit, commit.parents[0])
    raise NotFound(
        T("among the newest {count} commits there is no operation of yours", count=_RECENT),
        hint=T("only your own last operation can be undone"),
    )


def _first(commit: Commit) -> Refused:
    return Refused(
        T("“{subject}” made this desk: there is nothing before it", subject=commit.subject),
        code="E_UNDO",
    )


def _seen_elsewhere(repo: Repository, commit: str) -> bool:
    """Whether others may have it: a remote's branch or another branch here holds it."""
    here = f"refs/heads/{repo.branch}"
    listed = repo.git("for-each-ref", "--format=%(refname)", "--contains", commit).decode()
    refs = {ref for ref in listed.split() if not ref.startswith("refs/svcdesk/n/")}
    return bool(refs - {here})


def _restored(
    desk: Desk, repo: Repository, operation: Operation, paths: list[str], around: Circumstances
) -> Done:
    """The files as they were before: nobody else has seen what is taken out."""
    earlier = _at(repo, operation.before, paths)
    options = around.options
    op = options.op or ulid(desk.now_ms(), desk.chance())
    subject = f"{_UNDO}{operation.commit.subject}"
    trailers = [(_RECORD, one) for one in operation.commit.trailer(_RECORD)]
    trailers.append((_UNDONE, operation.name))
    message = compose_message(subject, "", [*trailers, (_OP, op)])
    if options.dry_run:
        changes = [
            _change(desk, path, desk.read_file(path), data) for path, data in earlier.items()
        ]
        return Done(op, subject, message, tuple(changes))
    with begin(desk.repository, op=op, dirty_ok=options.include_dirty) as tx:
        now = tx.read_many(paths)
        changes = [_change(desk, path, now[path], data) for path, data in earlier.items()]
        commit = tx.commit(earlier, subject, trailers=trailers, no_commit=options.no_commit)
    return Done(op, subject, message, tuple(changes), commit, notes=tuple(tx.notes))


def _change(desk: Desk, path: str, before: bytes | None, after: bytes | None) -> Change:
    record = original = None
    if is_one(desk, path, None):
        record, original = _record(path, after), _record(path, before)
    either = record or original or Record({"id": path}, ())
    texts = [None if data is None else data.decode("utf-8", "replace") for data in (before, after)]
    return Change(path, texts[0], texts[1] or "", original, either, ())


def _taken_back(
    desk: Desk, repo: Repository, operation: Operation, paths: list[str], around: Circumstances
) -> Done:
    """An event for each record that takes the operation's events back; its fields as before.
    Files beside them, such as attachments, stay."""
    author = desk.author(around.acting_for)
    words = around.words._replace(reason=around.words.reason or f"undo {operation.name}")
    earlier = _at(repo, operation.before, paths)
    later = _at(repo, operation.commit.id, paths)

    def build(draft: Draft) -> Story:
        for path in paths:
            before, after = _record(path, earlier[path]), _record(path, later[path])
            if after is None:
                continue
            record = draft.record(after.id)
            if before is None:
                _cancel(desk, draft, record, author, around._replace(words=words))
            else:
                _void(desk, draft, record, (before, after), author, words)
        trailers = [(_UNDONE, operation.name)]
        return Story(f"{_UNDO}{operation.commit.subject}", [], VOID, trailers)

    return perform(desk, build, around.options)


def _cancel(
    desk: Desk, draft: Draft, record: Record, author: Author, around: Circumstances
) -> None:
    """A record that the operation made: it is cancelled, or stays where its kind knows no such
    move – the document of a request's chain is taken up again by the next move."""
    if _CANCEL in desk.workflow(record.kind).moves:
        move_one(desk, draft, record, _CANCEL, {}, author, around)


def _void(
    desk: Desk,
    draft: Draft,
    record: Record,
    versions: tuple[Record, Record],
    author: Author,
    words: Words,
) -> None:
    workflow = desk.workflow(record.kind)
    authorise(VOID, workflow.roles, author.person, author.principal, record=record.id)
    before, after = versions
    gone = {event.id for event in after.events} - {event.id for event in before.events}
    folded = fold(record.events, workflow)
    _refuse_rested_on(record, folded, gone, workflow)
    edited = record.with_fields(dict(_put_back(record, before, after, workflow)))
    act = desk.act(author)
    event = act.event(
        VOID,
        record.newest_event_id(),
        void=tuple(one for one in sorted(gone) if folded.effect_of(one) is not None),
        words=words,
    )
    draft.keep(append(edited, folded, workflow, event, original=record))


def _refuse_rested_on(record: Record, folded: Fold, gone: set[str], workflow: Workflow) -> None:
    """Later events that count only because of those taken back are in the way, and named."""
    counted = {event.id for event in folded.counted()} - gone
    left: list[Event] = [event for event in record.events if event.id not in gone]
    still = {event.id for event in fold(left, workflow).counted()}
    resting = [event for event in folded.counted() if event.id in counted - still]
    if resting:
        raise Refused(
            T(
                "{record}: later events rest on it: {events}",
                record=record.id,
                events=", ".join(f"{one.do} ({one.by}, {one.at})" for one in resting),
            ),
            hint=T("undo those first, or make another move"),
            code="E_UNDO",
            record=record.id,
        )


def _put_back(
    record: Record, before: Record, after: Record, workflow: Workflow
) -> Iterator[tuple[str, Value]]:
    """The fields that no event tracks, as they were. Raises Refused where one changed since."""
    old, new = dict(leaves(before.header)), dict(leaves(after.header))
    for path in old.keys() | new.keys():
        was, is_ = old.get(path), new.get(path)
        if was == is_ or path in workflow.tracked:
            continue
        here = record.get(path)
        if here != is_:
            mine, now = shown_apart(is_, here)
            raise Refused(
                T("{record}: {field} was set to {mine} and is {now} now", record=record.id,
                  field=path, mine=mine, now=now),
                hint=T("set it to what it should be"),
                code="E_UNDO",
                record=record.id,
                field=path,
            )  # fmt: skip
        yield path, was


def _at(repo: Repository, commit: str, paths: list[str]) -> dict[str, bytes | None]:
    """What a commit holds at these paths, by one git."""
    names = {f"{commit}:{path}": path for path in paths}
    return {names[name]: data for name, data in read_objects(repo.root, names)}


def _record(path: str, data: bytes | None) -> Record | None:
    """The record that a file held; None for no file."""
    return None if data is None else decode_file(data, path).record
