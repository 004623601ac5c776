"""The memory that a command and its children take together, pages that they share counted once."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measuring import Contender

_EVERY = 0.05
_PROC = Path("/proc")


def together(one: Contender, environment: Mapping[str, str]) -> float | None:
    """The most MB seen while it ran, looking twenty times a second; None where the system does not
    say how pages are shared (Linux does)."""
    if not (_PROC / "self" / "smaps_rollup").exists():
        return None
    one.prepare(0)
    most = 0
    with subprocess.Popen(
        one.arguments(0), cwd=one.directory, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while process.poll() is None:
            most = max(most, sum(map(_kilobytes, _family(process.pid))))
            time.sleep(_EVERY)
    return most / 1024


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started, directly or not."""
    yield pid
    for children in (_PROC / str(pid)).glob("task/*/children"):
        for child in _read(children).split():
            yield from _family(int(child))


def _kilobytes(pid: int) -> int:
    lines = _read(_PROC / str(pid) / "smaps_rollup").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:  # it has ended meanwhile
        return ""
