"""`--format table`: aligned columns for people, cut to the terminal's width, never in a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from svcdesk.defaults.formats.cells import remarks, shown
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.model.table import Cell, Table
from svcdesk.terminal import escape, style
from svcdesk.terminal.tables import Column, Styled
from svcdesk.terminal.tables import table as aligned


def render(table: Table, rendering: Rendering) -> str:
    """Columns two spaces apart, a heading, and below them what there is to say about the whole.

    Not by tabulate: a list is on the hot path, where its import alone costs as much as a move.
    """
    title = escape(str(table.title))
    parts = [style(title, "strong", colour=rendering.colour) + "\n\n"] if title else []
    if table.rows:
        columns = [
            Column(
                str(column.label),
                "right" if column.right else "left",
                yields=not column.right and column.name != "id",
            )
            for column in table.columns
        ]
        rows = [
            [
                Styled(shown(cell), cell.style) if isinstance(cell, Cell) else shown(cell)
                for cell in row
            ]
            for row in table.rows
        ]
        text = aligned(columns, rows, max_width=rendering.width, colour=rendering.colour)
        parts.append(_with_headings(text, table, rendering))
    else:
        parts.append(str(T("nothing to show")) + "\n")
    parts += [f"{escape(one, multiline=True)}\n" for one in remarks(table)]
    return "".join(parts)


def _with_headings(text: str, table: Table, rendering: Rendering) -> str:
    """The aligned lines, one a row below the columns' names, with the groups' headings between."""
    if not table.headings:
        return text
    head, *lines = text.splitlines(keepends=True)
    parts = [head]
    for place, line in enumerate(lines):
        if place in table.headings:
            heading = escape(str(table.headings[place]))
            parts.append("\n" + style(heading, "strong", colour=rendering.colour) + "\n")
        parts.append(line)
    return "".join(parts)


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("table", T("aligned columns for people"), render)]
