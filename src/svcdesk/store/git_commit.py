"""Committing exactly some paths, with hooks, whatever else is staged."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from svcdesk.errors import GitFailed, Refused
from svcdesk.i18n import T
from svcdesk.store.disk import disk_full, says_full
from svcdesk.store.git import Repository
from svcdesk.store.git_identity import Identity
from svcdesk.store.git_process import Answer, run_writing, visible
from svcdesk.store.git_state import FOREIGN_LOCK_WAIT, wait_for_git
from svcdesk.store.journal import Journal
from svcdesk.store.lock import own_folder

# Hooks run the user's linters and tests: they may take their time, but not for ever.
COMMIT_TIMEOUT = 600.0
_ARGUMENT_LIMIT = 32_000
_A_PACK = 100
_VERY_MANY = 2_000
"""From so many paths on git does not match each of them with each entry of its index."""
_COMMIT = ("commit", "--quiet", "--cleanup=verbatim", "--file=-")
_LOCKED = re.compile(rb"Unable to create '[^'\n]*\.lock': File exists|cannot lock ref")
_CRASHED = re.compile(rb"dumping crash report to \S*(fast_import_crash_[0-9]+)")
# git syncs nothing of this by default: a power cut would leave a commit without its objects. And
# no maintenance behind our back: it takes locks, and time, in the middle of a write.
_SETTINGS = (
    "core.fsync=committed,loose-object,reference,index",
    "gc.auto=0",
    "maintenance.auto=false",
    "i18n.commitEncoding=UTF-8",
)


def author_env(author: Identity | None, date: datetime | None) -> dict[str, str]:
    """What tells git the author and the author's date (`date` is aware)."""
    env: dict[str, str] = {}
    if author is not None:
        env |= {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email}
    if date is not None:
        env["GIT_AUTHOR_DATE"] = f"@{int(date.timestamp())} {date:%z}"
    return env


def store_many(repo: Repository, blobs: Sequence[bytes], keep: Sequence[int]) -> None:
    """Put contents into the object store as one pack, where they are so many that as many loose
    objects, each put on the disk for itself, would take the most of the time."""
    if len(blobs) < _A_PACK:
        return
    said = b"".join(b"blob\ndata %d\n%s\n" % (len(blob), blob) for blob in blobs)
    settings = ["-c", "fastimport.unpackLimit=1", "-c", "core.fsync=committed,pack,pack-metadata"]
    words = [*settings, "fast-import", "--quiet", "--done"]
    answer = run_writing(
        words, repo.root, input=said + b"done\n", timeout=COMMIT_TIMEOUT, keep=keep
    )
    if answer.code != 0:
        for report in _CRASHED.findall(answer.err):
            (repo.git_dir / os.fsdecode(report)).unlink(missing_ok=True)
        raise _refused("fast-import", answer)


def record(
    repo: Repository, journal: Journal, keep: Sequence[int], step: Callable[[str], None]
) -> None:
    """Make the journal's files part of the branch: as a new commit, or by the one made for it."""
    if journal.made is None:
        commit(repo, journal, keep, step)
        return
    from svcdesk.store.merge_commit import advance

    advance(repo, journal, journal.made, keep, step)


def commit(
    repo: Repository, journal: Journal, keep: Sequence[int], step: Callable[[str], None]
) -> None:
    """Commit the journal's paths as they stand in the working tree, and nothing else.

    The descriptors `keep` (the lock) are handed to git, so that recovery waits for a git that
    outlives us. Raises GitFailed with git's or the hook's words, Busy for a foreign lock.
    """
    if len(journal.entries) >= _VERY_MANY:
        _commit_many(repo, journal, keep, step)
        return
    listed = own_folder(repo.git_dir) / "paths"
    new = [e.path for e in journal.entries if e.index is None and e.after is not None]
    env = dict(journal.env)
    try:
        if new:
            # Without this `commit --only` does not know the path; `--force`, because whoever
            # records something means it, whatever .gitignore says.
            words = ["add", "--intent-to-add", "--force", *_paths(listed, new)]
            _insist(repo, words, b"", env, keep)
            step("added")
        words = [*_COMMIT, "--only", *_paths(listed, journal.paths)]
        step("committing")
        _insist(repo, words, journal.message.encode(), env, keep)
    finally:
        listed.unlink(missing_ok=True)


def _commit_many(
    repo: Repository, journal: Journal, keep: Sequence[int], step: Callable[[str], None]
) -> None:
    from svcdesk.store.git_commit_many import commit_many

    def run(words: Sequence[str], input: bytes, env: Mapping[str, str]) -> None:
        _insist(repo, words, input, {**journal.env, **env}, keep, index=False)

    commit_many(repo, journal, _COMMIT, run, step)
    # Git then need not read every file again to see that it is the same.
    run_writing(["update-index", "-q", "--refresh"], repo.root, timeout=COMMIT_TIMEOUT, keep=keep)


def _paths(listed: Path, paths: Sequence[str]) -> list[str]:
    """The paths as arguments, or in a file where they are too many for that."""
    encoded = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    if len(encoded) < _ARGUMENT_LIMIT:
        return ["--", *paths]
    listed.write_bytes(encoded)
    return [f"--pathspec-from-file={listed}", "--pathspec-file-nul"]


def _insist(
    repo: Repository,
    words: Sequence[str],
    input: bytes,
    env: dict[str, str],
    keep: Sequence[int],
    *,
    index: bool = True,
) -> None:
    """Run a writing git, and again while some other git holds the index or the branch. `index`
    off: we hold the lock of the index ourselves."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    deadline = time.monotonic() + FOREIGN_LOCK_WAIT
    while True:
        answer = run_writing(
            [*settings, *words],
            repo.root,
            input=input,
            env=env,
            timeout=COMMIT_TIMEOUT,
            keep=keep,
        )
        if answer.code == 0:
            return
        if not _LOCKED.search(answer.err) or time.monotonic() >= deadline:
            raise _refused(words[0], answer)
        time.sleep(0.05)
        if index:
            wait_for_git(repo, max(0.0, deadline - time.monotonic()))


def _refused(verb: str, answer: Answer) -> Refused:
    if says_full(answer.err):
        return disk_full()
    said = visible(answer.err) or T("it ended with {code}", code=answer.code)
    return GitFailed(
        T("git {verb} refused: {words}", verb=verb, words=said),
        hint=T("nothing has changed; mend what git or its hook names, then try again"),
    )
