"""One writer at a time: a lock on a file that is never unlinked, and who holds it.

The file lies in the git directory that all worktrees share: they share the branches too, and a
number given out in one of them is taken in all. The kernel drops the lock with the last process
that holds the descriptor, so a dead holder holds nothing; a git that outlives the process that
started it still does, until it has ended (its descriptor is handed to it for that).
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from svcdesk.errors import Busy, Refused, reason_of
from svcdesk.i18n import T, Text

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FOLDER = "svcdesk"
_INFO_LIMIT = 4096


class Lock:
    """The desk's lock, held. Released by unlocking, not by closing: a background child of a hook
    would keep a merely closed one (threat case 63)."""

    def __init__(self, descriptor: int, waited: bool, rival: Path | None) -> None:
        self.descriptor = descriptor
        self.waited = waited
        self._rival = rival

    @property
    def inherited(self) -> tuple[int, ...]:
        """What a git that writes for us is to inherit."""
        return () if self._rival else (self.descriptor,)

    def release(self) -> None:
        """Give the lock back. A second call does no harm."""
        if self.descriptor < 0:
            return
        descriptor, self.descriptor = self.descriptor, -1
        try:
            if self._rival is None:
                with suppress(OSError):
                    os.ftruncate(descriptor, 0)
                with suppress(OSError):  # closing it then has to do
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            os.close(descriptor)
            if self._rival is not None:
                self._rival.unlink(missing_ok=True)

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def own_folder(git_dir: Path) -> Path:
    """svcdesk's directory inside a git directory, made if need be. Raises Refused (E_DISK)."""
    folder = git_dir / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def acquire(common_dir: Path, wait: float = 30.0) -> Lock:
    """The lock of the desk in that git directory, after waiting up to `wait` seconds.

    Raises Busy saying who holds it, Refused (E_DISK) where the file cannot be opened.
    """
    path = own_folder(common_dir) / "lock"
    deadline = time.monotonic() + wait
    waited = False
    while True:
        lock = _try(path, waited)
        if lock is not None:
            _sign(lock.descriptor)
            return lock
        waited = True
        left = deadline - time.monotonic()
        if left <= 0:
            raise Busy(_holder(path), hint=T("try again when it has ended"))
        # Of uneven length, so that writers who began together do not keep in step.
        time.sleep(min(left, 0.005 + os.urandom(1)[0] / 12_800))


def _try(path: Path, waited: bool) -> Lock | None:
    try:
        return _try_flock(path, waited) if fcntl else _try_rival(path, waited)
    except OSError as error:
        raise _unwritable(path, error) from error


def _try_flock(path: Path, waited: bool) -> Lock | None:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return Lock(descriptor, waited, None)


def _try_rival(path: Path, waited: bool) -> Lock | None:
    """Without flock: whoever creates the file holds it, and Windows removes it together with its
    holder, however that ends (O_TEMPORARY)."""
    rival = path.with_name("lock.held")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_TEMPORARY", 0)
    try:
        return Lock(os.open(rival, flags, 0o666), waited, rival)
    except PermissionError:
        if os.name != "nt":
            raise
        return None  # being removed by its holder at this moment
    except FileExistsError:
        return None


def _sign(descriptor: int) -> None:
    """Write down who holds the lock: for people only, nothing is decided by it under flock."""
    facts = {
        "pid": os.getpid(),
        "host": _host(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
        "since": int(time.time()),
    }
    with suppress(OSError):  # a full disk does not keep anybody from holding a lock
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(facts).encode())


def _signature(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            facts = json.loads(file.read(_INFO_LIMIT))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _host() -> str:
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def _is_dead(facts: dict[str, object]) -> bool:
    pid = facts.get("pid")
    if not isinstance(pid, int) or facts.get("host") != _host():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _holder(path: Path) -> Text:
    facts = _signature(path if fcntl else path.with_name("lock.held"))
    if not facts:
        return T("another svcdesk is writing to this desk ({path})", path=path)
    since = facts.get("since")
    seconds = max(0, int(time.time()) - since) if isinstance(since, int) else 0
    named = {
        "command": repr(facts.get("command")),
        "pid": facts.get("pid"),
        "host": repr(facts.get("host")),
        "seconds": seconds,
    }
    if os.name != "nt" and _is_dead(facts):
        return T("{command} (process {pid} on {host}) has ended, but a git or a hook that it "
                 "started still holds the desk, for {seconds} s now", **named)  # fmt: skip
    return T("{command} (process {pid} on {host}) has held the desk for {seconds} s", **named)


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(
        T("{path} cannot be written: {reason}", path=path, reason=reason_of(error)),
        hint=T("svcdesk keeps its lock there: the disk may be full, or yours only to read"),
        code="E_DISK",
    )
