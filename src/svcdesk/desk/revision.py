"""A desk as a commit has it: read from git's objects, whatever the working tree holds.

Kinds, people and records are all of that commit, so what is shown is what was known there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from svcdesk.desk.desk import Desk
from svcdesk.desk.parts import SCHEMAS
from svcdesk.errors import FileRefused, NotFound
from svcdesk.i18n import T
from svcdesk.model.ids import date_of, is_record_id, prefix_of
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import Blob
from svcdesk.store.guard import check_size
from svcdesk.store.tickets import RECORDS, Loaded, Tickets, decode_file

_REGULAR = frozenset({"100644", "100755"})


class DeskAt(Desk):
    """The desk at a commit, for `show` and `log`. Nothing can be written with it.

    Raises NotFound for a revision that is not here (a shallow clone says that it is one),
    UsageError for a text that names none.
    """

    fixed = True

    def __init__(self, desk: Desk, revision: str) -> None:
        super().__init__(desk.root, desk.now, desk.config, desk._foreign_plugins)
        self.__dict__["repository"] = desk.repository
        self.commit = desk.repository.resolve(revision)

    @cached_property
    def tree(self) -> dict[str, Blob]:
        """The commit's files below `records/` and `schemas/`, by path, with their sizes."""
        listed = (
            self.repository.ls_tree(self.commit, one, sizes=True) for one in (RECORDS, SCHEMAS)
        )
        return {path: blob for tree in listed for path, blob in tree.items()}

    @cached_property
    def tickets(self) -> Tickets:
        here = super().tickets
        found = TicketsAt(here.root, here.folders, here.documents)
        found.tree, found.repository = self.tree, self.repository
        return found

    def read_file(self, path: str) -> bytes | None:
        return read_at(self.repository, self.tree, path) if path in self.tree else None

    def _own_schemas(self) -> dict[str, bytes]:
        found = {}
        for path in sorted(self.tree):
            folder, _, name = path.rpartition("/")
            if folder == SCHEMAS and name.endswith((".json", ".yaml")):
                found[name] = read_at(self.repository, self.tree, path)
        return found

    def load(self, ending: str) -> Loaded:
        return self.tickets.load(self.tickets.find(ending))


class TicketsAt(Tickets):
    """The records' files of a commit."""

    tree: dict[str, Blob]
    repository: Repository

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
        return (path for path in sorted(self.tree) if path.startswith(starts))

    def load(self, path: str) -> Loaded:
        return decode_file(read_at(self.repository, self.tree, path), path)


def read_at(repository: Repository, tree: dict[str, Blob], path: str) -> bytes:
    """A file's bytes in a listed tree; its kind and size are judged before it is read.

    Raises NotFound, or FileRefused for a link, a submodule and what is too large.
    """
    blob = tree.get(path)
    if blob is None:
        raise NotFound(T("there is no file {path}", path=path), path=path)
    if blob.mode not in _REGULAR:
        raise FileRefused(
            T("{path} is not a regular file", path=path), code="E_NOT_REGULAR", path=path
        )
    check_size(blob.size or 0, path=path)
    [(_, data)] = repository.cat_blobs([blob.id])
    return data
