"""`--format jsonl`: one JSON object a line, for programs that read as they go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.defaults.formats.cells import items
from svcdesk.defaults.formats.json import dumps, plain
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T

if TYPE_CHECKING:
    from svcdesk.model.table import Table


def render(table: Table, rendering: Rendering) -> str:
    return "".join(f"{dumps(plain(one))}\n" for one in items(table))


def svcdesk_register_formats() -> Iterable[Format]:
    return [
        Format(
            "jsonl",
            T("one JSON object a line, for programs"),
            render,
            data=True,
            suffix=".jsonl",
        )
    ]
