"""The importer `xlsx`: the first sheet of a workbook, its cells as texts, formulas refused.

A workbook of `svcdesk export` has a row of labels below the names of its columns: it is passed
over, unless somebody deleted the names. What is wrong with a workbook as a whole – merged cells, a
heading twice, an archive that unfolds to gigabytes – is refused before any row is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from svcdesk.defaults.formats.extra import library
from svcdesk.defaults.formats.xlsx import LISTS
from svcdesk.errors import Invalid
from svcdesk.hookspecs import Importer, Row
from svcdesk.i18n import T, Text
from svcdesk.terminal.spreadsheets import letters

_UNFOLDED = 1 << 30
"""The most bytes that a workbook may unfold to."""
_RATIO = 400
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:]{3,32})"')
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character by its code, as workbooks write those that XML has none for (ECMA-376)."""
_PIECE = 1 << 20
_MOST_COLUMNS = 2000
_EXACT = 10**15
_LABELS_ROW = 2
_FIRST_LABEL = 3
"""Where the labels begin in the hidden sheet."""


def read(data: bytes) -> Iterator[Row]:
    """The rows below the heading, numbered as the sheet numbers them; empty ones are left out.

    A cell with a formula or an error has a problem. Raises Invalid for a workbook that cannot be
    used at all, Refused without openpyxl.
    """
    openpyxl = library("openpyxl", "openpyxl", "excel")
    _refuse_bomb(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
    except Exception as error:  # whatever its XML parser and its readers raise of a hostile file
        raise _unreadable(error) from error
    try:
        sheets = [one for one in book.worksheets if one.title != LISTS]
        if not sheets:
            raise Invalid(T("the workbook has no sheet"), code="E_SOURCE")
        _refuse_merged(data, sheets[0])
        ours = LISTS in book.sheetnames
        yield from _rows(sheets[0], labels=_labels(book[LISTS]) if ours else None)
    finally:
        book.close()


def _labels(sheet: Any) -> frozenset[str]:
    """The labels that an export put below the names of its columns; none in an earlier one's."""
    sheet.reset_dimensions()
    column = (row[0].value for row in sheet.iter_rows(min_row=_FIRST_LABEL, max_col=1) if row)
    return frozenset(str(value) for value in column if value is not None)


def _is_of_labels(cells: Sequence[Any], labels: frozenset[str]) -> bool:
    """Whether a row below the heading is that of an export's labels, rather than a record: it is
    not where somebody deleted the row of names above it."""
    texts = [str(cell.value) for cell in cells if cell.value is not None]
    return not labels or 2 * sum(text in labels for text in texts) > len(texts)


def _rows(sheet: Any, *, labels: frozenset[str] | None) -> Iterator[Row]:
    names: list[str] = []
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1)
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            break
        except Exception as error:  # the XML is parsed as it is read
            raise _unreadable(error) from error
        if not names:
            names = _names(sheet.title, cells)
        elif labels is None or number > _LABELS_ROW or not _is_of_labels(cells, labels):
            row = _row(sheet.title, number, names, cells)
            if row is not None:
                yield row
    if not names:
        raise Invalid(T("there is no heading that names the columns"), code="E_SOURCE", line=1)


def _row(sheet: str, number: int, names: Sequence[str], cells: Sequence[Any]) -> Row | None:
    texts: dict[str, str] = dict.fromkeys(names, "")
    problems: dict[str, Text | str] = {}
    problem: Text | None = None
    for place, cell in enumerate(cells):
        if cell.value is None:
            continue
        if place >= len(names) or not names[place]:
            problem = T("{cell} stands below no heading", cell=f"{letters(place)}{number}")
            continue
        why = _problem(cell)
        if why is not None:
            problems[names[place]] = why
        texts[names[place]] = _text(cell.value)
    if problem is None and not problems and not any(text.strip() for text in texts.values()):
        return None
    return Row(number, texts, problem, problems, sheet, grid=True)


def _problem(cell: Any) -> Text | None:
    if cell.data_type == "f":
        return T("it holds a formula; put the value itself there")
    if cell.data_type == "e":
        return T("it holds an error of the spreadsheet, {error}", error=str(cell.value)[:20])
    return None


def _text(value: object) -> str:
    """A cell's value as text; numbers as they were typed, days and times without a zone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime):
        near = value + timedelta(milliseconds=500)  # a day's fraction has no exact seconds
        return near.replace(microsecond=0).isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    return _CODE.sub(lambda code: chr(int(code[1], 16)), str(value))


def _names(sheet: str, cells: Sequence[Any]) -> list[str]:
    names = ["" if cell.value is None else str(cell.value).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Invalid(T("there is no heading that names the columns"), code="E_SOURCE", line=1)
    for place, name in enumerate(names):
        if not name:
            raise Invalid(
                T("{sheet}!{cell}: the column has no heading",
                  sheet=sheet, cell=f"{letters(place)}1"),
                code="E_SOURCE",
                line=1,
            )  # fmt: skip
        if name in names[:place]:
            raise Invalid(T("two columns are called “{name}”", name=name), code="E_SOURCE", line=1)
    return names


def _refuse_bomb(data: bytes) -> None:
    """A workbook is an archive; what it unfolds to is looked at before anything is unfolded."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            sizes = [(one.file_size, one.compress_size) for one in archive.infolist()]
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _unreadable(error) from error
    whole = sum(size for size, _ in sizes)
    if whole > _UNFOLDED or any(size > _PIECE and size > _RATIO * small for size, small in sizes):
        raise Invalid(
            T("the workbook would unfold to {size} MiB", size=whole >> 20),
            hint=T("save it anew, or as CSV"),
            code="E_SOURCE",
        )


def _refuse_merged(data: bytes, sheet: Any) -> None:
    """Raise Invalid naming the first cells that are merged: only one of them has a value."""
    part = str(sheet._worksheet_path)  # the one way to the part that it reads row by row
    with ZipFile(BytesIO(data)) as archive, archive.open(part) as stream:
        tail = b""
        while piece := stream.read(_PIECE):
            found = _MERGED.search(tail + piece)
            if found is not None:
                raise Invalid(
                    T("{sheet}!{cell}: these cells are merged",
                      sheet=sheet.title, cell=found[1].decode("ascii")),
                    hint=T("split them, with a value in each row"),
                    code="E_SOURCE",
                )  # fmt: skip
            tail = piece[-256:]


def _unreadable(error: Exception) -> Invalid:
    return Invalid(
        T("no workbook that can be read: {why}", why=str(error).splitlines()[0][:200] if str(error)
          else type(error).__name__),
        hint=T("save it as .xlsx, or as CSV"),
        code="E_SOURCE",
    )  # fmt: skip


def svcdesk_register_importers() -> Iterable[Importer]:
    return [Importer("xlsx", T("the first sheet of a workbook"), (".xlsx", ".xlsm"), read)]
