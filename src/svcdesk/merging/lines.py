"""Lines merged three ways, for what is beside the values of a file: comments, blank lines, order.

Nothing is in conflict here: where both sides changed the same lines, both stand, in an order that
does not depend on which side is which. Whether the result still says what it should is for the
caller to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[str]


def merged_lines(base: Lines, one: Lines, other: Lines) -> list[str]:
    """The lines of `one` and `other`, each with what the other changed of `base`."""
    found: list[str] = []
    at_base = at_one = at_other = 0
    for start, left, right in _common(base, one, other):
        found += _changed(base[at_base:start], one[at_one:left], other[at_other:right])
        if start < len(base):
            found.append(base[start])
        at_base, at_one, at_other = start + 1, left + 1, right + 1
    return found


def common_lines(one: Lines, other: Lines) -> list[str]:
    """The lines that two texts have in common, in order: the base of two that have none."""
    return [
        line
        for start, _, size in _matcher(one, other).get_matching_blocks()
        for line in one[start : start + size]
    ]


def with_comments(one: Lines, other: Lines) -> list[str]:
    """The lines of `one`, with the comments that only `other` has, each where it stands there."""
    found: list[str] = []
    known = set(one)
    for tag, i1, i2, j1, j2 in _matcher(one, other).get_opcodes():
        lines = list(one[i1:i2])
        if tag in ("insert", "replace"):
            for line in other[j1:j2]:
                if line in known:
                    continue
                if line.lstrip().startswith("#"):
                    found.append(line)
                else:
                    lines = [line if _commented(mine, line) else mine for mine in lines]
        found += lines
    return found


def marked(one: Lines, other: Lines, size: int, names: tuple[str, str]) -> list[str]:
    """Both texts in one, with conflict markers of `size` characters around what differs."""
    found: list[str] = []
    for tag, i1, i2, j1, j2 in _matcher(one, other).get_opcodes():
        if tag == "equal":
            found += one[i1:i2]
        else:
            found += [f"{'<' * size} {names[0]}", *one[i1:i2], "=" * size]
            found += [*other[j1:j2], f"{'>' * size} {names[1]}"]
    return found


def _common(base: Lines, one: Lines, other: Lines) -> Iterator[tuple[int, int, int]]:
    """Where a line of the base stands in both sides, and last the three ends."""
    left, right = _places(base, one), _places(base, other)
    for place in sorted(left.keys() & right.keys()):
        yield place, left[place], right[place]
    yield len(base), len(one), len(other)


def _places(base: Lines, side: Lines) -> dict[int, int]:
    return {
        start + offset: there + offset
        for start, there, size in _matcher(base, side).get_matching_blocks()
        for offset in range(size)
    }


def _changed(base: Lines, one: Lines, other: Lines) -> list[str]:
    if one == other or base == other:
        return list(one)
    if base == one:
        return list(other)
    first, second = sorted((list(one), list(other)))
    return [*first, *(line for line in second if line not in first)]


def _commented(line: str, other: str) -> bool:
    """Whether `other` is `line` with a comment behind it."""
    rest = other.removeprefix(line) if line else ""
    return rest != other and rest.startswith(" ") and rest.lstrip(" ").startswith("#")


def _matcher(one: Lines, other: Lines) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=False)
