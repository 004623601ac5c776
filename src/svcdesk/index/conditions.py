"""The part of a query that the index's columns can answer, as SQL.

Every condition has two bounds: what it lets through at most, and what it lets through for certain
(which NOT turns around). What the bounds leave open, the query itself judges afterwards.
"""

from __future__ import annotations

from typing import Final

from svcdesk.index.entries import NO_WORDS, ODD
from svcdesk.query.fold import fold
from svcdesk.query.query import Combined, Condition, Negated, Node
from svcdesk.values import NamedTuple

_TEXTS: Final = frozenset({"kind", "status", "priority", "assignee"})
_MOMENTS: Final = {"changed": "newest", "ended": "ended"}
"""Fields that are moments, and the columns of their whole seconds. A record without the second has
not ended; one without the first was changed, nobody knows when."""
_MOST_WORDS: Final = 500
"""SQLite takes no more than 999 parameters everywhere, and 1,000 levels of expression."""
_MOST_TERMS: Final = 200


class Bounds(NamedTuple):
    """SQL expressions with their parameters: rows that may meet a query, and rows that do."""

    most: str
    most_values: tuple[str | int, ...]
    least: str
    least_values: tuple[str | int, ...]


_OPEN: Final = Bounds("1", (), "0", ())


def bounds(node: Node) -> Bounds:
    """The bounds of a query's tree. A query of very many terms is left open."""
    found = _bounds(node)
    return found if len(found.most_values) <= _MOST_WORDS else _OPEN


def _bounds(node: Node) -> Bounds:
    if isinstance(node, Negated):
        inner = _bounds(node.term)
        return Bounds(
            f"NOT {inner.least}", inner.least_values, f"NOT {inner.most}", inner.most_values
        )
    if isinstance(node, Combined):
        return _combined(node)
    return _condition(node)


def _combined(node: Combined) -> Bounds:
    if len(node.terms) > _MOST_TERMS:
        return _OPEN
    parts = [_bounds(term) for term in node.terms]
    if not parts:
        return Bounds("1", (), "1", ()) if node.every else Bounds("0", (), "0", ())
    sign = " AND " if node.every else " OR "
    return Bounds(
        f"({sign.join(part.most for part in parts)})",
        tuple(value for part in parts for value in part.most_values),
        f"({sign.join(part.least for part in parts)})",
        tuple(value for part in parts for value in part.least_values),
    )


def _condition(node: Condition) -> Bounds:
    if node.source == "flag" and node.path == "unsettled":
        return Bounds("unsettled", (), "unsettled", ())
    if node.source == "text":
        return _text(node.path)
    if node.source == "linked" or node.kind == "id":
        return _naming(node)
    if node.path in _MOMENTS and node.kind == "instant":
        return _moment(node)
    if node.path not in _TEXTS:
        return _OPEN
    if node.source == "has":
        return Bounds(f"({node.path} <> '')", (), f"({node.path} NOT IN ('', ?))", (ODD,))
    if node.source != "field" or node.kind not in ("choice", "word"):
        return _OPEN
    return _words(node)


def _words(node: Condition) -> Bounds:
    wanted = sorted(str(one) for one in node.wanted)
    columns = [node.path]
    if node.kind == "word":
        if node.path != "assignee":
            return _OPEN  # only the assignee is kept in its plain form too
        columns.append("assignee_plain")
    certain = [one for one in wanted if one]  # a missing value stands there as an empty text
    most = _among(columns, len(wanted) + 1)
    least = _among(columns, len(certain))
    return Bounds(most, tuple([*wanted, ODD] * len(columns)), least, tuple(certain * len(columns)))


def _among(columns: list[str], count: int) -> str:
    marks = ", ".join("?" * count)
    return f"({' OR '.join(f'{column} IN ({marks})' for column in columns)})"


def _naming(node: Condition) -> Bounds:
    """An id is among the texts of a record that names it, as that of the record itself is."""
    wanted = {str(one) for one in node.wanted} if node.source == "field" else set()
    if node.source == "linked":
        wanted = {node.path, *map(str, node.wanted)}
    elif node.source != "field" or not all(wanted) or node.path.split(".")[-1] in NO_WORDS:
        return _OPEN
    parts = [_text(fold(one)) for one in sorted(wanted)]
    if not parts or len(parts) > _MOST_TERMS:
        return _OPEN
    return Bounds(
        f"({' OR '.join(part.most for part in parts)})",
        tuple(value for part in parts for value in part.most_values),
        "0",
        (),
    )


def _moment(node: Condition) -> Bounds:
    """Whole seconds around the moments that are asked for."""
    column = _MOMENTS[node.path]
    parts = [f"{column} IS NULL"] if node.path == "changed" else []
    values: list[int] = []
    for start, end in node.wanted:
        limits = [f"{column} >= ?"] * (start is not None) + [f"{column} <= ?"] * (end is not None)
        parts.append(" AND ".join(limits) or "1")
        values += [int(one.timestamp()) for one in (start, end) if one is not None]
    return Bounds(f"({' OR '.join(parts)})", tuple(values), "0", ())


def _text(sought: str) -> Bounds:
    found = "(SELECT instr(text, ?) FROM words WHERE words.record = record.id)"
    return Bounds(found, (sought,), found, (sought,))
