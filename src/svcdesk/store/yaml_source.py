"""Where the entries of a YAML text stand: their beginnings, their lines, the comments below."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from svcdesk.store.yaml_nodes import Collection, Node, Scalar

_COLON = re.compile(r" *:(?= |$)", re.MULTILINE)
_COLON_BELOW = re.compile(r" *(?:#.*)?\n(?: *(?:#.*)?\n)* *:(?= |$)", re.MULTILINE)
_HEADER = re.compile(r"[|>][-+0-9]*")


class NoLineEdit(Exception):
    """The change cannot be made by exact lines; another way has to be taken."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of a block mapping, or an item of a block sequence.

    It begins with its key or dash at index `start`, in `line` at `column`; `head` is the index
    behind the colon or `dash`, `last` the last line with content of its own. `compact`: it shares
    its line with the dash of the item that it begins.
    """

    node: Node
    start: int
    line: int
    column: int
    head: int
    last: int
    dash: bool
    compact: bool


class Source:
    """A text that ends in a line end, with the places of its lines (from 0)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")[:-1]
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]

    def members(self, parent: Collection) -> list[Member]:
        """The members of a block collection in order. Raises NoLineEdit."""
        if parent.mapping:
            pairs = zip(parent.items[::2], parent.items[1::2], strict=True)
            return [self._entry(parent, key, value) for key, value in pairs]
        found: list[Member] = []
        for item in parent.items:
            found.append(self._item(parent, item, found[-1].last if found else None))
        return found

    def after(self, member: Member) -> int:
        """The line where the next member would begin: behind the comments indented below this."""
        line = look = member.last + 1
        while look < len(self.lines):
            text = self.lines[look]
            bare = text.lstrip(" ")
            if bare and not (bare.startswith("#") and len(text) - len(bare) > member.column):
                break
            look += 1
            if bare:
                line = look
        return line

    def header_end(self, block_scalar: Scalar) -> int:
        """The index behind the `|` or `>` of a block scalar and its indicators."""
        found = _HEADER.match(self.text, block_scalar.start.index)
        if found is None:
            raise NoLineEdit
        return found.end()

    def _entry(self, parent: Collection, key: Node, value: Node) -> Member:
        line, column = key.start.line, parent.start.column
        colon = _COLON.match(self.text, key.end.index)
        if key.start.column != column:  # `? key`, its colon on a line below
            if self.lines[line][column : column + 1] != "?":
                raise NoLineEdit
            colon = _COLON_BELOW.match(self.text, key.end.index)
        if colon is None:
            raise NoLineEdit
        return self._member(value, line, column, colon.end(), dash=False)

    def _item(self, parent: Collection, item: Node, before: int | None) -> Member:
        column = parent.start.column
        if before is None:
            line = parent.start.line
        else:
            line = item.start.line
            while line > before and not self._is_dash(line, column):
                line -= 1
            if line == before:
                raise NoLineEdit
        return self._member(item, line, column, self.starts[line] + column + 1, dash=True)

    def _is_dash(self, line: int, column: int) -> bool:
        text = self.lines[line]
        before, dash = text[:column], text[column : column + 2]
        return not before.strip(" ") and dash in ("-", "- ")

    def _member(self, node: Node, line: int, column: int, head: int, *, dash: bool) -> Member:
        return Member(
            node=node,
            start=self.starts[line] + column,
            line=line,
            column=column,
            head=head,
            last=max(line, self._last_line(node)),
            dash=dash,
            compact=bool(self.lines[line][:column].strip(" ")),
        )

    def _last_line(self, node: Node) -> int:
        if isinstance(node, Scalar):
            if node.style in ("|", ">"):
                return self._last_of_block(node)
            # An empty value of a key without a colon is marked where the next thing begins.
            empty = node.start.index == node.end.index
            stands = not empty or self.text[node.start.index - 1] in ":-"
            return node.end.line if stands else 0
        if node.flow or not node.items:
            return node.end.line
        last = self._last_line(node.items[-1])
        return max(last, node.items[-2].end.line) if node.mapping else last

    def _last_of_block(self, node: Scalar) -> int:
        """The last line of a block scalar; blank ones at its end count only where they are kept."""
        first, last = node.start.line, min(node.end.line, len(self.lines)) - 1
        if "+" in self.text[node.start.index : self.header_end(node)]:
            return max(first, last)
        indent = self.block_indent(node)
        while last > first and self.lines[last] == " " * len(self.lines[last][:indent]):
            last -= 1
        return max(first, last)

    def block_indent(self, node: Scalar) -> int:
        """The column where the lines of a block scalar begin (0 if it has none)."""
        lines = self.lines[node.start.line + 1 : node.end.line]
        return min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")),
                   default=0)  # fmt: skip
