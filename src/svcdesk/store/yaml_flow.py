"""Changes inside collections in brackets: `[a, b]` and `{a: 1}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_align import align
from svcdesk.store.yaml_emit import flow_text
from svcdesk.store.yaml_nodes import Collection, Node, Scalar
from svcdesk.store.yaml_scalar import scalar
from svcdesk.store.yaml_values import same
from svcdesk.values import NamedTuple

_COMMENT = re.compile(r"(?:(?<=\s)|^)#.*$", re.MULTILINE)


class Replacement(NamedTuple):
    """Characters `start` to `end` become `text`."""

    start: int
    end: int
    text: str

    @classmethod
    def whole(cls, node: Node, new: Value | Values) -> Replacement:
        return cls(node.start.index, node.end.index, flow_text(new))


def flow_changes(node: Node, old: Value | Values, new: Value | Values) -> list[Replacement] | None:
    """The changes of single values and what is added at the end; None if that does not do."""
    if same(old, new):
        return []
    if node.start.index == node.end.index:
        return None  # an empty value has no characters to replace
    if isinstance(node, Scalar):
        if isinstance(new, str):
            quote = node.style if node.style in ("'", '"') else ""
            text = scalar(new, flow=True, style=quote)
            return [Replacement(node.start.index, node.end.index, text)]
        return [Replacement.whole(node, new)]
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        if old.keys() - new.keys():
            return None
        added = [
            f"{scalar(key, flow=True)}: {flow_text(new[key])}" for key in new if key not in old
        ]
        values = [(old[key], new[key]) for key in old]
        return _inside(node, node.items[1::2], values, added)
    if isinstance(old, list) and isinstance(new, list) and old and new:
        if any(left != right for left, right in align(old, new)[: len(old)]):
            return None  # something went, or came in between
        values = list(zip(old, new, strict=False))
        return _inside(node, node.items, values, [flow_text(one) for one in new[len(old) :]])
    return [Replacement.whole(node, new)]


def comments_in(text: str, node: Node) -> list[str]:
    """The comments between the brackets of a node."""
    found: list[str] = []
    here = node.start.index
    for leaf in _leaves(node):
        found += _COMMENT.findall(text[here : leaf.start.index])
        here = leaf.end.index
    return found + _COMMENT.findall(text[here : node.end.index])


def _inside(
    node: Collection,
    items: list[Node],
    values: list[tuple[Value, Value]],
    added: list[str],
) -> list[Replacement] | None:
    changes: list[Replacement] = []
    for item, (old, new) in zip(items, values, strict=True):
        found = flow_changes(item, old, new)
        if found is None:
            return None
        changes += found
    if added:
        last = node.items[-1].end.index
        if node.items[-1].start.index == last:
            return None
        changes.append(Replacement(last, last, "".join(f", {one}" for one in added)))
    return changes


def _leaves(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    else:
        for item in node.items:
            yield from _leaves(item)
