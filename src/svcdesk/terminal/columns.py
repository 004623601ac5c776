"""Columns of a terminal: how many a text takes, and padding, cutting and wrapping by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, TypeAlias

Align: TypeAlias = Literal["left", "right"]

_ELLIPSIS: Final = "…"

# Blocks in which a character's width is beyond doubt; a test holds them equal to wcwidth, whose
# import (up to 37 ms) everyday Chinese and English texts so never pay.
_WIDE: Final = (
    (0x4E00, 0x9FFF),  # ideographs
    (0x3000, 0x3029),  # 、。「」【】 and the like
    (0xFF01, 0xFF60),  # full-width letters, digits and marks
    (0x3041, 0x3096),
    (0x309B, 0x30FF),
    (0x3400, 0x4DBF),
    (0xAC00, 0xD7A3),
    (0xFE30, 0xFE52),
    (0xFFE0, 0xFFE6),
)
_NARROW: Final = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),
    (0x391, 0x3A1),
    (0x3A3, 0x451),
    (0x2010, 0x2027),  # — ‘ ’ “ ” …
    (0x2190, 0x22FF),  # arrows, mathematical signs
)
_UNSURE: Final = 1 << 40

# no line begins with a closing mark or ends with an opening one (GB/T 15834-2011, 5.1)
_CLOSING: Final = re.escape("，。、；：！？）》」』】〉〕”’…—·,.;:!?)]}%％℃")
_OPENING: Final = re.escape("（《「『【〈〔“‘([{")


class _Sizes(dict[str, int]):
    """Columns by character, filled as characters come up; _UNSURE where wcwidth is to be asked."""

    def __missing__(self, char: str) -> int:
        number = ord(char)
        if any(first <= number <= last for first, last in _WIDE):
            size = 2
        elif any(first <= number <= last for first, last in _NARROW):
            size = 1
        else:
            size = _UNSURE
        self[char] = size
        return size


_size_of = _Sizes().__getitem__


def width(text: str) -> int:
    """How many columns a terminal gives the (escaped, one-line) text."""
    if text.isascii():
        return len(text)
    size = sum(map(_size_of, text))
    if size < _UNSURE:
        return size
    from wcwidth import wcswidth, wcwidth

    known: int = wcswidth(text)
    return known if known >= 0 else sum(max(wcwidth(char), 0) for char in text)


def pad(text: str, columns: int, align: Align = "left") -> str:
    """The text with spaces up to that many columns; as it is where it is wider."""
    spaces = " " * (columns - width(text))
    return text + spaces if align == "left" else spaces + text


def truncate(text: str, columns: int) -> str:
    """The text if it fits, else its beginning and `…`, at most that many columns together."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    kept = text[:columns]
    while width(kept) > columns - 1:
        kept = kept[:-1]
    return kept + _ELLIPSIS


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most that many columns (two at least), broken at spaces and between Chinese
    characters.

    No line begins with a closing mark or ends with an opening one, where that fits; a word that is
    longer than a line is cut. Line feeds in the text end lines; an empty text gives no line.
    """
    columns = max(columns, 2)
    return [line for part in text.split("\n") for line in _wrap_line(part, columns)] if text else []


def _wrap_line(text: str, columns: int) -> Iterator[str]:
    line, room = "", columns
    for piece in _pieces(text.isascii()).findall(text):
        size = width(piece)
        if piece[0] != " ":
            if size > room:
                if line.strip():
                    yield line.rstrip()
                line, room = "", columns
            while size > columns:
                head = _head(piece, columns)
                yield head
                piece = piece[len(head) :]
                size = width(piece)
        line, room = line + piece, room - size
    yield line.rstrip()


@cache
def _pieces(ascii_only: bool) -> re.Pattern[str]:
    """What is never broken: spaces; a Chinese character, or a word, with the marks it holds."""
    if ascii_only:
        return re.compile(r" +|[^ ]+")
    wide = "".join(f"{chr(first)}-{chr(last)}" for first, last in _WIDE)
    return re.compile(
        rf" +"
        rf"|[{_OPENING}]*[{wide}][{_CLOSING}]*"
        rf"|[^ {wide}]*[^ {wide}{_OPENING}][{_CLOSING}]*"
        rf"|[{_OPENING}]+"
    )


def _head(text: str, columns: int) -> str:
    """The longest beginning that fits (one character at least)."""
    end = min(len(text), columns)
    while end > 1 and width(text[:end]) > columns:
        end -= 1
    return text[:end]
