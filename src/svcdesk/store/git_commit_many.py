"""Committing very many paths: by an index of our own, where git would compare each with each.

`git commit --only` matches every entry of the index against every path that it is given, which
takes minutes for 100,000 of them. Here the same is done in one pass: HEAD's index, with the new
files in it, is committed, hooks and all, while git's lock keeps the user's index as it is; then the
user's index follows. A writer that is killed in between leaves what a killed git leaves.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from svcdesk.store.git import Repository
from svcdesk.store.git_state import FOREIGN_LOCK_WAIT, wait_for_git
from svcdesk.store.journal import Journal
from svcdesk.store.lock import own_folder

_NAMES = ("commit-index", "next-index")
"""The indexes in svcdesk's own folder: the commit's, and what the user's will be after it."""
_FILE = "100644"

Run = Callable[[Sequence[str], bytes, Mapping[str, str]], None]
"""Runs a writing git with these words, input and variables; raises where it fails."""


def commit_many(
    repo: Repository, journal: Journal, words: Sequence[str], run: Run, step: Callable[[str], None]
) -> None:
    """Commit the journal's files, whose contents git has already, by `words` (`commit …`).

    What the user has staged is neither in the commit nor lost. Raises what `run` raises, Busy
    where another git holds the index, OSError.
    """
    lines = _lines(repo, journal)
    now = repo.git_dir / "index"
    commits, follows = (own_folder(repo.git_dir) / name for name in _NAMES)
    with _locked(repo) as lock:
        try:
            for index in (commits, follows):
                if now.exists():
                    # With what git knows of the files on the disk, which it need not read again.
                    shutil.copyfile(now, index)
            tree = ["--reset", "HEAD"] if journal.head else ["--empty"]
            run(["read-tree", *tree], b"", _at(commits))
            for index in (commits, follows):
                run(["update-index", "-z", "--index-info"], lines, _at(index))
            step("committing")
            run(words, journal.message.encode(), _at(commits))
            shutil.copyfile(follows, lock)
            _sync(lock)
            lock.replace(now)
        finally:
            clear(repo)


def clear(repo: Repository) -> None:
    """Remove the indexes that such a commit makes, and git's locks on them."""
    for name in _NAMES:
        index = own_folder(repo.git_dir) / name
        for left in (index, Path(f"{index}.lock")):
            left.unlink(missing_ok=True)


def _at(index: Path) -> dict[str, str]:
    return {"GIT_INDEX_FILE": str(index)}


@contextmanager
def _locked(repo: Repository) -> Iterator[Path]:
    """Git's lock on the user's index, which keeps other gits from committing meanwhile."""
    lock = repo.git_dir / "index.lock"
    deadline = time.monotonic() + FOREIGN_LOCK_WAIT
    while True:
        wait_for_git(repo, max(0.0, deadline - time.monotonic()))
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            continue
        break
    try:
        yield lock
    finally:
        lock.unlink(missing_ok=True)


def _lines(repo: Repository, journal: Journal) -> bytes:
    """What `update-index --index-info` reads: each path with its new blob, or none."""
    none = "0" * len(repo.blob_id(b""))
    said = []
    # What goes first makes room: a file may become a folder.
    for entry in sorted(journal.entries, key=lambda one: one.after is not None):
        if entry.after is None:
            said.append(f"0 {none}\t{entry.path}\0")
        else:
            mode = entry.index[0] if entry.index is not None else _FILE
            said.append(f"{mode} {repo.blob_id(entry.after)}\t{entry.path}\0")
    return "".join(said).encode("utf-8", "surrogateescape")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
