"""Colleagues whose clocks are wrong work apart and come together: nothing is lost, all are equal.

`python -m tests.simulation --commands 2000` plays longer runs.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.simulation.play import play
from tests.simulation.without_driver import merges, replay

from svcdesk.errors import Refused
from svcdesk.lifecycle import fold as folding
from svcdesk.merging import record as merging
from svcdesk.model.record import Event


@pytest.mark.slow
def test_eight_clones_with_wrong_clocks(tmp_path: Path) -> None:
    played = play(tmp_path, seed=2, clones=8, commands=60)
    print(played.figures)
    assert played.breaches == []
    figures = played.figures
    share = figures["… with a record changed on both sides"] / figures["commits that merge"]
    assert share >= 0.2
    for name in (
        "concurrent events", "events without effect", "renumberings", "conflicts of fields",
        "pull requests by merge", "pull requests by fast-forward",
    ):  # fmt: skip
        assert figures[name] > 0, f"the run shows nothing about: {name}"


@pytest.mark.slow
def test_what_git_merges_alone_is_named_or_mended(tmp_path: Path) -> None:
    played = play(tmp_path, seed=5, clones=5, commands=30)
    assert played.breaches == []
    chance = random.Random(5)
    who = played.office.world.colleagues[0]
    for squashed in (False, True):
        again = [replay(who, merge, chance, squashed=squashed) for merge in merges(who)[:8]]
        print(again)
        assert [one for one in again if one.silent] == []
        assert sum(one.damaged for one in again) > 5, "git alone did no damage: this shows nothing"
        assert sum(one.mended for one in again) > 0


@pytest.mark.parametrize("broken", ["the order of the fold", "the union of events"])
def test_the_account_finds_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "the order of the fold":
        monkeypatch.setattr(
            folding, "sorted", lambda events, key: sorted(events, key=_by_clock), raising=False
        )
    else:
        real = merging.united
        monkeypatch.setattr(
            merging, "united", lambda base, one, other, decide: real(base, one, base, decide)
        )
    try:
        found = play(tmp_path, seed=1, clones=4, commands=20).breaches
    except (AssertionError, Refused) as error:  # the desk itself may notice: it publishes no loss
        found = [str(error)]
    assert found


def _by_clock(event: Event) -> str:
    return event.at
