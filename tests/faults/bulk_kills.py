"""Kill a bulk of a thousand records at random moments: all of it or nothing, each time.

    python -m tests.faults.bulk_kills --runs 100 --records 1000

The installed command changes a field of every request; it is killed, alone or with the git that it
started; then the next command writes, which recovers first. Judged by git alone: how many of the
records hold the new value, in HEAD and in the working tree.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from benchmarks.generate import environment, generate

SVCDESK = [sys.executable, "-P", "-m", "svcdesk"]
QUERY = "submitted:2000-01-01.. kind:request"


def svcdesk(root: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*SVCDESK, *words],
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=root, env=environment(), capture_output=True, text=True, check=False
    )
    # `git grep` ends with 1 where it finds nothing
    if done.returncode > 1 or (done.returncode and words[0] != "grep"):
        raise RuntimeError(f"git {words}: {done.stderr}")
    return done.stdout


def holding(root: Path, word: str, *where: str) -> int:
    """How many records hold the word, in a commit or (no `where`) in the working tree."""
    return len(git(root, "grep", "-l", "--fixed-strings", word, *where, "--", "records").split())


def one_run(root: Path, word: str, after: float, victim: str, wanted: int) -> tuple[str, list[str]]:
    """Kill a bulk `after` seconds; `old`, `new` or `mixed`, and what is wrong."""
    before = git(root, "rev-parse", "HEAD")
    writer = svcdesk(root, "set", "-q", QUERY, f"x-place={word}", "--yes")
    time.sleep(after)
    kill = os.killpg if victim == "all" else os.kill
    with suppress(ProcessLookupError):
        kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    follow = svcdesk(root, "new", "--title", "afterwards", "--description", "next",
                     "--requester", "李*", "--channel", "phone")  # fmt: skip
    _, said = follow.communicate(timeout=120)
    wrong = [] if follow.returncode == 0 else [f"the next write: {said.decode()}"]
    counts = (holding(root, word), holding(root, word, "HEAD"))
    outcome = {(0, 0): "old", (wanted, wanted): "new"}.get(counts, "mixed")
    if outcome == "mixed":
        wrong.append(f"{counts} of {wanted} records, in the tree and in HEAD")
    if git(root, "status", "--porcelain"):
        wrong.append("something is left uncommitted")
    if writer.returncode == 0 and outcome != "new":
        wrong.append("it said done and was not")
    commits = len(git(root, "log", "--format=%H", f"{before.strip()}..HEAD").split())
    if commits != 1 + (outcome == "new"):
        wrong.append(f"{commits} commits")
    return outcome, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--records", type=int, default=1000, help="requests that are changed")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    outcomes: Counter[str] = Counter()
    violations = []
    with tempfile.TemporaryDirectory(prefix="svcdesk-bulk-") as folder:
        root = Path(folder) / "desk"
        generate(root, asked.records)
        started = time.monotonic()
        assert svcdesk(root, "set", "-q", QUERY, "x-place=first", "--yes").wait() == 0
        span = time.monotonic() - started
        wanted = holding(root, "x-place: first")
        print(f"{wanted} requests of {asked.records} records, {span:.1f} s undisturbed")
        for number in range(asked.runs):
            victim = chance.choice(["all", "alone"])
            after = chance.uniform(0, 1.1 * span)
            wanted = len(git(root, "ls-files", "records/requests").split())
            outcome, wrong = one_run(root, f"run-{number}-x", after, victim, wanted)
            outcomes[outcome] += 1
            violations += [f"run {number}, {victim} killed after {after:.2f} s: {one}"
                           for one in wrong]  # fmt: skip
        if "missing" in git(root, "fsck", "--no-dangling"):
            violations.append("objects are missing")
    print(", ".join(f"{name} {outcomes[name]}" for name in ("old", "new", "mixed")))
    for one in violations:
        print(one)
    print(f"violations: {len(violations)}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
