"""`--format csv`: values under stable names, and nothing that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import shown, value_of
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.model.cell_text import cell_text
from svcdesk.terminal.spreadsheets import harmless

if TYPE_CHECKING:
    from svcdesk.model.record import Value
    from svcdesk.model.table import Cell, Table

_BOM = "\ufeff"


def render(table: Table, rendering: Rendering) -> str:
    """A heading of column names and a line a row, ended by line feeds; RFC 4180 quoting."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    types = [column.type for column in table.columns]
    writer.writerows(
        [_field(cell, type_) for cell, type_ in zip(row, types, strict=True)] for row in table.rows
    )
    return text.getvalue()


def render_for_excel(table: Table, rendering: Rendering) -> str:
    """The same, begun with the mark without which Excel takes UTF-8 for a local encoding."""
    return _BOM + render(table, rendering)


def _field(cell: Cell | Value, type_: str) -> str | int | float:
    """A number stays a number; a text that could be taken for a formula gets a `'` before it."""
    value = value_of(cell)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return harmless(cell_text(value, type_) if type_ else shown(value))


def svcdesk_register_formats() -> Iterable[Format]:
    return [
        Format("csv", T("values separated by commas, UTF-8"), render, data=True, suffix=".csv"),
        Format("csv-excel", T("the same, marked for Excel"), render_for_excel, data=True),
    ]
