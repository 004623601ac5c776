"""How a file is laid out, so that what is added looks like what is there."""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.store.yaml_emit import CANONICAL, Layout
from svcdesk.store.yaml_nodes import Collection, Node


def layout_of(root: Collection) -> Layout:
    """The first indentation of each sort that the text shows; ours where it shows none."""
    indent = dash = item = None
    for parent, child in _nested(root):
        distance = child.start.column - parent.start.column
        if not parent.mapping:
            beside = child.start.line == parent.start.line and child.end.index > child.start.index
            item = item or (distance if beside else None)
        elif isinstance(child, Collection) and child.mapping:
            indent = indent or distance
        elif dash is None:
            dash = distance
        if indent and item and dash is not None:
            break
    return Layout(
        indent=indent or CANONICAL.indent,
        dash=CANONICAL.dash if dash is None else dash,
        item=item or CANONICAL.item,
        keep=False,
    )


def _nested(parent: Collection) -> Iterator[tuple[Collection, Node]]:
    """Block collections below a parent, and all items of lists, each with its own parent."""
    for item in parent.items:
        block = isinstance(item, Collection) and not item.flow
        if block or not parent.mapping:
            yield parent, item
        if isinstance(item, Collection) and block:
            yield from _nested(item)
