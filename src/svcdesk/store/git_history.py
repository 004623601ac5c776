"""Who changed what and when: history read through GitPython, which is imported only here.

Nothing on the way of an ordinary read or write comes here: the import alone takes longer than
many commands.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from svcdesk.errors import GitFailed
from svcdesk.i18n import T
from svcdesk.store import git_process
from svcdesk.store.git import Repository
from svcdesk.store.git_message import trailers_of
from svcdesk.store.git_refs import check_ref

_FORMAT = "%H%x00%an%x00%ae%x00%aI%x00%cI%x00%P%x00%B%x00%x01"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. Names and dates are what its author claimed; `trailers` is the last paragraph."""

    id: str
    author: str
    email: str
    authored: datetime
    committed: datetime
    parents: tuple[str, ...]
    subject: str
    message: str
    trailers: tuple[tuple[str, str], ...]

    def trailer(self, key: str) -> tuple[str, ...]:
        """Every value of that trailer, in order."""
        return tuple(value for name, value in self.trailers if name.lower() == key.lower())


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """A line (from 1) with the commit that last changed it; None: not committed yet."""

    line: int
    commit: str | None
    text: str


def log(
    repo: Repository,
    *paths: str,
    revision: str | None = None,
    limit: int | None = None,
    grep: str | None = None,
) -> tuple[Commit, ...]:
    """The commits before and at `revision` (HEAD) that touched any of `paths`, newest first.

    Without paths it is all of them. `grep` keeps those whose message contains that very text.
    Raises UsageError for a revision that is none, GitFailed for one that is not here.
    """
    return _log(repo, [check_ref(revision or "HEAD")], paths, limit, grep)


def between(repo: Repository, since: str | None, until: str = "HEAD") -> tuple[Commit, ...]:
    """The commits reachable from `until` and not from `since`, newest first."""
    exclude = [] if since is None else [f"^{check_ref(since)}"]
    return _log(repo, [check_ref(until), *exclude], (), None, None)


def last_change(repo: Repository, path: str, revision: str = "HEAD") -> Commit | None:
    """The commit that last changed a path; None if none did."""
    found = log(repo, path, revision=revision, limit=1)
    return found[0] if found else None


def blame(repo: Repository, path: str) -> tuple[BlamedLine, ...]:
    """Each line of a file as it stands in the working tree, with the commit it comes from."""
    raw = _ask(repo, "blame", ["--porcelain", "--no-textconv", "--", path])
    lines: list[BlamedLine] = []
    commit = ""
    for row in raw.split(b"\n"):
        if row.startswith(b"\t"):
            shown = row[1:].decode("utf-8", "replace")
            lines.append(BlamedLine(len(lines) + 1, commit if commit.strip("0") else None, shown))
        else:
            first = row.split(b" ", 1)[0]
            if len(first) in (40, 64) and not first.strip(b"0123456789abcdef"):
                commit = first.decode("ascii")
    return tuple(lines)


def _log(
    repo: Repository,
    revisions: Sequence[str],
    paths: Sequence[str],
    limit: int | None,
    grep: str | None,
) -> tuple[Commit, ...]:
    if repo.head is None and repo.refreshed().head is None:
        return ()
    options = [f"--format={_FORMAT}", "--no-color", "--no-show-signature", "--encoding=UTF-8"]
    if limit is not None:
        options.append(f"--max-count={limit}")
    if grep is not None:
        options += ["--fixed-strings", f"--grep={grep}"]
    raw = _ask(repo, "log", [*options, "--end-of-options", *revisions, "--", *paths])
    return tuple(_commit(row) for row in raw.decode("utf-8", "replace").split("\x00\x01")[:-1])


def _commit(row: str) -> Commit:
    commit, author, email, authored, committed, parents, message = row.lstrip("\n").split("\0", 6)
    return Commit(
        commit,
        author,
        email,
        datetime.fromisoformat(authored),
        datetime.fromisoformat(committed),
        tuple(parents.split()),
        message.split("\n", 1)[0],
        message,
        trailers_of(message),
    )


def _ask(repo: Repository, verb: str, args: Sequence[str]) -> bytes:
    """One call through GitPython. Raises GitFailed with git's words.

    GitPython hands the whole environment to git (measured: inside a hook it took the hook's
    repository), so what does not belong there is taken out of ours for that while.
    """
    git_process.executable()  # where there is no git GitPython raises ImportError; ours is clearer
    wanted = git_process.environment()
    removed = {name: os.environ.pop(name) for name in set(os.environ) - set(wanted)}
    try:
        import git

        program = git.Repo(repo.root).git
        program.update_environment(**wanted)
        program(c=git_process.SETTINGS)
        try:
            answer = getattr(program, verb)(
                *args, stdout_as_string=False, strip_newline_in_stdout=False
            )
        except git.GitCommandError as error:
            words = git_process.visible(str(error.stderr).encode("utf-8", "replace"))
            raise GitFailed(T("git {verb} refused: {words}", verb=verb, words=words)) from None
    finally:
        os.environ.update(removed)
    return bytes(answer)
