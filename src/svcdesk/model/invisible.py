"""Characters that show nothing or turn the direction of reading, which no title may hold.

An id or a title is read aloud, compared and pasted: two that look alike must be alike. In a longer
text such characters may have a meaning (a customer may write Arabic), and are shown by their code.
"""

from __future__ import annotations

import unicodedata

_CATEGORIES = frozenset({"Cf", "Zl", "Zp"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")


def has_invisible(text: str) -> bool:
    """Whether a text holds one of Unicode's format characters (bidi controls, zero width), of its
    line ends, or of the Hangul fillers."""
    return not text.isascii() and any(map(_is_invisible, text))


def without_invisible(text: str) -> str:
    """The text without them."""
    if not has_invisible(text):
        return text
    return "".join(char for char in text if not _is_invisible(char))


def _is_invisible(char: str) -> bool:
    return char in _FILLERS or unicodedata.category(char) in _CATEGORIES
