"""The format `tsv`: a heading and a line a row, values separated by tabs."""

from __future__ import annotations

from svcdesk.hookspecs import Rendering
from svcdesk.model.table import Cell, Table
from svcdesk.terminal import escape


def render(table: Table, rendering: Rendering) -> str:
    """Tabs and line breaks inside a value become spaces; what is hidden in it is shown."""
    lines = [[column.name for column in table.columns]]
    lines += [[_field(cell) for cell in row] for row in table.rows]
    return "".join("\t".join(line) + "\n" for line in lines)


def _field(cell: object) -> str:
    value = cell.value if isinstance(cell, Cell) else cell
    return "" if value is None else escape(" ".join(str(value).split()))
