"""What a plain scalar stands for: the core schema of YAML 1.2 (§10.3.2), and nothing beyond it."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

Plain: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None,
}  # fmt: skip
_FIRST = frozenset("-+.0123456789tTfFnN~")
_IN_NUMBERS = frozenset("-+.0123456789abcdefABCDEFoxinIN")
"""What numbers are made of; ids and times hold more, so that the rules below seldom are needed."""
_INT = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_NOT_FINITE = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"

SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
_LONGEST_INT = 64
"""Characters; what is longer is out of range, and `int` would take its time over it."""


class NumberOutOfRange(ValueError):
    """A number that readers of YAML and JSON do not agree about: beyond 64 bits, or not finite."""


def plain_value(text: str) -> Plain:
    """The value of an unquoted scalar. Dates, `no`, `on` and `12:30` are text in YAML 1.2.

    Raises NumberOutOfRange.
    """
    if not text:
        return None
    if text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if not _IN_NUMBERS.issuperset(text):
        return text
    if re.fullmatch(_INT, text):
        return _integer(text)
    if re.fullmatch(_FLOAT, text):
        number = float(text)
        if not math.isfinite(number):
            raise NumberOutOfRange(text)
        return number
    if re.fullmatch(_NOT_FINITE, text):
        raise NumberOutOfRange(text)
    return text


def is_text(text: str) -> bool:
    """Whether an unquoted scalar of these characters is a text, not a number, boolean or null."""
    try:
        return type(plain_value(text)) is str
    except NumberOutOfRange:
        return False


def is_date(text: str) -> bool:
    """Whether a reader of YAML 1.1 takes an unquoted scalar for a date or a time."""
    return text[4:5] == "-" and re.fullmatch(_DATE, text) is not None


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INT:
        raise NumberOutOfRange(text)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    number = int(text, base)
    if not SMALLEST <= number <= LARGEST:
        raise NumberOutOfRange(text)
    return number
