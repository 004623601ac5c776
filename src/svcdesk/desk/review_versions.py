"""The records that differ between two trees, each with both its versions, read from git's objects;
and which commit brought which event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.reading import many_values
from svcdesk.errors import SvcdeskError
from svcdesk.lifecycle.fold import fold
from svcdesk.model.record import Event, Record
from svcdesk.review.change import Brought, Change, Version, is_redaction
from svcdesk.store.codec import encode_event
from svcdesk.store.git_changes import Entry, Made, sizes
from svcdesk.store.guard import check_size
from svcdesk.store.tickets import FILE_LIMIT, RECORDS, Loaded, decode_document, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.revision import DeskAt
    from svcdesk.store.yaml_read import Document

PLAIN = "100644"
_READABLE = frozenset({PLAIN, "100755"})


class Contents:
    """Records by blob and path, each decoded once; a blob's size is judged before it is read.
    `documents` are blobs that were parsed already."""

    def __init__(self, base: DeskAt, documents: Mapping[str, Document]) -> None:
        self._base = base
        self._documents = documents
        self._known: dict[tuple[str, str], Loaded | SvcdeskError] = {}
        folders = {f"{RECORDS}/{one}/" for one in base.kinds.folders.values()}
        self._folders = tuple(folders)

    def is_record(self, path: str) -> bool:
        """Whether a path is one where a record lies."""
        return path.startswith(self._folders) and path.endswith(".yaml")

    def read(self, entries: Iterable[Entry]) -> None:
        """Read both sides of these entries, as far as they are records."""
        wanted = {
            (blob, entry.path)
            for entry in entries
            if self.is_record(entry.path)
            for blob, mode in ((entry.old, entry.old_mode), (entry.new, entry.new_mode))
            if mode in _READABLE and (blob, entry.path) not in self._known
        }
        repository = self._base.repository
        measured = sizes(repository, sorted({blob for blob, _ in wanted}))
        small = (blob for blob, size in measured.items() if size <= FILE_LIMIT)
        data = dict(repository.cat_blobs(sorted(set(small) - self._documents.keys())))
        with many_values():
            for blob, path in wanted:
                content = self._documents.get(blob) or data.get(blob, b"")
                self._known[blob, path] = _decoded(content, measured.get(blob, 0), path)

    def old(self, entry: Entry) -> Loaded | SvcdeskError | None:
        """The record before; None where there was none."""
        return self._known.get((entry.old, entry.path))

    def new(self, entry: Entry) -> Loaded | SvcdeskError | None:
        """The record after; None where there is none."""
        return self._known.get((entry.new, entry.path))


class Pairs(NamedTuple):
    """What became of records: changed ones with their files now and before, those that are gone,
    files that cannot be read now, and (before, after) where a file holds another record now."""

    changes: tuple[tuple[Change, Loaded, Loaded | None], ...]
    gone: tuple[Loaded, ...]
    unreadable: tuple[tuple[str, SvcdeskError], ...]
    exchanged: tuple[tuple[Loaded, Loaded], ...]


def pairs_of(base: DeskAt, contents: Contents, entries: Sequence[Entry]) -> Pairs:
    """Both versions of each record that differs, known by its uid wherever its file lies."""
    old: dict[str, Loaded] = {}
    new: list[Loaded] = []
    unreadable = []
    for entry in entries:
        before, after = contents.old(entry), contents.new(entry)
        if isinstance(before, Loaded):
            old.setdefault(before.record.uid, before)
        if isinstance(after, SvcdeskError):
            unreadable.append((entry.path, after))
        elif after is not None:
            new.append(after)
    hidden = {path for path, _ in unreadable}
    by_path = {loaded.path: loaded for loaded in new}
    uids = {loaded.record.uid for loaded in new}
    gone, exchanged = [], []
    for uid, before in old.items():
        if uid not in uids and before.path in by_path:
            exchanged.append((before, by_path[before.path]))
        elif uid not in uids and before.path not in hidden:
            gone.append(before)
    changes = []
    for one in new:
        earlier = old.get(one.record.uid)
        if one.record.kind in base.kinds:
            change = Change(_version(base, earlier), _version_of(base, one))
            changes.append((change, one, earlier))
    return Pairs(tuple(changes), tuple(gone), tuple(unreadable), tuple(exchanged))


def brought_by(
    base: DeskAt, contents: Contents, commits: Iterable[Made]
) -> dict[tuple[str, str], list[Brought]]:
    """(uid, event id) → each commit that brought that event, or made it say something else.

    What a merge commit has from one of its parents it did not bring.
    """
    found: dict[tuple[str, str], list[Brought]] = {}
    for made in commits:
        author = base.people.by_email(made.email)
        sides = [_new_in(contents, changes) for changes in made.changes]
        for key in set(sides[0]).intersection(*sides[1:]) if sides else ():
            event, record = sides[0][key]
            one = Brought(event, author, made.email, made.at, record)
            found.setdefault(key, []).append(one)
    return found


def _new_in(
    contents: Contents, changes: Sequence[Entry]
) -> dict[tuple[str, str], tuple[Event, Record]]:
    """The events that a commit has and one parent has not, or has with other words."""
    known: dict[tuple[str, str], Event] = {}
    for record in _records(contents.old, changes):
        known.update({(record.uid, event.id): event for event in record.events})
    found = {}
    for record in _records(contents.new, changes):
        for event in record.events:
            key = (record.uid, event.id)
            old = known.get(key)
            if old != event and not (old and is_redaction(old, event, encode_event)):
                found[key] = (event, record)
    return found


def _records(
    side: Callable[[Entry], Loaded | SvcdeskError | None], changes: Sequence[Entry]
) -> Iterator[Record]:
    for entry in changes:
        loaded = side(entry)
        if isinstance(loaded, Loaded):
            yield loaded.record


def _version(base: DeskAt, loaded: Loaded | None) -> Version | None:
    if loaded is None or loaded.record.kind not in base.kinds:
        return None
    return _version_of(base, loaded)


def _version_of(base: DeskAt, loaded: Loaded) -> Version:
    record = loaded.record
    return Version(loaded.path, record, fold(record.events, base.workflow(record.kind)))


def _decoded(content: bytes | Document, size: int, path: str) -> Loaded | SvcdeskError:
    try:
        check_size(size, path=path)
        if isinstance(content, bytes):
            return decode_file(content, path)
        return decode_document(content._replace(path=path), path)
    except SvcdeskError as error:
        error.path = error.path or path
        return error
