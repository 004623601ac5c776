"""What every merge keeps to, over versions that real work made.

More of them: `SVCDESK_FUZZ=20000 pytest -s tests/unit/merging/test_merge_properties.py`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from merge_triples import WORKFLOW, Work, Worker, merge_works

from svcdesk.merging.events import by_id
from svcdesk.model.record import Value, Values
from svcdesk.store import codec
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_values import same

COUNT = int(os.environ.get("SVCDESK_FUZZ", "240"))
CHUNK = max(1, COUNT // 8)
SEEDS = [range(start, min(COUNT, start + CHUNK)) for start in range(0, COUNT, CHUNK)]


def triple(seed: int) -> tuple[Work, Work, Work]:
    chance = random.Random(seed)
    base = Worker(chance).first()
    one, other = (Worker(chance).on(base, chance.randint(1, 6)) for _ in range(2))
    return base, one, other


def value(data: bytes) -> Values:
    return parse(data, path="").value


def unordered(document: Value | Values) -> object:
    """A value in which lists have no order."""
    if isinstance(document, dict):
        return {key: unordered(one) for key, one in document.items()}
    if isinstance(document, list):
        return sorted((unordered(one) for one in document), key=repr)
    return document


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_exchanging_the_sides_changes_nothing(seeds: range) -> None:
    for seed in seeds:
        base, one, other = triple(seed)
        here, there = merge_works(base, one, other), merge_works(base, other, one)
        assert {c.field for c in here.conflicts} == {c.field for c in there.conflicts}, seed
        if not here.conflicts:
            assert here.data == there.data, seed


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_one_side_alone_is_what_stands(seeds: range) -> None:
    for seed in seeds:
        base, one, _ = triple(seed)
        for merged in (merge_works(base, one, one), merge_works(base, base, one)):
            assert merged.conflicts == (), seed
            assert merged.data == one.data, seed


# Beside the common ones: versions whose lines come together twice when merged as lines.
@pytest.mark.parametrize("seeds", [*SEEDS, [10659, 11318, 11345]], ids=str)
def test_nothing_is_lost(seeds: Iterable[int]) -> None:
    for seed in seeds:
        base, one, other = triple(seed)
        merged = merge_works(base, one, other)
        if merged.conflicts:
            continue
        known, left, right = (value(version.data) for version in (base, one, other))
        found = value(merged.data)
        assert by_id(found).keys() == by_id(left).keys() | by_id(right).keys(), seed
        for key in left.keys() | right.keys():
            taken_out = key in known and not (key in left and key in right)
            # What events decide may be gone: a move that crossed another has no effect.
            decided = any(path.partition(".")[0] == key for path in WORKFLOW.tracked)
            assert key in found or taken_out or decided, (seed, key)
        new = set(one.text.split("\n")) | set(other.text.split("\n"))
        for line in new - set(base.text.split("\n")):
            if line.startswith("#"):
                assert line in merged.data.decode(), (seed, line)


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_three_branches_come_together_in_any_order(seeds: range) -> None:
    for seed in seeds:
        base, one, other = triple(seed)
        chance = random.Random(-seed - 1)
        third = Worker(chance).on(base, chance.randint(1, 4))
        results = []
        for first, second, last in ((one, other, third), (other, third, one), (third, one, other)):
            pair = merge_works(base, first, second)
            whole = merge_works(base, pair.data, last) if not pair.conflicts else pair
            results.append(None if whole.conflicts else unordered(value(whole.data)))
        if None not in results:
            assert results[0] == results[1] == results[2], seed


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_criss_cross_histories_lose_nothing_either(seeds: range) -> None:
    for seed in seeds:
        base, one, other = triple(seed)
        virtual = merge_works(base, one, other, leave_out=True)
        assert merge_works(base, other, one, leave_out=True).data == virtual.data, seed
        first = merge_works(base, one, other)
        if first.conflicts:
            continue
        chance = random.Random(seed)
        merged = Work(codec.decode(value(first.data)), first.data.decode())
        left, right = (Worker(chance).on(merged, 2) for _ in range(2))
        again = merge_works(virtual.data, left, right)
        if not again.conflicts:
            events = by_id(value(again.data)).keys()
            assert events == by_id(value(left.data)).keys() | by_id(value(right.data)).keys()


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_markers_stand_around_what_is_in_conflict_and_nothing_else(seeds: range) -> None:
    for seed in seeds:
        merged = merge_works(*triple(seed))
        if not merged.conflicts:
            continue
        text = merged.data.decode()
        sides = [_side(text, number) for number in (0, 1)]
        left, right = (value(side.encode()) for side in sides)
        differing = {key for key in {**left, **right} if not same(left.get(key), right.get(key))}
        assert differing <= {conflict.field.split(".")[0] for conflict in merged.conflicts}, seed


def test_the_versions_are_worth_merging(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter()
    for seed in range(COUNT):
        base, one, other = triple(seed)
        seen["changed on both sides"] += base.data not in (one.data, other.data)
        seen["in conflict"] += bool(merge_works(base, one, other).conflicts)
    with capsys.disabled():
        print("", *(f"{name}: {count / COUNT:.0%}" for name, count in seen.items()), end=" ")
    assert seen["changed on both sides"] >= 0.3 * COUNT
    assert seen["in conflict"] >= 0.1 * COUNT


def _side(text: str, number: int) -> str:
    found, where = [], None
    for line in text.split("\n"):
        if line.startswith("<" * 7):
            where = 0
        elif line == "=" * 7:
            where = 1
        elif line.startswith(">" * 7):
            where = None
        elif where in (None, number):
            found.append(line)
    return "\n".join(found)
