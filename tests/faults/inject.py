"""Let each system call of a write fail in turn, with strace, and see whether the desk is whole.

    python -m tests.faults.inject                 # every call, until the write makes no more
    python -m tests.faults.inject --sample 10

An error (EIO, ENOSPC) or a SIGKILL at the Nth write, fsync, rename, link, unlink, program start …
of the writer or of any git that it starts (strace counts for each process by itself).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults import scene
from tests.faults.kills import DONE, Count

from svcdesk.errors import SvcdeskError

CALLS = {
    "write": "write,pwrite64,writev",
    "fsync": "fsync,fdatasync",
    "rename": "rename,renameat,renameat2",
    "link": "link,linkat",
    "unlink": "unlink,unlinkat",
    "mkdir": "mkdir,mkdirat",
    "chmod": "fchmod,fchmodat,chmod",
    "truncate": "ftruncate",
    "flock": "flock",
    "spawn": "clone,clone3,fork,vfork",
    "exec": "execve",
    "open": "openat",
}
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
MOST = 200
_INJECTED = re.compile(r"\(INJECTED\)|killed by SIGKILL")


@dataclass(frozen=True)
class Fault:
    """What is injected where."""

    job: str
    call: str
    what: str
    when: int

    def __str__(self) -> str:
        return f"{self.job}: {self.what} at {self.call} {self.when}"


def run(root: Path, fault: Fault, log: Path) -> tuple[bool, int, str]:
    """One write with one fault: whether it struck, the exit code, what the writer said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)  # until strace is here: the interpreter is not judged
        _write(root, fault.job, writer)
    os.close(writer)
    os.waitpid(child, os.WUNTRACED)
    calls = CALLS[fault.call]
    words = ["strace", "-f", "-o", str(log), "-e", f"trace={calls}", "-p", str(child)]
    words += ["-e", f"inject={calls}:{fault.what}:when={fault.when}"]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr is not None
        tracer.stderr.readline()  # “Process … attached”
        os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, 0)
    with open(reader, "rb") as said:  # noqa: PTH123
        words_said = said.read().decode()
    struck = bool(_INJECTED.search(log.read_text(errors="replace")))
    return struck, os.waitstatus_to_exitcode(status), words_said


def _write(root: Path, job: str, pipe: int) -> None:
    """The child: never returns."""
    code, said = 4, "bug"
    try:
        commit = scene.job(root, job, lambda _step: None)
        code, said = 0, DONE if commit else "nothing"
    except SvcdeskError as error:
        code, said = error.exit_code, f"refused {error.code} {error}"
    except BaseException:
        said = "bug " + traceback.format_exc().strip().replace("\n", " | ")[-300:]
    finally:
        for _ in range(2):  # the fault may strike here as well, once
            with suppress(OSError):
                os.write(pipe, said.encode())
                break
        os._exit(code)


def verdict_on(
    root: Path, fault: Fault, before: scene.Truth, code: int, said: str, deep: bool
) -> scene.Verdict:
    wrong = []
    if said.startswith("refused") and "E_UNFINISHED" not in said:
        now = scene.Truth.of(root)
        if now != before:
            wrong.append(f"refused, and something changed all the same ({said[:60]!r})")
    if code == 4:
        wrong.append(said or "ended like a bug of ours")
    verdict = scene.judge(root, fault.job, before, said == DONE and code == 0, deep)
    verdict.violations += wrong
    return verdict


def every_fault(jobs: list[str]) -> Iterator[tuple[str, str, str]]:
    for job in jobs:
        for call in CALLS:
            for what in FAULTS:
                yield job, call, what


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, help="only so many, chosen at random")
    parser.add_argument("--jobs", nargs="+", default=list(scene.JOBS), choices=list(scene.JOBS))
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not installed: nothing was injected")
        return 0
    os.environ |= scene.ENVIRONMENT
    count = Count()
    with tempfile.TemporaryDirectory(prefix="svcdesk-faults-") as name:
        folder = Path(name)
        scene.build(folder / "template")
        before = scene.Truth.of(folder / "template")
        if chosen.sample:
            _sample(folder, before, count, chosen.sample, random.Random(chosen.seed))
        else:
            _sweep(folder, before, count, chosen.jobs)
    count.show("faults injected")
    return 1 if count.violated else 0


def _sample(folder: Path, before: scene.Truth, count: Count, size: int, rng: random.Random) -> None:
    kinds = list(every_fault(list(scene.JOBS)))
    while count.runs < size:
        _one(folder, before, count, Fault(*rng.choice(kinds), rng.randint(1, 6)))


def _sweep(folder: Path, before: scene.Truth, count: Count, jobs: list[str]) -> None:
    for job, call, what in every_fault(jobs):
        for when in range(1, MOST):
            if not _one(folder, before, count, Fault(job, call, what, when)):
                break


def _one(folder: Path, before: scene.Truth, count: Count, fault: Fault) -> bool:
    log = folder / "strace.log"
    with scene.copy_of(folder / "template", folder / "desk") as root:
        struck, code, said = run(root, fault, log)
        if struck:
            verdict = verdict_on(root, fault, before, code, said, deep=count.runs % 25 == 0)
            count.add(f"{fault.call} {fault.what}", verdict, str(fault))
    return struck


if __name__ == "__main__":
    sys.exit(main())
