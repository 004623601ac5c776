"""A commit of very many paths, by an index of our own: it is what `git commit --only` makes."""

from __future__ import annotations

import pytest
from git_clone import Clone, empty
from test_transaction import messy, users

from svcdesk.errors import Busy, GitFailed
from svcdesk.store import git_commit, git_commit_many
from svcdesk.store.transaction import begin

CHANGED, GONE, NEW = "records/SR-1.yaml", "records/SR-2.yaml", "records/2024/10/SR-3.yaml"
CHANGES = {CHANGED: b"id: changed\n", GONE: None, NEW: b"id: new\n"}


@pytest.fixture(autouse=True)
def three_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_commit, "_VERY_MANY", 3)
    monkeypatch.setattr(git_commit, "_A_PACK", 1)


def write(clone: Clone) -> str | None:
    with begin(clone.repo, wait=5) as tx:
        tx.read_many([CHANGED, GONE])
        return tx.commit(CHANGES, "bulk")


def test_exactly_these_paths_are_committed_and_the_users_work_stays(clone: Clone) -> None:
    before = messy(clone)
    assert write(clone) == clone.git("rev-parse", "HEAD").strip()
    names = clone.git("show", "--name-status", "--format=", "HEAD").split()
    assert names == ["A", NEW, "M", CHANGED, "D", GONE]
    assert users(clone) == before
    assert clone.git("status", "--porcelain", "--", "records") == ""
    assert clone.git("diff-files", "--name-only", "--", "records") == ""
    own = clone.repo.git_dir / "svcdesk"
    assert {one.name for one in own.iterdir()} <= {"lock"}
    assert not list(clone.repo.git_dir.glob("*.lock"))


def test_the_first_commit_of_a_branch(clone: Clone) -> None:
    fresh = empty(clone.root.parent / "fresh")
    with begin(fresh.repo, wait=5) as tx:
        paths = {f"records/SR-{number}.yaml": b"id: x\n" for number in range(4)}
        assert tx.commit(paths, "bulk") is not None
    assert fresh.git("ls-tree", "-r", "--name-only", "HEAD").split() == list(paths)
    assert fresh.git("status", "--porcelain") == ""


def test_a_hook_sees_what_is_committed_and_may_refuse_it(clone: Clone) -> None:
    before = messy(clone)
    hook = clone.repo.git_dir / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngit diff --cached --name-only\necho not today\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitFailed) as refused:
        write(clone)
    said = str(refused.value)
    assert "not today" in said
    assert NEW in said
    assert "staged" not in said
    assert users(clone) == before
    assert clone.git("status", "--porcelain", "--", "records") == ""
    assert not list(clone.repo.git_dir.glob("*.lock"))


def test_while_another_git_holds_the_index_nothing_is_written(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = clone.repo.git_dir / "index.lock"
    monkeypatch.setattr(git_commit_many, "FOREIGN_LOCK_WAIT", 0.1)
    monkeypatch.setattr(git_commit, "store_many", lambda *_: foreign.write_bytes(b"") and None)
    with pytest.raises(Busy), begin(clone.repo, wait=5) as tx:
        tx.read_many([CHANGED, GONE])
        tx.commit(CHANGES, "bulk")
    assert foreign.exists()
    foreign.unlink()
    assert clone.git("status", "--porcelain") == ""
