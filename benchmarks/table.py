"""Rows of the table, and how they are measured, judged, kept and printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from benchmarks.bench import FLOOR, OURS, STATUS, Bench
from benchmarks.measuring import Contender, Figures, Sample, figures, measure
from benchmarks.memory import together
from benchmarks.peers import PEERS, Peer
from svcdesk.terminal import pad, width

Medians = Mapping[str, float]
RECORDS = "records"
"""Among the medians: how many records the desk has."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something to measure: `contenders` makes them in a desk, ours named `svcdesk`.

    `goal` says what it should cost at most, in words and (from the medians, in milliseconds) as a
    figure. A row that is not `sized` is measured in the smallest desk alone. `peers`: what other
    programs are asked beside it. `memory`: the most MB that all its processes may take together.
    """

    name: str
    work: str
    goal: str
    limit: Callable[[Medians], float]
    contenders: Callable[[Bench, Path], Sequence[Contender]]
    sized: bool = True
    peers: str | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    row: Row
    records: int
    found: Mapping[str, Figures]
    memory: float | None = None

    @property
    def ours(self) -> Figures:
        return self.found[OURS]

    @property
    def limit(self) -> float:
        medians = {name: one.median for name, one in self.found.items()}
        return self.row.limit({**medians, RECORDS: self.records})

    def cells(self) -> tuple[str, ...]:
        ours, floor, status = self.ours, self.found[FLOOR].median, self.found[STATUS].median
        part = ours.median / self.limit
        return (
            self.row.work,
            f"{self.records:,}" if self.row.sized else "any",
            f"{ours.median:.0f} ({ours.least:.0f}–{ours.most:.0f})",
            f"{ours.median / floor:.2f} × {floor:.0f}",
            f"{ours.median / status:.1f} × {status:.0f}",
            f"{ours.processor:.0f} / {self.found[FLOOR].processor:.0f}",
            f"{self.row.goal} = {self.limit:.0f}",
            f"{part:.2f}{'' if part <= 1 else ' missed'}",
            self._megabytes(),
            *(self._peer(peer) for peer in PEERS),
        )

    def _megabytes(self) -> str:
        if self.memory is None or self.row.memory is None:
            return f"{self.ours.memory:.0f}"
        missed = "" if self.memory <= self.row.memory else " missed"
        return f"{self.memory:.0f} together, goal {self.row.memory}{missed}"

    def _peer(self, peer: Peer) -> str:
        if self.row.peers is None:
            return "–"
        figures = self.found.get(peer.name)
        return f"{figures.median:.0f}" if figures else "not installed"


HEADINGS = (
    "work",
    "records",
    "ms: median (range)",
    "× floor",
    "× git status",
    "processor: it / floor",
    "goal, ms",
    "of goal",
    "MB",
    *(peer.name for peer in PEERS),
)


def run_row(
    row: Row, bench: Bench, records: int, runs: int, keep: Callable[[Sample], None]
) -> Measured:
    """Measure a row in a desk of that size; every sample goes to `keep`."""
    directory = bench.desk(records)
    contenders = [
        bench.floor(directory),
        bench.status(directory),
        *row.contenders(bench, directory),
    ]
    if row.peers is not None:
        contenders += bench.others(row.peers, records)
    samples = measure(contenders, runs, bench.environment)
    for sample in samples:
        keep(sample)
    memory = None
    if row.memory is not None:
        ours = next(one for one in contenders if one.name == OURS)
        memory = together(ours, bench.environment)
    return Measured(row, records, figures(samples), memory)


def keeper(file: IO[str], row: Row, records: int) -> Callable[[Sample], None]:
    """Writes samples to a file of JSON lines, milliseconds to the microsecond."""

    def keep(sample: Sample) -> None:
        said = {"row": row.name, "records": records, **asdict(sample)}
        said |= {"wall": round(sample.wall, 3), "processor": round(sample.processor, 3)}
        file.write(json.dumps(said) + "\n")

    return keep


def as_text(lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns aligned for reading as it stands."""
    rows = [tuple(line) for line in lines]
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * one for one in widths))
    return "\n".join(
        "| " + " | ".join(pad(cell, one) for cell, one in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
