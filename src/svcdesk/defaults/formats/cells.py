"""What a cell says: to people, and to programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from svcdesk.i18n import T
from svcdesk.model.table import Cell

if TYPE_CHECKING:
    from svcdesk.i18n import Text
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table


def value_of(cell: Cell | Value) -> Value:
    """The value itself, for data formats."""
    return cell.value if isinstance(cell, Cell) else cell


def shown(cell: Cell | Value) -> str:
    """What people see: the cell's own text where it has one, else its value in words. Unescaped."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Cell):
        return shown(cell.value) if cell.text is None else str(cell.text)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(T("yes") if cell else T("no"))
    if isinstance(cell, list) and not any(isinstance(one, dict | list) for one in cell):
        return ", ".join(shown(one) for one in cell)
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)


def items(table: Table) -> Iterator[Mapping[str, Value]]:
    """One mapping a row for data formats: the table's own items, else its cells by column."""
    if table.items is not None:
        yield from table.items
        return
    names = [column.name for column in table.columns]
    for row in table.rows:
        yield dict(zip(names, map(value_of, row), strict=True))


def finding_items(table: Table) -> list[Mapping[str, Value]]:
    """The items of a table that are findings, as `svcdesk.reports.findings` makes them.

    Targets that are open in good time are among the items of `sla check` and no findings. Raises
    UsageError for a table that holds none by its nature.
    """
    listed = list(items(table))
    if any("severity" not in one for one in listed):
        from svcdesk.errors import UsageError

        raise UsageError(
            T("these results are no findings"),
            hint=T("this format is for `check`, `sla check` and `sla lint`"),
        )
    return [one for one in listed if one["severity"] is not None]


def rows(table: Table) -> Iterator[Sequence[str]]:
    """The cells as people see them. Unescaped."""
    for row in table.rows:
        yield [shown(cell) for cell in row]


def count(table: Table) -> int:
    return len(table.rows if table.items is None else table.items)


def remarks(table: Table) -> list[str]:
    """The sentences below a table: its notes, what a limit left out, what could not be read."""
    said: list[Text | str] = list(table.notes)
    here, total = count(table), table.total
    if total is not None and total > here:
        said.append(T("shown {shown} of {total}", shown=f"{here:,}", total=f"{total:,}"))
    if table.unreadable:
        said.append(T("{count} record(s) could not be read", count=table.unreadable))
    return [str(one) for one in said]
