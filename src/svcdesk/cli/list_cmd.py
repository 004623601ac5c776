"""`svcdesk list`: the records that a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import PARTIAL
from svcdesk.cli.options import Whole, asked_at, command, option
from svcdesk.errors import UsageError, placed
from svcdesk.i18n import T, Text, pick
from svcdesk.model.instants import format_instant, relative
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from svcdesk.desk.listing import Row
    from svcdesk.model.table import Cell, Table
    from svcdesk.store.tickets import Unreadable

_STYLES = {"breached": "breach", "risk": "risk"}
COLUMNS = ("id", "priority", "status", "due", "assignee", "title")
_LABELS = {"id": T("id"), "due": T("due"), "title": T("title")}


@command(
    "list",
    help="List records: those open, or those a query finds.\n\n"
    "QUERY is words and field:value, as in: svcdesk list status:open priority:P1,P2 assignee:me "
    "-category:network 数据库. The next due comes first. Documents of requests are left out unless "
    "the query asks for them.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY…]")
@option("--kind", metavar="KIND", help="Only records of this kind.")
@option("--limit", type=Whole(min=1), metavar="N", help="Show at most N.")
@option("--columns", metavar="A,B…", help="Which columns, by field: id,status,requester.name …")
@asked_at
def _list(
    app: App,
    query: tuple[str, ...],
    kind: str | None,
    limit: int | None,
    columns: str | None,
    at: str | None,
) -> int:
    refuse_options(query)
    listing = app.desk.find(
        query_text(query), kind=kind, limit=limit, at=app.understand(at) if at else None
    )
    chosen = [one.strip() for one in columns.split(",")] if columns else list(COLUMNS)
    app.show(rows_table(app, listing.rows, chosen, listing.total, len(listing.unreadable)))
    if listing.documents and query:
        app.out.err(
            T(
                "{count} documents of requests met it too; --kind shows them",
                count=listing.documents,
            )
        )
    for note in listing.notes:
        app.out.err(note)
    return tell_unreadable(app, listing.unreadable)


def query_text(words: Sequence[str]) -> str:
    """The query that a shell handed over word by word; a word with blanks was quoted there."""
    return " ".join(f'"{one}"' if " " in one and ":" not in one else one for one in words)


def rows_table(
    app: App,
    rows: Sequence[Row],
    columns: Sequence[str],
    total: int,
    unreadable: int,
    title: Text | None = None,
) -> Table:
    """Listed records as a table of the columns asked for."""
    from svcdesk.model.table import Column, Table

    fields = app.desk.fields
    heads = [
        Column(name, _LABELS.get(name) or pick(fields.find(name).labels, name)) for name in columns
    ]
    return Table(
        schema="svcdesk/list/1",
        title=title or T("records"),
        columns=heads,
        rows=[[_cell(app, row, name) for name in columns] for row in rows],
        items=[_item(app, row, columns) for row in rows],
        total=total,
        unreadable=unreadable,
    )


def tell_unreadable(app: App, unreadable: Sequence[Unreadable]) -> int:
    """Name the files that could not be read; the exit code that says so."""
    for one in unreadable:
        app.out.err(T("unreadable: {why}", why=placed(one.error, one.path)))
    return PARTIAL if unreadable else 0


def _cell(app: App, row: Row, name: str) -> Cell | Value:
    from svcdesk.model.table import Cell

    if name == "due":
        due = row.due
        if due is None:
            return Cell(None)
        style = _STYLES.get(row.sla() or "", "")
        return Cell(format_instant(due, app.zone), relative(due, app.now), style)
    if name == "title":
        return row.head.title
    value = row.get(name)
    if name == "status":
        state = row.workflow.states.get(row.head.status)
        return Cell(value, pick(state.labels, state.name) if state else None)
    field = app.desk.fields.get(name)
    label = field.labels_of(value) if field is not None and isinstance(value, str) else {}
    return Cell(value, pick(label, str(value))) if label else value


def _item(app: App, row: Row, columns: Sequence[str]) -> dict[str, Value]:
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
    }
    extra = {name: row.get(name) for name in columns if name not in item}
    return {**item, **extra}


def refuse_options(query: tuple[str, ...], command: str = "list") -> None:
    """Raise UsageError for a word of a query that looks like an option."""
    for word in query:
        if word.startswith("--"):
            raise UsageError(
                T("there is no option {name}", name=word.partition("=")[0]),
                hint=T("`svcdesk {command} --help` shows what it takes", command=command),
            )


def commands() -> dict[str, click.Command]:
    return {"list": _list}
