"""A desk to break things in, the writes that are broken off, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from svcdesk.errors import SvcdeskError
from svcdesk.store.git import discover
from svcdesk.store.transaction import begin

FOLDER = "records/requests/2024/10"
RECORDS = [f"{FOLDER}/SR-20241001-{n:03}.yaml" for n in range(1, 21)]
FOLLOW = f"{FOLDER}/SR-20241001-900.yaml"
OP = "fault-operation"

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "engineer-1",
    "GIT_AUTHOR_EMAIL": "engineer-1@example.org",
    "GIT_COMMITTER_NAME": "engineer-1",
    "GIT_COMMITTER_EMAIL": "engineer-1@example.org",
}

# Each gives the bytes to write (None: delete) for what was read.
JOBS: dict[str, list[tuple[str, bytes | None]]] = {
    "change": [(RECORDS[0], b"id: SR-20241001-001\nstatus: assigned\n")],
    "new": [("records/requests/2024/11/SR-20241101-001.yaml", b"id: SR-20241101-001\n")],
    "bulk": [
        *((path, b"bulk: " + path.encode() + b"\n" * 2000) for path in RECORDS[:6]),
        (RECORDS[6], None),
        (f"{FOLDER}/SR-20241001-100.yaml", b"id: SR-20241001-100\n"),
        ("records/handlings/2024/10/IR-20241001-001.yaml", b"id: IR-20241001-001\n"),
    ],
}

HOOKS = {
    "pre-commit": "pre-commit",
    "prepare-commit-msg": "prepare-commit-msg",
    "commit-msg": "commit-msg",
    "reference-transaction": "ref-$1",
    "post-commit": "post-commit",
}


def git(root: Path, *args: str) -> str:
    """Plain git, for judging; raises when git fails."""
    answer = subprocess.run(
        ["git", *args], cwd=root, env=os.environ | ENVIRONMENT, capture_output=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(f"git {args}: {answer.stderr!r}")
    return answer.stdout.decode("utf-8", "surrogateescape")


def job(root: Path, name: str, step: Callable[[str], None]) -> str | None:
    """Do one of the writes."""
    changes = dict(JOBS[name])
    with begin(discover(root), op=OP, step=step) as tx:
        tx.read_many(list(changes))
        return tx.commit(changes, f"SR: {name}", trailers=[("Svcdesk-Record", "SR")])


def build(root: Path) -> None:
    """A desk of twenty records, and a user in the middle of work of every kind."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main", "--template=")
    for path in RECORDS:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"id: {place.stem}\n")
    for name in ("staged", "both", "edited", "gone"):
        (root / name).write_text("committed\n")
    (root / ".gitignore").write_text("*.log\n")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "start")
    for name in ("staged", "both", "added"):
        (root / name).write_text("staged\n")
    git(root, "add", "staged", "both", "added")
    git(root, "rm", "--quiet", "gone")
    for name in ("both", "edited"):
        (root / name).write_text("edited\n")
    (root / "meant").write_text("to be added\n")
    git(root, "add", "--intent-to-add", "meant")
    (root / "untracked").write_text("mine\n")
    (root / "ignored.log").write_text("mine\n")
    edited = root / RECORDS[19]
    edited.write_text(edited.read_text() + "note: by hand\n")


def add_hooks(root: Path) -> None:
    """Hooks that kill whom FAULT_VICTIM names when git passes FAULT_AT."""
    (root / ".git/hooks").mkdir(exist_ok=True)
    for name, moment in HOOKS.items():
        place = root / ".git/hooks" / name
        place.write_text(
            f'#!/bin/sh\n[ "$FAULT_AT" = "{moment}" ] || exit 0\n'
            'case "$FAULT_VICTIM" in\n'
            '  group) kill -9 "-$FAULT_GROUP" ;;\n'
            '  parent) kill -9 "$FAULT_GROUP"; sleep 0.05 ;;\n'
            '  git) kill -9 "$PPID" ;;\n'
            "esac\nexit 0\n"
        )
        place.chmod(0o755)


