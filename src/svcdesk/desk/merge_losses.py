"""What merges without the merge driver did to records: found in history, not from one file.

git merges a record as text where nobody set up the driver, and at a forge's button. What comes of
that may look right: events of one side are gone, or a whole record that had the number of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from svcdesk.desk.deleted import deleted_before
from svcdesk.desk.traffic import UID
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.model.record import Record
from svcdesk.store.merge_history import Differing, MergeSide, merge_sides
from svcdesk.store.tickets import RECORDS, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts

MOST_MERGES = 2000
"""How many merges, counted from HEAD, are looked at."""
_EVENT_ID = re.compile(rb"^[ \t-]*id:[ \t]*['\"]?([0-7][0-9A-HJKMNP-TV-Z]{25})\b", re.MULTILINE)
_PREFIX = f"{RECORDS}/"


class Place(NamedTuple):
    """A file of a commit: its path and blob."""

    path: str
    blob: str


class Loss(NamedTuple):
    """A record that a merge left wrong, and that is still so in HEAD.

    `kind`: `record` (it is in no file any more), `events` (`events` of them are gone), `broken`
    (its file cannot be read), `header` (its tracked fields are not what its events make of them).
    What a commit with one parent took out is `replaced` (a record) or `dropped` (events).
    """

    uid: str
    path: str
    merge: str
    kind: str
    events: int = 0


class Trees:
    """Records by uid in any commit, each blob read once."""

    def __init__(self, desk: Parts) -> None:
        self._desk = desk
        self._repo = desk.repository.refreshed()
        self._folders = tuple(f"{_PREFIX}{one}/" for one in desk.tickets.folders.values())
        self._uids: dict[str, str | None] = {}
        self._ids: dict[str, frozenset[bytes]] = {}
        self._commits: dict[str, dict[str, list[Place]]] = {}

    def is_record(self, path: str) -> bool:
        return path.startswith(self._folders) and path.endswith(".yaml")

    def learn(self, blobs: set[str]) -> None:
        """Read blobs: the uid that each shows, and the ids that may be its events'."""
        for blob, data in self._repo.cat_blobs(sorted(blobs - self._uids.keys())):
            found = UID.search(data)
            self._uids[blob] = found[1].decode("ascii") if found else None
            self._ids[blob] = frozenset(_EVENT_ID.findall(data))

    def uid(self, blob: str) -> str | None:
        return self._uids[blob]

    def event_ids(self, blob: str) -> frozenset[bytes]:
        return self._ids[blob]

    def at(self, commit: str) -> Mapping[str, list[Place]]:
        """The files of each uid in a commit; more than one where something is wrong."""
        if commit not in self._commits:
            listed = self._repo.ls_tree(commit, _PREFIX)
            files = {path: blob.id for path, blob in listed.items() if self.is_record(path)}
            self.learn(set(files.values()))
            found: dict[str, list[Place]] = {}
            for path, blob in files.items():
                uid = self._uids[blob]
                if uid is not None:
                    found.setdefault(uid, []).append(Place(path, blob))
            self._commits[commit] = found
        return self._commits[commit]

    def data(self, blob: str) -> bytes:
        return next(data for _, data in self._repo.cat_blobs([blob]))

    def record(self, place: Place) -> Record | None:
        """The record of a file; None where it cannot be read."""
        try:
            return decode_file(self.data(place.blob).replace(b"\r\n", b"\n"), place.path).record
        except SvcdeskError:
            return None


