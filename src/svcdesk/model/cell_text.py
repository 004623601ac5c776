"""A field's value as the text of a table's cell, from which the value can be read back."""

from __future__ import annotations

import json

from svcdesk.model.record import BLANK, Value, is_tombstone

LONG_TEXTS = "lines"
"""The type of fields whose texts may hold commas: the items of a list are parted by semicolons."""


def cell_text(value: Value, type_: str = "") -> str:
    """The whole value: words and numbers as they are stored, lists joined, all else as JSON.

    `field_values.understand` reads it back, as far as no item of a list holds what parts items.
    A redacted value is BLANK.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_tombstone(value):
        return BLANK
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        between = "; " if type_ == LONG_TEXTS else ", "
        return between.join(cell_text(one) for one in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
