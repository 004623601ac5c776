"""A desk as a commit has it: read from git's objects, whatever the working tree holds.

Kinds, people, policies and records are all of that commit, so what is shown is what was known
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

from svcdesk.desk.desk import Desk
from svcdesk.desk.parts import SCHEMAS
from svcdesk.desk.reading import read_one
from svcdesk.errors import FileRefused, NotFound, SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.ids import date_of, is_record_id, prefix_of
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import Blob
from svcdesk.store.guard import check_size
from svcdesk.store.tickets import (
    CALENDARS,
    POLICIES,
    RECORDS,
    Loaded,
    Tickets,
    Unreadable,
    decode_file,
)

_REGULAR = frozenset({"100644", "100755"})
_OWN = frozenset({RECORDS, SCHEMAS, CALENDARS, POLICIES})
"""The folders of a desk's own files, which are few and small."""


class DeskAt(Desk):
    """The desk at a commit: whatever reads a desk reads it. Nothing can be written with it.

    Raises NotFound for a revision that is not here (a shallow clone says that it is one),
    UsageError for a text that names none.
    """

    fixed = True

    def __init__(self, desk: Desk, revision: str) -> None:
        super().__init__(desk.root, desk.now, desk.config, desk._foreign_plugins)
        self.__dict__["repository"] = desk.repository
        self.commit = desk.repository.resolve(revision)
        self.watch = desk.watch
        self._here = desk

    @cached_property
    def tree(self) -> dict[str, Blob]:
        """The commit's files below `records/` and `schemas/`, by path, with their sizes."""
        return self.repository.ls_tree(self.commit, RECORDS, SCHEMAS, sizes=True)

    @cached_property
    def tickets(self) -> Tickets:
        here = super().tickets
        found = TicketsAt(here.root, here.folders, here.documents)
        found.tree, found.repository, found.ahead = self.tree, self.repository, {}
        return found

    def read_ahead(self, record_ids: Iterable[str]) -> None:
        """Read these records, as far as the commit has them, by one question to git: whoever loads
        one of them later finds it read."""
        tickets = self.tickets
        assert isinstance(tickets, TicketsAt)
        places = {tickets.existing(one) for one in record_ids}
        for found in tickets.load_all(sorted(path for path in places if path is not None)):
            tickets.ahead[found.path] = found

    def read_file(self, path: str) -> bytes | None:
        if path not in self.tree:
            return None
        known = self._own_files.get(path)
        return read_at(self.repository, self.tree, path) if known is None else known

    def names_in(self, folder: str) -> list[str]:
        inside = (path.rpartition("/") for path in self.tree if path.endswith(".yaml"))
        names = (PurePosixPath(name) for place, _, name in inside if place == folder)
        return sorted(name.stem for name in names if name.suffix)

    def load(self, ending: str) -> Loaded:
        """The record that had that number at the commit; else the one that has it now, by the
        number that it had then."""
        try:
            return super().load(ending)
        except NotFound as error:
            path = self._earlier_place(ending)
            if path is None:
                raise error from None
            return read_one(self, path)

    def _earlier_place(self, ending: str) -> str | None:
        """Where the commit has a record that got its number later."""
        try:
            now = self._here.load(ending).record
        except SvcdeskError:
            return None
        former = now.get("formerly")
        for number in former if isinstance(former, list) else []:
            path = self.tickets.existing(str(number))
            if path is not None and self.tickets.load(path).record.uid == now.uid:
                return path
        return None

    @cached_property
    def _own_files(self) -> dict[str, bytes]:
        """The desk's own files, by one question to git; what is odd or large is left out."""
        paths = [
            path
            for path, blob in self.tree.items()
            if path.rpartition("/")[0] in _OWN and _refusal(blob, path) is None
        ]
        blobs = self.repository.cat_blobs(self.tree[path].id for path in paths)
        return {path: data for path, (_, data) in zip(paths, blobs, strict=True)}

    def _own_schemas(self) -> dict[str, bytes]:
        found = {}
        for path in sorted(self.tree):
            folder, _, name = path.rpartition("/")
            if folder == SCHEMAS and name.endswith((".json", ".yaml")):
                found[name] = self.read_file(path) or b""
        return found


class TicketsAt(Tickets):
    """The records' files of a commit."""

    tree: dict[str, Blob]
    repository: Repository
    ahead: dict[str, Loaded | Unreadable]
    """What was read ahead, by path."""

    def existing(self, record_id: str) -> str | None:
        if not is_record_id(record_id) or prefix_of(record_id) not in self.folders:
            return None
        if date_of(record_id) is not None:
            path = self.path_for(record_id, "")
            return path if path in self.tree else None
        name = f"{record_id}.yaml"
        paths = self.paths(prefix_of(record_id))
        return next((path for path in paths if PurePosixPath(path).name == name), None)

    def paths(self, prefix: str | None = None) -> Iterator[str]:
        folders = self.folders.values() if prefix is None else [self.folders[prefix]]
        starts = tuple(f"{RECORDS}/{folder}/" for folder in folders)
        return (
            path
            for path in sorted(self.tree)
            if path.startswith(starts) and not PurePosixPath(path).name.startswith(".")
        )

    def load(self, path: str) -> Loaded:
        known = self.ahead.get(path)
        if isinstance(known, Unreadable):
            raise known.error
        return known or super().load(path)

    def data(self, path: str) -> bytes:
        return read_at(self.repository, self.tree, path)

    def mentioning(self, words: bytes) -> Iterator[tuple[str, bytes]]:
        paths = [path for path in self.paths() if _refusal(self.tree[path], path) is None]
        blobs = self.repository.cat_blobs(self.tree[path].id for path in paths)
        for path, (_, data) in zip(paths, blobs, strict=True):
            if words in data:
                yield path, data

    def load_all(self, paths: Iterable[str]) -> Iterator[Loaded | Unreadable]:
        wanted = [(path, _refusal(self.tree.get(path), path)) for path in paths]
        good = (self.tree[path].id for path, refused in wanted if refused is None)
        blobs = self.repository.cat_blobs(good)
        for path, refused in wanted:
            if refused is not None:
                yield Unreadable(path, refused)
                continue
            _, data = next(blobs)
            try:
                yield decode_file(data, path)
            except SvcdeskError as error:
                yield Unreadable(path, error)


def read_at(repository: Repository, tree: dict[str, Blob], path: str) -> bytes:
    """A file's bytes in a listed tree; its kind and size are judged before it is read.

    Raises NotFound, or FileRefused for a link, a submodule and what is too large.
    """
    refused = _refusal(tree.get(path), path)
    if refused is not None:
        raise refused
    [(_, data)] = repository.cat_blobs([tree[path].id])
    return data


def _refusal(blob: Blob | None, path: str) -> SvcdeskError | None:
    """Why a file of a tree is not read; None for one that may be."""
    if blob is None:
        return NotFound(T("there is no file {path}", path=path), path=path)
    if blob.mode not in _REGULAR:
        return FileRefused(
            T("{path} is not a regular file", path=path), code="E_NOT_REGULAR", path=path
        )
    try:
        check_size(blob.size or 0, path=path)
    except FileRefused as error:
        return error
    return None
