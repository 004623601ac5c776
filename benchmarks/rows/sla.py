"""What the SLA costs beyond `sla check`: a policy tried on all of history, and plain arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import FLOOR, OURS, PYTHON, Bench
from benchmarks.generate import ROOT
from benchmarks.measuring import Contender
from benchmarks.table import RECORDS, Medians, Row

DEADLINES = 100_000
ONE = "one deadline"


def _simulate_limit(medians: Medians) -> float:
    return medians[FLOOR] + medians[RECORDS] / 2


def _deadlines_limit(medians: Medians) -> float:
    return medians[ONE] + DEADLINES / 100  # 10 µs each


def _simulate(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, "sla", "simulate", "--policy", "audience", "--format", "csv")]


def _deadlines(bench: Bench, desk: Path) -> Sequence[Contender]:
    """Both load the calendar; what they differ in is the reckoning alone."""
    words = (PYTHON, "-m", "benchmarks.rows.deadlines")
    return [
        Contender(OURS, lambda _: (*words, str(DEADLINES)), ROOT),
        Contender(ONE, lambda _: (*words, "1"), ROOT),
    ]


ROWS = (
    Row("simulate", "sla simulate of another policy", "floor + 5 s for 10,000",
        _simulate_limit, _simulate),
    Row("deadlines", f"{DEADLINES:,} deadlines, calendar loaded", "one deadline + 10 µs each",
        _deadlines_limit, _deadlines, sized=False),
)  # fmt: skip
