"""What this clone remembers of the remote: the last state that it shared, and what it was about to
publish when it may have been stopped.

Refs below `refs/svcdesk/` and small files in the git directory that all worktrees share; losing
them costs a message told twice or not at all, never a record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from svcdesk.store.bearings import SEEN, Bearings
from svcdesk.store.git import BRANCHES, Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_refs import is_object_id
from svcdesk.store.lock import own_folder
from svcdesk.store.remotes import Line
from svcdesk.values import NamedTuple

_OUTBOX = "outbox"


class Tips(NamedTuple):
    """Where things stand: the tracking ref (None: the remote has no such branch that we know),
    the last state of it that this clone took in or pushed, and the current branch."""

    upstream: str | None
    seen: str | None
    head: str | None


class Pending(NamedTuple):
    """A publication that was begun: everything after `start` (None: everything) up to `end`."""

    start: str | None
    end: str


def seen_ref(line: Line) -> str:
    return f"{SEEN}{line.name}"


def tips(repo: Repository, line: Line) -> Tips:
    """All by one git call."""
    form = "--format=%(refname) %(objectname)"
    raw = repo.git("for-each-ref", form, line.tracking, seen_ref(line), _own(repo))
    return _tips(repo, line, dict(row.split(" ") for row in text(raw).splitlines()))


def tips_of(repo: Repository, line: Line, bearings: Bearings) -> Tips:
    """The same as somebody who looked at all refs found them."""
    return _tips(repo, line, bearings.objects)


def _tips(repo: Repository, line: Line, objects: Mapping[str, str]) -> Tips:
    return Tips(*(objects.get(ref) for ref in (line.tracking, seen_ref(line), _own(repo))))


def _own(repo: Repository) -> str:
    return f"{BRANCHES}{repo.branch}"


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
