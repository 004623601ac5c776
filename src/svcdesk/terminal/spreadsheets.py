"""Texts as spreadsheets take them: nothing hidden, and nothing that they would run."""

from __future__ import annotations

import re

from svcdesk.terminal.escaping import escape

_BEFORE = r"""(^|[;,\t\n"'])([ \u3000]*)"""
_STARTS = r"(?=[=+\-@＝＋－＠])"
_FORMULA = re.compile(_BEFORE + _STARTS)
"""Where a cell begins, or would for a program that cuts at other marks than a file does."""
_GUARDED = re.compile(f"{_BEFORE}'{_STARTS}")


def readable(text: str) -> str:
    """The text with hidden characters shown by their codes; tabs and line feeds stay."""
    return text if text.isprintable() else "\n".join(map(_line, text.split("\n")))


def harmless(text: str) -> str:
    """The text with nothing in it that begins a formula, a hidden character or a carriage return.

    Spreadsheets run what begins with = + - @ (full-width ones too), also after a mark at which
    another program would cut the cell in two: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return _FORMULA.sub(r"\1\2'", readable(text))


def unguarded(text: str) -> str:
    """The text without the marks that `harmless` put in."""
    return _GUARDED.sub(r"\1\2", text)


def is_formula(text: str) -> bool:
    """Whether a cell's text is one that spreadsheets take for a formula, by its equals sign."""
    return text.lstrip().startswith(("=", "＝"))


def letters(place: int) -> str:
    """What a spreadsheet calls its column at `place`, from 0: A, B … Z, AA …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _line(text: str) -> str:
    return "\t".join(escape(part) for part in text.split("\t"))
