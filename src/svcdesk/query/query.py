"""A parsed query: a tree of conditions that a subject meets or not, and an order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, Union

from svcdesk.query.holding import HOLDS, Kind, Wanted, present
from svcdesk.query.subject import Subject
from svcdesk.values import NamedTuple

Source: TypeAlias = Literal["field", "has", "flag", "sla", "text", "linked"]
Node: TypeAlias = Union["Combined", "Negated", "Condition"]

_SPLITS: Final = r"\.\.|[,，、]|\.$|^[<>]"
_BARE: Final = r"[^\s()\-@:：,，、\"“”＂\\][^\s()\"“”＂:：]*"


class Condition(NamedTuple):
    """One condition. `path` is the field, or the flag's name; `said` is how it is written.

    Of `linked`, `path` is the record's id, `wanted` the ids that its own links name.

    `wanted` are the values looked for, in the form that `kind` says (see holding).
    """

    source: Source
    path: str
    kind: Kind
    wanted: Wanted
    said: str

    def matches(self, subject: Subject) -> bool:
        if self.source == "field":
            return HOLDS[self.kind](self.wanted, subject.get(self.path))
        if self.source == "text":
            return self.path in subject.text()
        if self.source == "has":
            return present(subject.get(self.path))
        if self.source == "sla":
            return subject.sla() in self.wanted
        if self.source == "linked":
            return subject.get("id") in self.wanted or HOLDS["id"](
                frozenset((self.path,)), subject.get("links")
            )
        return subject.flag(self.path)


class Negated(NamedTuple):
    term: Combined | Condition

    def matches(self, subject: Subject) -> bool:
        return not self.term.matches(subject)


class Combined(NamedTuple):
    """All terms (AND) if `every`, else any of them (OR); all of none is true."""

    every: bool
    terms: tuple[Node, ...]

    def matches(self, subject: Subject) -> bool:
        if self.every:
            return all(term.matches(subject) for term in self.terms)
        return any(term.matches(subject) for term in self.terms)


class Query(NamedTuple):
    """`sort` names fields with whether the order is descending, the first deciding first."""

    node: Node
    sort: tuple[tuple[str, bool], ...] = ()

    def matches(self, subject: Subject) -> bool:
        return self.node.matches(subject)

    def fields(self) -> frozenset[str]:
        """The paths of the fields that decide; besides them `text` for a search, `sla`, `linked`,
        and `is:NAME` for a flag: what no field of that name can be."""
        return frozenset(_read(self.node))

    def words(self) -> tuple[str, ...]:
        """The words and phrases, folded, that a record's text has to hold or may hold."""
        return tuple(dict.fromkeys(_words(self.node)))

    def __str__(self) -> str:
        """The query as it can be typed; parsed again it is equal."""
        node = self.node
        terms = list(node.terms) if isinstance(node, Combined) and node.every else [node]
        order = [f"sort:{path}-{'desc' if down else 'asc'}" for path, down in self.sort]
        return " ".join([*(_written(term, inside=len(terms) > 1) for term in terms), *order])


def size(node: Node) -> int:
    """How many conditions a tree has."""
    if isinstance(node, Combined):
        return sum(map(size, node.terms))
    return size(node.term) if isinstance(node, Negated) else 1


def negated(node: Node) -> Node:
    return node.term if isinstance(node, Negated) else Negated(node)


def combined(every: bool, terms: list[Node]) -> Node:
    """The terms together, without a level for one term alone or for terms of the same kind."""
    flat: list[Node] = []
    for term in terms:
        if isinstance(term, Combined) and term.every == every:
            flat += term.terms
        else:
            flat.append(term)
    return flat[0] if len(flat) == 1 else Combined(every, tuple(flat))


def quoted(text: str, *, value: bool = False) -> str:
    """The text as a word or a value that the tokenizer gives back; in quotes where it must be."""
    is_word = re.fullmatch(_BARE, text) is not None and text not in ("AND", "OR", "NOT")
    if is_word and not (value and re.search(_SPLITS, text)):
        return text
    escaped = re.sub(r'(["\\“”＂])', r"\\\1", text)
    return f'"{escaped}"'


def conditions(node: Node, *, negated: bool = True) -> Iterator[Condition]:
    """All conditions of a query, in the order in which they are written; without those that must
    not hold, unless `negated`."""
    if isinstance(node, Combined):
        for term in node.terms:
            yield from conditions(term, negated=negated)
    elif isinstance(node, Condition):
        yield node
    elif negated:
        yield from conditions(node.term)


def _words(node: Node) -> Iterator[str]:
    return (one.path for one in conditions(node, negated=False) if one.source == "text")


def _read(node: Node) -> Iterator[str]:
    for one in conditions(node):
        if one.source == "flag":
            yield f"is:{one.path}"
        else:
            yield one.source if one.source in ("text", "sla", "linked") else one.path


def _written(node: Node, *, inside: bool) -> str:
    if isinstance(node, Condition):
        return node.said
    if isinstance(node, Negated):
        if isinstance(node.term, Condition) and node.term.source == "has":
            return f"no:{node.term.path}"
        return f"-{_written(node.term, inside=True)}"
    between = " " if node.every else " OR "
    text = between.join(_written(term, inside=True) for term in node.terms)
    return f"({text})" if inside else text
