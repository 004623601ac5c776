"""The order of keys and items in a merge: the same whichever side comes first."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def woven(base: Sequence[str], one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Every name of both sides once. Names that both have stand as the side that moved them has
    them; a side's own names follow the name that they follow there."""
    common = frozenset(one) & frozenset(other)
    lead = _lead(
        [name for name in base if name in common],
        [name for name in one if name in common],
        [name for name in other if name in common],
    )
    own = (_own(one, common), _own(other, common))
    found: list[str] = []
    for place in (None, *lead):
        if place is not None:
            found.append(place)
        groups = [group[place] for group in own if place in group]
        found += [name for group in sorted(groups) for name in group]
    return found


def _lead(base: list[str], one: list[str], other: list[str]) -> list[str]:
    if one == base:
        return other
    if other == base:
        return one
    return min(one, other)


def _own(names: Sequence[str], common: Collection[str]) -> dict[str | None, list[str]]:
    """The names that only this side has, by the common name before them."""
    found: dict[str | None, list[str]] = {}
    before: str | None = None
    for name in names:
        if name in common:
            before = name
        else:
            found.setdefault(before, []).append(name)
    return found
