"""Shows what hides or commands in a text by its code, and knows the few codes that are ours.

What records, people, files and programs say may hold sequences that move the cursor, change the
title, write the clipboard or turn the reading direction: they are shown as `\\x1b` or `\\u202e`.
Everything that is printed for people has gone through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_TAB: Final = "    "
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"

STYLES: Final = {
    "breach": "\x1b[1;31m",
    "risk": "\x1b[33m",
    "ok": "\x1b[32m",
    "dim": "\x1b[2m",
    "strong": "\x1b[1m",
    "match": "\x1b[1;33m",
}
"""Style name → what switches it on; these, and what switches them off, are all that we send."""
_RESET: Final = "\x1b[0m"
_OURS: Final = "|".join(code.replace("[", r"\[") for code in (*STYLES.values(), _RESET))


def escape(text: str, *, multiline: bool = False) -> str:
    """The text with every character that hides or commands shown by its code.

    Those are controls (C0, DEL, C1), bidirectional and other format characters, zero-width ones,
    tags, line and paragraph separators, and lone surrogates. A tab becomes four spaces; a line
    feed stays if `multiline`, else it is shown as `\\n`. Escaping twice changes nothing more.
    """
    if text.isprintable() or (multiline and text.replace("\n", "").isprintable()):
        return text
    return "".join(_shown(char, multiline) for char in text)


def escape_styled(text: str, *, colour: bool, show: Callable[[str], str] | None = None) -> str:
    """Escape text of several lines in which our own styles stay (without colour: are dropped).

    For text that a format made: whatever else it lets through is shown, never obeyed. `show`
    escapes what lies between the styles; it is `escape` of several lines unless given.
    """
    show = show or _show_lines
    shown: list[str] = []
    start = 0
    for code in re.finditer(_OURS, text):
        shown.append(show(text[start : code.start()]))
        if colour:
            shown.append(code[0])
        start = code.end()
    shown.append(show(text[start:]))
    return "".join(shown)


def escape_controls(text: str) -> str:
    """Show only the control characters that no text file holds; tabs and line ends stay.

    For what goes to a file or another program, where every other character is data.
    """
    return re.sub(_CONTROL, lambda found: _code(found[0]), text)


def style(text: str, name: str, *, colour: bool) -> str:
    """The (escaped) text in a style of STYLES if `colour`; an unknown name is no style."""
    code = STYLES.get(name) if colour else None
    return f"{code}{text}{_RESET}" if code and text else text


def _show_lines(text: str) -> str:
    return escape(text, multiline=True)


def _shown(char: str, multiline: bool) -> str:
    if char.isprintable() or (char == "\n" and multiline):
        return char
    if char == "\t":
        return _TAB
    if char == "\n":
        return "\\n"
    import unicodedata

    return _code(char) if unicodedata.category(char) in _HIDDEN else char


def _code(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
