"""Which item of a list became which, so that an edit of one leaves the lines of the others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import zip_longest
from typing import TypeAlias

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_values import same

Pair: TypeAlias = tuple[int | None, int | None]
_Item: TypeAlias = tuple[int, Value]
_Name: TypeAlias = Callable[[Value], Hashable]

_LONGEST_MIDDLE = 300
"""Items; where more than that changed, they are taken in order instead of being matched."""


def align(old: list[Value], new: list[Value]) -> list[Pair]:
    """Pairs of indices in order; None on the left is an item added, on the right one removed.

    Equal items are paired first; of those between, mappings of one `id`, then of the same keys,
    then items of one sort (unless as many went as came), then what is left over in order.
    """
    head, shorter = 0, min(len(old), len(new))
    while head < shorter and same(old[head], new[head]):
        head += 1
    tail = 0
    while tail < shorter - head and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    pairs: list[Pair] = [(index, index) for index in range(head)]
    lefts, rights = range(head, len(old) - tail), range(head, len(new) - tail)
    names = _NAMES if max(len(lefts), len(rights)) <= _LONGEST_MIDDLE else ()
    pairs += _between([(index, old[index]) for index in lefts],
                      [(index, new[index]) for index in rights], names)  # fmt: skip
    pairs += [(len(old) - back, len(new) - back) for back in range(tail, 0, -1)]
    return pairs


def _between(lefts: list[_Item], rights: list[_Item], names: tuple[_Name, ...]) -> Iterator[Pair]:
    """Pair items of one name, by the first sort of name; what lies between, by the next."""
    in_place = len(lefts) == len(rights) and names == _LAST_NAME
    if not lefts or not rights or not names or in_place:
        yield from zip_longest((at for at, _ in lefts), (at for at, _ in rights))
        return
    from difflib import SequenceMatcher

    name, others = names[0], names[1:]
    olds = [name(value) or ("old", at) for at, value in lefts]
    news = [name(value) or ("new", at) for at, value in rights]
    for tag, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((lefts[a + k][0], rights[c + k][0]) for k in range(b - a))
        else:
            yield from _between(lefts[a:b], rights[c:d], others)


def _content(value: Value | Values) -> Hashable:
    if isinstance(value, Mapping):
        return ("{", frozenset((key, _content(one)) for key, one in value.items()))
    if isinstance(value, list):
        return ("[", *map(_content, value))
    return (type(value), value)


def _id(value: Value) -> Hashable:
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _keys(value: Value) -> Hashable:
    return frozenset(value) if isinstance(value, Mapping) else None


def _sort(value: Value) -> Hashable:
    return type(value).__name__


_NAMES: tuple[_Name, ...] = (_content, _id, _keys, _sort)
_LAST_NAME = (_sort,)
