"""`events`: what happened to all records, event by event, for whatever follows a desk.

An event is fed from what is committed. What came in since a revision is the difference of two
trees, whatever the times of events say: a follower that hands back `next` misses nothing of what
was merged late, and sees nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import fold
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value
from svcdesk.model.table import Column
from svcdesk.store import codec
from svcdesk.store.tickets import RECORDS, Unreadable, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

EVENT_COLUMNS = (
    Column("record", T("record"), type="id"),
    Column("uid", T("uid"), type="ulid"),
    Column("kind", T("kind"), type="text"),
    Column("event", T("event"), type="ulid"),
    Column("at", T("recorded"), type="instant"),
    Column("when", T("happened"), type="instant"),
    Column("by", T("by"), type="person"),
    Column("for", T("for"), type="person"),
    Column("via", T("by what means"), type="text"),
    Column("do", T("move"), type="text"),
    Column("effect", T("effect"), type="text"),
    Column("before", T("state before"), type="text"),
    Column("after", T("state after"), type="text"),
    Column("set", T("set"), type="json"),
    Column("was", T("was"), type="json"),
    Column("text", T("text"), type="lines"),
    Column("reason", T("reason"), type="lines"),
    Column("void", T("takes back"), type="text", is_list=True),
    Column("settles", T("settles"), type="text", is_list=True),
    Column("derived", T("derived"), type="json"),
    Column("times", T("corrected times"), type="json"),
    Column("more", T("more"), type="json"),
)
"""What is said of an event, the same in the feed and in an export."""
_STORED = ("for", "via", "do")
_SAID = frozenset(
    {"id", "at", "when", "by", "for", "via", "do", "set", "was", "text", "reason", "void",
     "settles", "derived", "times"}
)  # fmt: skip


class Feed(NamedTuple):
    """Events as rows under EVENT_COLUMNS, in the order of their ids. `next` is the commit that the
    feed went up to (None in a desk without one)."""

    rows: tuple[tuple[Value, ...], ...]
    next: str | None
    unreadable: tuple[Unreadable, ...] = ()


def feed(desk: Desk, *, since: str | None = None, since_time: datetime | None = None) -> Feed:
    """Every committed event; those that came in after the revision `since`; or those recorded at
    `since_time` or later.

    An event that has come in is in every later feed from before it, in the same place of the
    order, with the effect that it has now. Of a record that cannot be read now the last version
    that can be is fed, and it is named. Raises UsageError or NotFound for a revision.
    """
    repo = desk.repository.refreshed()
    if repo.head is None:
        return Feed((), None)
    base = repo.resolve(since) if since is not None else None
    reader = _Reader(desk, repo.head, base)
    known = {key for record in reader.before() for key in _keys(record)}
    rows = [
        row
        for record in reader.now()
        for row in event_rows(record, desk.workflow(record.kind))
        if (row[1], row[3]) not in known and _is_late(row, since_time)
    ]
    rows.sort(key=lambda row: (str(row[3]), str(row[1])))
    return Feed(tuple(rows), repo.head, tuple(reader.unreadable))


def event_rows(record: Record, workflow: Workflow) -> Iterator[tuple[Value, ...]]:
    """A record's events in the order in which they count, one row each (EVENT_COLUMNS)."""
    for step in fold(record.events, workflow).steps:
        event = step.event
        said = codec.encode_event(event)
        more = {key: value for key, value in said.items() if key not in _SAID}
        for key in ("text", "reason"):  # a redacted one is kept beside the others
            if key in event.extra:
                said[key] = event.extra[key]
        yield (
            record.id,
            record.uid,
            record.kind,
            event.id,
            event.at,
            event.happened,
            event.by,
            *(said.get(key) for key in _STORED),
            step.effect.value,
            step.before,
            step.after,
            *(said.get(key) for key in ("set", "was", "text", "reason")),
            list(event.void),
            list(event.settles),
            said.get("derived"),
            said.get("times"),
            more or None,
        )


def _keys(record: Record) -> Iterable[tuple[Value, Value]]:
    return ((record.uid, event.id) for event in record.events)


def _is_late(row: Sequence[Value], since: datetime | None) -> bool:
    return since is None or strict_instant(str(row[4])) >= since


class _Reader:
    """The records that two revisions do not have alike, as each of them has them."""

    def __init__(self, desk: Desk, head: str, base: str | None) -> None:
        self._desk, self._repo = desk, desk.repository
        self._head, self._base = head, base
        self.unreadable: list[Unreadable] = []
        tree = self._repo.ls_tree(head, RECORDS) if base is None else None
        changed = (
            dict.fromkeys(tree, "A")
            if tree is not None
            else self._repo.diff_names(base or head, head, RECORDS)
        )
        self._changed = {path: how for path, how in changed.items() if self._is_record(path)}

    def before(self) -> Iterator[Record]:
        if self._base is None:
            return
        paths = [path for path, how in self._changed.items() if how != "A"]
        yield from self._read(self._base, paths)

    def now(self) -> Iterator[Record]:
        paths = [path for path, how in self._changed.items() if how != "D"]
        yield from self._read(self._head, paths, self.unreadable)

    def _is_record(self, path: str) -> bool:
        folder, _, name = path.removeprefix(f"{RECORDS}/").partition("/")
        return folder in self._desk.tickets.folders.values() and name.endswith(".yaml")

    def _read(
        self, revision: str, paths: Sequence[str], tell: list[Unreadable] | None = None
    ) -> Iterator[Record]:
        from svcdesk.store.git_objects import read_objects

        names = {f"{revision}:{path}": path for path in paths}
        for name, data in read_objects(self._repo.root, self._desk.watch(list(names))):
            path = names[name]
            try:
                yield self._decoded(data, path)
            except SvcdeskError as error:
                if tell is not None:
                    tell.append(Unreadable(path, error))
                earlier = self._last_readable(revision, path)
                if earlier is not None:
                    yield earlier

    def _last_readable(self, revision: str, path: str) -> Record | None:
        """The record as the newest version in the history of a revision has it that can be read."""
        from svcdesk.store.git_history import log

        for commit in log(self._repo, path, revision=revision):
            data = self._repo.read_blob(commit.id, path)
            try:
                return self._decoded(data, path)
            except SvcdeskError:
                continue
        return None

    def _decoded(self, data: bytes | None, path: str) -> Record:
        record = decode_file(data or b"", path).record
        self._desk.workflow(record.kind)
        return record


def items(fed: Feed) -> list[Mapping[str, Value]]:
    """The feed's events for data formats; the last one carries the cursor in `next`."""
    names = [column.name for column in EVENT_COLUMNS]
    listed: list[dict[str, Value]] = [
        {**dict(zip(names, row, strict=True)), "next": None} for row in fed.rows
    ]
    if listed:
        listed[-1]["next"] = fed.next
    return list(listed)
