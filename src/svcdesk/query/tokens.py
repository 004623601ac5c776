"""Cuts a query into tokens: parentheses, operators, words, and fields with their values.

Full-width colons, commas and quotation marks, as a Chinese keyboard types them, mean the same as
ASCII ones. Parentheses only group in ASCII: in Chinese they are part of what people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from svcdesk.i18n import T
from svcdesk.query.pointing import pointed
from svcdesk.values import NamedTuple

OPEN, CLOSE, AND, OR, NOT = "(", ")", "AND", "OR", "NOT"
WORD, PHRASE, FIELD = "word", "phrase", "field"

COLONS: Final = ":："
_COMMAS: Final = ",，、"
_QUOTES: Final = {'"': '"', "“": "”", "”": "”", "＂": "＂"}
_NAME: Final = re.compile(r"[^\s():：,，、\"“”＂]+")
_BARE: Final = re.compile(r"[^\s()\"“”＂]+")
_GROUPS: Final = r"（(?:.*[:：]|[^）]*$)"
"""A word that begins with a parenthesis of Chinese, and holds a field or no end of it: as text,
it would be looked for in vain."""
_VALUE: Final = re.compile(r"(?:(?!\.\.)[^\s(),，、\"“”＂])+")


class Item(NamedTuple):
    """A value, or a range where `high` is not None (an open end is an empty text)."""

    low: str
    high: str | None
    at: int
    quoted: bool = False


class Token(NamedTuple):
    """`text` is a word, a phrase (in quotes), or a field's name; `items` are the field's values."""

    kind: str
    text: str
    at: int
    items: tuple[Item, ...] = ()


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query. Raises UsageError for quotes that do not end and missing values."""
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in "()":
            yield Token(char, char, at)
            at += 1
        elif char == "-" and text[at + 1 : at + 2].strip().strip(")"):
            yield Token(NOT, char, at)
            at += 1
        else:
            token, at = _term(text, at)
            yield token


def _term(text: str, at: int) -> tuple[Token, int]:
    start = at
    if text[at] in _QUOTES:
        name, at = _quoted(text, at)
        if text[at : at + 1] and text[at] in COLONS:
            return _field(text, name, start, at + 1)
        _expect_end(text, at)
        return Token(PHRASE, name, start), at
    found = _NAME.match(text, at)
    if found and found[0][0].isalpha() and text[found.end() : found.end() + 1] in tuple(COLONS):
        return _field(text, found[0], start, found.end() + 1)
    bare = _BARE.match(text, at)
    assert bare is not None  # neither space, parenthesis nor quote stands here
    word, at = bare[0], bare.end()
    if word in (AND, OR, NOT):
        return Token(word, word, start), at
    if re.match(_GROUPS, word):
        raise pointed(
            text,
            start,
            T("“（” puts no terms together"),
            T("write ( ) around terms; a text with “（” stands in quotes"),
        )
    _expect_end(text, at)
    return Token(WORD, word, start), at


def _field(text: str, name: str, start: int, at: int) -> tuple[Token, int]:
    """The values after a colon at `at`: items between commas, each a value or a range."""
    items: list[Item] = []
    while True:
        item, at = _item(text, name, at)
        items.append(item)
        if at >= len(text) or text[at] not in _COMMAS:
            break
        at += 1
    _expect_end(text, at)
    return Token(FIELD, name, start, tuple(items)), at


def _item(text: str, name: str, at: int) -> tuple[Item, int]:
    start = at
    low, quoted, at = _scalar(text, at)
    if text.startswith("..", at):
        high, _, at = _scalar(text, at + 2)
        if not low and not high:
            raise pointed(text, start, T("a range needs a beginning or an end"))
        return Item(low, high, start), at
    if not low and not quoted:
        raise pointed(
            text,
            start,
            T("no value stands after “{name}:”", name=name),
            T("if it began with < or >, the shell took it; quote values, write ranges as a..b"),
        )
    return Item(low, None, start, quoted), at


def _scalar(text: str, at: int) -> tuple[str, bool, int]:
    if at < len(text) and text[at] in _QUOTES:
        value, at = _quoted(text, at)
        return value, True, at
    found = _VALUE.match(text, at)
    return (found[0], False, found.end()) if found else ("", False, at)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands between the quotation mark at `at` and its end, and where that was."""
    end = _QUOTES[text[at]]
    said: list[str] = []
    here = at + 1
    while here < len(text):
        char = text[here]
        if char == "\\" and text[here + 1 : here + 2] in ("\\", '"', "“", "”", "＂"):
            said.append(text[here + 1])
            here += 2
        elif char == end:
            return "".join(said), here + 1
        else:
            said.append(char)
            here += 1
    raise pointed(text, at, T("the quotation mark has no end"))


def _expect_end(text: str, at: int) -> None:
    """Nothing may follow a term but space and parentheses."""
    if at < len(text) and not text[at].isspace() and text[at] not in "()":
        raise pointed(text, at, T("a space is missing here"))
