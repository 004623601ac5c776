"""Values as lines of YAML in block style, at any column and in the layout of the file around."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_scalar import literal, scalar
from svcdesk.values import NamedTuple


class Layout(NamedTuple):
    """How far things stand right: a nested mapping and a dash of the key above, an item of its
    dash. `keep` says that a text may end in blank lines of its own (`|+`)."""

    indent: int = 2
    dash: int = 2
    item: int = 2
    keep: bool = True


CANONICAL = Layout()


def canonical_text(value: Values, lines_of: Callable[[Value], list[str]]) -> str:
    """A mapping in our layout; an empty one is no text.

    `lines_of` gives the lines of an item of a list at the top, such as an event, as
    `canonical_item` makes them: most stay as they are, and whoever keeps them need not lay them
    out again.
    """
    lines: list[str] = []
    for key, one in value.items():
        if isinstance(one, list) and one:
            lines.append(_head(key, 0))
            for item in one:
                lines += lines_of(item)
        else:
            lines += entry_lines(key, one, 0, CANONICAL)
    lines.append("")
    return "\n".join(lines) if value else ""


def canonical_item(value: Value) -> list[str]:
    """The lines of an item of a list at the top, in our layout."""
    return item_lines(value, CANONICAL.dash, CANONICAL)


def entry_lines(key: str, value: Value | Values, column: int, layout: Layout) -> list[str]:
    """The lines of `key: value`, the key standing at `column`."""
    head = _head(key, column)
    if type(value) is str and "\n" not in value:
        return [f"{head} {scalar(value)}"]
    if isinstance(value, (dict, Mapping)) and value:
        return [head, *mapping_lines(value, column + layout.indent, layout)]
    if isinstance(value, list) and value:
        return [head, *sequence_lines(value, column + layout.dash, layout)]
    first, *rest = leaf_lines(value, column, layout.indent, layout)
    return [f"{head} {first}", *rest]


@lru_cache(maxsize=1024)  # the keys are the same in every record and event
def _head(key: str, column: int) -> str:
    return f"{' ' * column}{scalar(key)}:"


def item_lines(value: Value, column: int, layout: Layout) -> list[str]:
    """The lines of `- value`, the dash standing at `column`; a nested block begins beside it."""
    inner = column + layout.item
    head = f"{' ' * column}-".ljust(inner)
    if isinstance(value, (dict, Mapping)) and value:
        first, *rest = mapping_lines(value, inner, layout)
        return [head + first[inner:], *rest]
    if isinstance(value, list) and value:
        first, *rest = sequence_lines(value, inner, layout)
        return [head + first[inner:], *rest]
    first, *rest = leaf_lines(value, column, layout.item, layout)
    return [head + first, *rest]


def mapping_lines(value: Values, column: int, layout: Layout) -> list[str]:
    """The lines of a mapping that is not empty."""
    return [line for key, one in value.items() for line in entry_lines(key, one, column, layout)]


def sequence_lines(value: list[Value], column: int, layout: Layout) -> list[str]:
    """The lines of a list that is not empty."""
    return [line for one in value for line in item_lines(one, column, layout)]


def leaf_lines(value: Value | Values, column: int, step: int, layout: Layout) -> list[str]:
    """A scalar or an empty collection: what stands beside the key or dash, then lines of a text.

    The lines of a text stand `step` right of `column`, where its key or dash stands.
    """
    if isinstance(value, (dict, list, Mapping)):
        return [flow_text(value)]
    block = literal(value, step, keep=layout.keep) if isinstance(value, str) else None
    if block is None:
        return [scalar(value)]
    header, lines = block
    return [header, *(" " * (column + step) + line if line else "" for line in lines)]


def flow_text(value: Value | Values) -> str:
    """A value on one line, collections in brackets."""
    if isinstance(value, Mapping):
        inside = (f"{scalar(key, flow=True)}: {flow_text(one)}" for key, one in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(one) for one in value) + "]"
    return scalar(value, flow=True)
