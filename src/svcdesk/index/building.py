"""Reading and describing many files, on every core where that pays."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from svcdesk.errors import SvcdeskError
from svcdesk.hashes import expect_many
from svcdesk.index.entries import Content, Describe
from svcdesk.store.files import read_below
from svcdesk.store.git_objects import blob_id

_LIMIT = 1 << 20
_PAYS = 400
"""Files from which on starting more processes is the quicker way."""
_PORTION = 100
_OUR_NAMES = re.compile(r"records/[a-z-]+(?:/[0-9]{2,4})*/[A-Z]{2,6}-[0-9]{8}-[0-9]{3,}\.yaml")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def contents(
    root: Path, paths: Sequence[str], object_format: str, describe: Describe
) -> Iterator[tuple[str, Content | None]]:
    """Each path with what its file says now; None where there is no file to be read."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    work = _Work(root, object_format, describe)
    if len(paths) < _PAYS or cores < 2 or sys.platform != "linux":
        yield from work(paths)
        return
    import multiprocessing

    expect_many()
    portions = [paths[at : at + _PORTION] for at in range(0, len(paths), _PORTION)]
    _share(work)
    # A fork knows kinds, calendars and policies already; nothing of ours runs in threads.
    with multiprocessing.get_context("fork").Pool(min(cores, 8)) as pool:
        for part in pool.imap(_portion, portions):
            yield from part


class _Work:
    def __init__(self, root: Path, object_format: str, describe: Describe) -> None:
        self._root, self._format, self._describe = root, object_format, describe

    def __call__(self, paths: Iterable[str]) -> Iterator[tuple[str, Content | None]]:
        for path in paths:
            data = _data(self._root, path)
            if data is None:
                yield path, None
                continue
            blob = bytes.fromhex(blob_id(data, self._format))
            yield path, Content(blob, len(data), self._describe(data, path))


def _data(root: Path, path: str) -> bytes | None:
    """A file's bytes; None where it is not to be read.

    That no link leads to it is known for a file that git finds unchanged; where its names are
    those that svcdesk gives, nothing else is left to be asked of them.
    """
    if _OUR_NAMES.fullmatch(path) is None:
        try:
            return read_below(root, path, _LIMIT)
        except SvcdeskError:
            return None
    try:
        with open(os.open(f"{root}/{path}", os.O_RDONLY | _NO_LINK), "rb") as file:  # noqa: PTH123
            data = file.read(_LIMIT + 1)
    except OSError:
        return None
    return data if len(data) <= _LIMIT else None


_shared: list[_Work] = []


def _share(work: _Work) -> None:
    _shared[:] = [work]


def _portion(paths: Sequence[str]) -> list[tuple[str, Content | None]]:
    return list(_shared[0](paths))
