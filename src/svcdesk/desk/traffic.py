"""What happened to each record between two commits: what a sync brought in or sent out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.reading import many_values
from svcdesk.errors import SvcdeskError
from svcdesk.model.record import Event, Record
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.tickets import decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

UID = re.compile(rb"^uid:[ \t]*['\"]?([0-7][0-9A-HJKMNP-TV-Z]{25})\b", re.MULTILINE)
_RECORDS = "records/"
_ATTACHMENTS = "records/attachments/"


class Flow(NamedTuple):
    """What became of one record: `before` and `after` (None: not there), and the new events.

    `error`: one of the versions could not be read.
    """

    path: str
    before: Record | None
    after: Record | None
    events: tuple[Event, ...] = ()
    error: SvcdeskError | None = None

    @property
    def record_id(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".yaml")

    @property
    def former(self) -> str | None:
        """The number that it had before, where it has another now."""
        if self.before is None or self.after is None or self.before.id == self.after.id:
            return None
        return self.before.id


class Traffic(NamedTuple):
    """The records that differ between two commits, in order of path, and how many other files."""

    flows: tuple[Flow, ...] = ()
    others: int = 0


Place = tuple[str, str]
"""A path and its blob."""


Sides = tuple[Place | None, Place | None]
"""Where a record was before, and is after."""


class Pairs(NamedTuple):
    """What differs between two commits: the places of each record before and after, by uid (by
    `/path` for a file that shows none), the bytes of the blobs, and how many other files."""

    sides: Mapping[str, Sides]
    data: Mapping[str, bytes]
    others: int


def pairs(desk: Desk, repo: Repository, old: str | None, new: str) -> Pairs:
    """The records that differ between two commits (None: from nothing), none of them parsed."""
    start = old or text(repo.git("mktree", input=b"")).strip()
    if start == new:
        return Pairs({}, {}, 0)
    raw = text(repo.git("diff-tree", "-r", "-z", "--raw", "--no-renames", start, new))
    words = raw.split("\0")
    changed = [
        (facts.lstrip(":").split(), path)
        for facts, path in zip(words[::2], words[1::2], strict=False)
    ]
    wanted = [(facts[2], facts[3], path) for facts, path in changed if _is_record(desk, path)]
    blobs = {blob for one in wanted for blob in one[:2] if blob.strip("0")}
    data = dict(repo.cat_blobs(sorted(blobs))) if blobs else {}
    sides: dict[str, list[Place | None]] = {}
    for before, after, path in wanted:
        for side, blob in enumerate((before, after)):
            if blob in data:
                found = UID.search(data[blob])
                key = found[1].decode("ascii") if found else f"/{path}"
                sides.setdefault(key, [None, None])[side] = (path, blob)
    both = {key: (places[0], places[1]) for key, places in sides.items()}
    return Pairs(both, data, len(changed) - len(wanted))


def between(desk: Desk, repo: Repository, old: str | None, new: str) -> Traffic:
    """What differs from one commit (None: from nothing) to another, record by record."""
    found = pairs(desk, repo, old, new)
    with many_values():
        flows = [_flow(places, found.data) for places in _joined(found.sides)]
    return Traffic(tuple(sorted(flows, key=lambda flow: flow.path)), found.others)


def _joined(sides: Mapping[str, Sides]) -> list[Sides]:
    """The sides of each record; a version that shows no uid is of the record that the other commit
    has at its path."""
    named = {key: one for key, one in sides.items() if not key.startswith("/")}
    nameless = {key[1:]: one for key, one in sides.items() if key.startswith("/")}
    joined = []
    for before, after in named.values():
        if before is not None and after is None:
            after = nameless.pop(before[0], (None, None))[1]
        elif after is not None and before is None:
            before = nameless.pop(after[0], (None, None))[0]
        joined.append((before, after))
    return [*joined, *nameless.values()]


def _is_record(desk: Desk, path: str) -> bool:
    """Whether a file lies where a record of this desk may lie."""
    folder = path.removeprefix(_RECORDS).partition("/")[0]
    return (
        path.startswith(_RECORDS)
        and path.endswith(".yaml")
        and not path.startswith(_ATTACHMENTS)
        and folder in desk.tickets.folders.values()
    )


def _flow(places: Sides, data: Mapping[str, bytes]) -> Flow:
    versions: list[Record | None] = []
    error: SvcdeskError | None = None
    for place in places:
        record = None
        if place is not None:
            try:
                record = decode_file(data[place[1]].replace(b"\r\n", b"\n"), place[0]).record
            except SvcdeskError as problem:
                error = problem
        versions.append(record)
    before, after = versions
    known = {event.id for event in before.events} if before else set()
    events = [event for event in after.events if event.id not in known] if after else []
    path = next(place[0] for place in reversed(places) if place is not None)
    return Flow(path, before, after, tuple(sorted(events, key=lambda one: one.id)), error)
