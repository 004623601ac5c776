"""What a write is about to do, written down before it does it, so that it can be undone or ended.

One file in the worktree's git directory, self-contained: the bytes of each path before and after
lie in it, so that neither going back nor going on depends on an object that git may not have. It
is there exactly while a write is under way or was broken off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from svcdesk.errors import FileRefused, RepositoryState
from svcdesk.hashes import sha256
from svcdesk.i18n import T
from svcdesk.store.files import check_path
from svcdesk.store.lock import own_folder
from svcdesk.values import NamedTuple

_FORMAT = "svcdesk-journal 1"
_NAME = "journal"
_DRAFT = "journal.new"


class Entry(NamedTuple):
    """One path: its bytes before and after (None: no file), and where git had it then.

    `head` is the blob that HEAD held, `index` the mode and blob of the index; None: not there.
    """

    path: str
    before: bytes | None
    after: bytes | None
    head: str | None = None
    index: tuple[str, str] | None = None  # type: ignore[assignment]  # not the tuple's method


class Journal(NamedTuple):
    """One write. `head` is the commit it starts from (None: unborn branch), `env` what git is to
    be told about author and date, `folders` the directories that it makes, outermost first.
    `made` is a commit that holds all of it already, as a merge's does: the branch moves on to it.
    """

    op: str
    head: str | None
    message: str
    commits: bool
    entries: tuple[Entry, ...]
    env: Mapping[str, str] = {}
    folders: tuple[str, ...] = ()
    made: str | None = None

    @property
    def paths(self) -> list[str]:
        return [entry.path for entry in self.entries]


def write(git_dir: Path, journal: Journal) -> None:
    """Put the journal in its place, on the disk. Raises OSError; nothing is in place then."""
    folder = own_folder(git_dir)
    draft = folder / _DRAFT
    try:
        with draft.open("wb") as file:
            for part in _encode(journal):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / _NAME)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def read(git_dir: Path) -> Journal | None:
    """The journal of a write that is under way or was broken off; None if there is none.

    Raises RepositoryState (E_JOURNAL) for one that is damaged or of a later version.
    """
    path = git_dir / "svcdesk" / _NAME
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return _decode(raw)
    except (ValueError, KeyError, TypeError, FileRefused) as error:
        raise RepositoryState(
            T("the journal of an unfinished write cannot be read: {path}", path=path),
            hint=T("if no later svcdesk wrote it, look at `git status` and then delete it"),
            code="E_JOURNAL",
        ) from error


def remove(git_dir: Path) -> None:
    """Take the journal away, with drafts of it. Not synced: where it comes back after a power
    cut, it finds its work done and goes again."""
    folder = git_dir / "svcdesk"
    for name in (_DRAFT, _NAME):
        (folder / name).unlink(missing_ok=True)


def written_at(git_dir: Path) -> float:
    """When the journal was put in place, by the clock of the file system that git's locks bear."""
    return (git_dir / "svcdesk" / _NAME).stat().st_mtime


def generation(git_dir: Path) -> tuple[int, ...]:
    """Changes whenever a journal comes or goes: what was read between two equal values was read
    while no write began or ended."""
    folder = git_dir / "svcdesk"
    found = []
    for path in (folder, folder / _NAME):
        try:
            status = path.stat()
        except OSError:
            found += [0, 0]
        else:
            found += [status.st_mtime_ns, status.st_ino]
    return tuple(found)


def sync_folder(folder: Path) -> None:
    """Make renames in a directory last through a power cut, where the system can (not Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encode(journal: Journal) -> list[bytes]:
    parts = [part for entry in journal.entries for part in (entry.before, entry.after)]
    digest = sha256()
    for part in parts:
        digest.update(part or b"")
    header = {
        "format": _FORMAT,
        "op": journal.op,
        "head": journal.head,
        "message": journal.message,
        "commits": journal.commits,
        "env": dict(journal.env),
        "folders": list(journal.folders),
        "made": journal.made,
        "entries": [
            {
                "path": entry.path,
                "before": None if entry.before is None else len(entry.before),
                "after": None if entry.after is None else len(entry.after),
                "head": entry.head,
                "index": entry.index,
            }
            for entry in journal.entries
        ],
        "sha256": digest.hexdigest(),
    }
    return [json.dumps(header).encode("ascii"), b"\n", *(part for part in parts if part)]


def _decode(raw: bytes) -> Journal:
    line, _, body = raw.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    if header["format"] != _FORMAT or sha256(body).hexdigest() != header["sha256"]:
        raise ValueError("another format, or damaged")
    entries, at = [], 0
    for fact in header["entries"]:
        check_path(fact["path"])
        sides: list[bytes | None] = []
        for side in ("before", "after"):
            size = fact[side]
            sides.append(None if size is None else body[at : at + size])
            at += size or 0
        index = None if fact["index"] is None else (fact["index"][0], fact["index"][1])
        entries.append(Entry(fact["path"], sides[0], sides[1], fact["head"], index))
    return Journal(
        header["op"],
        header["head"],
        header["message"],
        header["commits"],
        tuple(entries),
        header["env"],
        tuple(header["folders"]),
        header.get("made"),
    )
