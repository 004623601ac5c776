"""The importer `csv`: separated values, the separator and the encoding found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from svcdesk.defaults.importers.encoding import decoded
from svcdesk.errors import Invalid
from svcdesk.hookspecs import Importer, Row
from svcdesk.i18n import T

_SEPARATORS = ",;\t"


def read(data: bytes) -> Iterator[Row]:
    """The rows below the heading, numbered as a spreadsheet does: the heading is row 1.

    A row with more or fewer cells than the heading has a `problem`; empty rows are left out. Raises
    Invalid for a heading with an empty or a doubled name, and for quotes that do not end.
    """
    text = decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        heading = next(reader, [])
        names = _names(heading)
        for number, cells in enumerate(reader, start=2):
            if any(cells):
                yield _row(number, names, cells)
    except csv.Error as error:
        raise Invalid(
            T("line {line}: {why}", line=reader.line_num, why=error),
            hint=T("look at the quotes in that line and those before it"),
            code="E_SOURCE",
            line=reader.line_num,
        ) from error


def _row(number: int, names: list[str], cells: list[str]) -> Row:
    problem = None
    if len(cells) != len(names):
        problem = T(
            "{cells} cells, where the heading has {names}", cells=len(cells), names=len(names)
        )
    return Row(number, dict(zip(names, cells, strict=False)), problem, grid=True)


def _names(heading: list[str]) -> list[str]:
    names = [name.strip() for name in heading]
    if not any(names):
        raise Invalid(T("there is no heading that names the columns"), code="E_SOURCE", line=1)
    for place, name in enumerate(names):
        if not name:
            raise Invalid(
                T("column {number} has no name in the heading", number=place + 1),
                code="E_SOURCE",
                line=1,
            )
        if name in names[:place]:
            raise Invalid(T("two columns are called “{name}”", name=name), code="E_SOURCE", line=1)
    return names


def _separator(text: str) -> str:
    """Whichever mark cuts the first line into most cells, quotes respected; a comma by default."""
    first = text.partition("\n")[0]

    def cells(mark: str) -> int:
        return len(next(csv.reader([first], delimiter=mark), []))

    return max(_SEPARATORS, key=cells)


def svcdesk_register_importers() -> Iterable[Importer]:
    suffixes = (".csv", ".tsv", ".txt")
    return [Importer("csv", T("separated values: , ; or tab"), suffixes, read, guarded=True)]
