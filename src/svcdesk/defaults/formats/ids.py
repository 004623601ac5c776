"""`--format ids`: the ids alone, a line each, for another command's standard input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import shown, value_of
from svcdesk.errors import UsageError
from svcdesk.hookspecs import Format, Rendering, hookimpl
from svcdesk.i18n import T
from svcdesk.terminal import escape

if TYPE_CHECKING:
    from svcdesk.model.table import Table


def render(table: Table, rendering: Rendering) -> str:
    """The column `id`. Raises UsageError for a table without one."""
    place = next((at for at, one in enumerate(table.columns) if one.name == "id"), None)
    if place is None:
        raise UsageError(
            T("these results have no ids"), hint=T("choose another format: table, json, csv …")
        )
    return "".join(f"{escape(shown(value_of(row[place])))}\n" for row in table.rows)


@hookimpl
def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("ids", T("ids alone, a line each"), render, data=True)]
