"""By hand: `python -m tests.simulation --commands 2000` plays a long run and says what held."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.simulation.play import isolate, play


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--clones", type=int, default=8)
    parser.add_argument("--commands", type=int, default=60, help="for each clone")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder that is left for a look at it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = asked.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        isolate(folder / "home")
        played = play(
            folder, asked.seed, asked.clones, asked.commands, asked.minutes, say=_progress
        )
    for name, figure in played.figures.items():
        print(f"{name:45} {figure:>8}")
    for title, counts in (("done", played.office.done), ("refused", played.office.refused)):
        print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()))
    for breach in played.breaches[:50]:
        print(f"BROKEN: {breach}")
    print(f"{len(played.breaches)} breaches")
    return 1 if played.breaches else 0


def _progress(given: int, seconds: float) -> None:
    if given % 500 == 0:
        print(f"{given} commands, {seconds:.0f} seconds", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
