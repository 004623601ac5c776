"""What everybody waits for all day: the command's start, one record shown, one move made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import FLOOR, OURS, SVCDESK, Bench, requests
from benchmarks.life import ENGINEERS
from benchmarks.measuring import Contender
from benchmarks.peers import peer
from benchmarks.table import Medians, Row

ADD, COMMIT = "git add", "git commit"


def _start_limit(medians: Medians) -> float:
    return 1.3 * medians[FLOOR]


def _show_limit(medians: Medians) -> float:
    return medians[FLOOR] + 40


def _move_limit(medians: Medians) -> float:
    return 2 * (medians[FLOOR] + medians[ADD] + medians[COMMIT])


def _version(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, "--version")]


def _help(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, "--help")]


def _show(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, "show", next(requests(desk, "in_progress")).stem)]


def _move(bench: Bench, desk: Path) -> Sequence[Contender]:
    """Ours assigns one record anew each time; plain git commits the like edit of another."""
    chosen = requests(desk, "assigned")
    ours, theirs = next(chosen).stem, next(chosen).as_posix()

    def edit(run: int) -> None:
        _edit_as_a_move_does(desk / theirs, ENGINEERS[run % len(ENGINEERS)])

    def assign(run: int) -> Sequence[str]:
        return (SVCDESK, "assign", ours, ENGINEERS[run % len(ENGINEERS)])

    return [
        Contender(OURS, assign, desk),
        Contender(ADD, lambda _: ("git", "add", "--", theirs), desk, prepare=edit),
        Contender(
            COMMIT,
            lambda run: ("git", "commit", "--quiet", "-m", f"assign {run}", "--", theirs),
            desk,
        ),
    ]


def _edit_as_a_move_does(file: Path, person: str) -> None:
    """The lines that `assign` changes: the assignee, and an event at the end."""
    lines = file.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("assignee: "))
    before, lines[place] = lines[place].removeprefix("assignee: "), f"assignee: {person}"
    lines += [
        "  - id: 01M7XZV27JJCNVWZTWWRW2C0DY",
        "    at: 2026-11-21T10:44:19+08:00",
        "    by: supervisor-1",
        "    do: assign",
        "    set:",
        "      status: assigned",
        f"      assignee: {person}",
        "    was:",
        "      status: assigned",
        f"      assignee: {before}",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


ROWS = (
    Row("version", "svcdesk --version", "1.3 × floor", _start_limit, _version, sized=False),
    Row("help", "svcdesk --help", "1.3 × floor", _start_limit, _help, sized=False),
    Row("show", "show of a full id", "floor + 40", _show_limit, _show, peers=peer.SHOW),
    Row("move", "one move (assign)", "2 × (floor + add + commit)",
        _move_limit, _move, peers=peer.WRITE),
)  # fmt: skip
