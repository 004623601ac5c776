"""Proof that the index says what lies on the disk: asked of git at each query, never guessed.

A tree (a worktree) stands in the index at a state of git's own index, by its checksum. Where git's
has moved on, the entries that came and went are taken over; a content that is known by its id need
not be read again. What differs from git's index on the disk is named, for the caller to read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from svcdesk.i18n import T
from svcdesk.index.building import contents
from svcdesk.index.database import Database, keep
from svcdesk.index.entries import Describe
from svcdesk.index.files import WAIT, Unusable
from svcdesk.store.git import Repository
from svcdesk.store.git_index import Differing, checksum, keys, tracked
from svcdesk.values import NamedTuple

_TRIES = 5
_BUILD_WAIT = 5.0
"""Seconds to wait for somebody who is building the same index, before reading the files."""
_FEW = 2_000
"""Entries that can be read at each query while the index cannot be written."""
_SECOND_LOOKS = 200
NO_RECORD = 0

Watch = Callable[[Sequence[str]], Iterable[str]]


class Proof(NamedTuple):
    """`tree` is right where the index has it at `stands`, but for `without` (keys that are gone)
    and for the paths of `live`, which have to be read."""

    tree: int
    stands: bytes
    live: frozenset[str]
    without: frozenset[bytes] = frozenset()


class Sources(NamedTuple):
    """What the index is made from: the repository, the folder of all records below its root,
    whether a path may be a record's, what to keep of one, under which terms it owes."""

    repository: Repository
    folder: str
    is_place: Callable[[str], bool]
    describe: Describe
    terms: str
    watch: Watch


def prove(database: Database, sources: Sources, asked: Differing | None = None) -> Proof:
    """Bring the index up to date, and say what it does not cover. Raises Unusable.

    `asked` is git's answer about differences, if it was asked for before.
    """
    repo = sources.repository
    for turn in range(_TRIES):
        fresh = Differing(repo.root, repo.git_dir, sources.folder) if turn or not asked else asked
        paths = fresh.paths()
        if paths is None:
            raise Unusable(T("git could not say which files differ"))
        if checksum(repo.git_dir) != fresh.state:
            continue  # it changed while git looked
        proof = _at(database, sources, fresh.state, frozenset(paths))
        if proof is not None:
            return proof
    raise Unusable(T("git's index changes faster than it can be read"))


def _at(
    database: Database, sources: Sources, state: bytes, differing: frozenset[str]
) -> Proof | None:
    """The proof for a state of git's index; None if that is past."""
    folder = str(sources.repository.git_dir)
    with database.guarded() as connection:
        question = "SELECT id, checksum FROM tree WHERE folder = ?"
        found = connection.execute(question, (folder,)).fetchone()
    if found is not None and found[1] == state:
        unread = _second_look(database, sources, found[0], differing)
        return Proof(found[0], state, differing | unread)
    known = keys(sources.repository.git_dir, sources.repository.object_format)
    if known is None:
        raise Unusable(T("git's index is split or sparse, which the index cannot follow"))
    if checksum(sources.repository.git_dir) != state:
        return None
    try:
        wait = WAIT if found else _BUILD_WAIT
        with database.writing(wait) as connection:
            tree = _tree(connection, folder)
            _take_over(connection, sources, tree, known, differing)
            connection.execute("UPDATE tree SET checksum = ? WHERE id = ?", (state, tree))
    except Unusable as problem:
        return _beside(database, sources, found, known, differing, problem)
    return _at(database, sources, state, differing)


def _tree(connection: sqlite3.Connection, folder: str) -> int:
    connection.execute("INSERT OR IGNORE INTO tree (folder, checksum) VALUES (?, x'')", (folder,))
    found = connection.execute("SELECT id FROM tree WHERE folder = ?", (folder,)).fetchone()
    return int(found[0])


def _keys_of(connection: sqlite3.Connection, tree: int) -> set[bytes]:
    rows = connection.execute("SELECT key FROM place WHERE tree = ?", (tree,))
    return {key for (key,) in rows}


