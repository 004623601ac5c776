"""What working together costs: a sync that finds nothing, branches merged and reviewed, one call of
the merge driver. Each row works in a clone of the desk, whose remote is a bare copy beside it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.bench import FLOOR, OURS, PYTHON, SVCDESK, Bench, requests
from benchmarks.measuring import Contender
from benchmarks.table import Medians, Row

FETCH = "git fetch"
MANY = 1_000
"""Records that both branches change, where the desk has so many closed requests."""
_START, _MINE, _THEIRS = "generated", "mine", "theirs"
_MARKER_SIZE = "7"


def _sync_limit(medians: Medians) -> float:
    return medians[FETCH] + medians[FLOOR] + 50


def _merge_limit(medians: Medians) -> float:
    return 10_000


def _review_limit(medians: Medians) -> float:
    return medians[FLOOR] + 3_000


def _driver_limit(medians: Medians) -> float:
    return 1.5 * medians[FLOOR]


def _sync(bench: Bench, desk: Path) -> Sequence[Contender]:
    clone = _clone(bench, desk)
    return [
        bench.ours(clone, "sync"),
        Contender(FETCH, lambda _: ("git", "fetch", "--quiet"), clone),
    ]


def _merge(bench: Bench, desk: Path) -> Sequence[Contender]:
    """Every record is merged: here its category is changed, there a note is added."""
    clone = _clone(bench, desk)
    _part(bench, clone)

    def back(_: int) -> None:
        _git(bench, clone, "reset", "--quiet", "--hard", _MINE)

    return [Contender(OURS, lambda _: (SVCDESK, "merge", _THEIRS), clone, prepare=back)]


def _review(bench: Bench, desk: Path) -> Sequence[Contender]:
    clone = _clone(bench, desk)
    _part(bench, clone)
    return [bench.ours(clone, "review", f"{_MINE}...{_THEIRS}", "--fail-on", "none")]


def _driver(bench: Bench, desk: Path) -> Sequence[Contender]:
    """The call as git makes it, with the three versions of a record; the second is overwritten."""
    clone = _clone(bench, desk)
    [path] = _part(bench, clone, 1)
    names = [f".merge-{version}" for version in ("base", "mine", "theirs")]

    def write(_: int) -> None:
        for name, commit in zip(names, (_START, _MINE, _THEIRS), strict=True):
            (clone / name).write_bytes(_git(bench, clone, "show", f"{commit}:{path.as_posix()}"))

    words = (PYTHON, "-P", "-m", "svcdesk.cli.driver", *names, _MARKER_SIZE, path.as_posix())
    return [Contender(OURS, lambda _: words, clone, prepare=write)]


def _clone(bench: Bench, desk: Path) -> Path:
    """A clone of the desk with a remote of its own, made anew for each row."""
    folder = bench.folder / "together"
    shutil.rmtree(folder, ignore_errors=True)
    remote, clone = folder / "remote.git", folder / "clone"
    folder.mkdir()
    _git(bench, folder, "clone", "--quiet", "--bare", str(desk), str(remote))
    _git(bench, folder, "clone", "--quiet", str(remote), str(clone))
    for setting in ("gc.auto=0", "maintenance.auto=false", "core.autocrlf=false"):
        _git(bench, clone, "config", *setting.split("="))
    return clone


def _part(bench: Bench, clone: Path, count: int = MANY) -> list[Path]:
    """Two branches that both change so many records; ours is checked out and tagged."""
    chosen = list(islice(requests(clone, "closed"), count))
    ids = [path.stem for path in chosen]
    _git(bench, clone, "switch", "--quiet", "--create", _THEIRS)
    _svcdesk(bench, clone, "note", *ids, "-m", "复核无误")
    _git(bench, clone, "switch", "--quiet", "main")
    _svcdesk(bench, clone, "set", *ids, "category=两边都改")
    _git(bench, clone, "tag", _MINE)
    return chosen


def _git(bench: Bench, directory: Path, *words: str) -> bytes:
    return _run(bench, directory, "git", *words)


def _svcdesk(bench: Bench, directory: Path, *words: str) -> None:
    _run(bench, directory, SVCDESK, *words, "--yes")


def _run(bench: Bench, directory: Path, *words: str) -> bytes:
    done = subprocess.run(
        words, cwd=directory, env=bench.environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


ROWS = (
    Row("sync", "sync with nothing to do", "git fetch + floor + 50", _sync_limit, _sync),
    Row("merge", f"merge of {MANY:,} records changed on both sides", "10 s", _merge_limit, _merge),
    Row("review", f"review of {MANY:,} changed records", "floor + 3 s", _review_limit, _review),
    Row("driver", "the merge driver, one record", "1.5 × floor", _driver_limit, _driver),
)
