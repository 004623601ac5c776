"""`--format xlsx`: a workbook for Excel, WPS or LibreOffice, in which nothing is a formula.

Row 1, hidden, has the stable names of the columns and row 2 their labels; a hidden sheet holds the
words that may be chosen. `svcdesk import` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from svcdesk.defaults.formats.cells import value_of
from svcdesk.defaults.formats.extra import library
from svcdesk.errors import SvcdeskError, UsageError
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.model.cell_text import cell_text
from svcdesk.model.instants import strict_instant
from svcdesk.model.table import Cell, Column
from svcdesk.terminal.columns import width
from svcdesk.terminal.spreadsheets import readable

if TYPE_CHECKING:
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table

LISTS = "svcdesk"
"""The hidden sheet: A1 is the shape's name, A2 the zone of times, below it the labels of the
columns; then a column for each list."""
_TOP = 2
"""Rows above the first record: names and labels."""
_MOST_ROWS = (1 << 20) - _TOP
_MOST_CHARACTERS = 32_767
_MEASURED_ROWS = 200
_WIDEST, _NARROWEST = 48, 6
_NUMBERS = frozenset({"integer", "number", "hours"})
_HIDDEN = frozenset({"ulid", "revision"})
_TEXT, _TIME, _DAY = "@", "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


def render(table: Table, rendering: Rendering) -> bytes:
    """The workbook. Raises Refused without openpyxl, UsageError for what no sheet can hold."""
    openpyxl = library("openpyxl", "openpyxl", "excel")
    if len(table.rows) > _MOST_ROWS:
        raise UsageError(
            T("a sheet holds {most} records, not {count}", most=_MOST_ROWS, count=len(table.rows)),
            hint=T("narrow the query, or take csv, jsonl or parquet"),
            code="E_VALUE",
        )
    zone = ZoneInfo(rendering.zone)
    book = openpyxl.Workbook(write_only=True)
    if rendering.now is not None:
        book.properties.created = rendering.now.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    book.properties.creator = "svcdesk"
    sheet = book.create_sheet(_sheet_name(str(table.title)))
    _Sheet(sheet, table, zone).write()
    _write_lists(book.create_sheet(LISTS), table, rendering.zone)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


class _Sheet:
    """Writes the one sheet that people see, row by row."""

    def __init__(self, sheet: Any, table: Table, zone: ZoneInfo) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Font, PatternFill

        self._sheet, self._table, self._zone = sheet, table, zone
        self._cell: Any = WriteOnlyCell
        self._wrapped = Alignment(vertical="top", wrap_text=True)
        self._top = Alignment(vertical="top")
        self._head = (Font(bold=True), PatternFill("solid", fgColor="DDE6F0"))
        self._labels = [_label(one, zone.key) for one in table.columns]

    def write(self) -> None:
        self._lay_out()
        columns = self._table.columns
        self._sheet.append([self._text(one.name) for one in columns])
        heads = [self._text(label) for label in self._labels]
        for head in heads:
            head.font, head.fill = self._head
        self._sheet.append(heads)
        for row in self._table.rows:
            self._sheet.append(
                [self._of(one, column, row) for one, column in zip(row, columns, strict=True)]
            )

    def _lay_out(self) -> None:
        """All that must be known before the first row: widths, frozen rows, what may be chosen."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        sheet, columns = self._sheet, self._table.columns
        last = max(len(self._table.rows) + _TOP, _TOP + 1)
        sheet.freeze_panes = f"B{_TOP + 1}"
        sheet.row_dimensions[1].hidden = True
        sheet.auto_filter.ref = f"A{_TOP}:{get_column_letter(max(len(columns), 1))}{last}"
        for place, column in enumerate(columns):
            letter = get_column_letter(place + 1)
            dimension = sheet.column_dimensions[letter]
            dimension.width = self._width(place)
            dimension.hidden = column.type in _HIDDEN
            if column.type not in _NUMBERS:
                dimension.number_format = _format_of(column)
        for list_place, column in enumerate(_with_choices(self._table.columns), start=2):
            letter = get_column_letter(columns.index(column) + 1)
            source = get_column_letter(list_place)
            choice = DataValidation(
                type="list",
                formula1=f"{LISTS}!${source}$2:${source}${len(column.choices) + 1}",
                allow_blank=True,
                showErrorMessage=not column.is_open and not column.is_list,
            )
            choice.add(f"{letter}{_TOP + 1}:{letter}{1 << 20}")
            sheet.data_validations.append(choice)

    def _width(self, place: int) -> float:
        """Wide enough for the label and most values; a Chinese character takes two columns."""
        widest = width(self._labels[place])
        column = self._table.columns[place]
        for row in self._table.rows[:_MEASURED_ROWS]:
            shown = _shown(row[place], column)
            widest = max([widest, *(width(readable(line)) for line in shown.split("\n"))])
        return float(min(max(widest, _NARROWEST), _WIDEST) + 2)

    def _of(self, given: Cell | Value, column: Column, row: Sequence[Cell | Value]) -> Any:
        value = value_of(given)
        if value is None:
            return None
        native = _native(value, column, self._zone)
        if native is None:
            return self._text(_shown(given, column), column, row)
        cell = self._cell(self._sheet, value=native)
        cell.alignment = self._top
        if isinstance(native, datetime):
            cell.number_format = _TIME
        elif isinstance(native, date):
            cell.number_format = _DAY
        return cell

    def _text(
        self, text: str, column: Column | None = None, row: Sequence[Cell | Value] = ()
    ) -> Any:
        """A cell that is a text whatever it begins with, and stays one when it is edited."""
        shown = escaped(readable(text))
        if len(shown) > _MOST_CHARACTERS:
            raise UsageError(
                T("{field} of {record} has {count} characters; a cell of a sheet takes {most}",
                  field=column.name if column else "–", record=value_of(row[0]) if row else "–",
                  count=len(shown), most=_MOST_CHARACTERS),
                hint=T("leave it out with --columns, or take csv, jsonl or parquet"),
                code="E_VALUE",
            )  # fmt: skip
        cell = self._cell(self._sheet, value="")
        cell.value = shown
        cell.data_type = "s"
        cell.number_format = _TEXT
        cell.alignment = self._wrapped if "\n" in shown else self._top
        return cell