def _take_over(
    connection: sqlite3.Connection,
    sources: Sources,
    tree: int,
    known: set[bytes],
    differing: frozenset[str],
) -> None:
    """Bring a tree's places to git's keys, reading only contents that are not known."""
    before = _keys_of(connection, tree)
    gone = [(tree, key) for key in before - known]
    connection.executemany("DELETE FROM place WHERE tree = ? AND key = ?", gone)
    numbers: dict[bytes, int | None] = {}
    wanted: dict[str, bytes] = {}
    for key in known - before:
        entry = tracked(key, sources.repository.object_format)
        numbers[key] = None
        if not sources.is_place(entry.path):
            numbers[key] = NO_RECORD
        elif not entry.odd and entry.path not in differing:
            numbers[key] = _known(connection, entry.id, entry.size, entry.path)
            if numbers[key] is None:
                wanted[entry.path] = key
    for path, number in _read(connection, sources, wanted):
        numbers[wanted[path]] = number
    connection.executemany(
        "INSERT OR REPLACE INTO place VALUES (?, ?, ?)",
        sorted((tree, key, number) for key, number in numbers.items() if number is not None),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO place VALUES (?, ?, NULL)",
        [(tree, key) for key, number in numbers.items() if number is None],
    )


def _known(connection: sqlite3.Connection, blob: bytes, size: int, path: str) -> int | None:
    """The number of a content that is kept, if it lies at that path as it is.

    git's size of another number of bytes is that of a file whose line ends git changes.
    """
    found = connection.execute(
        "SELECT id, size, name FROM record WHERE blob = ?", (blob,)
    ).fetchone()
    if found is None or found[1] != size or f"{found[2]}.yaml" != path.rpartition("/")[2]:
        return None
    return int(found[0])


def _read(
    connection: sqlite3.Connection, sources: Sources, wanted: dict[str, bytes]
) -> Iterable[tuple[str, int]]:
    """The number of each path's content, which is kept from now on; none for what is no record,
    or not what git has under that key."""
    repo = sources.repository
    paths = sorted(wanted)
    read = contents(repo.root, paths, repo.object_format, sources.describe)
    for _, (path, content) in zip(sources.watch(paths), read, strict=False):
        if content is None or content.said is None:
            continue
        entry = tracked(wanted[path], repo.object_format)
        if (entry.id, entry.size) == (content.id, content.size):
            yield path, keep(connection, content, sources.terms)


def _second_look(
    database: Database, sources: Sources, tree: int, differing: frozenset[str]
) -> frozenset[str]:
    """The paths that the index could not take over; those that it can by now, it does."""
    with database.guarded() as connection:
        rows = connection.execute(
            "SELECT key FROM place WHERE tree = ? AND record IS NULL", (tree,)
        ).fetchall()
    entries = {key: tracked(key, sources.repository.object_format) for (key,) in rows}
    unread = frozenset(entry.path for entry in entries.values())
    wanted = {
        entry.path: key
        for key, entry in entries.items()
        if not entry.odd and entry.path not in differing
    }
    if not 0 < len(wanted) <= _SECOND_LOOKS:
        return unread
    done: list[str] = []
    try:
        with database.writing(0) as connection:
            for path, number in _read(connection, sources, wanted):
                connection.execute(
                    "UPDATE place SET record = ? WHERE tree = ? AND key = ?",
                    (number, tree, wanted[path]),
                )
                done.append(path)
    except Unusable:
        return unread
    return unread.difference(done)


def _beside(
    database: Database,
    sources: Sources,
    found: tuple[int, bytes] | None,
    known: set[bytes],
    differing: frozenset[str],
    problem: Unusable,
) -> Proof:
    """A proof that leaves the index as it is, where it cannot be written and little has changed.

    Raises the problem where much has.
    """
    if found is None:
        raise problem
    tree, stands = found
    with database.guarded() as connection:
        before = _keys_of(connection, tree)
    without, come = before - known, known - before
    if len(come) > _FEW:
        raise problem
    paths = {tracked(key, sources.repository.object_format).path for key in come}
    unread = _second_look(database, sources, tree, differing | paths)
    return Proof(tree, stands, differing | paths | unread, frozenset(without))
