"""The write protocol: lock, recover, read, journal, replace, commit only these paths, verify.

    with begin(repository) as tx:
        before = tx.read("records/…/SR-20241001-001.yaml")
        commit = tx.commit({"records/…/SR-20241001-001.yaml": after}, "SR-20241001-001: start")

Whatever happens in between – a signal, a full disk, a hook that refuses – the files and the
history hold all of it or nothing, now or after the next write's recovery. What the user has
staged, unstaged or untracked on other paths stays as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType

from svcdesk.errors import Changed, GitFailed, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.store import cleanliness, git_commit, lock
from svcdesk.store import journal as journals
from svcdesk.store.disk import disk_refused
from svcdesk.store.files import safe_path
from svcdesk.store.git import Repository
from svcdesk.store.git_identity import Identity
from svcdesk.store.git_message import compose_message
from svcdesk.store.git_objects import Objects
from svcdesk.store.git_state import refuse_state, wait_for_git
from svcdesk.store.journal import Entry, Journal
from svcdesk.store.recovery import recover
from svcdesk.store.replacing import Step, current, missing_folders, replace_files
from svcdesk.store.settling import OP, commit_of, put_locks_aside, settle

__all__ = ["Transaction", "begin", "compose_message"]

_OP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
# Up to here each path is asked for in the standing conversation; beyond, one listing is quicker.
_FEW = 16


def _quiet(_step: str) -> None:
    """Nobody is told of the steps."""


def begin(
    repo: Repository,
    *,
    op: str | None = None,
    wait: float = 30.0,
    dirty_ok: bool = False,
    step: Step = _quiet,
) -> Transaction:
    """Take the desk's lock, end what an earlier write left, and be ready for one write.

    `op` names the operation (letters, digits, `-`, `_`); `dirty_ok` takes uncommitted edits of
    the written paths in. `step` is told the name of each step of the protocol.

    Raises Busy after `wait` seconds, RepositoryState for a repository not to be written to (or an
    unfinished write that needs a decision), Refused (E_DISK).
    """
    if op is None:
        op = os.urandom(13).hex()
    if not _OP.fullmatch(op):
        raise ValueError(f"not an operation id: {op!r}")
    held = lock.acquire(repo.common_dir, wait)
    try:
        step("locked")
        refuse_state(repo)
        notes = recover(repo)
        step("recovered")
        return Transaction(repo, held, op, dirty_ok, step, notes)
    except OSError as error:
        held.release()
        raise disk_refused(error) from error
    except BaseException:
        held.release()
        raise


class Transaction:
    """One write under the lock: reads, then at most one commit. `notes` are sentences that the
    user should see (what recovery did, a hook that hung after the commit)."""

    def __init__(
        self,
        repo: Repository,
        held: lock.Lock,
        op: str,
        dirty_ok: bool,
        step: Step,
        notes: Sequence[Text],
    ) -> None:
        self.repo = repo
        self.op = op
        self.notes = list(notes)
        self._lock = held
        self._dirty_ok = dirty_ok
        self._step = step
        self._bases: dict[str, bytes | None] = {}
        self._objects = Objects(repo.root)
        self._start: str | None = None
        self._started = False
        self._open = True

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open = False
        try:
            self._objects.close()
        finally:
            self._lock.release()
        self._step("released")

    @property
    def _head(self) -> str | None:
        """The commit that this write starts from; None on an unborn branch."""
        if not self._started:
            self._start, self._started = self._objects.id("HEAD"), True
        return self._start

    def earlier(self) -> str | None:
        """The commit that this operation made in an earlier try, if it did (searches history)."""
        return commit_of(self.repo.refreshed(), self.op)

    def read(self, path: str) -> bytes | None:
        """The bytes that a change of this path starts from; None where there is no file.

        Raises FileRefused, and RepositoryState (E_DIRTY) where working tree, index and HEAD
        differ there: an untracked or ignored file counts as such a difference.
        """
        return self.read_many([path])[path]

    def read_many(self, paths: Sequence[str]) -> dict[str, bytes | None]:
        """`read` of many paths at once, which is quicker."""
        unread = [path for path in paths if path not in self._bases]
        found = {path: current(self.repo.root, path) for path in unread}
        if not self._dirty_ok:
            cleanliness.refuse_dirty(self.repo, found, self._held_by_git(unread))
        self._bases |= found
        return {path: self._bases[path] for path in paths}

    def commit(
        self,
        changes: Mapping[str, bytes | None],
        subject: str,
        *,
        body: str = "",
        trailers: Sequence[tuple[str, str]] = (),
        author: Identity | None = None,
        date: datetime | None = None,
        no_commit: bool = False,
        made: str | None = None,
    ) -> str | None:
        """Write the new bytes of each path (None: delete it) and commit exactly these paths.

        Answers the commit's id; None where nothing differs, or with `no_commit` (the files are
        then left in the working tree). A path that was not read must not exist. `author` and
        `date` (aware) are the commit's author; the committer is who git says. `made` is a commit
        on top of HEAD that holds exactly these changes already: the branch moves on to it, and
        its message stands.
        Raises Changed, RepositoryState, GitFailed (with git's or the hook's words), Busy, Refused
        (E_DISK): files, index and history are then as they were.
        """
        if not self._open:
            raise ValueError("this transaction has ended")
        self._open = False
        entries = self._entries(changes)
        if not entries and made is None:
            return None
        if (OP, self.op) not in trailers:
            trailers = [*trailers, (OP, self.op)]
        changing = made is not None or any(_differs(self.repo, entry) for entry in entries)
        journal = Journal(
            self.op,
            self._head,
            compose_message(subject, body, trailers),
            changing and not no_commit,
            tuple(entries),
            git_commit.author_env(author, date),
            missing_folders(self.repo.root, [e.path for e in entries if e.after is not None]),
            made,
        )
        self._step("checked")
        return self._perform(journal)

    def _entries(self, changes: Mapping[str, bytes | None]) -> list[Entry]:
        """What is to be done, path by path, without what would change nothing."""
        for path, after in changes.items():
            place = safe_path(self.repo.root, path)
            if path not in self._bases and after is not None and place.exists():
                raise Changed(T("{path} exists already", path=path), code="E_EXISTS", path=path)
        self.read_many(list(changes))
        heads = self._heads(list(changes))
        known = self._dirty_ok or any(self._bases[path] is not None for path in changes)
        index = cleanliness.index_of(self.repo, list(changes)) if known else {}
        entries = []
        for path, after in changes.items():
            entry = Entry(path, self._bases[path], after, heads.get(path), index.get(path))
            if entry.before != after or (self._dirty_ok and _differs(self.repo, entry)):
                entries.append(entry)
        self._refuse_moved(entries)
        for entry in entries:
            if not self._dirty_ok and entry.head != (entry.index[1] if entry.index else None):
                raise cleanliness.explain(self.repo, entry.path)
        return entries

    def _perform(self, journal: Journal) -> str | None:
        swapped: set[str] = set()
        if journal.commits:
            wait_for_git(self.repo)
            new = [entry.after for entry in journal.entries if entry.after is not None]
            git_commit.store_many(self.repo, new, self._lock.inherited)
        try:
            journals.write(self.repo.git_dir, journal)
            self._step("journalled")
            replace_files(self.repo.root, journal, swapped, self._step)
            commit = self._commit(journal) if journal.commits else None
            self.notes += put_locks_aside(self.repo)
            journals.remove(self.repo.git_dir)
            self._step("finished")
        except BaseException as error:
            return self._broken_off(journal, swapped, error)
        return commit

    def _commit(self, journal: Journal) -> str:
        git_commit.record(self.repo, journal, self._lock.inherited, self._step)
        self._step("committed")
        commit = self._objects.id("HEAD")
        if commit is None or self._missing(journal, self._heads(journal.paths, commit)):
            # The conversation cannot tell “not there” from “not readable just now”: ask afresh.
            commit = self.repo.resolve("HEAD")
            blobs = self.repo.tree_entries(commit, journal.paths)
            lost = self._missing(journal, {path: blob.id for path, blob in blobs.items()})
            if lost is not None:
                raise _Altered(commit, lost)
        self._step("verified")
        return commit

    def _missing(self, journal: Journal, heads: Mapping[str, str]) -> str | None:
        """The first path of a journal that HEAD does not hold as it was meant, if any."""
        for entry in journal.entries:
            if heads.get(entry.path) != _blob(self.repo, entry.after):
                return entry.path
        return None

    def _broken_off(self, journal: Journal, swapped: set[str], error: BaseException) -> str | None:
        """Settle after a failure: done after all, or everything as it was and the error raised."""
        try:
            settled = settle(self.repo, journal, ours=swapped)
        except (OSError, SvcdeskError) as failed:
            first, second = (
                disk_refused(one) if isinstance(one, OSError) else one for one in (error, failed)
            )
            raise GitFailed(
                T("{error}; and putting things back failed: {second}", error=first, second=second),
                hint=T("when the cause is gone, the next write puts things back; "
                       "`svcdesk doctor` says how things stand"),
                code="E_UNFINISHED",
            ) from error  # fmt: skip
        self.notes += settled.notes
        if isinstance(error, _Altered):
            raise error.told() from None
        if settled.commit is not None and isinstance(error, (SvcdeskError, OSError)):
            self.notes.append(T("committed, but: {error}", error=error))
            return settled.commit
        if isinstance(error, OSError):
            error = disk_refused(error)
        if isinstance(error, SvcdeskError):
            if settled.stuck:
                error.hint = T("it is half done: `svcdesk doctor` shows and settles it")
            elif settled.notes:
                error.hint = settled.notes[-1]
        raise error

    def _heads(self, paths: Sequence[str], commit: str | None = "") -> dict[str, str]:
        """The blobs of these paths in a commit (the one we started from)."""
        head = self._head if commit == "" else commit
        if head is None:
            return {}
        if len(paths) > _FEW:
            return {path: blob.id for path, blob in self.repo.tree_entries(head, paths).items()}
        asked = {path: self._objects.id(f"{head}:{path}") for path in paths}
        return {path: blob for path, blob in asked.items() if blob is not None}

    def _held_by_git(self, paths: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
        """HEAD's and the index's blob of each path."""
        heads = self._heads(paths)
        if len(paths) > _FEW:
            staged = {e.path: e.id for e in self.repo.index_entries(paths) if e.stage == 0}
        else:
            asked = {path: self._objects.id(f":0:{path}") for path in paths}
            staged = {path: blob for path, blob in asked.items() if blob is not None}
        return {path: (heads.get(path), staged.get(path)) for path in paths}

    def _refuse_moved(self, entries: Sequence[Entry]) -> None:
        """Somebody may have committed or pulled since we read: then start from the new HEAD, if
        our paths are the same there."""
        now = self._objects.id("HEAD")
        if now == self._head:
            return
        heads = self._heads([entry.path for entry in entries], now)
        for entry in entries:
            if heads.get(entry.path) != entry.head:
                raise Changed(
                    T("{path} was committed by somebody else meanwhile", path=entry.path),
                    hint=T("nothing was written; look at it and try again"),
                    path=entry.path,
                )
        self._start = now


class _Altered(Exception):
    """The commit was made, and does not hold what was meant: a hook or a filter changed it."""

    def __init__(self, commit: str, path: str) -> None:
        super().__init__(commit, path)
        self.commit = commit
        self.path = path

    def told(self) -> GitFailed:
        return GitFailed(
            T("{commit} was committed, but a hook or a filter of git changed {path} in it",
              commit=self.commit, path=self.path),
            hint=T("see `git show` and `svcdesk check`; let hooks and filters pass over records"),
            code="E_ALTERED",
            path=self.path,
        )  # fmt: skip


def _differs(repo: Repository, entry: Entry) -> bool:
    return entry.head != _blob(repo, entry.after)


def _blob(repo: Repository, data: bytes | None) -> str | None:
    return None if data is None else repo.blob_id(data)
