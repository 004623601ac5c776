"""A call of the installed command that is stopped inside git's commit, until it is let go on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.commands.command_runner import CONSOLE_SCRIPT, environment

from svcdesk.testing import Sandbox

PATIENCE = 60.0


class Held:
    """The call; its hook waits for `.git/go` where there is one."""

    def __init__(self, desk: Sandbox, process: subprocess.Popen[str]) -> None:
        self.desk = desk
        self.process = process

    def wait_for(self, name: str) -> None:
        """Until a file stands below `.git`."""
        until = time.monotonic() + PATIENCE
        while not (self.desk.root / ".git" / name).exists():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until, f"no {name}"
            time.sleep(0.01)

    def go_on(self) -> tuple[int, str, str]:
        """Let the hook end; exit code, stdout and stderr of the call."""
        (self.desk.root / ".git" / "go").touch()
        return self.end()

    def signal(self, number: int, *, group: bool = True) -> None:
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err, err
        return self.process.returncode, out, err


@contextmanager
def started(desk: Sandbox, *argv: str, env: Mapping[str, str] | None = None) -> Iterator[Held]:
    """Start a call in a process group of its own; whatever is left of it is ended."""
    process = subprocess.Popen(
        [str(CONSOLE_SCRIPT), *argv],
        cwd=desk.root,
        env={**environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Held(desk, process)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for name in ("held", "go"):
            (desk.root / ".git" / name).unlink(missing_ok=True)


@contextmanager
def held(desk: Sandbox, *argv: str, at: str = "pre-commit") -> Iterator[Held]:
    """Start a call and wait until git has come to a hook; then nothing moves."""
    hook(desk, at, "touch .git/held; while [ ! -e .git/go ]; do sleep 0.02; done")
    with started(desk, *argv) as call:
        call.wait_for("held")
        remove_hook(desk, at)
        yield call


def hook(desk: Sandbox, name: str, script: str) -> Path:
    """Give git a hook."""
    place = desk.root / ".git" / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return place


def remove_hook(desk: Sandbox, name: str) -> None:
    (desk.root / ".git" / "hooks" / name).unlink()
