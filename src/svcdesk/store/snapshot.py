"""Reading many files while somebody may be writing: all of a write is seen, or none of it.

A reader takes no lock. While a write is under way, or lies broken off, its journal holds the old
bytes of the files it touches: those are read instead of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from svcdesk.errors import Refused
from svcdesk.store import journal as journals
from svcdesk.store import lock
from svcdesk.store.git import Repository

R = TypeVar("R")
_TRIES = 4
_LOCK_WAIT = 5.0


def overlay(repo: Repository) -> dict[str, bytes | None]:
    """The old bytes (None: no file) of the paths of an unfinished write; empty when there is none
    or when its commit is made. Paths are relative to the repository's root.

    A path that somebody has edited since the write was broken off is left out: it is theirs.
    """
    journal = journals.read(repo.git_dir)
    if journal is None:
        return {}
    from svcdesk.store.settling import Holds, commit_of, holds  # seldom needed

    now = repo.refreshed()
    if journal.commits and now.head != journal.head and commit_of(now, journal.op, journal.head):
        return {}
    return {
        entry.path: entry.before
        for entry in journal.entries
        if holds(repo.root, entry) is not Holds.OTHER
    }


def consistent(repo: Repository, read: Callable[[Mapping[str, bytes | None]], R]) -> R:
    """What `read` gives, read while no write began or ended.

    `read` is handed `overlay` and may be called several times. A desk that is written to without
    a pause is read under the lock in the end; where even that is not to be had, as it comes.
    """
    for _ in range(_TRIES):
        before = journals.generation(repo.git_dir)
        result = read(overlay(repo))
        if journals.generation(repo.git_dir) == before:
            return result
    try:
        with lock.acquire(repo.common_dir, _LOCK_WAIT):
            return read(overlay(repo))
    except Refused:
        return read(overlay(repo))
