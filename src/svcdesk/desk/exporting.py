"""`export`: every field of the records that a query finds, as a table that can come back.

A table of records has a column for each field, by its dotted path, and `revision`, the id of the
file's content, by which an import knows whether a record has moved since. A table of their events
is for analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.feeding import EVENT_COLUMNS, event_rows
from svcdesk.desk.querying import vocabulary
from svcdesk.i18n import T, Text, pick
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.field_info import FieldInfo, plain
from svcdesk.model.record import MARK, Value, Values
from svcdesk.model.table import Cell, Column, Table
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.rows import Row
    from svcdesk.store.tickets import Unreadable

REVISION = "revision"
DESK = "desk"
BESIDE = {
    one.path: one
    for one in (
        FieldInfo(REVISION, "revision", {"en": "revision", "zh": "版本"}, computed=True),
        FieldInfo(DESK, "text", {"en": "desk", "zh": "服务台"}, computed=True),
    )
}
"""What an export has of a record beside its fields and what lists know of it."""
ALL = "has:id"
"""The query for all records but documents of requests' chains."""
EVERY = "has:kind"
"""The query for all records of all kinds."""
_NESTED = frozenset({"group", "link"})


class Exported(NamedTuple):
    """The records found and, where they were asked for, their events."""

    records: Table
    events: Table | None
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Text, ...] = ()


def export(
    desk: Desk,
    query: str = "",
    *,
    kind: str | None = None,
    columns: Sequence[str] | None = None,
    events: bool = False,
    at: datetime | None = None,
) -> Exported:
    """The records (of a kind) that meet a query, whole; in the order of their ids unless it sorts.

    Without a query it is all of them, but for documents of requests' chains; with `events` these
    too, and every event of each record. `columns` are paths or labels of fields, `due`, `title`,
    `desk` or `revision`; by default every field that a kind found has. Raises UsageError for a
    query or a column that means nothing, NotFound for an unknown kind.
    """
    asked = query.strip() or (EVERY if events and kind is None else ALL)
    listing = desk.find(asked, kind=kind, at=at)
    rows = list(listing.rows)
    if "sort:" not in asked and "排序" not in asked:
        rows.sort(key=lambda row: row.head.id)
    writer = _Writer(desk, rows, revision=at is None, desk_name=events)
    return Exported(
        records=writer.table(columns, listing.total, len(listing.unreadable)),
        events=_events(desk, rows) if events else None,
        unreadable=listing.unreadable,
        notes=listing.notes,
    )


class _Writer:
    """Makes the table of records: which columns, and what stands in each cell."""

    def __init__(self, desk: Desk, rows: Sequence[Row], *, revision: bool, desk_name: bool) -> None:
        self._desk, self._rows = desk, rows
        self._revision, self._desk_name = revision, desk_name
        self._kinds = {row.head.kind: None for row in rows} or {"request": None}

    def table(self, chosen: Sequence[str] | None, total: int, unreadable: int) -> Table:
        columns = [self._named(one) for one in chosen] if chosen else list(self._all())
        readers = [self._reader(column) for column in columns]
        return Table(
            schema="svcdesk/export/1",
            title=T("records"),
            columns=columns,
            rows=[[read(row) for read in readers] for row in self._rows],
            total=total,
            unreadable=unreadable,
        )

    # ── columns ───────────────────────────────────────────────────────────────────────────────

    def _all(self) -> Iterator[Column]:
        """Every field of the kinds found, then what their records have beside the schema."""
        if self._desk_name:
            yield self._named(DESK)
        known: set[str] = set()
        nested: list[str] = []
        for kind in self._kinds:
            for path, field in self._desk.kinds.fields(kind).items():
                if path in known or field.in_list:
                    continue
                known.add(path)
                if field.type in _NESTED and not field.is_list:
                    nested.append(path)
                else:
                    yield self._column(self._desk.fields.get(path, field))
        further = {
            path: None
            for row in self._rows
            for path in _leaves(row.head.header, known.difference(nested))
        }
        for path in sorted(further):
            yield Column(path, path, type="json")
        if self._revision:
            yield self._named(REVISION)

    def _named(self, name: str) -> Column:
        own = named_beside(name)
        if own is not None:
            return Column(own.path, pick(own.labels, own.path), type=own.type)
        return self._column(vocabulary(self._desk, due=True).find(name))

    def _column(self, field: FieldInfo) -> Column:
        words, is_open = self._choices(field)
        return Column(
            field.path,
            pick(field.labels, field.path),
            type="json" if field.type in _NESTED else field.type,
            is_list=field.is_list,
            choices=words,
            is_open=is_open,
        )

    def _choices(self, field: FieldInfo) -> tuple[tuple[str, ...], bool]:
        """The words that may be chosen for a field, as people see them; whether others may be."""
        if field.path == STATUS:
            return tuple(dict.fromkeys(self._states().values())), False
        if field.choices:
            words = [pick(one.labels, one.value) for one in field.choices]
            return tuple(words), field.is_open or field.type == "path"
        if field.type == "person":
            return tuple(one.id for one in self._desk.people.by_id.values() if one.active), False
        if field.type == "team":
            return tuple(self._desk.people.teams()), True
        return (), True

    def _states(self) -> dict[str, str]:
        states: dict[str, str] = {}
        for kind in self._kinds:
            for name, state in self._desk.workflow(kind).states.items():
                states.setdefault(name, pick(state.labels, name))
        return states

    # ── cells ─────────────────────────────────────────────────────────────────────────────────

    def _reader(self, column: Column) -> Callable[[Row], Cell | Value]:
        name = column.name
        if name == REVISION:
            return lambda row: row.blob or None
        if name == DESK:
            return lambda row: self._desk.facts.name
        if name == "title":
            return lambda row: row.head.get("title")
        if name == STATUS:
            states = self._states()
            return lambda row: Cell(row.head.status, states.get(row.head.status))
        field = self._desk.fields.get(name)
        if field is not None and field.choices and not field.is_list:
            return lambda row: _labelled(row.get(name), field)
        if field is None or field.computed or "." in name:
            return lambda row: row.get(name)
        return lambda row: row.head.header.get(name)


def named_beside(name: str) -> FieldInfo | None:
    """What an export has beside fields, by its name or a label in either language."""
    wanted = plain(name)
    known = (one for one in BESIDE.values() if wanted in (one.path, *one.labels.values()))
    return next(known, None)


def _labelled(value: Value, field: FieldInfo) -> Cell | Value:
    if not isinstance(value, str):
        return value
    first, slash, rest = value.partition("/") if field.type == "path" else (value, "", "")
    labels = field.labels_of(first)
    return Cell(value, f"{pick(labels, first)}{slash}{rest}") if labels else value


def _leaves(values: Values, known: set[str], prefix: str = "") -> Iterator[str]:
    """The dotted paths of what stands in a record beside the fields known; a redacted value is
    one."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if path in known:
            continue
        if isinstance(value, Mapping) and value and MARK not in value:
            yield from _leaves(value, known, f"{path}.")
        else:
            yield path


def _events(desk: Desk, rows: Sequence[Row]) -> Table:
    name = desk.facts.name
    made = [[name, *cells] for row in rows for cells in event_rows(row.record, row.workflow)]
    return Table(
        schema="svcdesk/export-events/1",
        title=T("events"),
        columns=[Column(DESK, pick(BESIDE[DESK].labels, DESK), type="text"), *EVENT_COLUMNS],
        rows=made,
        total=len(made),
    )
