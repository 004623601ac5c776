"""What all readers of typed times share: one spelling, numbers in two scripts, the refusals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from svcdesk.errors import UsageError
from svcdesk.i18n import T

_LONGEST: Final = 100
_SIMPLIFIED: Final = str.maketrans("點時後週號個鐘現剛禮兩內過", "点时后周号个钟现刚礼两内过")
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_ENGLISH: Final = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_ONE: Final = "[一二两三四五六七八九]"
_COUNTED: Final = re.compile(rf"(?:({_ONE})百零?)?(?:({_ONE})?(十))?({_ONE})?")

NUMBER: Final = r"(?:[0-9]{1,6}|[零〇一二两三四五六七八九十百]{1,7})"
"""A pattern for what `number` reads, English words apart."""


def normal(text: str) -> str:
    """One spelling of what was typed: half-width, lower case, simplified, single spaces.

    A hyphen between letters is a space (`next-monday`, `2h-ago`), so that a query needs no quotes.
    """
    if len(text) > _LONGEST:
        raise UsageError(
            T("a time of {count} characters is too long", count=len(text)), code="E_TIME"
        )
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)
    return re.sub(r"(?<=[a-z])-(?=[a-z])", " ", " ".join(folded.split()))


def number(text: str) -> int | None:
    """The number that digits (ASCII or Chinese, counted or digit by digit) or a word name."""
    if text.isascii():
        return int(text) if text.isdecimal() else _ENGLISH.get(text)
    if all(char in _DIGITS for char in text) and (len(text) == 1 or "两" not in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    counted = _COUNTED.fullmatch(text)
    if counted is None:
        return None
    hundreds, tens, ten, ones = counted.groups()
    return (
        100 * _DIGITS[hundreds or "零"]
        + (10 * _DIGITS[tens or "一"] if ten else 0)
        + _DIGITS[ones or "零"]
    )


def ambiguous(text: str, readings: Iterable[str]) -> UsageError:
    """The refusal of words that could mean several things, which are named as they can be typed."""
    return UsageError(
        T("“{text}” could mean {readings}", text=text, readings=" | ".join(readings)),
        hint=T("write one of these"),
        code="E_TIME",
    )


def impossible(text: str) -> UsageError:
    """The refusal of a date or a time of day that does not exist."""
    return UsageError(T("there is no such time as “{text}”", text=text), code="E_TIME")
