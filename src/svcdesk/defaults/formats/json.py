"""`--format json`: one document in the promised shape, always valid UTF-8 JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from svcdesk.defaults.formats.cells import items
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T

if TYPE_CHECKING:
    from svcdesk.model.table import Table

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls and format characters; a test holds this equal to Unicode's own categories."""


def render(table: Table, rendering: Rendering) -> str:
    """`{"schema", "total", "shown", "unreadable", …, "items": […]}`, indented by two spaces."""
    listed = [plain(one) for one in items(table)]
    document = {
        "schema": table.schema,
        "total": len(listed) if table.total is None else table.total,
        "shown": len(listed),
        "unreadable": table.unreadable,
        **plain(table.extra),
        "items": listed,
    }
    return dumps(document, indent=2) + "\n"


def plain(value: Any) -> Any:
    """The value as JSON has it: numbers are finite or null, sentences are text, keys are text.

    Half a surrogate pair is no character at all: it is shown by its code, as text.
    """
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub(_code, value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return plain(str(value))


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON text of plain values; what a terminal or a CI runner (`##[…]`) could obey, and what is
    not seen, stands as `\\uXXXX`."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    if "##[" in text:
        text = text.replace("##[", "#\\u0023[")
    return text if text.isascii() and "\x7f" not in text else _UNSEEN.sub(_escaped, text)


def _code(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _escaped(found: re.Match[str]) -> str:
    return _code(found) if found[0] <= "\uffff" else json.dumps(found[0])[1:-1]


def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("json", T("one JSON document, for programs"), render, data=True, suffix=".json")]
