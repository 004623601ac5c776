"""Values merged three ways: what one side changed wins over what the other left as it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from svcdesk.lifecycle.redaction import is_tombstone
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.merging.order import woven
from svcdesk.merging.redacted import redaction, stone_of
from svcdesk.merging.rules import Rules
from svcdesk.model.record import Value, Values
from svcdesk.model.sameness import same

Decide = Callable[[Conflict], Held]
"""What to hold where the sides cannot be merged; it keeps account of the conflict."""


class ThreeWay:
    """One merge of values by some rules; what it cannot merge goes to `decide`.

    `overruled` are the places where a redaction of one side won over a new value of the other,
    each with the side whose value is gone.
    """

    def __init__(self, rules: Rules, decide: Decide) -> None:
        self._rules = rules
        self._decide = decide
        self.overruled: list[tuple[str, Side]] = []

    def mapping(self, base: Values, one: Values, other: Values, path: str = "") -> dict[str, Value]:
        """Two versions of a mapping, key by key; `path` is its own."""
        found: dict[str, Value] = {}
        for key in woven(list(base), list(one), list(other)):
            below = f"{path}.{key}" if path else key
            value = self.value(
                below, base.get(key, ABSENT), one.get(key, ABSENT), other.get(key, ABSENT)
            )
            if value is not ABSENT:
                found[key] = value
        return found

    def value(self, path: str, base: Held, one: Held, other: Held) -> Held:
        """What stands at a place, for what the three versions have there."""
        if held_alike(one, other):
            return one
        stone = stone_of(one, other)
        # What was written over a redaction that both knew is a change like any other.
        if stone is not ABSENT and ABSENT not in (one, other) and not is_tombstone(base):
            self._overrule(path, base, one, other)
            return stone
        if held_alike(base, one):
            return other
        if held_alike(base, other):
            return one
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            known = base if isinstance(base, Mapping) else {}
            # What two sides emptied between them is gone, as in every other change.
            return self.mapping(known, one, other, path) or (ABSENT if one and other else {})
        if isinstance(one, list) and isinstance(other, list):
            items = self._list(path, base if isinstance(base, list) else [], one, other)
            if items is not None:
                return items
        if one is not ABSENT and other is not ABSENT:
            bare = redaction(one, other)
            if bare is not ABSENT:
                return bare
        return self._decide(Conflict(path, base, one, other))

    def _overrule(self, path: str, base: Held, one: Held, other: Held) -> None:
        """Keep account of what a redaction takes away that nobody had seen who redacted."""
        for side, value in ((Side.ONE, one), (Side.OTHER, other)):
            if base is not ABSENT and not held_alike(value, base) and not is_tombstone(value):
                self.overruled.append((path, side))

    def _list(
        self, path: str, base: list[Value], one: list[Value], other: list[Value]
    ) -> list[Value] | None:
        """Two lists item by item; None where nothing tells their items apart."""
        rules_at = _schema_path(path, self._rules)
        if self._rules.is_set(rules_at):
            return _without_lesser(_set(*(_by_content(side) for side in (base, one, other))))
        key = self._rules.key_of(rules_at)
        if key is None:
            return None
        sides = [_by_key(side, key) for side in (base, one, other)]
        if any(side is None for side in sides):
            return None
        known, left, right = (side or {} for side in sides)
        found = []
        for name in woven(list(known), list(left), list(right)):
            value = self.value(
                f"{path}.{name}",
                known.get(name, ABSENT),
                left.get(name, ABSENT),
                right.get(name, ABSENT),
            )
            if value is not ABSENT:
                found.append(value)
        return found


def held_alike(one: Held, other: Held) -> bool:
    """Whether two versions hold the same, or nothing both."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return same(one, other)


def _schema_path(path: str, rules: Rules) -> str:
    """The path of a list as the schema has it: without the keys of items on the way."""
    if path in rules.lists:
        return path
    steps = path.split(".")
    found: list[str] = []
    skip = False
    for step in steps:
        if skip:
            skip = False
            continue
        found.append(step)
        skip = rules.key_of(".".join(found)) is not None
    return ".".join(found)


def _by_content(items: Sequence[Value]) -> dict[str, Value]:
    return {_canonical(item): item for item in items}


def _by_key(items: Sequence[Value], key: str) -> dict[str, Value] | None:
    """Items by their key; those without one (an attachment known by name only) by content.

    None where two items have one key.
    """
    found: dict[str, Value] = {}
    for item in items:
        named = item.get(key) if isinstance(item, Mapping) else None
        name = named if isinstance(named, str) else _canonical(item)
        if name in found:
            return None
        found[name] = item
    return found


def _set(
    base: Mapping[str, Value], one: Mapping[str, Value], other: Mapping[str, Value]
) -> list[Value]:
    stays = {name for name in (*one, *other) if (name in one and name in other) or name not in base}
    return [
        one[name] if name in one else other[name]
        for name in woven(list(base), list(one), list(other))
        if name in stays
    ]


def _without_lesser(items: list[Value]) -> list[Value]:
    """Without items that say less than another: a link that has its uid now stands for the link
    that had none."""

    def lesser(item: Value) -> bool:
        return isinstance(item, Mapping) and any(
            isinstance(more, Mapping)
            and len(more) > len(item)
            and all(key in more and same(more[key], value) for key, value in item.items())
            for more in items
        )

    return [item for item in items if not lesser(item)]


def _canonical(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
