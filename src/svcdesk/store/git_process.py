"""Running git: which program, in which environment, for how long, and what its failure says."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from svcdesk.errors import GitFailed, NotADesk, reason_of
from svcdesk.i18n import T
from svcdesk.values import NamedTuple

READ_TIMEOUT = 60.0
_PATIENCE = 5.0
_SHOWN = 4000

# A copied repository may name programs: `core.fsmonitor` is run by a mere `git status`, and a bare
# repository below attachments/ would bring a configuration of its own.
SETTINGS = ("core.fsmonitor=false", "safe.bareRepository=explicit")

# All other GIT_* variables are dropped: inside a hook git hands down GIT_DIR, GIT_INDEX_FILE,
# GIT_PREFIX and more, and every later git would work on the wrong repository.
_KEPT = (
    r"GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT)"
    r"|GIT_CONFIG_(KEY|VALUE)_[0-9]+|GIT_EXEC_PATH|GIT_SSH(_COMMAND|_VARIANT)?|GIT_SSL_.*"
    r"|GIT_PROXY_SSL_.*|GIT_HTTP_.*|GIT_ASKPASS|GIT_ALLOW_PROTOCOL|GIT_CEILING_DIRECTORIES"
    r"|GIT_DISCOVERY_ACROSS_FILESYSTEM|GIT_TRACE.*"
)


class Answer(NamedTuple):
    """How one git call ended: its exit code (negative: the signal) and both its outputs."""

    code: int
    out: bytes
    err: bytes


def environment(extra: Mapping[str, str] | None = None, *, reading: bool = True) -> dict[str, str]:
    """The environment for git: ours without what points at another repository, in English.

    `reading` asks git not to take locks that it could do without. Remote helpers other than
    https and ssh stay shut unless the user's own GIT_ALLOW_PROTOCOL opens them.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or re.fullmatch(_KEPT, name)
    }
    clean.setdefault("GIT_ALLOW_PROTOCOL", "https:ssh")
    clean |= {
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": ":",
    }
    if reading:
        clean["GIT_OPTIONAL_LOCKS"] = "0"
    return clean | dict(extra or {})


def executable() -> str:
    """The path of git. Raises NotADesk where there is none."""
    return _find(os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=4)
def _find(search: str) -> str:
    # Not `shutil.which`: on Windows it looks into the current directory first, and a desk may be
    # a stranger's clone that brings a git.exe.
    name = "git.exe" if os.name == "nt" else "git"
    for folder in search.split(os.pathsep):
        candidate = Path(folder) / name
        if candidate.is_absolute() and os.access(candidate, os.X_OK) and candidate.is_file():
            return str(candidate)
    raise NotADesk(
        T("git is not installed, or not on the PATH"),
        hint=T("install it: `apt install git`, `brew install git`, or https://git-scm.com"),
        code="E_NO_GIT",
    )


