"""What was deleted: files missing from the working tree, and records whose deletion is committed.

Nothing in a desk is deleted: a record that is not wanted is cancelled, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.errors import NotADesk, NotFound, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.store.tickets import RECORDS, Loaded, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts
    from svcdesk.store.git import Repository

_MARK = b"\1"
_UNDO = "undo-"
"""How the subject of an undo begins, as git puts subjects into file names."""


class Deleted(NamedTuple):
    """A record's file that is gone: `last` names its last version for git; `commit` took it away,
    None where nobody has committed that. `undone`: by `svcdesk undo`, which is meant."""

    path: str
    record_id: str
    last: str
    staged: bool = False
    commit: str | None = None
    undone: bool = False

    @property
    def advice(self) -> Text:
        """The command that brings the file back."""
        if self.commit:
            return T("git restore --source={commit}^ {path}, then commit it",
                     commit=self.commit[:10], path=self.path)  # fmt: skip
        return restore(self.path, staged=self.staged)


def restore(path: str, *, staged: bool = False) -> Text:
    """The command that brings back a file of the last commit."""
    if staged:
        return T("git restore --staged --worktree {path}", path=path)
    return T("git restore {path}", path=path)


def missing(root: Path, path: str) -> NotADesk:
    """The error for a file without which the desk at `root` cannot work, and what puts it back."""
    from svcdesk.store.git import discover

    gone: dict[str, bool] = {}
    with suppress(SvcdeskError):
        gone = _uncommitted(discover(root), path)
    if path in gone:
        return NotADesk(
            T("{path} was deleted", path=path),
            hint=restore(path, staged=gone[path]),
            code="E_DELETED",
            path=path,
        )
    return NotADesk(
        T("{path} is missing", path=path),
        hint=T("`svcdesk init` puts back what is missing"),
        path=path,
    )


def deleted_here(desk: Parts, uids: Set[str] | None = None) -> list[Deleted]:
    """The records that the last commit has and the working tree has not.

    `uids` are those of the records that are here, by which a record is known that only moved;
    without them every record is read, where some file is gone.
    """
    gone = _uncommitted(desk.repository, RECORDS)
    found = [
        Deleted(path, _id_of(path), f"HEAD:{path}", staged)
        for path, staged in sorted(gone.items())
        if _is_record(desk, path)
    ]
    return _lost(desk, found, uids)


def refuse_deleted(desk: Parts, ending: str) -> None:
    """Raise NotFound with what brings it back, where a record that ends like that was deleted."""
    wanted = ending.strip().upper()
    for one in deleted_here(desk):
        if one.record_id.endswith(wanted):
            raise NotFound(
                T("{record} was deleted: {path}", record=one.record_id, path=one.path),
                hint=one.advice,
                code="E_DELETED",
                record=one.record_id,
                path=one.path,
            )


def deleted_before(desk: Parts) -> list[Deleted]:
    """The records whose deletion is part of HEAD's history and that are nowhere in the desk now.

    A record that got another number or place is known by its uid. Reads every record, but only
    where some file was ever deleted.
    """
    found = [
        one
        for one in _deletions(desk.repository)
        if _is_record(desk, one.path) and not (desk.root / one.path).exists()
    ]
    return _lost(desk, found, None)


def _lost(desk: Parts, found: Sequence[Deleted], uids: Set[str] | None) -> list[Deleted]:
    """Those whose uid, as their last version has it, is not among `uids` (all that are here)."""
    if not found:
        return []
    from svcdesk.store.git_objects import read_objects

    if uids is None:
        uids = {one.record.uid for one in desk.load_all() if isinstance(one, Loaded)}
    objects = read_objects(desk.root, [one.last for one in found])
    return [
        one
        for one, (_, data) in zip(found, objects, strict=True)
        if (uid := _uid_in(data, one.path)) is None or uid not in uids
    ]


def _uncommitted(repository: Repository, path: str) -> dict[str, bool]:
    """What is deleted at or below a path and not committed: path → whether that is staged."""
    return {
        one.path: one.staged == "D"
        for one in repository.status([path])
        if "D" in (one.staged, one.unstaged) and not (repository.root / one.path).exists()
    }


def _deletions(repository: Repository) -> Iterator[Deleted]:
    """Each file below records/ that a commit deleted, the newest deletion of each."""
    if repository.head is None:
        return
    raw = repository.git(
        "log", "--diff-filter=D", "--no-renames", "--name-only", "-z",
        "--format=%x01%H %f %(trailers:key=Svcdesk-Op,valueonly,separator=%x2C)",
        "--end-of-options", "HEAD", "--", RECORDS,
        timeout=120,
    )  # fmt: skip
    seen: set[str] = set()
    for part in raw.split(_MARK)[1:]:
        head, *paths = part.decode("utf-8", "surrogateescape").split("\0")
        commit, subject, op = head.split(" ", 2)
        undone = subject.startswith(_UNDO) and bool(op.strip())
        for path in (one.lstrip("\n") for one in paths):
            if path and path not in seen:
                seen.add(path)
                last = f"{commit}^:{path}"
                yield Deleted(path, _id_of(path), last, commit=commit, undone=undone)


def _is_record(desk: Parts, path: str) -> bool:
    folder, _, rest = path.removeprefix(f"{RECORDS}/").partition("/")
    return folder in desk.tickets.folders.values() and rest.endswith(".yaml")


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def _uid_in(data: bytes | None, path: str) -> str | None:
    """The uid of the record in a file's bytes; None where they cannot be read."""
    try:
        return None if data is None else decode_file(data, path).record.uid
    except SvcdeskError:
        return None
