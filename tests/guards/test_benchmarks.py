"""Benchmarks run, in turn, and keep every sample; what they measure is nobody's business here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.bench import FLOOR, OURS, STATUS, Bench
from benchmarks.generate import ROOT
from benchmarks.measuring import WARM_UP, Contender, Sample, figures, measure
from benchmarks.memory import together
from benchmarks.peers import PEERS, Peer, Store
from benchmarks.peers.entries import entries, one_open
from benchmarks.rows import ROWS
from benchmarks.rows.bulk import BY_HAND
from benchmarks.rows.everyday import ADD, COMMIT
from benchmarks.rows.index import GREP, WARM
from benchmarks.rows.sla import ONE
from benchmarks.rows.together import FETCH
from benchmarks.table import HEADINGS, RECORDS, Measured


def test_contenders_take_turns_and_prepare_before_each(tmp_path: Path) -> None:
    order: list[tuple[str, int]] = []

    def contender(name: str) -> Contender:
        return Contender(
            name, lambda _: ("git", "--version"), tmp_path, lambda run: order.append((name, run))
        )

    samples = measure([contender("a"), contender("b")], 2, {"PATH": "/usr/bin:/bin"})
    assert order == [(name, run) for run in range(WARM_UP + 2) for name in ("a", "b")]
    assert [(one.contender, one.run) for one in samples] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]


def test_a_command_that_fails_ends_the_measuring(tmp_path: Path) -> None:
    failing = Contender("x", lambda _: ("git", "no-such-verb"), tmp_path)
    with pytest.raises(RuntimeError, match="no-such-verb"):
        measure([failing], 1, {"PATH": "/usr/bin:/bin"})


def test_figures_are_median_least_and_most() -> None:
    found = figures([Sample("a", run, wall, wall / 2) for run, wall in enumerate((5.0, 1.0, 3.0))])
    assert (found["a"].median, found["a"].least, found["a"].most) == (3.0, 1.0, 5.0)
    assert found["a"].processor == 1.5


def test_goals_are_what_the_words_say() -> None:
    medians = {
        FLOOR: 50.0,
        STATUS: 10.0,
        OURS: 1.0,
        ADD: 5.0,
        COMMIT: 15.0,
        WARM: 70.0,
        GREP: 30.0,
        ONE: 40.0,
        FETCH: 8.0,
        BY_HAND: 7.0,
        RECORDS: 10_000,
    }
    limits = {row.name: row.limit(medians) for row in ROWS}
    assert limits["version"] == limits["help"] == 65
    assert limits["show"] == 90
    assert limits["move"] == 140
    assert limits["bulk"] == 42
    assert (limits["list"], limits["sla"], limits["cold"], limits["changed"]) == (
        70,
        140,
        2500,
        220,
    )
    assert limits["search"] == 110
    assert (limits["sla-all"], limits["sla-cold"]) == (1_550, 3_050)
    assert (limits["simulate"], limits["deadlines"]) == (5_050, 1_040)
    assert (limits["sync"], limits["driver"]) == (108, 75)
    assert (limits["merge"], limits["review"]) == (10_000, 3_050)
    large = {row.name: row.limit({**medians, RECORDS: 100_000}) for row in ROWS}
    assert (large["list"], large["cold"], large["changed"]) == (63, 25_000, 370)


def test_the_table_is_printed_and_every_sample_is_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--size", "60", "--runs", "1", "--no-peers",
         "--only", "version", "--only", "move",
         "--rows", str(tmp_path / "rows"), "--desks", str(tmp_path / "desks")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| svcdesk --version | any" in done.stdout
    assert "| one move (assign) | 60" in done.stdout
    assert "not installed" in done.stdout
    (kept,) = (tmp_path / "rows").iterdir()
    about, *samples = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    assert about["python"]
    measured = {(one["row"], one["contender"]) for one in samples}
    assert measured == {
        *(("version", name) for name in (FLOOR, STATUS, OURS)),
        *(("move", name) for name in (FLOOR, STATUS, OURS, ADD, COMMIT)),
    }


def test_a_peer_is_asked_where_it_is_installed_and_filled_once(tmp_path: Path) -> None:
    filled: list[int] = []

    def fill(store: Store) -> None:
        filled.append(store.records)

    here = Peer("here", "git", fill, lambda store: {"list": lambda run: ("--version",)})
    absent = Peer("absent", "no-such-program-anywhere", fill, lambda store: {})
    bench = Bench(tmp_path, (here, absent))
    for _ in range(2):
        (asked,) = bench.others("list", 60)
        assert asked.name == "here" and list(asked.arguments(0))[1:] == ["--version"]
    assert filled == [60]


def test_what_peers_are_given_is_what_the_desk_has(small_desk: Path) -> None:
    given = list(entries(60))
    files = {path.stem: path for path in (small_desk / "records").rglob("[A-Z]*.yaml")}
    assert sorted(one.id for one in given) == sorted(files)
    for one in given:
        header = files[one.id].read_text(encoding="utf-8").partition("\nevents:")[0]
        status = header.partition("\nstatus: ")[2].partition("\n")[0]
        is_request = one.id.startswith("SR-")
        assert one.is_open == (is_request and status not in ("closed", "cancelled", "rejected"))
        assert f"\npriority: {one.priority}\n" in header or not one.priority
    assert one_open(60).is_open
    assert len({one.uuid for one in given}) == len({one.digest for one in given}) == 60


def test_a_row_says_which_peers_are_not_installed() -> None:
    row = next(row for row in ROWS if row.peers)
    found = {name: figures([Sample(name, 0, 10, 10, 20)])[name] for name in (OURS, FLOOR, STATUS)}
    found["fossil"] = figures([Sample("fossil", 0, 7, 7, 5)])["fossil"]
    cells = dict(zip(HEADINGS, Measured(row, 60, found).cells(), strict=True))
    assert {one.name: cells[one.name] for one in PEERS} == {
        "taskwarrior": "not installed",
        "fossil": "7",
        "todoman": "not installed",
    }
    assert cells["MB"] == "20"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says how pages are shared")
def test_memory_counts_children_too(tmp_path: Path) -> None:
    holds = "held = bytearray(b'x') * (40 << 20); import time; time.sleep(0.5)"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {holds!r}])"
    one = Contender("x", lambda _: (sys.executable, "-c", starts), tmp_path)
    alone = Contender(
        "y", lambda _: (sys.executable, "-c", "import time; time.sleep(0.2)"), tmp_path
    )
    most, least = together(one, {}), together(alone, {})
    assert most is not None and least is not None
    assert most > 40 > least
