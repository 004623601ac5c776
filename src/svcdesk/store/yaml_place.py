"""The place of one value in a text, and how another value is put there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from svcdesk.model.record import Value
from svcdesk.store.yaml_emit import Layout, leaf_lines, mapping_lines, sequence_lines
from svcdesk.store.yaml_nodes import Scalar
from svcdesk.store.yaml_scalar import scalar
from svcdesk.store.yaml_source import Member, Source


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a member's value stands: characters `start` to `end` of one line or, in quotes, more
    (empty where nothing stands beside the key or dash), and the lines of `body` below."""

    source: Source
    member: Member
    start: int
    end: int
    body: tuple[int, int]

    @classmethod
    def of(cls, source: Source, member: Member) -> Spot:
        node = member.node
        start, end, line = node.start.index, node.end.index, node.end.line
        if isinstance(node, Scalar):
            if node.style in ("|", ">"):
                end, below = source.header_end(node), node.start.line + 1
                return cls(source, member, start, end, (below, member.last + 1))
            if start == end:
                start = end = member.head
            return cls(source, member, start, end, (line + 1, line + 1))
        if node.flow:
            return cls(source, member, start, end, (line + 1, line + 1))
        after = source.after(member)
        if node.start.line > member.line:
            return cls(source, member, member.head, member.head, (node.start.line, after))
        end = source.starts[node.start.line + 1] - 1
        return cls(source, member, start, end, (node.start.line + 1, after))

    def lines_for(self, new: Value, layout: Layout) -> tuple[str, list[str]]:
        """What stands beside the key or dash for a new value, and the lines below."""
        member, column = self.member, self.member.column
        if member.dash and isinstance(new, (Mapping, list)) and new:
            inner = column + layout.item if self.start == member.head else member.node.start.column
            if isinstance(new, list):
                first, *rest = sequence_lines(new, inner, layout)
            else:
                first, *rest = mapping_lines(new, inner, layout)
            return first[inner:], rest
        if isinstance(new, Mapping) and new:
            return "", mapping_lines(new, column + layout.indent, layout)
        if isinstance(new, list) and new:
            return "", sequence_lines(new, column + layout.dash, layout)
        node = member.node
        style = node.style if isinstance(node, Scalar) and node.style in ("'", '"') else ""
        if isinstance(new, str) and ((style and "\n" not in new) or not self._holds_lines()):
            return scalar(new, style=style), []
        first, *rest = leaf_lines(new, column, self._step(layout), self._keeping(layout))
        return first, rest

    def beside(self, text: str, layout: Layout) -> tuple[int, int, str]:
        """The edit that puts `text` beside the key or dash, keeping a comment behind it."""
        source = self.source
        if text:
            gap = " " * (layout.item - 1 if self.member.dash else 1)
            return self.start, self.end, gap + text if self.start == self.member.head else text
        if self.start == self.end:
            return self.start, self.end, ""
        end_of_line = source.starts[self.body[0]] - 1
        comment = bool(source.text[self.end : end_of_line].strip(" "))
        end = self.end if comment else end_of_line
        if "\n" not in source.text[self.member.head : self.start]:
            return self.member.head, end, ""
        start = self.start if comment else source.text.rindex("\n", 0, self.start)
        return start, end, ""

    def _holds_lines(self) -> bool:
        """Whether a literal block can stand here: no comment may slip into its text."""
        source = self.source
        below = source.starts[self.body[0]] - 1
        if self.start == self.end and "\n" in source.text[self.end : below]:
            return False
        for line in source.lines[self.body[1] :]:
            bare = line.lstrip(" ")
            if bare:
                return not (bare.startswith("#") and len(line) - len(bare) > self.member.column)
        return True

    def _step(self, layout: Layout) -> int:
        """How far the lines of a text stand right; as far as they stood before."""
        node = self.member.node
        if isinstance(node, Scalar) and node.style in ("|", ">"):
            stated = self.source.text[self.start : self.end].strip("|>+-")
            if stated:
                return int(stated)
            indent = self.source.block_indent(node)
            if indent > self.member.column:
                return indent - self.member.column
        return layout.item if self.member.dash else layout.indent

    def _keeping(self, layout: Layout) -> Layout:
        """Blank lines at the end may be the text's own only where they were before."""
        node = self.member.node
        block = isinstance(node, Scalar) and node.style in ("|", ">")
        return layout._replace(keep=block and "+" in self.source.text[self.start : self.end])
