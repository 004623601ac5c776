"""Records as YAML in the layout of svcdesk itself, made fast: a test holds the two equal.

Most scalars of a desk repeat, so each is looked at once; the ids and instants that do not repeat
are known to need no quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_emit import CANONICAL, leaf_lines
from svcdesk.store.yaml_scalar import scalar

_PLAIN = re.compile(
    r"[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00"
    r"|[A-Z]{2}-[0-9]{8}-[0-9]{3,6}"
)
_INDENT = CANONICAL.indent

_scalar = lru_cache(maxsize=50_000)(scalar)


def text_of(value: Values) -> str:
    """A mapping that is not empty, as the text of a file."""
    return "\n".join(_mapping(value, "")) + "\n"


def _mapping(value: Values, margin: str) -> Iterator[str]:
    for key, one in value.items():
        head = f"{margin}{_scalar(key)}:"
        if isinstance(one, str):
            first, *rest = _text(one, len(margin))
            yield f"{head} {first}"
            yield from rest
        elif isinstance(one, Mapping) and one:
            yield head
            yield from _mapping(one, margin + " " * _INDENT)
        elif isinstance(one, list) and one:
            yield head
            for item in one:
                yield from _item(item, margin + " " * CANONICAL.dash)
        else:
            yield f"{head} {leaf_lines(one, 0, _INDENT, CANONICAL)[0]}"


def _item(value: Value, margin: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        inner = margin + " " * CANONICAL.item
        lines = _mapping(value, inner)
        yield f"{margin}- {next(lines)[len(inner) :]}"
        yield from lines
    else:
        yield f"{margin}- {leaf_lines(value, 0, CANONICAL.item, CANONICAL)[0]}"


def _text(text: str, column: int) -> list[str]:
    if _PLAIN.fullmatch(text):
        return [text]
    if "\n" in text:
        return leaf_lines(text, column, _INDENT, CANONICAL)
    return [_scalar(text)]
