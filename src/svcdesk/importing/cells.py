"""A cell of a table of records against what the record has: unchanged, or the value to be set."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import tzinfo

from svcdesk.errors import Invalid, SvcdeskError, UsageError
from svcdesk.i18n import T
from svcdesk.importing.local_times import local_time
from svcdesk.model.cell_text import LONG_TEXTS, cell_text
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.instants import format_instant, strict_instant
from svcdesk.model.record import BLANK, Value, is_tombstone
from svcdesk.terminal.spreadsheets import harmless, is_formula, readable, unguarded

_NESTED = frozenset({"group", "link", "json"})

Clean = Callable[[str], str]
"""Puts a text into the form that files hold; raises for what they cannot."""


def type_of(field: FieldInfo) -> str:
    return "json" if field.type in _NESTED else field.type


def is_unchanged(field: FieldInfo, cell: str, value: Value, zone: tzinfo) -> bool:
    """Whether a cell says what the record has: as it was exported, or in other words for it.

    Blanks around a text do not count: spreadsheets drop them.
    """
    shown = cell_text(value, type_of(field))
    given = cell.replace("\r\n", "\n").strip()
    if given in (shown.strip(), readable(shown).strip(), harmless(shown).strip()):
        return True
    if isinstance(value, list | dict) and given == json.dumps(value, ensure_ascii=False):
        return True
    if not given or value is None:
        return False
    try:
        return _same(field, value_in(field, cell, zone), value)
    except SvcdeskError:
        return False


def value_in(field: FieldInfo, cell: str, zone: tzinfo) -> Value:
    """The value that a cell says; None for an empty one.

    Words are understood by their labels in either language, times without a zone in `zone`. Raises
    UsageError for what the field cannot hold.
    """
    text = cell.strip()
    if not text:
        return None
    if field.type in ("instant", "date") and not field.is_list:
        text = _moment(text, field.type, zone)
    if field.is_list and text.startswith("["):
        items = _listed(text)
        if items is not None:
            return items
    from svcdesk.model.field_values import understand

    return understand(field, text if field.type != LONG_TEXTS else cell)


def new_value(
    field: FieldInfo, cell: str, value: Value, zone: tzinfo, clean: Clean, *, guarded: bool
) -> Value:
    """What a changed cell makes of a value. `guarded`: its file puts a `'` before what looks like a
    formula. Raises UsageError or Invalid, saying what is wrong with the cell.
    """
    if guarded and is_formula(cell):
        raise UsageError(
            T("“{text}” looks like a formula", text=cell.strip()[:60]),
            hint=T("put the value itself there, or a ' before it if it is a text"),
            code="E_VALUE",
            field=field.path,
        )
    if is_tombstone(value) or cell.strip() == BLANK:
        raise UsageError(
            T("{field} was redacted, and no table brings it back", field=field.path),
            hint=T("leave {blank} in that cell", blank=BLANK),
            code="E_REDACT",
            field=field.path,
        )
    text = clean(unguarded(cell) if guarded else cell)
    _refuse_lossy(field, value, zone)
    if field.type == "json":
        return _free(field, text, value)
    made = value_in(field, text, zone)
    ends = isinstance(value, str) and value.endswith("\n")
    return f"{made}\n" if ends and isinstance(made, str) and not made.endswith("\n") else made


def _refuse_lossy(field: FieldInfo, value: Value, zone: tzinfo) -> None:
    """A list whose items hold what parts items was shown, and cannot be read back."""
    if not isinstance(value, list) or not value or type_of(field) == "json":
        return
    try:
        back = value_in(field, cell_text(value, field.type), zone)
    except SvcdeskError:
        back = None
    if back != value:
        raise Invalid(
            T("{field} holds items that a cell cannot tell apart", field=field.path),
            hint=T("change it with `svcdesk edit`"),
            code="E_VALUE",
            field=field.path,
        )


def _free(field: FieldInfo, text: str, value: Value) -> Value:
    """A field that no schema knows: a text stays one, all else is JSON."""
    if not text.strip():
        return None
    if value is None or isinstance(value, str):
        return text
    try:
        made: Value = json.loads(text)
    except ValueError:
        raise UsageError(
            T("“{text}” is not JSON, as that field holds", text=text.strip()[:60]),
            code="E_VALUE",
            field=field.path,
        ) from None
    return made


def _listed(text: str) -> Value:
    """The texts of a list as JSON has it; None for anything else."""
    try:
        items = json.loads(text)
    except ValueError:
        return None
    return items if isinstance(items, list) and all(isinstance(i, str) for i in items) else None


def _same(field: FieldInfo, one: Value, other: Value) -> bool:
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if one == other:
        return True
    if field.type == "instant" and isinstance(one, str) and isinstance(other, str):
        return strict_instant(one) == strict_instant(other)
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return False


def _moment(text: str, type_: str, zone: tzinfo) -> str:
    """A local time as the field writes it; whatever is none is left to be refused."""
    local = local_time(text)
    if local is None:
        return text
    moment = local.replace(tzinfo=zone)
    return moment.date().isoformat() if type_ == "date" else format_instant(moment, zone)


def named_columns(
    headings: Mapping[str, None], find: Callable[[str], FieldInfo]
) -> dict[str, FieldInfo]:
    """The field of each heading: a path, or a label in either language.

    Raises UsageError for a heading that names no field, and for two of one field.
    """
    found: dict[str, FieldInfo] = {}
    named: dict[str, str] = {}
    for heading in headings:
        field = find(heading)
        if field.path in named:
            raise UsageError(
                T("two columns, “{one}” and “{other}”, are both {field}",
                  one=named[field.path], other=heading, field=field.path),
                code="E_IMPORT",
                field=field.path,
            )  # fmt: skip
        named[field.path] = heading
        found[heading] = field
    return found
