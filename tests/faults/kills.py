"""Kill a writer, hundreds of times, and see whether the desk is whole after the next write.

    python -m tests.faults.kills --runs 300 --aimed 10
    python -m tests.faults.kills --runs 60 --no-recovery     # the harness itself: finds violations

At random moments, and aimed at each step of the protocol and of git's own hooks; killed is the
whole process group, or the parent alone (git goes on), or git alone (the parent goes on).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import scene

from svcdesk.store import git_state, transaction

STEPS = (
    "locked", "recovered", "checked", "journalled", "prepared", "synced", "swapped", "added",
    "committing", "committed", "verified", "finished", "released",
)  # fmt: skip
HOOKS = (
    "pre-commit", "prepare-commit-msg", "commit-msg", "ref-prepared", "ref-committed", "post-commit",
)  # fmt: skip
DONE = "acknowledged"


@dataclass
class Count:
    """What was seen: moment × outcome, and every violation."""

    moments: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    violated: int = 0
    runs: int = 0

    def add(self, moment: str, verdict: scene.Verdict, told: str) -> None:
        self.runs += 1
        self.moments[moment, verdict.outcome] += 1
        self.violated += bool(verdict.violations)
        self.violations += [f"{told}: {one}" for one in verdict.violations]

    def show(self, title: str) -> None:
        print(f"\n{title}: {self.runs} runs")
        names = dict.fromkeys(moment for moment, _ in self.moments)
        order = {name: n for n, name in enumerate(("start", *STEPS[:9], *HOOKS, *STEPS[9:], DONE))}
        for name in sorted(names, key=lambda one: order.get(one, 99)):
            cells = [f"{kind} {self.moments[name, kind]:4}" for kind in ("old", "new", "mixed")]
            total = sum(self.moments[name, kind] for kind in ("old", "new", "mixed"))
            print(f"  {name:20} {total:4}   {'   '.join(cells)}   {'#' * total}")
        print(f"  runs with a violation: {self.violated}")
        for one in self.violations[:20]:
            print(f"    {one[:160]}")


def run(root: Path, job: str, aim: str | None, victim: str, delay: float, turn: int) -> list[str]:
    """One writer in a process group of its own, killed; the steps that it reported."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _write(root, job, writer, aim, victim, turn)
    os.close(writer)
    with open(reader, "rb", buffering=0) as reports:  # noqa: PTH123
        first = reports.read(1 << 16)  # the child has its own process group when it reports
        if aim is None:
            time.sleep(delay)
            kill = os.killpg if victim == "group" else os.kill
            with suppress(ProcessLookupError):
                kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rest = b""
        os.set_blocking(reader, False)
        while part := reports.read(1 << 16):
            rest += part
    return (first + rest).decode().split()


def _write(root: Path, job: str, pipe: int, aim: str | None, victim: str, turn: int) -> None:
    """The child: never returns."""
    os.setpgid(0, 0)
    left = [turn]
    os.environ |= {
        "FAULT_AT": aim or "",
        "FAULT_VICTIM": victim,
        "FAULT_GROUP": str(os.getpid()),
    }
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(devnull, descriptor)
    os.write(pipe, b"start ")

    def step(name: str) -> None:
        os.write(pipe, name.encode() + b" ")
        if name == aim:
            left[0] -= 1
            if left[0] == 0:
                os.killpg(0, signal.SIGKILL)

    code = 3
    try:
        if scene.job(root, job, step):
            os.write(pipe, DONE.encode())
            code = 0
    finally:
        os._exit(code)


def duration(template: Path, folder: Path, job: str) -> float:
    """How long the write takes undisturbed, in seconds."""
    with scene.copy_of(template, folder / "measure") as root:
        started = time.monotonic()
        scene.job(root, job, lambda _step: None)
        return time.monotonic() - started


def at_random(template: Path, folder: Path, runs: int, rng: random.Random) -> Count:
    count, before = Count(), scene.Truth.of(template)
    spans = {job: duration(template, folder, job) for job in scene.JOBS}
    for number in range(runs):
        job = rng.choice(list(scene.JOBS))
        victim = rng.choice(["group", "group", "parent"])
        delay = rng.uniform(0, 1.15 * spans[job])
        with scene.copy_of(template, folder / f"run{number}") as root:
            steps = run(root, job, None, victim, delay, 0)
            verdict = scene.judge(root, job, before, DONE in steps, deep=number % 25 == 0)
        told = f"{job}, {victim} killed after {steps[-1]} ({delay * 1000:.0f} ms)"
        count.add(steps[-1], verdict, told)
    return count


def aimed(template: Path, folder: Path, times: int, rng: random.Random) -> Count:
    count, before = Count(), scene.Truth.of(template)
    hooked = shutil.copytree(template, folder / "hooked")
    scene.add_hooks(hooked)
    for aim in (*STEPS, *HOOKS):
        for number in range(times):
            in_git = aim in HOOKS
            job = "bulk" if aim != "added" and number % 2 else "new"
            victim = ("group", "parent", "git")[number % 3] if in_git else "group"
            turn = rng.randint(1, 8) if job == "bulk" and aim in ("prepared", "swapped") else 1
            with scene.copy_of(hooked if in_git else template, folder / f"{aim}{number}") as root:
                steps = run(root, job, aim, victim, 0, turn)
                verdict = scene.judge(root, job, before, DONE in steps, deep=number == 0)
            told = f"{job}, {victim} killed at {aim}; last step {steps[-1]}"
            if (DONE in steps and victim != "git") or (not in_git and steps[-1] != aim):
                verdict.violations.append("the kill missed its aim")
            count.add(aim, verdict, told)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=300, help="kills at random moments")
    parser.add_argument("--aimed", type=int, default=10, help="kills aimed at each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-recovery", action="store_true", help="recovery switched off")
    chosen = parser.parse_args()
    os.environ |= scene.ENVIRONMENT
    if chosen.no_recovery:
        transaction.recover = lambda _repo: []
        git_state.FOREIGN_LOCK_WAIT = 0.2
    rng = random.Random(chosen.seed)
    found = 0
    with tempfile.TemporaryDirectory(prefix="svcdesk-faults-") as name:
        folder = Path(name)
        scene.build(folder / "template")
        for title, count in (
            ("at random moments", at_random(folder / "template", folder, chosen.runs, rng)),
            ("aimed at each step", aimed(folder / "template", folder, chosen.aimed, rng)),
        ):
            count.show(title)
            found += count.violated
    print(f"\nviolations: {found}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
