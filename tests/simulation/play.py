"""One run: a seed, so many clones, so many commands each; what it came to."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.commands import Office, finish
from tests.simulation.verdict import breaches
from tests.simulation.world import make_world

from svcdesk.desk.initialising import init_desk
from svcdesk.lifecycle.fold import Effect, fold
from svcdesk.store import merge_files
from svcdesk.store.tickets import Loaded
from svcdesk.testing import NOW


@dataclass
class Played:
    """The outcome of a run: `breaches` are the invariants that did not hold."""

    office: Office
    breaches: list[str]
    figures: dict[str, float]


def play(
    folder: Path,
    seed: int,
    clones: int,
    commands: int,
    minutes: float = float("inf"),
    say: Callable[[int, float], object] = lambda given, seconds: None,
) -> Played:
    """Let `clones` colleagues do `commands` commands each, in an order that chance makes, and
    come together at the end; after so many minutes they stop where they are. `say` is told after
    each command how many were given, in so many seconds."""
    started = time.monotonic()
    world = make_world(folder, seed, clones, _init)
    office = Office(world)
    calls = Counter[str]()
    real = merge_files._merged

    def counted(*args: object, **named: object) -> object:
        calls["merges of one record's file"] += 1
        return real(*args, **named)  # type: ignore[arg-type]

    merge_files._merged = counted  # type: ignore[assignment]
    try:
        order = [who for who in world.colleagues for _ in range(commands)]
        world.chance.shuffle(order)
        given = 0
        while given < len(order) and time.monotonic() - started < minutes * 60:
            office.step(order[given])
            given += 1
            say(given, time.monotonic() - started)
        finish(office)
    finally:
        merge_files._merged = real
    found = breaches(office)
    figures = {"clones": clones, "commands given": given}
    figures |= _figures(office, calls, time.monotonic() - started)
    return Played(office, found, figures)


def _init(root: Path) -> None:
    root.mkdir()
    init_desk(
        root, name="desk", zone="Asia/Shanghai", language="en", person="engineer-1",
        clock=lambda: NOW,
    )  # fmt: skip


def _figures(office: Office, calls: Counter[str], seconds: float) -> dict[str, float]:
    first = office.world.colleagues[0]
    subjects = first.git("log", "--merges", "--format=%s").splitlines()
    ours = [one for one in subjects if "changed on both sides" in one]
    both = len([one for one in ours if ": 0 records changed" not in one])
    both += office.merged["by git, on both sides"]
    desk = first.desk()
    effects: Counter[Effect] = Counter()
    for one in desk.load_all():
        if isinstance(one, Loaded):
            steps = fold(one.record.events, desk.workflow(one.record.kind)).steps
            effects.update(step.effect for step in steps)
    return {
        "commands that ended well": sum(office.done.values()),
        "commands refused": sum(office.refused.values()),
        "promises": len(office.ledger.promises),
        "records": len({uid for uid, _ in office.ledger.events}),
        "events": sum(effects.values()),
        "commits that merge": len(subjects),
        "… with a record changed on both sides": both,
        **calls,
        "merges by git itself": office.merged["by git"],
        "driver calls by git": office.world.driver_calls(),
        "conflicts of fields": office.settled,
        "concurrent events": effects[Effect.CONCURRENT],
        "events without effect": effects[Effect.DEAD],
        "renumberings": len(office.ledger.renumbered),
        "pull requests by merge": office.merged["by merge"],
        "pull requests by fast-forward": office.merged["by fast-forward"],
        "seconds": round(seconds),
    }


def isolate(home: Path) -> None:
    """The environment of a run outside of the test suite: no configuration but its own."""
    from svcdesk.testing import isolated_environment

    for name in list(os.environ):
        if name.startswith(("GIT_", "SVCDESK_")):
            del os.environ[name]
    os.environ.update(isolated_environment(home))
