"""Reading records beside a writer: each file once, and never half of somebody's write."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.errors import NotFound, SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.ids import prefix_of
from svcdesk.store.tickets import Loaded, Unreadable, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.parts import Parts


class Reading(NamedTuple):
    """What was read, and what could not be, both in the order of their paths."""

    loaded: tuple[Loaded, ...]
    unreadable: tuple[Unreadable, ...]


def read_records(
    desk: Desk, kind: str | None = None, paths: Iterable[str] | None = None
) -> Reading:
    """Every record (of a kind, or at these paths), read while no write began or ended."""
    from svcdesk.store.snapshot import consistent

    prefix = desk.workflow(kind).prefix if kind else None
    chosen = None if paths is None else list(paths)
    if desk.fixed:
        with many_values():
            return read_together(desk, desk.tickets.paths(prefix) if chosen is None else chosen)

    def read(earlier: Mapping[str, bytes | None]) -> Reading:
        wanted = list(desk.tickets.paths(prefix)) if chosen is None else chosen
        if chosen is None:
            gone = set(earlier).difference(wanted)
            wanted += [path for path in gone if is_one(desk, path, prefix)]
        return read_paths(desk, sorted(wanted), earlier)

    with many_values():
        return consistent(desk.repository, read)


def read_one(desk: Parts, path: str) -> Loaded:
    """The record at a path; beside a write under way, or broken off, as it was before.

    That there is none costs a look at one file. Raises NotFound, FileRefused or Invalid.
    """
    if desk.fixed or not _journal_lies_there(desk.root):
        return desk.tickets.load(path)
    from svcdesk.store.snapshot import overlay

    earlier = overlay(desk.repository)
    if path not in earlier:
        return desk.tickets.load(path)
    before = earlier[path]
    if before is None:
        raise NotFound(T("there is no file {path}", path=path), path=path)
    return decode_file(before, path)


def read_together(desk: Parts, paths: Iterable[str]) -> Reading:
    """The records at these paths; those of a commit by one question to git."""
    if desk.fixed:
        found = list(desk.tickets.load_all(desk.watch(list(paths))))
        return Reading(
            tuple(one for one in found if isinstance(one, Loaded)),
            tuple(one for one in found if isinstance(one, Unreadable)),
        )
    loaded, unreadable = [], []
    for path in paths:
        try:
            loaded.append(read_one(desk, path))
        except SvcdeskError as error:
            unreadable.append(Unreadable(path, error))
    return Reading(tuple(loaded), tuple(unreadable))


def _journal_lies_there(root: Path) -> bool:
    """Whether a write may be under way; in a linked worktree, whose git directory is elsewhere,
    always perhaps."""
    return (root / ".git" / "svcdesk" / "journal").exists() or (root / ".git").is_file()


@contextmanager
def many_values() -> Iterator[None]:
    """Keep the collector still while tens of thousands of small values are made: it would look
    through all of them again and again, and find nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read_paths(desk: Desk, paths: Iterable[str], earlier: Mapping[str, bytes | None]) -> Reading:
    """The records at these paths; `earlier` holds what stood at some of them before a write that is
    under way (None: nothing)."""
    loaded, unreadable = [], []
    for path in desk.watch(list(paths)):
        before = earlier.get(path)
        if path in earlier and before is None:
            continue  # a file that a write under way is about to make
        try:
            loaded.append(desk.tickets.load(path) if before is None else decode_file(before, path))
        except SvcdeskError as error:
            unreadable.append(Unreadable(path, error))
    return Reading(tuple(loaded), tuple(unreadable))


def is_one(desk: Desk, path: str, prefix: str | None) -> bool:
    """Whether a path that is gone from the working tree is one of the records asked for."""
    folder, _, name = path.removeprefix("records/").partition("/")
    if prefix is not None and prefix_of(name.rpartition("/")[2]) != prefix:
        return False
    return folder in desk.tickets.folders.values()
