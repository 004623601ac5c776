"""A progress bar for what takes over a second, on a terminal's stderr and nowhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence

import click

PATIENCE = 1.0
"""Seconds before a bar appears: most work is done by then."""
_EVERY = 64


def watched(items: Sequence[str]) -> Iterable[str]:
    """The items, with a bar once they take long; in a pipe, just the items."""
    return _drawn(items) if sys.stderr.isatty() else items


def _drawn(items: Sequence[str]) -> Iterator[str]:
    began = time.monotonic()
    done = 0
    for done, item in enumerate(items, 1):
        yield item
        if done % _EVERY == 0 and time.monotonic() - began > PATIENCE:
            break
    rest = items[done:]
    if not rest:
        return
    with click.progressbar(length=len(items), file=sys.stderr, update_min_steps=_EVERY) as bar:
        bar.update(done)
        for item in rest:
            yield item
            bar.update(1)
