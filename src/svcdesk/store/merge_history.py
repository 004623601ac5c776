"""What the commits of a history did to files: for each parent of a merge, what differs between it
and the merge; of other commits, what each changed."""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.store.git import Repository
from svcdesk.values import NamedTuple

_MARK = b"\1"
_TIMEOUT = 300.0


class Differing(NamedTuple):
    """A file that differs between a parent of a commit and the commit (`merge`): its blob in
    either (None: not there)."""

    path: str
    parent: str | None
    merge: str | None


class MergeSide(NamedTuple):
    """What differs between a merge and one of its parents; a parent without differences has no
    such value."""

    merge: str
    files: tuple[Differing, ...]


def merge_sides(
    repo: Repository, prefix: str, limit: int, since: str | None = None
) -> Iterator[MergeSide]:
    """The newest `limit` merges of HEAD's history (without that of `since`), newest first, one
    value for each parent from which the merge differs; only files below `prefix`. One git call."""
    if repo.head is None:
        return
    raw = repo.git(
        "log", "--merges", "-m", "--raw", "-z", "--no-abbrev", "--no-renames",
        "--no-show-signature", "--format=%x01%H", f"--max-count={limit}", "--end-of-options",
        repo.head, *([f"^{since}"] if since else []),
        timeout=_TIMEOUT,
    )  # fmt: skip
    for part in raw.split(_MARK)[1:]:
        commit, *words = part.decode("utf-8", "surrogateescape").split("\0")
        yield MergeSide(commit, _differing(words, prefix))


class Changing(NamedTuple):
    """What a commit with one parent, or none, changed; `subject` is its subject as git puts it
    into file names (letters, digits, `.`, `_` and `-`), which nothing in it can pass for more."""

    commit: str
    subject: str
    files: tuple[Differing, ...]


def changing(repo: Repository, prefix: str, limit: int, revisions: str) -> Iterator[Changing]:
    """The newest `limit` commits of `revisions` (a commit, or a range of them) that are no merges,
    newest first; only files below `prefix`. One git call."""
    raw = repo.git(
        "log", "--no-merges", "--topo-order", "--raw", "-z", "--no-abbrev", "--no-renames",
        "--no-show-signature", "--format=%x01%H %f", f"--max-count={limit}", "--end-of-options",
        revisions,
        timeout=_TIMEOUT,
    )  # fmt: skip
    for part in raw.split(_MARK)[1:]:
        head, *words = part.decode("utf-8", "surrogateescape").split("\0")
        commit, _, subject = head.partition(" ")
        yield Changing(commit, subject, _differing(words, prefix))


def parents_of(repo: Repository, commit: str) -> list[str]:
    """The parents of a commit, the first one first."""
    raw = repo.git("rev-list", "--parents", "--max-count=1", "--end-of-options", commit)
    return raw.decode("ascii").split()[1:]


def _differing(words: list[str], prefix: str) -> tuple[Differing, ...]:
    """The files in git's raw format, its words apart."""
    files = []
    for facts, path in zip(words[::2], words[1::2], strict=False):
        if path.startswith(prefix):
            _, _, before, after, *_ = facts.split()
            files.append(Differing(path, _blob(before), _blob(after)))
    return tuple(files)


def _blob(name: str) -> str | None:
    return name if name.strip("0") else None
