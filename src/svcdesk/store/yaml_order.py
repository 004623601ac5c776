"""In which order keys and items stand after a change: as before, what is new at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_align import align
from svcdesk.store.yaml_values import same

LAST_KEY = "events"
"""The top-level key that stays last."""


def in_place(old: Values, new: Values, *, top: bool = True) -> dict[str, Value]:
    """`new` with its keys in the order of `old`, all the way down; a new key behind the one that
    it follows in `new`, and at the top before `events`."""
    kept = [key for key in old if key in new]
    if not kept:
        return dict(new)
    added = dict(new_keys(kept, new, top=top))
    ordered = added.get(None, [])
    for key in kept:
        ordered += [key, *added.get(key, [])]
    return {key: _in_place(old[key], new[key]) if key in old else new[key] for key in ordered}


def new_keys(kept: Sequence[str], new: Values, *, top: bool) -> list[tuple[str | None, list[str]]]:
    """New keys in order, by the kept key that they follow; at the top `events` stays last."""
    places: dict[str | None, list[str]] = {}
    before: str | None = None
    for key in new:
        if key in kept:
            before = key
            continue
        place = before
        if top and key == LAST_KEY:
            place = kept[-1]
        elif top and before == LAST_KEY:
            at = kept.index(LAST_KEY)
            place = kept[at - 1] if at else None
        places.setdefault(place, []).append(key)
    return list(places.items())


def _in_place(old: Value, new: Value) -> Value:
    if same(old, new):
        return old
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return in_place(old, new, top=False)
    if isinstance(old, list) and isinstance(new, list):
        pairs = [(left, right) for left, right in align(old, new) if right is not None]
        return [new[right] if left is None else _in_place(old[left], new[right])
                for left, right in pairs]  # fmt: skip
    return new
