"""What people type for a field – on the command line, in a CSV – as the value to store."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date

from svcdesk.errors import Invalid, UsageError
from svcdesk.i18n import Label, Named, T, Text
from svcdesk.model.field_info import FieldInfo, half_width, plain
from svcdesk.model.instants import strict_instant
from svcdesk.model.invisible import without_invisible
from svcdesk.model.record import Value

_BETWEEN_WORDS = "[,，、;；\n]"
_BETWEEN_TEXTS = "[;；\n]"  # a comma may stand inside a text
_YES = frozenset({"yes", "y", "true", "on", "1", "是", "有", "对"})
_NO = frozenset({"no", "n", "false", "off", "0", "否", "无", "没有"})
_NUMBER = r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?"
_SPAN = r"[0-9]{1,6}(?:\.[0-9]{1,4})?"
_WORKED = re.compile(
    rf"(?:(?P<hours>{_SPAN})(?:h|hours?|个?小时|时))?(?:(?P<minutes>{_SPAN})(?:m|mins?|minutes?|分钟?))?"
)
_HOW_LONG = T("hours such as 1.5; or with units: 1h30m, 90m, 2小时")


def understand(field: FieldInfo, text: str) -> Value:
    """The value for a text typed for a field. Raises UsageError, saying what is allowed.

    The items of a list of words are parted by commas of either script, those of a list of texts
    by semicolons, those of a list of mappings are given as JSON. What shows nothing or turns the
    direction of reading is left out of everything but texts of several lines.
    """
    if field.type != "lines":
        text = without_invisible(text)
    if field.is_list and field.type in ("group", "link"):
        return _json_list(field, text)
    if field.is_list:
        between = _BETWEEN_TEXTS if field.type == "lines" else _BETWEEN_WORDS
        parts = [part.strip() for part in re.split(between, text)]
        return [_single(field, part) for part in parts if part]
    return _single(field, text)


def _single(field: FieldInfo, text: str) -> Value:
    reader = _READERS.get(field.type)
    return reader(field, text) if reader else text


def _choice(field: FieldInfo, text: str) -> Value:
    found = field.choice(text)
    if found is not None:
        return found.value
    if field.is_open:
        return text.strip()
    from difflib import get_close_matches

    words = {
        plain(word): one.value
        for one in field.choices
        for word in (one.value, *one.labels.values(), *one.aliases)
    }
    near = [words[word] for word in get_close_matches(plain(text), list(words), 1, 0.6)]
    allowed = ", ".join(one.shown() for one in field.choices)
    raise _wrong(
        field,
        T("“{text}” is no {field}; allowed: {allowed}", text=text, field=_named(field),
          allowed=allowed),
        T("did you mean {names}?", names=near[0]) if near else None,
    )  # fmt: skip


def _path(field: FieldInfo, text: str) -> Value:
    """A word with finer ones after slashes: the first is from the vocabulary, where it is known."""
    first, slash, rest = half_width(text).partition("/")
    found = field.choice(first)
    return f"{found.value if found else first.strip()}{slash}{rest.strip()}"


def _flag(field: FieldInfo, text: str) -> Value:
    word = plain(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _wrong(field, T("“{text}” is neither yes (是) nor no (否)", text=text))


def _number(field: FieldInfo, text: str) -> Value:
    typed = half_width(text)
    if re.fullmatch(_NUMBER, typed) is None:
        raise _wrong(field, T("“{text}” is not a number", text=text))
    value = float(typed) if "." in typed else int(typed)
    if field.type == "integer" and not isinstance(value, int):
        raise _wrong(field, T("“{text}” is not a whole number", text=text))
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise _wrong(
            field,
            T("{field} is from {low} to {high}, not {value}", field=_named(field),
              low="–" if low is None else low, high="–" if high is None else high, value=value),
        )  # fmt: skip
    return value


def _hours(field: FieldInfo, text: str) -> Value:
    """A number is hours; hours and minutes with their units are understood: 1h30m, 90分钟."""
    typed = plain(half_width(text)).replace(" ", "")
    if re.fullmatch(_NUMBER, typed) is None:
        found = _WORKED.fullmatch(typed)
        if found is None or not typed:
            raise _wrong(field, T("“{text}” is no time worked", text=text), _HOW_LONG)
        typed = str(round(float(found["hours"] or 0) + float(found["minutes"] or 0) / 60, 4))
        typed = typed.removesuffix(".0")
    if typed.startswith("-"):
        raise _wrong(
            field, T("“{text}” is no time worked: it is less than nothing", text=text), _HOW_LONG
        )
    return _number(field, typed)


def _instant(field: FieldInfo, text: str) -> Value:
    typed = half_width(text)
    try:
        strict_instant(typed)
    except Invalid as error:
        raise _wrong(field, error.message, error.hint) from None
    return typed


def _date(field: FieldInfo, text: str) -> Value:
    typed = half_width(text)
    try:
        if len(typed) != 10:
            raise ValueError(typed)
        date.fromisoformat(typed)
    except ValueError:
        raise _wrong(
            field,
            T("“{text}” is not a day", text=text),
            T("write it as in {example}", example="2024-10-01"),
        ) from None
    return typed


def _capitals(_: FieldInfo, text: str) -> Value:
    return half_width(text).upper()


def _folded(_: FieldInfo, text: str) -> Value:
    return half_width(text)


def _json_list(field: FieldInfo, text: str) -> Value:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(
            field,
            T("{field} is a list of mappings", field=field.path),
            T("give it as JSON, or write it in the file: svcdesk edit ID"),
        )
    return value


_READERS: dict[str, Callable[[FieldInfo, str], Value]] = {
    "choice": _choice,
    "path": _path,
    "flag": _flag,
    "integer": _number,
    "number": _number,
    "hours": _hours,
    "instant": _instant,
    "date": _date,
    "person": _folded,
    "masked": _folded,
    "id": _capitals,
    "ulid": _capitals,
    "link": _capitals,
}


def _named(field: FieldInfo) -> Named:
    """The field as a part of a sentence."""
    return Named([field.path], {field.path: Label(field.labels, field.path)})


def _wrong(field: FieldInfo, message: Text, hint: Text | None = None) -> UsageError:
    return UsageError(message, hint=hint, code="E_VALUE", field=field.path)
