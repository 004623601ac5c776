"""`diff`: what became of each record between two commits, in the sentences of a review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.revision import DeskAt
from svcdesk.desk.traffic import Flow, between
from svcdesk.errors import NotFound, Refused, UsageError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.move_names import move_name
from svcdesk.model.record import Event, Record, Value, leaves
from svcdesk.review.change import Change, Version, events_of
from svcdesk.review.sentences import said_of
from svcdesk.store.codec import encode_event
from svcdesk.store.tickets import Unreadable
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.model.kind import Workflow

_SILENT = frozenset({"id", "uid", "kind", "formerly"})


class FieldChange(NamedTuple):
    """A field of the header by its dotted path, with its value before and after (None: none)."""

    path: str
    old: Value
    new: Value


class Difference(NamedTuple):
    """What became of one record: `said` in sentences; `fields` that differ; the events that are
    new, and those that are gone."""

    flow: Flow
    said: tuple[Text, ...]
    fields: tuple[FieldChange, ...] = ()
    lost: tuple[Event, ...] = ()

    @property
    def record(self) -> Record | None:
        return self.flow.after or self.flow.before

    @property
    def became(self) -> str:
        """created, deleted, changed or unreadable."""
        if self.flow.error is not None:
            return "unreadable"
        if self.flow.before is None:
            return "created"
        return "deleted" if self.flow.after is None else "changed"


class Compared(NamedTuple):
    """The records that differ between the commits `base` and `head`, in the order of their paths;
    `others` counts the other files that do. `unreadable` are those of which a version could not be
    read: they are among the differences too."""

    base: str
    head: str
    differences: tuple[Difference, ...]
    others: int
    unreadable: tuple[Unreadable, ...]


def compare(
    desk: Desk, base: str, head: str | None = None, *, ids: Sequence[str] = (), query: str = ""
) -> Compared:
    """What became of each record from one revision to another (default: HEAD).

    `base` may be a range: `ONE..OTHER`, or `ONE...OTHER` from where the two parted. With `ids` only
    these records, with a `query` those that meet it as they are at `head`, or were before they were
    deleted. Kinds and fields are those of `head`. Raises UsageError or NotFound for a revision that
    is none and an id that is in neither, Refused (E_UNRELATED) for `...` between two that have no
    commit in common.
    """
    old, new = _sides(desk, base, head)
    traffic = between(new, desk.repository, old.commit, new.commit)
    wanted = {_uid_of(old, new, one) for one in ids}
    flows = [flow for flow in traffic.flows if not wanted or _uids(flow) & wanted]
    if query.strip():
        meets = _Judge(new, query)
        flows = [flow for flow in flows if meets(flow)]
    return Compared(
        old.commit,
        new.commit,
        tuple(_difference(old, new, flow) for flow in flows),
        0 if wanted or query.strip() else traffic.others,
        tuple(Unreadable(flow.path, flow.error) for flow in flows if flow.error is not None),
    )


def _sides(desk: Desk, base: str, head: str | None) -> tuple[DeskAt, DeskAt]:
    one, dots, other = base.partition("...")
    if not dots:
        one, range_, other = base.partition("..")
    else:
        range_ = dots
    if range_ and head is not None:
        raise UsageError(
            T("“{range}” names both sides already", range=base),
            hint=T("ids of records come after the range"),
        )
    old, new = DeskAt(desk, one or "HEAD"), DeskAt(desk, head or other or "HEAD")
    if not dots:
        return old, new
    start = desk.repository.merge_base(old.commit, new.commit)
    if start is None:
        raise Refused(
            T("“{one}” and “{other}” have no commit in common", one=one, other=other),
            hint=T("`git fetch --unshallow` brings the whole history")
            if desk.repository.shallow
            else None,
            code="E_UNRELATED",
        )
    return DeskAt(desk, start), new


def _uid_of(old: DeskAt, new: DeskAt, ending: str) -> str:
    try:
        return new.load(ending).record.uid
    except NotFound as error:
        try:
            return old.load(ending).record.uid
        except NotFound:
            raise error from None


def _uids(flow: Flow) -> set[str]:
    return {one.uid for one in (flow.before, flow.after) if one is not None}


class _Judge:
    """Judges records by a query, as lists at a desk do. What cannot be read is never left out."""

    def __init__(self, desk: DeskAt, query: str) -> None:
        from svcdesk.desk.candidates import Owing
        from svcdesk.desk.querying import understood

        self._desk = desk
        self._owed = Owing(desk)
        self._query = understood(desk, query, due=True)

    def __call__(self, flow: Flow) -> bool:
        from svcdesk.desk.rows import Row

        record = flow.after or flow.before
        if flow.error is not None or record is None or record.kind not in self._desk.kinds:
            return True
        row = Row(record, flow.path, self._desk.kinds, self._desk.now(), self._owed)
        return self._query.matches(row)


def _difference(old: DeskAt, new: DeskAt, flow: Flow) -> Difference:
    if flow.error is not None:
        return Difference(flow, (T("cannot be read: {why}", why=flow.error),))
    if flow.after is None:
        return Difference(flow, (T("deleted"),))
    kind = flow.after.kind
    desk = next((one for one in (new, old) if kind in one.kinds), None)
    if desk is None:
        return Difference(flow, (T("the desk has no kind “{kind}”", kind=kind),))
    workflow = desk.workflow(kind)
    change = Change(_version(flow, flow.before, workflow), _of(flow, flow.after, workflow))
    events = events_of(change, encode_event)
    said = [
        *said_of(change, events, workflow, desk.kinds.fields(kind)),
        *_of_lost(events.removed, workflow),
        *(T("the event {id} says something else", id=one.id) for _, one in events.changed),
    ]
    if not said:
        said = [T("nothing but the form of its file")]
    return Difference(flow, tuple(said), tuple(_fields(flow)), events.removed)


def _version(flow: Flow, record: Record | None, workflow: Workflow) -> Version | None:
    return None if record is None else _of(flow, record, workflow)


def _of(flow: Flow, record: Record, workflow: Workflow) -> Version:
    return Version(flow.path, record, fold(record.events, workflow))


def _of_lost(events: Sequence[Event], workflow: Workflow) -> Iterator[Text]:
    for event in events:
        name = move_name(event.do, workflow)
        yield T(
            "not there any more: {move} by {who}, {time}",
            move=name,
            who=event.actor,
            time=event.happened,
        )


def _fields(flow: Flow) -> Iterator[FieldChange]:
    old = dict(leaves(flow.before.header)) if flow.before else {}
    new = dict(leaves(flow.after.header)) if flow.after else {}
    for path in dict.fromkeys((*old, *new)):
        if path not in _SILENT and old.get(path) != new.get(path):
            yield FieldChange(path, old.get(path), new.get(path))