@dataclass
class Truth:
    """How a desk looks, as far as a write must not change it or must change it as a whole."""

    head: str
    records: dict[str, str]
    mine: tuple[str, ...]

    @classmethod
    def of(cls, root: Path) -> Truth:
        files = [p for p in sorted(root.rglob("*")) if ".git" not in p.parts and p.is_file()]
        records = {str(p.relative_to(root)): p.read_text() for p in files if "records" in p.parts}
        others = ["--", ".", ":(exclude)records"]
        mine = (
            git(root, "ls-files", "-s", "-v", *others),
            git(root, "diff", *others),
            git(root, "diff", "--cached", *others),
            git(root, "status", "--porcelain=v2", "--untracked-files=all", *others),
            repr([(p.name, p.read_bytes()) for p in files if "records" not in p.parts]),
        )
        return cls(git(root, "rev-parse", "HEAD").strip(), records, mine)


@dataclass
class Verdict:
    """`outcome` is `old`, `new` or `mixed`; `violations` is empty where all is well."""

    outcome: str = "mixed"
    violations: list[str] = field(default_factory=list)


def judge(root: Path, name: str, before: Truth, acknowledged: bool, deep: bool) -> Verdict:
    """Let the next write happen, and hold everything against the invariants."""
    verdict = Verdict()
    wrong = verdict.violations
    try:
        with begin(discover(root)) as tx:
            tx.commit({FOLLOW: b"id: SR-20241001-900\n"}, "SR: follow")
    except (SvcdeskError, OSError) as error:
        wrong.append(f"the next write was refused: {error}")
    after = Truth.of(root)
    if after.records.pop(FOLLOW, None) is None:
        wrong.append("the next write is not there")
    written = dict(before.records)
    for path, data in JOBS[name]:
        if data is None:
            del written[path]
        else:
            written[path] = data.decode()
    if after.records == before.records:
        verdict.outcome = "old"
    elif after.records == written:
        verdict.outcome = "new"
    if verdict.outcome == "mixed":
        wrong.append("the records are neither old nor new")
    if acknowledged and verdict.outcome != "new":
        wrong.append("it said that it was done, and it is not")
    if after.mine != before.mine:
        wrong.append("the user's own work has changed")
    _judge_history(root, name, before, verdict)
    _judge_litter(root, wrong)
    if deep and (said := git(root, "fsck", "--no-dangling", "--no-progress")):
        wrong.append(f"fsck: {said}")
    return verdict


def _judge_history(root: Path, name: str, before: Truth, verdict: Verdict) -> None:
    wrong = verdict.violations
    commits = git(root, "rev-list", "--reverse", f"{before.head}..HEAD").split()
    ours = [c for c in commits if OP in git(root, "log", "-1", "--format=%B", c)]
    if len(ours) != (verdict.outcome == "new"):
        wrong.append(f"{len(ours)} commits of a write whose files are {verdict.outcome}")
    if len(commits) - len(ours) > 1:
        wrong.append("a commit too many")
    for commit in commits:
        paths = git(root, "show", "--format=", "--name-only", "--no-renames", commit).split()
        expected = [path for path, _ in JOBS[name]] if commit in ours else [FOLLOW]
        if sorted(paths) != sorted(expected):
            wrong.append(f"commit {commit} holds {paths}")
    status = git(root, "status", "--porcelain", "--untracked-files=all", "--", "records")
    if status != f" M {RECORDS[19]}\n":
        wrong.append(f"git status of the records: {status!r}")


def _judge_litter(root: Path, wrong: list[str]) -> None:
    own = root / ".git/svcdesk"
    found = [p for p in (root / ".git").rglob("*.lock") if p.parent.name != "aside"]
    found += [
        *root.rglob(".svcdesk-*"),
        *(p for p in own.iterdir() if p.name not in ("lock", "aside")),
    ]
    if found:
        wrong.append(f"litter: {[str(p.relative_to(root)) for p in found]}")


@contextlib.contextmanager
def copy_of(template: Path, place: Path) -> Iterator[Path]:
    """A fresh copy of the desk, for one run."""
    shutil.copytree(template, place, symlinks=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
