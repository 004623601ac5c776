"""Runs commands as cold processes, in turn (A B A B …), and keeps what each run took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WARM_UP = 2
"""Runs before those that count: files are then in memory and bytecode is compiled."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A command to measure. `arguments` gives its words for a run (counted from 0); `prepare` is
    called before each run, and is not measured."""

    name: str
    arguments: Callable[[int], Sequence[str]]
    directory: Path
    prepare: Callable[[int], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: milliseconds on the wall's clock, and of processor time with all its children;
    `memory`: MB of the largest of these processes."""

    contender: str
    run: int
    wall: float
    processor: float
    memory: float = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What the runs of one contender come to, in milliseconds, and the most MB of any process."""

    median: float
    least: float
    most: float
    processor: float
    memory: float


def measure(
    contenders: Sequence[Contender], runs: int, environment: Mapping[str, str]
) -> list[Sample]:
    """Run every contender `runs` times, each once before any has its next turn.

    Raises RuntimeError with what a command said when it fails.
    """
    samples = []
    for run in range(WARM_UP + runs):
        for one in contenders:
            one.prepare(run)
            took = _timed(one.arguments(run), one.directory, environment)
            if run >= WARM_UP:
                samples.append(Sample(one.name, run - WARM_UP, *took))
    return samples


def figures(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Medians, least and most by contender."""
    found = {}
    for name in dict.fromkeys(one.contender for one in samples):
        walls = [one.wall for one in samples if one.contender == name]
        processor = statistics.median(one.processor for one in samples if one.contender == name)
        memory = max(one.memory for one in samples if one.contender == name)
        found[name] = Figures(statistics.median(walls), min(walls), max(walls), processor, memory)
    return found


def _timed(
    arguments: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> tuple[float, float, float]:
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            arguments, cwd=directory, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}: {words}")
    per_unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return took * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / per_unit
