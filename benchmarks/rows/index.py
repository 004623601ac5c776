"""What a list and the SLA cost at any size: warm, cold, and after others' changes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.bench import FLOOR, OURS, STATUS, SVCDESK, Bench, requests
from benchmarks.measuring import Contender
from benchmarks.peers import peer
from benchmarks.peers.entries import WORD
from benchmarks.table import RECORDS, Medians, Row

LIST = ("list", "status:open", "priority:P1")
CHECK = ("sla", "check", "--fail-on", "none")
WARM = "warm list"
GREP = "git grep"
CHANGED = 100
_LARGE = 100_000


def _list_limit(medians: Medians) -> float:
    return medians[FLOOR] + (1.3 if medians[RECORDS] >= _LARGE else 2) * medians[STATUS]


def _search_limit(medians: Medians) -> float:
    return medians[FLOOR] + 2 * medians[GREP]


def _sla_limit(medians: Medians) -> float:
    return 2 * medians[WARM]


def _everything_limit(medians: Medians) -> float:
    return medians[FLOOR] + 1500


def _sla_cold_limit(medians: Medians) -> float:
    return medians[FLOOR] + 0.3 * medians[RECORDS]


def _cold_limit(medians: Medians) -> float:
    return medians[RECORDS] / 4


def _changed_limit(medians: Medians) -> float:
    return medians[WARM] + (300 if medians[RECORDS] >= _LARGE else 150)


def _warm(bench: Bench, desk: Path) -> Contender:
    return Contender(WARM, lambda _: (SVCDESK, *LIST), desk)


def _list(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, *LIST)]


def _search(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [
        bench.ours(desk, "search", WORD),
        Contender(GREP, lambda _: ("git", "grep", WORD), desk),
    ]


def _sla(bench: Bench, desk: Path) -> Sequence[Contender]:
    """All that is open, beside the list of the same."""
    return [
        bench.ours(desk, "sla", "check", "--fail-on", "none", "status:open"),
        Contender(WARM, lambda _: (SVCDESK, "list", "status:open"), desk),
    ]


def _everything(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [bench.ours(desk, *CHECK)]


def _sla_cold(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [_without_index(desk, CHECK)]


def _cold(bench: Bench, desk: Path) -> Sequence[Contender]:
    return [_without_index(desk, LIST)]


def _without_index(desk: Path, words: Sequence[str]) -> Contender:
    def forget(_: int) -> None:
        shutil.rmtree(desk / ".git" / "svcdesk" / "index", ignore_errors=True)

    return Contender(OURS, lambda _: (SVCDESK, *words), desk, prepare=forget)


def _changed(bench: Bench, desk: Path) -> Sequence[Contender]:
    """The first list after a commit of others that changes many records, in ways never seen."""
    chosen = [desk / path for path in islice(requests(desk, "closed"), CHANGED)]

    def change(run: int) -> None:
        for path in chosen:
            text = path.read_text(encoding="utf-8").rpartition("# change ")[0]
            path.write_text(f"{text or path.read_text(encoding='utf-8')}# change {run}\n", "utf-8")
        command = ("git", "commit", "--quiet", "--all", "--message", f"change {run}")
        subprocess.run(command, cwd=desk, env=bench.environment, check=True)

    return [Contender(OURS, lambda _: (SVCDESK, *LIST), desk, prepare=change), _warm(bench, desk)]


ROWS = (
    Row("list", "list of open P1 with due times", "floor + 2 × git status (large: 1.3 ×)",
        _list_limit, _list, peers=peer.LIST),
    Row("search", "search of a word in all text", "floor + 2 × git grep", _search_limit, _search,
        peers=peer.SEARCH),
    Row("sla", "sla check of the open", "2 × list of the open", _sla_limit, _sla),
    Row("sla-all", "sla check of everything", "floor + 1.5 s", _everything_limit, _everything),
    Row("sla-cold", "the same, no index yet", "floor + 3 s for 10,000", _sla_cold_limit, _sla_cold),
    Row("cold", "the same list, no index yet", "2.5 s for 10,000", _cold_limit, _cold,
        memory=300),
    Row("changed", f"the same list after {CHANGED} changes", "warm + 150 (large: 300)",
        _changed_limit, _changed),
)  # fmt: skip
