"""A write that was broken off becomes whole or never was: judged by what HEAD and the files hold.

Both the writer that fails and the next one after a crash come here, so there is one judgement.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection
from contextlib import suppress
from enum import Enum
from pathlib import Path

from svcdesk.errors import FileRefused
from svcdesk.i18n import T, Text
from svcdesk.store import journal as journals
from svcdesk.store import replacing
from svcdesk.store.git import Repository
from svcdesk.store.git_commit_many import clear
from svcdesk.store.git_message import trailers_of
from svcdesk.store.git_process import failure, run_writing
from svcdesk.store.git_state import FOREIGN_LOCK_WAIT, git_locks, wait_for_git
from svcdesk.store.journal import Entry, Journal
from svcdesk.store.lock import own_folder
from svcdesk.values import NamedTuple

OP = "Svcdesk-Op"
_FILE = "100644"
# Gits that may stay for long beside others and never take the index's lock.
_READERS = frozenset((b"cat-file", b"log", b"show", b"blame", b"rev-list", b"fsmonitor--daemon"))
_PROCESSES = Path("/proc")
_LOG = re.compile(r"([0-9a-f]+)\n(.*)", re.DOTALL)


class Holds(Enum):
    """What a path holds in the working tree, as seen from a journal."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"


class Place(NamedTuple):
    """One path of a journal as it is now: in the working tree, in HEAD, in the index."""

    entry: Entry
    holds: Holds
    head: str | None
    index: tuple[str, str] | None  # type: ignore[assignment]  # not the tuple's method
    committed: bool
    untouched: bool


class Settled(NamedTuple):
    """How it ended: `commit` holds the write; or, `undone`, it never was; or it is `stuck`,
    with the paths that keep it so, and the journal stays."""

    commit: str | None = None
    undone: bool = False
    stuck: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


def look(repo: Repository, head: str | None, journal: Journal) -> list[Place]:
    """Where each path of a journal stands."""
    in_head = repo.tree_entries(head, journal.paths) if head else {}
    in_index = {
        one.path: (one.mode, one.id) for one in repo.index_entries(journal.paths) if one.stage == 0
    }
    found = []
    for entry in journal.entries:
        blob = in_head.get(entry.path)
        at_head = blob.id if blob else None
        after = None if entry.after is None else repo.blob_id(entry.after)
        found.append(
            Place(
                entry,
                holds(repo.root, entry),
                at_head,
                in_index.get(entry.path),
                committed=at_head == after,
                untouched=at_head == entry.head,
            )
        )
    return found


def settle(repo: Repository, journal: Journal, *, ours: Collection[str] | None = None) -> Settled:
    """Bring a write that was broken off to an end, and take its journal away if that succeeds.

    HEAD has every new blob, or a commit of this operation: it is done. HEAD still has every old
    blob: the paths that hold our new bytes get their old ones back. Anything else stays as it is.
    `ours` (None: after a crash) are the paths that this very process has swapped: what a hook has
    made of those since is put aside, and what others hold was never ours to touch. Idempotent;
    may raise OSError, GitFailed or Busy half-way.
    """
    repo = repo.refreshed()
    notes = put_locks_aside(repo)
    replacing.clear(repo.root, journal)
    (own_folder(repo.git_dir) / "paths").unlink(missing_ok=True)
    clear(repo)
    places = look(repo, repo.head, journal)
    commit = _commit_of(repo, journal, places)
    if commit is not None:
        restore_index(repo, places, forward=True)
        journals.remove(repo.git_dir)
        return Settled(commit=commit, notes=tuple(notes))
    if not journal.commits and all(place.holds is Holds.NEW for place in places):
        journals.remove(repo.git_dir)
        return Settled(notes=tuple(notes))
    # A branch that had a commit and seems to have none: HEAD could not be read, or is elsewhere.
    vanished = repo.head is None and journal.head is not None
    if vanished or not all(place.untouched for place in places):
        return Settled(stuck=tuple(p.entry.path for p in places), notes=tuple(notes))
    return _go_back(repo, journal, places, ours, notes)


def _go_back(
    repo: Repository,
    journal: Journal,
    places: list[Place],
    ours: Collection[str] | None,
    notes: list[Text],
) -> Settled:
    stuck = []
    for place in places:
        path = place.entry.path
        if place.holds is Holds.OLD:
            continue
        if place.holds is Holds.OTHER:
            if ours is None:
                stuck.append(path)
                continue
            if path not in ours:
                continue
            notes.append(put_aside(repo, path))
        replacing.put(repo.root, journal, path, place.entry.before)
    restore_index(repo, places, forward=False)
    if stuck:
        return Settled(stuck=tuple(stuck), notes=tuple(notes))
    replacing.remove_folders(repo.root, journal)
    journals.remove(repo.git_dir)
    return Settled(undone=True, notes=tuple(notes))


