"""`svcdesk board`: what is open, as cards in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.list_cmd import query_argument, query_text, refuse_options
from svcdesk.cli.options import Whole, asked_at, command, go_to, of_revision, option
from svcdesk.cli.row_tables import (
    STYLES,
    grouped_table,
    item_of,
    tell_unreadable,
    title_of,
    word_of,
)
from svcdesk.i18n import T, Text
from svcdesk.model.instants import relative
from svcdesk.model.record import Value
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.listing import Listing, Row
    from svcdesk.model.field_info import FieldInfo
    from svcdesk.model.table import Table
    from svcdesk.terminal.tables import Styled

REQUEST = "request"
STATUS = "status"
DAYS = 7
CARDS = 8
"""Cards of a column on a terminal, unless --limit says otherwise."""
_COLUMNS = ("id", "priority", STATUS, "due", "assignee", "title")


class Lane(NamedTuple):
    """A column: the value that its records have in common, those shown, and how many there are."""

    value: Value
    rows: Sequence[Row]
    total: int


@command(
    "board",
    help="Show open records as cards in columns, by state or another field.\n\n"
    "QUERY is that of `list`. By state, those that ended in the last days are there too; a "
    "query for states, as in board status:closed, shows what it finds. Late "
    "records are red, those at risk yellow; the next due comes first. A narrow terminal has the "
    "columns below each other.",
    context_settings={"ignore_unknown_options": True},
)
@query_argument
@option(
    "--group-by",
    "group_by",
    metavar="FIELD",
    help="A column for each value of FIELD: assignee, team, priority … (else: status).",
)
@option("--kind", metavar="KIND", help="Only records of this kind.")
@option(
    "--done", type=Whole(min=0, max=3650), metavar="N", help="Also what ended in the last N days."
)
@option("--limit", type=Whole(min=1), metavar="N", help="At most N cards a column (a terminal: 8).")
@of_revision
@asked_at
def _board(
    app: App,
    query: tuple[str, ...],
    group_by: str | None,
    kind: str | None,
    done: int | None,
    limit: int | None,
    revision: str | None,
    at: str | None,
) -> int:
    from svcdesk.desk.listing import OPEN, grouping

    refuse_options(query, "board")
    go_to(app, revision)
    field = grouping(app.desk, group_by or STATUS)
    days = done if done is not None else DAYS if field.path == STATUS else 0
    listing = app.desk.find(
        query_text(query),
        kind=kind,
        at=app.understand(at) if at else None,
        group=field.path,
        within=f"{OPEN} OR ended:-{days}d.." if days else OPEN,
        strictly=done is not None,
    )
    on_terminal = app.out.width is not None and app.format_name() == "table"
    lanes = _lanes(app, listing, field, limit or (CARDS if on_terminal else None))
    if app.format_name() == "table":
        app.out.out(_drawn(app, lanes, field), styled=True, page=True)
    else:
        app.show(_table(app, listing, lanes, field))
    for note in listing.notes:
        app.out.err(note)
    return tell_unreadable(app, listing.unreadable)


def _lanes(app: App, listing: Listing, field: FieldInfo, limit: int | None) -> list[Lane]:
    """The columns in the order of the field's values. By state, the open ones come first, those of
    requests (or of the one kind there is) without records too."""
    lanes, start = [], 0
    for value, count in listing.groups:
        rows = listing.rows[start : start + count]
        lanes.append(Lane(value, rows[:limit], count))
        start += count
    if field.path != STATUS:
        return lanes
    flows = {row.kind: row.words for row in listing.rows}
    main = flows.get(REQUEST) or next(iter(flows.values()), None)
    there = {lane.value for lane in lanes}
    if main is not None:
        states = [name for name, state in main.states.items() if state.is_open]
        lanes += [Lane(name, (), 0) for name in states if name not in there]
    is_open = {
        name for flow in flows.values() for name, state in flow.states.items() if state.is_open
    }
    order = [choice.value for choice in field.choices]

    def place(lane: Lane) -> tuple[bool, int]:
        name = str(lane.value)
        return name not in is_open, order.index(name) if name in order else len(order)

    return sorted(lanes, key=place)


def _drawn(app: App, lanes: Sequence[Lane], field: FieldInfo) -> str:
    from svcdesk.terminal import escape
    from svcdesk.terminal.board import Stack, board

    if not lanes:
        return f"{T('nothing to show')}\n"
    headings = [
        str(T("{value}: {count}", value=word_of(app, field, lane.value), count=lane.total))
        for lane in lanes
    ]
    if app.out.width is not None:
        stacks = [
            Stack(heading, [_card(app, row, field) for row in lane.rows], _more(lane))
            for heading, lane in zip(headings, lanes, strict=True)
        ]
        return board(stacks, app.out.width, colour=app.out.colour)
    parts = []
    for heading, lane in zip(headings, lanes, strict=True):
        lines = [
            "  ".join(one.text for one in _card(app, row, field) if one.text) for row in lane.rows
        ]
        lines += [_more(lane)] if _more(lane) else []
        parts.append("".join(f"{escape(line)}\n" for line in [heading, *(f"  {x}" for x in lines)]))
    return "\n".join(parts)


def _more(lane: Lane) -> str:
    hidden = lane.total - len(lane.rows)
    return str(T("… {count} more", count=f"{hidden:,}")) if hidden else ""


def _card(app: App, row: Row, field: FieldInfo) -> list[Styled]:
    """Id and priority, coloured by the SLA; the title; who has it, or its state, and until when."""
    from svcdesk.terminal.tables import Styled

    head = row.head
    due: Text | str = relative(row.due, app.now) if row.due is not None and row.is_open else ""
    who = str(head.get("assignee") or "")
    if field.path != STATUS:
        state = row.workflow.state_label(head.status)  # kinds may call one state differently
        who = str(state) if field.path == "assignee" or not who else f"{who} {state}"
    name = "  ".join(filter(None, (app.shown_id(head.id), str(head.get("priority") or ""))))
    style = STYLES.get(row.sla() or "", "strong") if row.is_open else "dim"
    last = " · ".join(filter(None, (who, str(due))))
    return [Styled(name, style), Styled(title_of(row)), Styled(last, "dim")]


def _table(app: App, listing: Listing, lanes: Sequence[Lane], field: FieldInfo) -> Table:
    """A row for each record, with its column first; an item for each column, with its records."""
    rows = tuple(row for lane in lanes for row in lane.rows)
    table = grouped_table(app, listing._replace(rows=rows), _COLUMNS, field)
    hidden = listing.total - len(rows)
    items: list[dict[str, Value]] = [
        {
            "value": lane.value,
            "total": lane.total,
            "items": [dict(item_of(app, row, _COLUMNS)) for row in lane.rows],
        }
        for lane in lanes
    ]
    return table._replace(
        schema="svcdesk/board/1",
        items=items,
        total=None,
        notes=[T("… {count} more", count=f"{hidden:,}")] if hidden else (),
        extra={"group_by": field.path, "records": listing.total},
    )


def commands() -> dict[str, click.Command]:
    return {"board": _board}
