"""Making a repository where there is none."""

from __future__ import annotations

from pathlib import Path

from svcdesk.errors import NotADesk
from svcdesk.i18n import T
from svcdesk.store import git_process
from svcdesk.store.git import Repository, discover

BRANCH = "main"


def discover_or_none(folder: Path) -> Repository | None:
    """The repository around a folder, or None where none is near. Raises NotADesk for anything
    that could not hold a desk: a bare repository, the inside of `.git`, somebody else's."""
    try:
        return discover(folder)
    except NotADesk as error:
        if error.code != "E_NO_REPO":
            raise
    answer = git_process.run(["rev-parse", "--is-inside-git-dir"], folder)
    if answer.code == 0:
        raise NotADesk(T("{path} lies inside a git directory", path=folder), code="E_NO_REPO")
    return None


def create(folder: Path) -> Repository:
    """A new repository with its root in `folder`, on an unborn branch `main`.

    Raises GitFailed with git's words.
    """
    args = ["init", "--quiet", f"--initial-branch={BRANCH}"]
    answer = git_process.run_writing(args, folder)
    if answer.code != 0:
        raise git_process.failure(args, answer)
    return discover(folder)
