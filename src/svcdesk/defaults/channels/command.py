"""The channel `command`: hands each notice to a program of the user's, as JSON on standard input.

The program and its arguments are a list in the user's own configuration and nothing is ever put
into them, so no text of a record reaches a command line; there is no shell.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from svcdesk.errors import PluginFailed, reason_of
from svcdesk.hookspecs import Channel, Means, Notice
from svcdesk.i18n import T, Text
from svcdesk.terminal import escape

_SECONDS = 30.0


def send(notice: Notice, means: Means) -> None:
    """Run `channels.command.argv` with the notice on its standard input.

    Raises PluginFailed where it cannot be started, takes longer than `channels.command.timeout`
    seconds, or ends with another code than 0; then the last line of its standard error is told.
    """
    argv = _argv(means)
    data = json.dumps(notice.payload()).encode() + b"\n"
    with tempfile.TemporaryFile() as said:
        code = _run(argv, data, _timeout(means), said)
        if code != 0:
            said.seek(max(0, said.tell() - 4096))
            raise _refused(
                T("{program} ended with code {code}: {why}",
                  program=argv[0], code=code, why=_last_line(said.read()))
            )  # fmt: skip


def _run(argv: list[str], data: bytes, seconds: float, said: IO[bytes]) -> int:
    """The exit code. What is written to standard error goes to a file: a pipe that a background
    child inherits would keep us waiting after the program's end."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=_environment(),
            cwd=_neutral_folder(),
            start_new_session=True,
        )
    except OSError as error:
        raise _refused(
            T("cannot start {program}: {why}", program=argv[0], why=reason_of(error))
        ) from error
    try:
        process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise _refused(
            T("{program} took longer than {seconds} s", program=argv[0], seconds=f"{seconds:g}")
        ) from None
    finally:
        if process.poll() is None:
            _kill(process)
    said.seek(0, os.SEEK_END)
    return process.returncode


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the program, and with it what it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _argv(means: Means) -> list[str]:
    given = means.settings.get("argv")
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise _refused(
            T("the channel command has no program to run"),
            T("set `channels.command.argv` to a list of program and arguments in your own"
              " configuration"),
        )  # fmt: skip
    program, *arguments = [str(one) for one in given]
    return [_program(program), *arguments]


def _program(name: str) -> str:
    """The full path: a bare name is looked up on PATH; nothing relative to where one stands, which
    may be inside a repository."""
    path = Path(name).expanduser()
    if path.is_absolute():
        return str(path)
    found = shutil.which(name)
    if found is None or not Path(found).is_absolute():
        raise _refused(
            T("there is no program {program}", program=name),
            T("give its full path, or a bare name that is found on PATH"),
        )
    return found


def _timeout(means: Means) -> float:
    given = means.settings.get("timeout", _SECONDS)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 3600:
        raise _refused(T("`channels.command.timeout` must be a number of seconds up to 3600"))
    return float(given)


def _environment() -> dict[str, str]:
    """Ours without git's variables: within a hook they would point the program's git elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def _neutral_folder() -> str:
    """A folder where nothing of a repository lies: an interpreter would import from it."""
    home = Path.home()
    return str(home) if home.is_dir() else tempfile.gettempdir()


def _last_line(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").split("\n")
    return next((escape(line.strip())[:300] for line in reversed(lines) if line.strip()), "–")


def _refused(message: Text, hint: Text | None = None) -> PluginFailed:
    return PluginFailed(message, hint=hint, code="E_CHANNEL")


def svcdesk_register_channels() -> Iterable[Channel]:
    return [Channel("command", T("a program of your own, given each notice as JSON"), send)]
