"""Runs the installed command on a terminal of its own, and types into it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.commands.command_runner import CONSOLE_SCRIPT

PATIENCE = 30.0


class OnTerminal:
    """A call of the command; what it has shown so far is `shown`."""

    def __init__(self, process: int, terminal: int) -> None:
        self.process = process
        self.terminal = terminal
        self.shown = ""
        self.code: int | None = None

    def until(self, text: str) -> None:
        """Wait until the terminal shows a text that it has not shown before."""
        seen = len(self.shown)
        while text not in self.shown[seen:]:
            assert self._read(), f"it ended without showing {text!r}:\n{self.shown}"

    def type(self, text: str) -> None:
        """Type it when the process waits for it: a Ctrl-C between a prompt and the reading behind
        it is kept by Python until the next key."""
        state = Path(f"/proc/{self.process}/stat")
        if state.exists():
            while state.read_text().rpartition(")")[2].split()[0] not in "SZ":
                time.sleep(0.01)
        else:
            time.sleep(0.5)
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        """Wait for its end; the exit code (negative: the signal)."""
        while self._read():
            pass
        _, status = os.waitpid(self.process, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def _read(self) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], PATIENCE)
        assert ready, f"nothing more is shown:\n{self.shown}"
        try:
            part = os.read(self.terminal, 1 << 16)
        except OSError:  # Linux says EIO when the last one on the terminal has gone
            part = b""
        self.shown += part.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(part)


@contextlib.contextmanager
def on_terminal(
    root: Path, argv: Sequence[str], env: Mapping[str, str] | None = None
) -> Iterator[OnTerminal]:
    """Start the command in a session whose terminal is ours; whatever is left of it is ended."""
    import fcntl
    import pty
    import termios

    environment = {
        **os.environ,
        "TERM": "xterm",
        "NO_COLOR": "1",
        "SVCDESK_LANG": "en",
        "SVCDESK_NOW": "2024-10-01T09:30:00+08:00",
        **(env or {}),
    }
    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background may ignore it
        os.chdir(root)
        os.execve(CONSOLE_SCRIPT, ["svcdesk", *argv], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    call = OnTerminal(process, terminal)
    try:
        yield call
    finally:
        if call.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        os.close(terminal)
