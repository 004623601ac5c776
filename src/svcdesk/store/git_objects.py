"""Objects by name or id: conversations with `git cat-file`, and ids worked out here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO

from svcdesk.errors import GitFailed, NotFound
from svcdesk.hashes import OBJECT_FORMATS
from svcdesk.i18n import T
from svcdesk.store import git_process


def blob_id(data: bytes, object_format: str = "sha1") -> str:
    """The id that git gives these bytes, in a `sha1` or a `sha256` repository."""
    return OBJECT_FORMATS[object_format](b"blob %d\0" % len(data) + data).hexdigest()


class Objects:
    """Ids of objects by name, all from one process, which sees commits made meanwhile.

    The index (`:0:path`) it reads once, when first asked for it.
    """

    def __init__(self, root: Path) -> None:
        self._process = git_process.start(["cat-file", "--batch-check"], root)

    def id(self, name: str) -> str | None:
        """The id of what `name` (`HEAD`, `REV:path`, `:0:path`) stands for; None if nothing."""
        if "\n" in name:
            return None
        stdin, stdout = _ends(self._process)
        try:
            stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            stdin.flush()
            answer = stdout.readline()
        except OSError:
            answer = b""
        if not answer:
            raise GitFailed(T("git cat-file ended while it was asked about {name}", name=name))
        words = answer.split(b" ")
        found = len(words) == 3 and words[1] in (b"blob", b"commit", b"tree", b"tag")
        return words[0].decode("ascii") if found else None

    def close(self) -> None:
        """End the process. Closing twice does no harm."""
        _close(self._process)

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_objects(root: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each name with the content of what it stands for (None: nothing), in order, by one git."""
    wanted = list(names)
    process = git_process.start(["cat-file", "--batch", "--buffer"], root)
    stdin, stdout = _ends(process)
    feeder = Thread(target=_feed, args=(stdin, [n for n in wanted if "\n" not in n]), daemon=True)
    feeder.start()
    try:
        for name in wanted:
            yield name, None if "\n" in name else _next(stdout)
    finally:
        _close(process)
        feeder.join()


def contents(root: Path, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each id with its bytes. Raises NotFound for an object that is not here."""
    for name, data in read_objects(root, ids):
        if data is None:
            raise NotFound(T("the repository has no object {id}", id=name), code="E_OBJECT")
        yield name, data


def _feed(stdin: IO[bytes], names: list[str]) -> None:
    try:
        for name in names:
            stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
        stdin.close()
    except (OSError, ValueError):
        pass  # the reader stopped early and closed the conversation


def _next(stdout: IO[bytes]) -> bytes | None:
    header = stdout.readline()
    if not header:
        raise GitFailed(T("git cat-file ended in the middle of its answer"))
    words = header.split()
    if len(words) != 3 or not words[2].isdigit():
        return None
    size = int(words[2])
    data = stdout.read(size + 1)
    if len(data) != size + 1:
        raise GitFailed(T("git cat-file ended in the middle of its answer"))
    return data[:size]


def _ends(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _close(process: subprocess.Popen[bytes]) -> None:
    stdin, stdout = _ends(process)
    for end in (stdout, stdin):
        try:
            end.close()
        except (OSError, ValueError):
            continue  # what was still to be sent has no reader any more
    try:
        git_process.wait_for(process, 1)
    except subprocess.TimeoutExpired:
        git_process.end(process)
