"""A change of values as exact edits of the text that holds them; every other line stays as it is.

The text's old value and the new one are compared from the top down. Where a scalar differs, its
characters are replaced; where a key or item is new or gone, its lines are added or taken out.
Nothing here is trusted: `yaml_text.rewrite` reads the result back and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_align import align
from svcdesk.store.yaml_emit import Layout, entry_lines, item_lines, mapping_lines
from svcdesk.store.yaml_flow import Replacement, comments_in, flow_changes
from svcdesk.store.yaml_layout import layout_of
from svcdesk.store.yaml_nodes import Collection
from svcdesk.store.yaml_order import new_keys
from svcdesk.store.yaml_place import Spot
from svcdesk.store.yaml_source import Member, NoLineEdit, Source
from svcdesk.store.yaml_values import same
from svcdesk.values import NamedTuple


class Edit(NamedTuple):
    """Characters `start` to `end` become `text`; of additions at one place the deepest is first."""

    start: int
    end: int
    text: str
    depth: int


class Editor:
    """Collects the edits that turn the text of `root` from value `old` into value `new`."""

    def __init__(self, source: Source, root: Collection) -> None:
        self.source = source
        self.root = root
        self.edits: list[Edit] = []

    def change(self, old: Values, new: Values, *, whole_keys: bool = False) -> None:
        """Find all edits. `whole_keys` writes a changed top-level key anew in its place.

        Raises NoLineEdit.
        """
        if self.root.flow:
            self._flow(self.root, old, new)
        else:
            self._mapping(self.root, old, new, whole_keys=whole_keys)

    def result(self) -> str:
        """The text with all edits made. Raises NoLineEdit where two of them overlap."""
        ordered = sorted(self.edits, key=lambda one: (one.start, one.end > one.start, -one.depth))
        parts, here = [], 0
        for edit in ordered:
            if edit.start < here:
                raise NoLineEdit
            parts += [self.source.text[here : edit.start], edit.text]
            here = edit.end
        return "".join([*parts, self.source.text[here:]])

    @cached_property
    def _layout(self) -> Layout:
        return layout_of(self.root)

    def _edit(self, start: int, end: int, text: str, depth: int = 0) -> None:
        self.edits.append(Edit(start, end, text, depth))

    def _mapping(
        self, node: Collection, old: Values, new: Values, *, whole_keys: bool = False
    ) -> None:
        members = dict(zip(old, self.source.members(node), strict=True))
        kept = [key for key in old if key in new]
        if not kept:
            self._exchange(list(members.values()), new)
            return
        for key in kept:
            if same(old[key], new[key]):
                continue
            if whole_keys:
                lines = entry_lines(key, new[key], node.start.column, self._layout)
                self._replace_lines(members[key], lines)
            else:
                self._value(members[key], old[key], new[key])
        self._remove(list(members.values()), [key in new for key in old])
        for before, keys in new_keys(kept, new, top=node is self.root):
            column = node.start.column
            lines = [
                line for key in keys for line in entry_lines(key, new[key], column, self._layout)
            ]
            self._add(members[before] if before else None, members[kept[0]], lines)

    def _exchange(self, gone: Sequence[Member], new: Values) -> None:
        """Put other keys in the place of all keys at the top."""
        for member in gone:
            self._replace_lines(member, ())
        if gone:
            place = self.source.starts[gone[0].line]
            lines = mapping_lines(new, 0, self._layout) or ["{}"]
            self._edit(place, place, "".join(line + "\n" for line in lines))

    def _sequence(self, node: Collection, old: list[Value], new: list[Value]) -> None:
        members = self.source.members(node)
        pairs = align(old, new)
        kept = [left for left, right in pairs if left is not None and right is not None]
        if not kept:
            raise NoLineEdit
        added: dict[int | None, list[str]] = {}
        before: int | None = None
        for left, right in pairs:
            if left is None and right is not None:
                lines = item_lines(new[right], node.start.column, self._layout)
                added.setdefault(before, []).extend(lines)
            elif left is not None and right is not None:
                before = left
                if not same(old[left], new[right]):
                    self._value(members[left], old[left], new[right])
        self._remove(members, [index in kept for index in range(len(members))])
        for left, lines in added.items():
            self._add(None if left is None else members[left], members[kept[0]], lines)

    def _value(self, member: Member, old: Value, new: Value) -> None:
        """Change the value of a member: inside it where it stays a collection, else as a whole."""
        node = member.node
        if isinstance(node, Collection) and old and new:
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                if node.flow:
                    return self._flow(node, old, new, member)
                if old.keys() & new.keys():
                    return self._mapping(node, old, new)
            if isinstance(old, list) and isinstance(new, list):
                if node.flow:
                    return self._flow(node, old, new, member)
                return self._sequence(node, old, new)
        return self._replace(member, new)

    def _flow(
        self, node: Collection, old: Value | Values, new: Value | Values,
        member: Member | None = None,
    ) -> None:  # fmt: skip
        """Change a collection in brackets: piece by piece, or written anew on one line."""
        found = flow_changes(node, old, new)
        if found is None:
            found = [Replacement.whole(node, new)]
            line = member.line if member else node.start.line
            margin = self.source.lines[line]
            indent = " " * (len(margin) - len(margin.lstrip(" ")))
            above = [f"{indent}{one}\n" for one in comments_in(self.source.text, node)]
            if above:
                self._edit(self.source.starts[line], self.source.starts[line], "".join(above), -1)
        for one in found:
            self._edit(one.start, one.end, one.text)

    def _replace(self, member: Member, new: Value) -> None:
        """Put another value in the place of a member's."""
        spot = Spot.of(self.source, member)
        first, rest = spot.lines_for(new, self._layout)
        source = self.source
        self._edit(*spot.beside(first, self._layout))
        start, end = source.starts[spot.body[0]], source.starts[spot.body[1]]
        text = "".join(line + "\n" for line in rest)
        if text or end > start:
            self._edit(start, end, text, member.column + 1)

    def _replace_lines(self, member: Member, lines: Sequence[str]) -> None:
        start, end = self.source.starts[member.line], self.source.starts[self.source.after(member)]
        self._edit(start, end, "".join(line + "\n" for line in lines))

    def _remove(self, members: Sequence[Member], stays: Sequence[bool]) -> None:
        rest = list(zip(members, stays, strict=True))
        if rest and rest[0][0].compact and not rest[0][1]:
            first = stays.index(True)
            self._remove_beside_dash(members[:first], members[first])
            rest = rest[first:]
        for member, stay in rest:
            if not stay:
                self._replace_lines(member, ())

    def _remove_beside_dash(self, gone: Sequence[Member], heir: Member) -> None:
        """Remove the first entries of an item; what is left begins beside the item's dash."""
        source, start = self.source, gone[0].start
        gap = range(source.after(gone[-1]), heir.line)
        if any("#" in source.lines[line] for line in gap):
            start = len(source.text[:start].rstrip(" "))
            self._edit(start, source.starts[gap[0]] - 1, "")
        else:
            self._edit(start, heir.start, "")

    def _add(self, before: Member | None, first: Member, lines: Sequence[str]) -> None:
        """Add lines behind a member, or in front of the first that stays."""
        if before is not None:
            place = self.source.starts[self.source.after(before)]
            self._edit(place, place, "".join(line + "\n" for line in lines), before.column)
            return
        column = first.column
        text = "\n".join(lines)[column:] + "\n" + " " * column
        self._edit(first.start, first.start, text, column)