class Losses:
    """The search through HEAD's history. `trees` can be used further."""

    def __init__(self, desk: Parts) -> None:
        self._desk = desk
        self._repo = desk.repository.refreshed()
        self.trees = Trees(desk)

    def find(self) -> list[Loss]:
        """What merges left wrong, the oldest first: (uid, merge) at most once each."""
        sides = list(merge_sides(self._repo, _PREFIX, MOST_MERGES))
        if not sides or self._repo.head is None:
            return []
        found = self._all_lost(sides)
        for loss in self._misshapen(sides):
            found.setdefault((loss.uid, loss.merge), loss)
        order = {side.merge: place for place, side in enumerate(reversed(sides))}
        return sorted(found.values(), key=lambda one: (order[one.merge], one.path))

    def lost_since(self, since: str | None) -> list[Loss]:
        """The events and records that merges after `since` (None: any) lost, the oldest first.

        HEAD's records are read only where something looks lost.
        """
        sides = list(merge_sides(self._repo, _PREFIX, MOST_MERGES, since))
        return list(self._all_lost(sides).values()) if sides else []

    def _all_lost(self, sides: Sequence[MergeSide]) -> dict[tuple[str, str], Loss]:
        blobs = {
            blob
            for side in sides
            for file in self._at_risk(side)
            for blob in (file.parent, file.merge)
            if blob is not None
        }
        self.trees.learn(blobs)
        found: dict[tuple[str, str], Loss] = {}
        for side in reversed(sides):
            for loss in self._lost(side):
                known = found.get((loss.uid, loss.merge))
                if known is None or known.events < loss.events:
                    found[loss.uid, loss.merge] = loss
        return found

    @property
    def now(self) -> Mapping[str, list[Place]]:
        """The files of each uid in HEAD, which there has to be."""
        return self._now

    def twins(self) -> Iterator[tuple[str, list[str]]]:
        """What stands twice in HEAD: (uid or id, the files that have it)."""
        found: dict[str, list[str]] = {}
        for uid, places in self._now.items() if self._repo.head is not None else ():
            for place in places:
                found.setdefault(uid, []).append(place.path)
                name = place.path.rpartition("/")[2].removesuffix(".yaml")
                found.setdefault(name, []).append(place.path)
        return ((key, paths) for key, paths in found.items() if len(paths) > 1)

    # ── events and records that a parent had and neither the merge nor HEAD has ────────────────

    def _lost(self, side: MergeSide) -> Iterator[Loss]:
        trees = self.trees
        files = self._at_risk(side)
        merged: dict[str, set[bytes]] = {}
        for file in files:
            uid = trees.uid(file.merge) if file.merge else None
            if uid is not None and file.merge is not None:
                merged.setdefault(uid, set()).update(trees.event_ids(file.merge))
        for file in files:
            uid = trees.uid(file.parent) if file.parent else None
            if uid is None or file.parent is None:
                continue
            if uid not in merged and uid not in self._now:
                if uid not in self._deleted:
                    yield Loss(uid, file.path, side.merge, "record")
                continue
            gone = trees.event_ids(file.parent) - merged.get(uid, set())
            for place in self._now.get(uid, ()) if gone else ():
                gone -= trees.event_ids(place.blob)
            count = self._events_among(gone, Place(file.path, file.parent)) if gone else 0
            if count:
                yield Loss(uid, file.path, side.merge, "events", count)

    def _at_risk(self, side: MergeSide) -> list[Differing]:
        """The files of which the parent had something to lose; where one of them is gone, also
        those that came, one of which it may have become."""
        files = [file for file in side.files if self.trees.is_record(file.path)]
        if any(file.merge is None for file in files):
            return files
        return [file for file in files if file.parent is not None]

    def _events_among(self, ids: frozenset[bytes], place: Place) -> int:
        record = self.trees.record(place)
        return sum(event.id.encode() in ids for event in record.events) if record else 0

    @cached_property
    def _now(self) -> Mapping[str, list[Place]]:
        return self.trees.at(str(self._repo.head))

    @cached_property
    def _deleted(self) -> set[str]:
        """What a commit of its own deleted is named elsewhere, with what brings it back."""
        places = deleted_before(self._desk)
        raw = self._desk.repository.refreshed()
        found = set()
        for one in places:
            commit, _, path = one.last.partition(":")
            data = raw.read_blob(commit, path) or b""
            match = UID.search(data)
            if match:
                found.add(match[1].decode("ascii"))
        return found

    # ── records that were merged as text into something that is no record, or not one's own ─────

    def _misshapen(self, sides: list[MergeSide]) -> Iterator[Loss]:
        latest: dict[str, str] = {}
        seen: dict[tuple[str, str], int] = {}
        for side in sides:
            for file in side.files:
                if file.merge and file.parent and self.trees.is_record(file.path):
                    key = (side.merge, file.path)
                    seen[key] = seen.get(key, 0) + 1
                    if seen[key] > 1:  # it differs from several parents: both sides changed it
                        latest.setdefault(file.path, side.merge)
        for uid, places in self._now.items():
            for place in places:
                merge = latest.get(place.path)
                if merge is not None:
                    kind = self._shape(place)
                    if kind is not None:
                        yield Loss(uid, place.path, merge, kind)

    def _shape(self, place: Place) -> str | None:
        record = self.trees.record(place)
        if record is None:
            return "broken"
        try:
            workflow = self._desk.workflow(record.kind)
            return "header" if hand_edits(record, fold(record.events, workflow), workflow) else None
        except SvcdeskError:
            return None


def sentence(loss: Loss) -> Text:
    """What a merge did to a record."""
    record, merge = loss.path.rpartition("/")[2].removesuffix(".yaml"), loss.merge[:12]
    match loss.kind:
        case "record":
            return T("{record}: the merge {merge} lost this record, with the uid {uid}",
                     record=record, merge=merge, uid=loss.uid)  # fmt: skip
        case "events":
            return T("{record}: the merge {merge} lost {count} of its events",
                     record=record, merge=merge, count=loss.events)  # fmt: skip
        case "broken":
            return T("{record}: the merge {merge} left a file that cannot be read",
                     record=record, merge=merge)  # fmt: skip
        case "replaced":
            return T("{record}: the commit {commit} put another record in the place of this one, "
                     "with the uid {uid}", record=record, commit=merge, uid=loss.uid)  # fmt: skip
        case "dropped":
            return T("{record}: the commit {commit} took out {count} events that were there before",
                     record=record, commit=merge, count=loss.events)  # fmt: skip
        case _:
            return T("{record}: since the merge {merge} its fields are not what its events make "
                     "of them", record=record, merge=merge)  # fmt: skip
