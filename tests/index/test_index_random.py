"""The indexed answer equals a full reading of the files, whatever has been done to them.

More rounds: `SVCDESK_FUZZ=200 pytest tests/index/test_index_random.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from index_helpers import compare, fill

from svcdesk.testing import NOW, MakeDesk, Sandbox

ROUNDS = int(os.environ.get("SVCDESK_FUZZ", "0")) or 3
STEPS = 14


def _files(desk: Sandbox) -> list[Path]:
    return sorted((desk.root / "records" / "requests").rglob("*.yaml"))


def _some(desk: Sandbox, chance: Random) -> Path:
    return chance.choice(_files(desk))


def move(desk: Sandbox, chance: Random) -> None:
    desk.clock.forward(minutes=chance.randint(1, 500))
    desk.open().set([_some(desk, chance).stem], {"priority": chance.choice(["P1", "P2", "P3"])})


def new(desk: Sandbox, chance: Random) -> None:
    desk.clock.forward(minutes=1)
    desk.open().new("request", {"description": f"新 {chance.random()}", "requester.name": "李*"})


def edit(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.write_text(path.read_text() + f"title: 手工 {chance.randint(0, 9)}\n")


def same_size_and_time(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    before = path.stat()
    text = (
        path.read_text().replace("priority: P1", "priority: P3").replace("name: 李*", "name: 王*")
    )
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def old_time(desk: Sandbox, chance: Random) -> None:
    os.utime(_some(desk, chance), (1_000_000_000, 1_000_000_000))


def line_ends(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def add(desk: Sandbox, chance: Random) -> None:
    desk.git("add", "--all", "records")


def refresh(desk: Sandbox, chance: Random) -> None:
    desk.git("status")


def commit(desk: Sandbox, chance: Random) -> None:
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "--allow-empty", "--message", "by hand")


def restore(desk: Sandbox, chance: Random) -> None:
    desk.git("checkout", "--quiet", "--", "records")


def back(desk: Sandbox, chance: Random) -> None:
    desk.git("checkout", "--quiet", "--force", "--detach", "HEAD~1", check=False)


def main(desk: Sandbox, chance: Random) -> None:
    desk.git("checkout", "--quiet", "--force", chance.choice(["main", "side"]), check=False)


def branch(desk: Sandbox, chance: Random) -> None:
    desk.git("branch", "--force", "side", "HEAD", check=False)


def stash(desk: Sandbox, chance: Random) -> None:
    desk.git("stash", "push", "--quiet", "--include-untracked", check=False)


def unstash(desk: Sandbox, chance: Random) -> None:
    desk.git("stash", "pop", "--quiet", check=False)
    desk.git("checkout", "--quiet", "--theirs", "--", "records", check=False)


def rebase(desk: Sandbox, chance: Random) -> None:
    if desk.git("rebase", "--quiet", "side", check=False):
        return
    desk.git("rebase", "--abort", check=False)


def mixed_reset(desk: Sandbox, chance: Random) -> None:
    desk.git("reset", "--quiet", chance.choice(["HEAD", "HEAD~1"]), check=False)


def delete(desk: Sandbox, chance: Random) -> None:
    if len(_files(desk)) > 3:
        _some(desk, chance).unlink()


def rename(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.rename(path.with_name(f"SR-20240101-{chance.randint(100, 999)}.yaml"))


def copy(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.with_name("SR-20240102-001.yaml").write_bytes(path.read_bytes())


def damage(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.write_text(chance.choice(["a: [", "<<<<<<< HEAD\n", "", "id: SR-1\n"]) + path.read_text())


def link(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance)
    path.unlink()
    path.symlink_to(desk.root / "README.md")


def ignore(desk: Sandbox, chance: Random) -> None:
    (desk.root / ".gitignore").write_text(f"/{_some(desk, chance).relative_to(desk.root)}\n")


def assume(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance).relative_to(desk.root).as_posix()
    desk.git("update-index", chance.choice(["--assume-unchanged", "--no-assume-unchanged"]), path,
             check=False)  # fmt: skip


def skip_worktree(desk: Sandbox, chance: Random) -> None:
    path = _some(desk, chance).relative_to(desk.root).as_posix()
    desk.git("update-index", chance.choice(["--skip-worktree", "--no-skip-worktree"]), path,
             check=False)  # fmt: skip


def intend(desk: Sandbox, chance: Random) -> None:
    desk.git("add", "--intent-to-add", "records", check=False)


def index_version(desk: Sandbox, chance: Random) -> None:
    desk.git("update-index", "--index-version", chance.choice(["2", "3", "4"]))


def split_index(desk: Sandbox, chance: Random) -> None:
    desk.git("update-index", chance.choice(["--split-index", "--no-split-index"]))


def nested(desk: Sandbox, chance: Random) -> None:
    inner = desk.root / "records" / "requests" / "inner"
    inner.mkdir(exist_ok=True)
    desk.git("init", "--quiet", str(inner))
    (inner / "SR-20240103-001.yaml").write_bytes(_some(desk, chance).read_bytes())


def policy(desk: Sandbox, chance: Random) -> None:
    path = next((desk.root / "records" / "policies").glob("*.yaml"))
    path.write_text(path.read_text() + "# another\n")


def forget(desk: Sandbox, chance: Random) -> None:
    for one in (desk.root / ".git" / "svcdesk" / "index").glob("*"):
        one.unlink()


MEANS: tuple[Callable[[Sandbox, Random], None], ...] = (
    move, new, edit, same_size_and_time, old_time, line_ends, add, refresh, commit, restore, back,
    main, branch, stash, unstash, rebase, mixed_reset, delete, rename, copy, damage, link, ignore,
    assume, skip_worktree, intend, index_version, split_index, nested, policy, forget,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_indexed_answer_equals_a_full_reading(make_desk: MakeDesk, seed: int) -> None:
    chance = Random(seed)
    desk = make_desk()
    fill(desk, 6)
    desk.git("branch", "side")
    done: list[str] = []
    for _ in range(STEPS * 3 if ROUNDS > 3 else STEPS):
        step = chance.choice(MEANS)
        done.append(step.__name__)
        try:
            step(desk, chance)
        except Exception as error:  # the desk may be in a state that this step refuses
            done[-1] += f" ({type(error).__name__})"
        compare(desk, chance, done)


def test_every_means_by_itself(make_desk: MakeDesk) -> None:
    desk = make_desk()
    fill(desk, 6)
    desk.git("branch", "side")
    chance = Random(1)
    for step in MEANS:
        desk.git("checkout", "--quiet", "--force", "main")
        desk.git("clean", "--quiet", "-ffdx")
        desk.git("update-index", "--no-split-index")
        step(desk, chance)
        compare(desk, chance, [step.__name__])


def test_worktrees_share_the_index_and_each_sees_its_own_files(make_desk: MakeDesk) -> None:
    desk = make_desk()
    fill(desk, 4)
    other = Sandbox(desk.root.parent / "second", desk.clock)
    desk.git("worktree", "add", "--quiet", str(other.root), "-b", "second")
    chance = Random(2)
    for step in (edit, commit, move, delete, commit, add):
        for one in (desk, other):
            step(one, chance)
            compare(desk, chance, [step.__name__, "first"])
            compare(other, chance, [step.__name__, "second"])
    files = list((desk.root / ".git" / "svcdesk" / "index").glob("*.sqlite"))
    assert len(files) == 1


def test_a_clone_of_the_past_is_asked_as_of_then(make_desk: MakeDesk) -> None:
    desk = make_desk()
    fill(desk, 5)
    chance = Random(3)
    for _ in range(6):
        move(desk, chance)
        at = datetime(2024, 9, 30, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 6000))
        compare(desk, chance, ["move"], at=at)
    assert desk.clock.now > NOW
