"""`--format ids`: the ids alone, a line each, for another command's standard input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import shown, value_of
from svcdesk.errors import UsageError
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.terminal import escape

if TYPE_CHECKING:
    from svcdesk.model.table import Table


def render(table: Table, rendering: Rendering) -> str:
    """The column `id`; else the column `record`, each record once. Raises UsageError for a table
    without either."""
    names = [one.name for one in table.columns]
    place = next((names.index(name) for name in ("id", "record") if name in names), None)
    if place is None:
        raise UsageError(
            T("these results have no ids"), hint=T("choose another format: table, json, csv …")
        )
    ids = [escape(shown(value_of(row[place]))) for row in table.rows]
    if names[place] == "record":
        ids = [one for one in dict.fromkeys(ids) if one]
    return "".join(f"{one}\n" for one in ids)


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("ids", T("ids alone, a line each"), render, data=True)]
