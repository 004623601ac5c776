"""Putting new bytes where a journal says, and the old ones back: whole files or nothing."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TypeVar

from svcdesk.errors import Changed, FileRefused, NotFound
from svcdesk.hashes import sha256
from svcdesk.i18n import T
from svcdesk.store.files import read_below, safe_path
from svcdesk.store.journal import Entry, Journal, sync_folder

# More than any file may hold: what is compared here was read within narrower limits before.
ANY_SIZE = 1 << 31

# What a file system without hard links answers.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)

_FEW, _AT_ONCE = 8, 16
"""Up to so many files are put on the disk one by one; more of them, so many at a time."""

_T = TypeVar("_T")
Step = Callable[[str], None]


def replace_files(root: Path, journal: Journal, swapped: set[str], step: Step) -> None:
    """Put each path's new bytes in place, adding it to `swapped` when that is done.

    All new bytes are on the disk before the first file is swapped, so that a full disk is met
    before anything has changed. Raises Changed (E_CHANGED) for a file that is not, at the last
    moment, what was read; OSError from the disk. Temporary files may be left: `clear` them.
    """
    work = [entry for entry in journal.entries if entry.before != entry.after]
    for name in journal.folders:
        (root / name).mkdir(exist_ok=True)
    for entry in work:
        if entry.after is not None:
            _prepare(root, journal.op, entry.path, entry.after)
            step("prepared")
    _each(_sync, [_temporary(root, journal.op, one.path) for one in work if one.after is not None])
    step("synced")

    def swap(entry: Entry) -> None:
        _swap(root, journal.op, entry)
        swapped.add(entry.path)
        step("swapped")

    _each(swap, work)
    _sync_folders(root, work, [(root / name).parent for name in journal.folders])


def put(root: Path, journal: Journal, path: str, data: bytes | None) -> None:
    """Make a path of a journal hold these bytes (None: no file), whatever is there now."""
    place = safe_path(root, path)
    if data is None:
        place.unlink(missing_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        _prepare(root, journal.op, path, data)
        temporary = _temporary(root, journal.op, path)
        _sync(temporary)
        temporary.replace(place)
    if place.parent.is_dir():
        sync_folder(place.parent)


def clear(root: Path, journal: Journal) -> None:
    """Remove the temporary files of a write."""
    for entry in journal.entries:
        temporary = _temporary(root, journal.op, entry.path)
        if temporary.exists():  # a disk that may only be read refuses to remove what is not there
            temporary.unlink(missing_ok=True)


def remove_folders(root: Path, journal: Journal) -> None:
    """Remove the directories that a write made, if nobody has put anything there."""
    for name in reversed(journal.folders):
        with suppress(OSError):
            (root / name).rmdir()


def missing_folders(root: Path, paths: list[str]) -> tuple[str, ...]:
    """The directories that have to be made for these paths, outermost first."""
    wanted: dict[str, None] = {}
    for path in paths:
        names = path.split("/")[:-1]
        for depth in range(1, len(names) + 1):
            wanted.setdefault("/".join(names[:depth]))
    return tuple(name for name in wanted if not (root / name).is_dir())


def current(root: Path, path: str) -> bytes | None:
    """The bytes of a path now; None if there is no file. Raises FileRefused."""
    try:
        return read_below(root, path, ANY_SIZE)
    except NotFound:
        return None


def _temporary(root: Path, op: str, path: str) -> Path:
    # A leading dot and no `.yaml`: no reader takes it for a record, and the operation in the name
    # lets whoever has the journal find it again.
    digest = sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
    return (root / path).with_name(f".svcdesk-{op}-{digest[:12]}.tmp")


def _prepare(root: Path, op: str, path: str, data: bytes) -> None:
    place = safe_path(root, path)
    temporary = _temporary(root, op, path)
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
        file.write(data)
        with suppress(FileNotFoundError):
            if os.name == "posix":
                os.fchmod(file.fileno(), place.stat().st_mode & 0o777)


def _each(act: Callable[[_T], None], all_: Sequence[_T]) -> None:
    """Do something with each, many at once where they are many: the disk then puts them down
    together, which takes a tenth of the time. After the first that fails no other is begun; when
    all have ended, its error is raised."""
    todo = deque(all_)
    errors: list[BaseException] = []

    def work() -> None:
        while todo and not errors:
            try:
                one = todo.popleft()
            except IndexError:  # another thread has just taken the last
                return
            try:
                act(one)
            except BaseException as error:
                errors.append(error)

    helpers = [Thread(target=work) for _ in range(_AT_ONCE - 1)] if len(all_) > _FEW else []
    started = []
    for helper in helpers:
        try:
            helper.start()
        except RuntimeError:  # the system gives no more of them: those that there are do it all
            break
        started.append(helper)
    work()
    for helper in started:
        helper.join()
    if errors:
        raise errors[0]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(root: Path, op: str, entry: Entry) -> None:
    place = safe_path(root, entry.path)
    temporary = _temporary(root, op, entry.path)
    if entry.before is None:
        _create(temporary, place, entry.path)
        return
    try:
        now = current(root, entry.path)
    except FileRefused as error:
        raise _changed(entry.path) from error
    if now != entry.before:
        raise _changed(entry.path)
    if entry.after is None:
        place.unlink()
    else:
        temporary.replace(place)


def _create(temporary: Path, place: Path, path: str) -> None:
    """Move a file to a name that nobody has: `rename` would overwrite, `link` refuses."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise _changed(path) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A moment between looking and moving is left here, and cannot be helped.
        if os.path.lexists(place):
            raise _changed(path) from None
        temporary.replace(place)
    else:
        temporary.unlink()


def _changed(path: str) -> Changed:
    return Changed(
        T("{path} changed while svcdesk was about to write it", path=path),
        hint=T("nothing was written; look at it and try again"),
        path=path,
    )


def _sync_folders(root: Path, entries: list[Entry], made: list[Path]) -> None:
    for folder in dict.fromkeys([*((root / entry.path).parent for entry in entries), *made]):
        if folder.is_dir():
            sync_folder(folder)
