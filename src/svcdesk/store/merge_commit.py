"""The commit of a merge, made before anything is seen to change; and moving a branch on to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from svcdesk.errors import Refused
from svcdesk.i18n import T
from svcdesk.store import git_process
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_process import failure, run_writing
from svcdesk.store.git_state import wait_for_git
from svcdesk.store.journal import Journal
from svcdesk.store.lock import own_folder

ATTRIBUTES = ".gitattributes"
_REGULAR = "100644"
_MERGE_TIMEOUT = 600.0


def merge_bases(repo: Repository, one: str, other: str) -> list[str]:
    """The best common ancestors of two commits; none for unrelated histories."""
    args = ("merge-base", "--all", one, other)
    answer = repo.run(*args)
    if answer.code not in (0, 1):
        raise failure(args, answer)
    return text(answer.out).split()


def merged_tree(repo: Repository, one: str, other: str) -> tuple[str, list[str]]:
    """Git's own merge of two commits: the tree, and the paths that it could not merge.

    Records are merged as text, and ours put in their place afterwards. Git takes attributes from
    the working tree, and a driver, once for each record, would be slow and leave files there if it
    is killed; so git is given another working tree, which has the attributes but for records.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="svcdesk-") as folder:
        own = repo.root / ATTRIBUTES
        known = own.read_bytes() if own.is_file() else b""
        (Path(folder) / ATTRIBUTES).write_bytes(known + b"\n/records/**/*.yaml merge\n")
        args = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", one, other)
        env = {"GIT_DIR": str(repo.git_dir), "GIT_WORK_TREE": folder}
        answer = git_process.run(args, Path(folder), env=env, timeout=_MERGE_TIMEOUT)
    if answer.code not in (0, 1):
        raise failure(args, answer)
    tree, *paths = [word for word in text(answer.out).split("\0") if word]
    return tree, paths


def write_blobs(repo: Repository, contents: Sequence[bytes]) -> list[str]:
    """Put contents into the object store, by one git; their ids."""
    if not contents:
        return []
    stream = b"".join(b"blob\ndata %d\n%b\n" % (len(data), data) for data in contents)
    args = ["fast-import", "--quiet"]
    answer = run_writing(args, repo.root, input=stream, timeout=_MERGE_TIMEOUT)
    if answer.code != 0:
        raise failure(args, answer)
    return [repo.blob_id(data) for data in contents]


def edited_tree(repo: Repository, tree: str, changes: Mapping[str, str | None]) -> str:
    """A tree with other blobs at some paths (None: nothing there)."""
    scratch = own_folder(repo.git_dir) / f"merge-index-{os.getpid()}"
    env = {"GIT_INDEX_FILE": str(scratch)}
    none = "0" * len(tree)
    lines = "".join(
        f"{_REGULAR if blob else '0'} {blob or none}\t{path}\0"
        # What goes first makes room: a file may become a folder.
        for path, blob in sorted(changes.items(), key=lambda one: one[1] is not None)
    )
    try:
        repo.git("read-tree", tree, env=env)
        data = lines.encode("utf-8", "surrogateescape")
        repo.git("update-index", "-z", "--index-info", env=env, input=data)
        return text(repo.git("write-tree", env=env)).strip()
    finally:
        for left in (scratch, Path(f"{scratch}.lock")):
            left.unlink(missing_ok=True)


def commit_tree(repo: Repository, tree: str, parents: Sequence[str], message: str) -> str:
    """A commit that no branch has yet. Raises GitFailed (also for an unknown identity)."""
    words = [word for parent in parents for word in ("-p", parent)]
    settings = ("-c", "i18n.commitEncoding=UTF-8")
    raw = repo.git(*settings, "commit-tree", *words, "-F", "-", tree, input=message.encode())
    return text(raw).strip()


def refuse_odd_modes(repo: Repository, one: str, tree: str) -> None:
    """A merge that touches links, programs or submodules is git's to make. Raises Refused."""
    raw = text(repo.git("diff-tree", "-r", "-z", "--raw", "--no-renames", one, tree))
    words = raw.split("\0")
    for facts, path in zip(words[::2], words[1::2], strict=False):
        modes = facts.lstrip(":").split()[:2]
        if not set(modes) <= {_REGULAR, "000000"}:
            raise Refused(
                T("{path} is no plain file on every side, and such files are not merged here",
                  path=path),
                hint=T("let git merge: git merge BRANCH (the merge driver does the records)"),
                code="E_MODE",
                path=path,
            )  # fmt: skip


def advance(
    repo: Repository,
    journal: Journal,
    commit: str,
    keep: Sequence[int],
    step: Callable[[str], None],
) -> None:
    """Set the index to the journal's new files, then move the branch on to `commit`.

    `commit` has to hold all that the branch has. Raises GitFailed.
    """
    start = journal.head or "0" * len(commit)
    _insist(repo, ["merge-base", "--is-ancestor", start, commit], keep)
    wait_for_git(repo)
    none = "0" * len(commit)
    lines = [
        f"{_REGULAR if entry.after is not None else '0'} "
        f"{repo.blob_id(entry.after) if entry.after is not None else none}\t{entry.path}\0"
        for entry in sorted(journal.entries, key=lambda one: one.after is not None)
    ]
    data = "".join(lines).encode("utf-8", "surrogateescape")
    _insist(repo, ["update-index", "-z", "--index-info"], keep, data)
    step("committing")
    said = f"svcdesk: {journal.message.partition(chr(10))[0]}"
    _insist(repo, ["update-ref", "-m", said, "HEAD", commit, start], keep)
    # Git then need not read every file again to see that it is the same.
    run_writing(["update-index", "-q", "--refresh"], repo.root, keep=keep)


def _insist(repo: Repository, args: list[str], keep: Sequence[int], data: bytes = b"") -> None:
    settings = ["-c", "core.fsync=committed,loose-object,pack,reference,index"]
    answer = run_writing([*settings, *args], repo.root, input=data, keep=keep)
    if answer.code != 0:
        raise failure(args, answer)
