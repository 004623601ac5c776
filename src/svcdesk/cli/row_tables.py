"""Listed records as a table of columns: what each cell says, what each item holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.cli.boundary import PARTIAL
from svcdesk.errors import UsageError, placed
from svcdesk.i18n import T, Text, pick
from svcdesk.model.instants import format_instant, relative
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from datetime import datetime

    from svcdesk.desk.listing import Listing, Row
    from svcdesk.model.field_info import FieldInfo
    from svcdesk.model.table import Cell, Column, Table
    from svcdesk.store.tickets import Unreadable

STYLES = {"breached": "breach", "risk": "risk"}
"""How a record is marked, by the worst of its targets."""
COLUMNS = ("id", "priority", "status", "due", "assignee", "title")
_NAMED = 20
"""So many records are named."""
_LABELS = {"id": T("id"), "due": T("due"), "title": T("title")}


def columns_named(app: App, text: str) -> list[str]:
    """The paths of the columns that were typed, by path or label, between commas.

    Raises UsageError naming near ones.
    """
    from svcdesk.desk.querying import vocabulary

    words = vocabulary(app.desk, due=True)
    own = {str(label): path for path, label in _LABELS.items()}
    typed = [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",")]
    found = [own.get(one) or words.find(one).path for one in typed if one]
    if not found:
        raise UsageError(T("--columns names no column"), code="E_FIELD")
    return list(dict.fromkeys(found))


def rows_table(
    app: App,
    rows: Sequence[Row],
    columns: Sequence[str],
    total: int,
    unreadable: int,
    title: Text | None = None,
) -> Table:
    """Listed records as a table of the columns asked for, which are paths."""
    from svcdesk.model.table import Made, Table

    return Table(
        schema="svcdesk/list/1",
        title=title or T("records"),
        columns=[_column(app, name) for name in columns],
        rows=Made(lambda row: [cell_of(app, row, name) for name in columns], rows),
        items=Made(lambda row: item_of(app, row, columns), rows),
        total=total,
        unreadable=unreadable,
    )


def grouped_table(app: App, listing: Listing, columns: Sequence[str], group: FieldInfo) -> Table:
    """The same with groups: under headings in the format `table`, in others with a first column
    of what they are grouped by."""
    from svcdesk.desk.listing import group_of
    from svcdesk.model.table import Cell, Made

    rest = [name for name in columns if name != group.path]
    table = rows_table(app, listing.rows, rest, listing.total, len(listing.unreadable))
    values = [group_of(app.desk, row, group) for row in listing.rows]
    counts = {repr(value): count for value, count in listing.groups}
    headings = {
        place: T("{value}: {count}", value=word_of(app, group, value), count=counts[repr(value)])
        for place, value in enumerate(values)
        if place == 0 or value != values[place - 1]
    }
    items = Made(lambda row: item_of(app, row, [*rest, group.path]), listing.rows)
    said: list[Value] = [{"value": value, "count": count} for value, count in listing.groups]
    table = table._replace(
        items=items, headings=headings, extra={"group_by": group.path, "groups": said}
    )
    if app.format_name() == "table":
        return table
    leading = [Cell(value, word_of(app, group, value)) for value in values]
    return table._replace(
        columns=[_column(app, group.path), *table.columns],
        rows=[[cell, *row] for cell, row in zip(leading, table.rows, strict=True)],
    )


def cell_of(app: App, row: Row, name: str) -> Cell | Value:
    """What a row has under a column, as programs and as people read it."""
    from svcdesk.model.table import Cell

    if name == "due":
        return _moment(app, row.due, STYLES.get(row.sla() or "", "") if row.due else "")
    if name in ("changed", "ended"):
        return _moment(app, row.changed if name == "changed" else row.ended)
    if name == "title":
        return row.head.title
    if name == "id":
        return Cell(row.head.id, app.shown_id(row.head.id))
    value = row.get(name)
    if name == "status":
        state = row.words.states.get(row.head.status)
        return Cell(value, pick(state.labels, state.name) if state else None)
    if name == "age" and isinstance(value, float):
        return Cell(value, _length(value))
    if name == "sla":
        return Cell(value, word_of(app, _field(app, name), value), STYLES.get(str(value), ""))
    field = app.desk.fields.get(name)
    label = field.labels_of(value) if field is not None and isinstance(value, str) else {}
    return Cell(value, pick(label, str(value))) if label else value


def item_of(app: App, row: Row, columns: Sequence[str]) -> dict[str, Value]:
    """A row as the promised JSON shape has it: what is stored, never what is shown."""
    item: dict[str, Value] = {
        "id": row.head.id,
        "kind": row.head.kind,
        "title": row.head.title,
        "status": row.head.status,
        "priority": row.head.get("priority"),
        "assignee": row.head.get("assignee"),
        "due": format_instant(row.due, app.zone) if row.due else None,
        "sla": row.sla(),
        "path": row.path,
        "provisional": row.head.id in app.provisional,
    }
    extra = {name: row.get(name) for name in columns if name not in item}
    for name in ("changed", "ended"):
        if extra.get(name) and (moment := getattr(row, name)) is not None:
            extra[name] = format_instant(moment, app.zone)
    return {**item, **extra}


def title_of(row: Row) -> str:
    """What a record is called: documents without a title by their kind."""
    return row.head.title or pick(row.words.labels, row.kind)


def tell_unreadable(app: App, unreadable: Sequence[Unreadable]) -> int:
    """Name the files that could not be read; the exit code that says so."""
    for one in unreadable:
        app.out.err(T("unreadable: {why}", why=placed(one.error, one.path)))
    return PARTIAL if unreadable else 0


def tell_hidden(app: App, hidden: Sequence[Unreadable]) -> int:
    """Say what is wrong in policies, each thing once, with the records that it keeps from being
    judged; the exit code that says so."""
    causes: dict[str, list[str]] = {}
    for one in hidden:
        causes.setdefault(str(placed(one.error, one.path)), []).append(one.record_id)
    for why, records in causes.items():
        app.out.err(T("error: {why}", why=why))
        shown = ", ".join(records[:_NAMED])
        more = len(records) - _NAMED
        app.out.err(
            T("not judged because of it: {records} and {more} more", records=shown, more=more)
            if more > 0
            else T("not judged because of it: {records}", records=shown)
        )
    return PARTIAL if hidden else 0


def _field(app: App, name: str) -> FieldInfo:
    from svcdesk.desk.querying import LISTED

    return LISTED.get(name) or app.desk.fields.find(name)


def _column(app: App, name: str) -> Column:
    from svcdesk.model.table import Column

    return Column(name, _LABELS.get(name) or pick(_field(app, name).labels, name))


def _moment(app: App, moment: datetime | None, style: str = "") -> Cell:
    from svcdesk.model.table import Cell

    if moment is None:
        return Cell(None)
    return Cell(format_instant(moment, app.zone), relative(moment, app.now), style)


def word_of(app: App, field: FieldInfo, value: Value) -> Text | str:
    """A value as people say it; that there is none, in words."""
    if value is None or value == "" or value == []:
        return T("none")
    if isinstance(value, list):
        return ", ".join(str(word_of(app, field, one)) for one in value)
    if isinstance(value, bool):
        return T("yes") if value else T("no")
    labels = field.labels_of(value) if isinstance(value, str) else {}
    return pick(labels, str(value)) if labels else str(value)


def _length(hours: float) -> Text:
    if hours < 2:
        return T("{n} min", n=round(hours * 60))
    return T("{n} h", n=round(hours)) if hours < 48 else T("{n} d", n=int(hours // 24))
