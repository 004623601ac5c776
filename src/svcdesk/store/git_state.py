"""When a repository is not in a state to be written to, and what git's own locks say."""

from __future__ import annotations

import time
from pathlib import Path

from svcdesk.errors import Busy, RepositoryState
from svcdesk.i18n import T
from svcdesk.store.git import Repository, current_branch

# Each is a file or directory of the worktree's own git directory (gitrepository-layout(5)).
_UNDER_WAY = (
    ("MERGE_HEAD", "merge"),
    ("rebase-merge", "rebase"),
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick"),
    ("BISECT_LOG", "bisect"),
)
FOREIGN_LOCK_WAIT = 10.0


def refuse_state(repo: Repository) -> str:
    """The current branch. Raises RepositoryState where a write could be lost again.

    `git rebase --abort` would drop a commit made in the middle; a commit on a detached head is
    nobody's. An unborn branch is fine.
    """
    for name, what in _UNDER_WAY:
        if (repo.git_dir / name).exists():
            if name == "sequencer":
                what = _sequence(repo)
            raise RepositoryState(
                T("a git {what} is under way here", what=what),
                hint=T("finish it, or leave it with `git bisect reset`, then try again")
                if what == "bisect"
                else T("`git {what} --continue` or `git {what} --abort`, then try again",
                       what=what),
                code="E_UNDER_WAY",
            )  # fmt: skip
    branch = current_branch(repo.root, repo.git_dir)
    if branch is None:
        raise RepositoryState(
            T("the head is detached: a commit made here would belong to no branch"),
            hint=T("`git switch BRANCH` (or `git switch -c NEW`), then try again"),
            code="E_DETACHED",
        )
    return branch


def _sequence(repo: Repository) -> str:
    """Which of the two commands that take several commits is between two of them."""
    try:
        todo = (repo.git_dir / "sequencer" / "todo").read_text("utf-8", "replace")
    except OSError:
        todo = ""
    return "revert" if todo.startswith("revert") else "cherry-pick"


def git_locks(repo: Repository) -> tuple[Path, ...]:
    """Git's lock files, present now, that would stop a commit on the current branch."""
    branch = current_branch(repo.root, repo.git_dir)
    places = [repo.git_dir / "index.lock", repo.git_dir / "HEAD.lock"]
    if branch is not None:
        places.append(repo.common_dir / "refs" / "heads" / f"{branch}.lock")
    return tuple(place for place in places if place.exists())


def wait_for_git(repo: Repository, seconds: float | None = None) -> None:
    """Wait until no git holds the index or the branch (FOREIGN_LOCK_WAIT, if not said otherwise).

    Raises Busy with the lock's path. A lock of somebody else's is never removed: its holder may
    be alive.
    """
    deadline = time.monotonic() + (FOREIGN_LOCK_WAIT if seconds is None else seconds)
    while locks := git_locks(repo):
        if time.monotonic() >= deadline:
            raise Busy(
                T("another git holds {path}", path=locks[0]),
                hint=T("if no git is running here, it was left by one that crashed: "
                       "delete that file"),
                code="E_GIT_LOCK",
            )  # fmt: skip
        time.sleep(0.05)
