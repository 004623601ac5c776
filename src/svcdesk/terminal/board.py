"""Cards in columns side by side, as many as the terminal has room for, the rest below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from svcdesk.terminal.columns import pad, truncate, width
from svcdesk.terminal.escaping import escape, style
from svcdesk.terminal.tables import Styled
from svcdesk.values import NamedTuple

_GAP: Final = "  "
_LEAST: Final = 24
"""Columns of the terminal below which a column of cards cannot be read."""
_EMPTY: Final = Styled("")


class Stack(NamedTuple):
    """A column of the board: a heading, its cards, each of several lines, and a last line."""

    heading: str
    cards: Sequence[Sequence[Styled]]
    below: str = ""


def board(stacks: Sequence[Stack], columns: int, *, colour: bool = False) -> str:
    """The stacks as text of `columns` columns, each line ended by a line feed.

    As many stand side by side as have room, the others below; what is too long is cut with `…`.
    Everything is escaped here.
    """
    room = max(1, (columns + len(_GAP)) // (_LEAST + len(_GAP)))
    abreast = min(room, len(stacks)) or 1
    bands = -(-len(stacks) // abreast)
    abreast = -(-len(stacks) // bands) if bands else 1  # as even as it goes
    each = max(1, (columns + len(_GAP)) // abreast - len(_GAP))
    lines: list[str] = []
    for at in range(0, len(stacks), abreast):
        if lines:
            lines.append("")
        lines += _band(stacks[at : at + abreast], each, colour)
    return "".join(f"{line}\n" for line in lines)


def _band(stacks: Sequence[Stack], room: int, colour: bool) -> Iterator[str]:
    for cells in zip_longest(*(_lines(one, room) for one in stacks), fillvalue=_EMPTY):
        yield _GAP.join(_shown(cell, room, colour) for cell in cells).rstrip(" ")


def _lines(stack: Stack, room: int) -> list[Styled]:
    lines = [Styled(stack.heading, "strong"), Styled("─" * room, "dim")]
    for number, card in enumerate(stack.cards):
        lines += [_EMPTY, *card] if number else card
    if stack.below:
        lines += [_EMPTY, Styled(stack.below, "dim")] if stack.cards else [Styled(stack.below)]
    return lines


def _shown(cell: Styled, room: int, colour: bool) -> str:
    text = truncate(escape(cell.text), room)
    return style(text, cell.style, colour=colour) + pad("", room - width(text))
