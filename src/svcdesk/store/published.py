"""What this clone remembers of the remote: the last state that it shared, and what it was about to
publish when it may have been stopped.

Refs below `refs/svcdesk/` and small files in the git directory that all worktrees share; losing
them costs a message told twice or not at all, never a record.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import NamedTuple

from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_refs import is_object_id
from svcdesk.store.lock import own_folder
from svcdesk.store.remotes import Line

_SEEN = "refs/svcdesk/seen/"
_OUTBOX = "outbox"


class Tips(NamedTuple):
    """Where things stand: the tracking ref (None: the remote has no such branch that we know),
    and the last state of it that this clone took in or pushed."""

    upstream: str | None
    seen: str | None


class Pending(NamedTuple):
    """A publication that was begun: everything after `start` (None: everything) up to `end`."""

    start: str | None
    end: str


def seen_ref(line: Line) -> str:
    return f"{_SEEN}{line.name}"


def tips(repo: Repository, line: Line) -> Tips:
    """Both by one git call."""
    form = "--format=%(refname) %(objectname)"
    raw = repo.git("for-each-ref", form, line.tracking, seen_ref(line))
    found = dict(row.split(" ") for row in text(raw).splitlines())
    return Tips(found.get(line.tracking), found.get(seen_ref(line)))


def remember_seen(repo: Repository, line: Line, commit: str) -> None:
    repo.git("update-ref", seen_ref(line), commit)


def begin_publishing(repo: Repository, start: str | None, end: str) -> None:
    """Note what is about to be pushed, so that a stop between push and telling loses nothing."""
    folder = own_folder(repo.common_dir) / _OUTBOX
    folder.mkdir(exist_ok=True)
    draft = folder / f"{end}.new"
    draft.write_text(json.dumps({"start": start, "end": end}), encoding="ascii")
    draft.replace(folder / f"{end}.json")


def pending(repo: Repository) -> list[Pending]:
    """Publications that were begun and not told of, as far as their notes can be read."""
    found = []
    for path in sorted((repo.common_dir / "svcdesk" / _OUTBOX).glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(path.read_text(encoding="ascii"))
            start, end = said["start"], said["end"]
            if is_object_id(end) and (start is None or is_object_id(start)):
                found.append(Pending(start, end))
    return found


def end_publishing(repo: Repository, end: str) -> None:
    (repo.common_dir / "svcdesk" / _OUTBOX / f"{end}.json").unlink(missing_ok=True)