def escaped(text: str) -> str:
    """A text in which nothing is taken for a character by its code, as `_x0041_` is (ECMA-376)."""
    return _CODE.sub("_x005F_", text)


def _write_lists(sheet: Any, table: Table, zone: str) -> None:
    sheet.sheet_state = "hidden"
    listed = _with_choices(table.columns)
    own = [zone, *(_label(one, zone) for one in table.columns)]
    longest = max([len(own), *(len(one.choices) for one in listed)])
    sheet.append([table.schema, *(one.name for one in listed)])
    for at in range(longest):
        words = [one.choices[at] if at < len(one.choices) else None for one in listed]
        sheet.append([own[at] if at < len(own) else None, *words])


def _with_choices(columns: Sequence[Column]) -> list[Column]:
    return [one for one in columns if one.choices]


def _native(value: Value, column: Column, zone: ZoneInfo) -> bool | int | float | date | None:
    """The value as a spreadsheet counts with it; None for one that is text there."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # a spreadsheet keeps fifteen digits of a number
        return value if abs(value) < 10**15 else None
    if not isinstance(value, str) or column.type not in ("instant", "date") or column.is_list:
        return None
    try:
        if column.type == "date":
            day = date.fromisoformat(value)
            return day if day.year > 1900 else None
        moment = strict_instant(value).astimezone(zone)
    except (ValueError, SvcdeskError):
        return None
    return moment.replace(tzinfo=None) if moment.year > 1900 else None


def _shown(cell: Cell | Value, column: Column) -> str:
    """The word that people choose where there are choices, else the value."""
    if column.choices and isinstance(cell, Cell) and cell.text is not None:
        return str(cell.text)
    return cell_text(value_of(cell), column.type)


def _label(column: Column, zone: str) -> str:
    """The label, with the zone of times, which a spreadsheet does not keep."""
    return f"{column.label} ({zone})" if column.type == "instant" else str(column.label)


def _format_of(column: Column) -> str:
    if column.is_list:
        return _TEXT
    return {"instant": _TIME, "date": _DAY, "flag": "General"}.get(column.type, _TEXT)


def _sheet_name(title: str) -> str:
    name = _NOT_IN_A_NAME.sub(" ", readable(title)).strip()[:31]
    return name if name and name != LISTS else "Sheet1"


def svcdesk_register_formats() -> Iterable[Format]:
    return [
        Format(
            "xlsx",
            T("a workbook for Excel, WPS or LibreOffice"),
            render,
            data=True,
            binary=True,
            suffix=".xlsx",
        )
    ]