def commit_of(repo: Repository, op: str, since: str | None = None) -> str | None:
    """The commit on HEAD's history, after `since`, that carries this operation's trailer."""
    if repo.head is None:
        return None
    args = ["log", "-z", "--format=%H%n%B", "--fixed-strings", f"--grep={OP}: {op}", "HEAD"]
    if since is not None:
        args.append(f"^{since}")
    answer = repo.run(*args, "--")
    if answer.code != 0:
        return None  # `since` is gone: history was rewritten, and nothing can be said
    for row in answer.out.decode("utf-8", "replace").split("\0"):
        found = _LOG.match(row)
        if found and (OP, op) in trailers_of(found[2]):
            return found[1]
    return None


def restore_index(repo: Repository, places: list[Place], *, forward: bool) -> None:
    """Set index entries that a broken-off write left: to HEAD's (`forward`) or as they were.

    Only what that write itself can have left there is touched; what a user staged stays.
    """
    lines = []
    for place in places:
        entry = place.entry
        empty = repo.blob_id(b"")
        after = None if entry.after is None else repo.blob_id(entry.after)
        here = place.index[1] if place.index else None
        if forward:
            mode = place.index[0] if place.index else _FILE
            wanted = (mode, place.head) if place.head else None
            left = place.index == entry.index or (entry.index is None and here == empty)
        else:
            wanted = entry.index
            left = here == after or (entry.index is None and here == empty)
        if left and place.index != wanted:
            mode, blob = wanted or ("0", "0" * len(empty))
            lines.append(f"{mode} {blob}\t{entry.path}\0")
    if lines:
        wait_for_git(repo)
        args = ["update-index", "-z", "--index-info"]
        data = "".join(lines).encode("utf-8", "surrogateescape")
        answer = run_writing(args, repo.root, input=data)
        if answer.code != 0:
            raise failure(args, answer)


def put_locks_aside(repo: Repository) -> list[Text]:
    """Move away the lock files that our own dead git left, and say so.

    A lock is ours by the journal's word: it is younger than the journal, whoever wrote that is
    dead (we hold the desk's lock, which its git inherited), and no git works here now.
    """
    try:
        since = journals.written_at(repo.git_dir)
    except OSError:
        return []
    notes: list[Text] = []
    scratch = tuple(repo.git_dir.glob("next-index-*.lock"))
    for lock in (*scratch, *git_locks(repo)):
        with suppress(FileNotFoundError):
            if not since <= lock.stat().st_mtime <= _latest(repo):
                continue
            if lock in scratch:
                lock.unlink()
                continue
            lock.replace(_aside(repo) / lock.name)
            notes.append(T("moved {path} aside: an svcdesk that was stopped left it", path=lock))
    return notes


def put_aside(repo: Repository, path: str) -> Text:
    """Keep a copy of what a path holds now, before it is overwritten, and say where."""
    data = replacing.current(repo.root, path)
    if data is None:
        return T("{path} was gone", path=path)
    kept = _aside(repo) / path.replace("/", "_")
    kept.write_bytes(data)
    return T("{path} held something else; that is kept in {kept}", path=path, kept=kept)


def _commit_of(repo: Repository, journal: Journal, places: list[Place]) -> str | None:
    if not journal.commits or repo.head is None:
        return None
    if repo.head == journal.head:
        return None
    ours = commit_of(repo, journal.op, journal.head)
    if ours is None and all(place.committed for place in places):
        return repo.head  # somebody committed our files by hand
    return ours


def holds(root: Path, entry: Entry) -> Holds:
    """What a path of a journal holds in the working tree."""
    try:
        now = replacing.current(root, entry.path)
    except FileRefused:
        return Holds.OTHER
    if now == entry.after:
        return Holds.NEW
    return Holds.OLD if now == entry.before else Holds.OTHER


def _aside(repo: Repository) -> Path:
    folder = own_folder(repo.git_dir) / "aside"
    folder.mkdir(exist_ok=True)
    return folder


def _latest(repo: Repository) -> float:
    """Up to what time a git that took a lock must be dead by now: none while some git works here.

    Where the system does not tell (only Linux does), a lock has to lie for a while first.
    """
    if not _PROCESSES.is_dir():
        return time.time() - FOREIGN_LOCK_WAIT
    return 0.0 if _git_works_in(repo) else math.inf


def _git_works_in(repo: Repository) -> bool:
    """Whether a git that may write runs in this worktree, as Linux tells."""
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            if (process / "comm").read_bytes().startswith(b"git"):
                words = (process / "cmdline").read_bytes().split(b"\0")
                place = (process / "cwd").readlink()
                inside = place.is_relative_to(repo.root) or place.is_relative_to(repo.git_dir)
                if inside and _READERS.isdisjoint(words):
                    return True
    return False