def start(args: Sequence[str], cwd: Path) -> subprocess.Popen[bytes]:
    """A reading git with both pipes open, for a conversation with `cat-file`."""
    return _spawn(
        args,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def run(
    args: Sequence[str],
    cwd: Path,
    *,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = READ_TIMEOUT,
) -> Answer:
    """One reading call. Raises GitFailed when it takes longer than `timeout` seconds."""
    return Asked(args, cwd, input=input, env=env).answer(timeout)


class Asked:
    """A reading call under way, so that git works while we do something else."""

    def __init__(
        self,
        args: Sequence[str],
        cwd: Path,
        *,
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._args = args
        self._input = input
        self._process = _spawn(
            args,
            cwd=cwd,
            env=environment(env),
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def answer(self, timeout: float = READ_TIMEOUT) -> Answer:
        """How it ended. Raises GitFailed when that takes longer than `timeout` seconds."""
        process = self._process
        try:
            out, err = process.communicate(self._input, timeout=timeout)
        except subprocess.TimeoutExpired:
            end(process)
            raise _too_slow(self._args, timeout) from None
        except BaseException:
            end(process)
            raise
        return Answer(process.returncode, out, err)


def run_writing(
    args: Sequence[str],
    cwd: Path,
    *,
    input: bytes = b"",
    env: Mapping[str, str] | None = None,
    timeout: float = READ_TIMEOUT,
    keep: Sequence[int] = (),
    alone: bool = False,
) -> Answer:
    """One call that may run hooks; it inherits the descriptors `keep`.

    `alone` starts it in a session of its own: its helpers (ssh, remote-https) have no terminal to
    ask at, and are stopped together with it.

    Its ends are files, not pipes: a hook's background child holds them open long after git has
    ended, and a reader of a pipe would wait for that child.
    """
    with _scratch() as stdin, _scratch() as out:
        stdin.write(input)
        stdin.seek(0)
        process = _spawn(
            args,
            cwd=cwd,
            env=environment(env, reading=False),
            stdin=stdin,
            stdout=out,
            stderr=out,
            pass_fds=tuple(keep) if os.name == "posix" else (),
            start_new_session=alone,
        )
        try:
            wait_for(process, timeout)
        except subprocess.TimeoutExpired:
            end(process, group=alone)
            raise _too_slow(args, timeout) from None
        except BaseException:
            end(process, group=alone)
            raise
        out.seek(0)
        return Answer(process.returncode, b"", out.read(1 << 20))


def wait_for(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Wait for the end of a process. Raises TimeoutExpired.

    `Popen.wait` with a timeout looks at ever longer intervals, so it notices a commit of 20 ms up
    to 12 ms late; a descriptor of the process tells at once.
    """
    try:
        watched = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or a sandbox that does not know it
        process.wait(timeout)
        return
    try:
        waiting = select.poll()
        waiting.register(watched, select.POLLIN)
        waiting.poll(timeout * 1000)
    finally:
        os.close(watched)
    process.wait(0)


def _scratch() -> IO[bytes]:
    """A file without a name: in memory where the system can, so that a full disk does not matter
    and nothing has to be imported for it."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("svcdesk"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def _spawn(args: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
    """Start git with what guards every call of it. Raises GitFailed where it does not start."""
    guards = [word for setting in SETTINGS for word in ("-c", setting)]
    try:
        return subprocess.Popen([executable(), *guards, *args], **how)
    except OSError as error:
        raise GitFailed(
            T("git {verb} could not be started: {reason}",
              verb=verb(args), reason=reason_of(error)),
            hint=T("the machine may be out of memory or processes, or the directory is gone"),
        ) from error  # fmt: skip


def end(process: subprocess.Popen[bytes], *, group: bool = False) -> None:
    """Ask first, then make it: a git that is killed outright leaves its lock files behind.

    `group` ends what it started too, which has to be in a session of its own.
    """
    _signal(process, signal.SIGTERM, group)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM), group)
        process.kill()
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int, group: bool) -> None:
    if group and os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        return
    process.send_signal(number)


def failure(args: Sequence[str], answer: Answer) -> GitFailed:
    """What git itself said, as our error."""
    words = visible(answer.err) or visible(answer.out)
    if not words:
        return GitFailed(T("git {verb} ended with {code}", verb=verb(args), code=answer.code))
    return GitFailed(T("git {verb} refused: {words}", verb=verb(args), words=words))


def verb(args: Sequence[str]) -> str:
    """The subcommand in an argument list that may start with `-c` settings."""
    skip = False
    for word in args:
        if skip or word == "-c":
            skip = not skip
        elif not word.startswith("-"):
            return word
    return ""


def visible(raw: bytes) -> str:
    """Another program's words, fit to be shown: no control character but the newline, not endless.

    What a hook or a remote prints is hostile to a terminal (threat cases 65 and 66).
    """
    text = raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n").strip()
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + " …"
    return "".join(
        char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in text
    )


def _too_slow(args: Sequence[str], seconds: float) -> GitFailed:
    return GitFailed(
        T("git {verb} gave no answer within {seconds} s and was stopped",
          verb=verb(args), seconds=round(seconds)),
        hint=T("a hook or a filter that hangs is the usual cause"),
        code="E_TIMEOUT",
    )  # fmt: skip
