"""Redacted beats original: no stale clone brings back a value that was taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from svcdesk.lifecycle.redaction import BLANK, MARK, is_tombstone
from svcdesk.merging.conflict import ABSENT, Held
from svcdesk.model.record import Value, Values
from svcdesk.model.sameness import same


def stone_of(one: Held, other: Held) -> Held:
    """The tombstone where either is one (of two the earlier); ABSENT where neither is."""
    stones = [value for value in (one, other) if is_tombstone(value)]
    return min(stones, key=_age_of_stone) if stones else ABSENT


def redaction(one: Value, other: Value) -> Held:
    """The value with everything gone that either of two copies lost to a redaction.

    ABSENT where they differ in anything else.
    """
    if same(one, other):
        return one
    stone = stone_of(one, other)
    if stone is not ABSENT:
        return stone
    if isinstance(one, str) and isinstance(other, str):
        return one if _blanked(one, other) else other if _blanked(other, one) else ABSENT
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        items = [redaction(a, b) for a, b in zip(one, other, strict=True)]
        return ABSENT if ABSENT in items else [item for item in items if item is not ABSENT]
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _mapping(one, other)
    return ABSENT


def _mapping(one: Values, other: Values) -> Held:
    """Of an event whose words were redacted only a mark is left, beside what the fold needs."""
    found: dict[str, Value] = {}
    for key in {**one, **other}:
        if key == MARK and key in one and key in other:
            found[key] = min((one[key], other[key]), key=_age)
        elif key in one and key in other:
            value = redaction(one[key], other[key])
            if value is ABSENT:
                return ABSENT
            found[key] = value
        elif key == MARK:
            found[key] = one[key] if key in one else other[key]
        elif MARK not in (one if key not in one else other):
            return ABSENT
    return found


def _blanked(short: str, whole: str) -> bool:
    """Whether `short` is `whole` with pieces of it blanked."""
    if BLANK not in short:
        return False
    pattern = ".+".join(re.escape(part) for part in short.split(BLANK))
    return re.fullmatch(pattern, whole, re.DOTALL) is not None


def _age_of_stone(stone: Held) -> tuple[str, str]:
    return _age(stone[MARK] if isinstance(stone, Mapping) else None)


def _age(mark: Value) -> tuple[str, str]:
    at = mark.get("at") if isinstance(mark, Mapping) else None
    return str(at), json.dumps(mark, sort_keys=True, default=str)
