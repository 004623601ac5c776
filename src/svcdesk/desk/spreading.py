"""Work that is done path by path, spread over the processors where there is enough of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

_Made = TypeVar("_Made")
WORTH = 2_000
"""Paths from which on starting another process pays."""
_BATCH = 128
_work: Callable[[str], Any] | None = None


def spread(
    paths: Sequence[str], work: Callable[[str], _Made], *, worth: int = WORTH
) -> Iterator[_Made]:
    """`work(path)` of each path, in the order of the paths.

    The first is done here, so that what all of them need is read once and its errors are raised
    here. Results and errors cross from one process to another, so they must be values that pickle.
    Where the system cannot fork, all is done here.
    """
    if paths:
        yield work(paths[0])
    rest = paths[1:]
    count = _processors()
    if count < 2 or len(paths) < worth or sys.platform in ("win32", "darwin"):
        yield from map(work, rest)
        return
    import multiprocessing

    global _work
    _work = work  # a forked process has it; a closure does not pickle
    try:
        with multiprocessing.get_context("fork").Pool(count, _ignore_interrupts) as pool:
            yield from pool.imap(_done, rest, _BATCH)
    finally:
        _work = None


def _done(path: str) -> Any:
    assert _work is not None
    return _work(path)


def _ignore_interrupts() -> None:
    """An interrupt is the parent's to answer: it ends the others."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _processors() -> int:
    """Those that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux has it
    return len(allowed(0)) if allowed else os.cpu_count() or 1
