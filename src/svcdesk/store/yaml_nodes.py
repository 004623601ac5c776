"""The nodes of a YAML text with their exact positions, and the paths that lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from svcdesk.errors import FileRefused
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple


class Mark(Protocol):
    """A position in the text, all from 0; `index` counts characters."""

    index: int
    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """`style` is empty for a plain scalar, else its first sign: ' " | or >."""

    text: str
    style: str
    start: Mark
    end: Mark


@dataclass(slots=True)
class Collection:
    """A mapping (keys and values alternate in `items`) or a sequence.

    The `end` of a block collection is where the next token stands, beyond blanks and comments.
    """

    mapping: bool
    flow: bool
    start: Mark
    end: Mark
    items: list[Node] = field(default_factory=list)


_LONGEST_FIELD = 10
"""Steps; a path that is longer helps nobody to find the place."""

Node: TypeAlias = Scalar | Collection


class Tree(NamedTuple):
    """A composed document: its top mapping, how deep it goes and how many nodes it has."""

    root: Collection
    depth: int
    nodes: int


class Flaw(Exception):
    """A node that is against the rules; becomes a FileRefused where the path is known."""

    def __init__(self, code: str, node: Node, message: Text, hint: Text) -> None:
        super().__init__(code)
        self.code, self.node, self.message, self.hint = code, node, message, hint

    def refused(self, root: Node | None, path: str) -> FileRefused:
        """The error to raise, naming line and field."""
        where = path_to(root, self.node) if root is not None else None
        return FileRefused(
            self.message,
            code=self.code,
            hint=self.hint,
            path=path,
            line=self.node.start.line + 1,
            field=".".join(map(str, where)) if where and len(where) <= _LONGEST_FIELD else None,
        )


def merge_key(node: Node) -> Flaw:
    """The flaw of a key `<<`, which YAML 1.1 takes for a merge."""
    return Flaw("E_MERGE", node, T("“<<” is a merge key"), T("write the merged keys out"))


def path_to(root: Node, wanted: Node) -> tuple[str | int, ...] | None:
    """The keys and indices that lead from `root` to a node (a key's own path for a key)."""
    if root is wanted:
        return ()
    if isinstance(root, Scalar):
        return None
    for index, item in enumerate(root.items):
        below = path_to(item, wanted)
        if below is not None:
            return (_step(root, index), *below)
    return None


def node_at(root: Collection, path: tuple[str | int, ...]) -> Node | None:
    """The key or list item that a path ends at, or None."""
    found: Node = root
    here: Node = root
    for step in path:
        if isinstance(here, Scalar):
            return None
        steps = [_step(here, index) for index in range(len(here.items))]
        if step not in steps:
            return None
        index = steps.index(step)
        found = here.items[index]
        here = here.items[index + 1] if here.mapping else found
    return found


def _step(parent: Collection, index: int) -> str | int:
    if not parent.mapping:
        return index
    key = parent.items[index - index % 2]
    return key.text if isinstance(key, Scalar) else "?"
