"""A write is whole or was not: what it commits, what it leaves alone, what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from git_clone import Clone, empty

from svcdesk.errors import (
    Busy,
    Changed,
    FileRefused,
    GitFailed,
    RepositoryState,
    SvcdeskError,
)
from svcdesk.store import git_commit, git_state, replacing, transaction
from svcdesk.store.git import Identity, discover
from svcdesk.store.git_history import log
from svcdesk.store.transaction import begin

ONE, TWO, NEW = "records/SR-1.yaml", "records/SR-2.yaml", "records/2024/10/SR-3.yaml"
SRC = str(Path(transaction.__file__).parents[2])


def write(
    clone: Clone, path: str = ONE, data: bytes | None = b"id: new\n", **how: bool
) -> str | None:
    """One ordinary write."""
    with begin(clone.repo, wait=5) as tx:
        tx.read(path)
        return tx.commit({path: data}, "SR-1: write", **how)


def messy(clone: Clone) -> tuple[str, ...]:
    """Give the user work of every kind on paths that are not written; answer how it looks."""
    clone.commit({name: f"{name}\n" for name in ("staged", "both", "edited", "gone", "moved")})
    clone.write(".gitignore", "*.log\n")
    clone.write("staged", "staged now\n")
    clone.write("both", "staged\n")
    clone.write("added", "added\n")
    clone.git("add", "staged", "both", "added")
    clone.git("rm", "--quiet", "gone")
    clone.git("mv", "moved", "there")
    clone.write("both", "and edited\n")
    clone.write("edited", "edited\n")
    clone.write("meant", "to be added\n")
    clone.git("add", "--intent-to-add", "meant")
    clone.write("untracked/file", "x\n")
    clone.write("ignored.log", "x\n")
    return users(clone)


def users(clone: Clone) -> tuple[str, ...]:
    """The user's work: index entries, differences and files that are no records."""
    files = sorted(p for p in clone.root.rglob("*") if p.is_file() and ".git" not in p.parts)
    mine = [p for p in files if "records" not in p.parts]
    not_ours = ["--", ".", ":(exclude)records"]
    return (
        clone.git("ls-files", "-s", "-v", *not_ours),
        clone.git("diff", *not_ours),
        clone.git("diff", "--cached", *not_ours),
        clone.git("status", "--porcelain=v2", "--untracked-files=all", *not_ours),
        "\n".join(f"{p}: {p.read_bytes()!r}" for p in mine),
    )


# What it does


def test_a_change_is_one_commit_of_that_path(clone: Clone) -> None:
    with begin(clone.repo, op="01J92V7KX8") as tx:
        assert tx.read(ONE) == b"id: SR-1\n"
        commit = tx.commit(
            {ONE: b"id: SR-1\nstatus: new\n"},
            "SR-1: 开始",
            body="why",
            trailers=[("Svcdesk-Record", "SR-1")],
        )
    assert commit == clone.head()
    assert clone.paths_of() == [ONE]
    assert clone.read(ONE) == "id: SR-1\nstatus: new\n"
    assert clone.git("log", "-1", "--format=%B").strip() == (
        "SR-1: 开始\n\n  why\n\nSvcdesk-Record: SR-1\nSvcdesk-Op: 01J92V7KX8"
    )
    assert clone.git("status", "--porcelain") == ""
    assert clone.litter() == []


def test_new_changed_and_deleted_paths_in_one_commit(clone: Clone) -> None:
    (clone.root / ONE).chmod(0o640)
    with begin(clone.repo) as tx:
        assert tx.read_many([ONE, TWO, NEW]) == {
            ONE: b"id: SR-1\n",
            TWO: b"id: SR-2\n",
            NEW: None,
        }
        tx.commit({ONE: b"1\n", TWO: None, NEW: b"3\n"}, "SR-1: several")
    assert clone.paths_of() == [NEW, ONE, TWO]
    assert clone.git("status", "--porcelain") == ""
    assert not (clone.root / TWO).exists()
    assert (clone.root / ONE).stat().st_mode & 0o777 == 0o640


def test_on_an_unborn_branch(unborn: Clone) -> None:
    assert write(unborn) == unborn.head()
    assert unborn.paths_of() == [ONE]


def test_with_several_others_staged_on_an_unborn_branch(unborn: Clone) -> None:
    unborn.write("mine", "x")
    unborn.git("add", "mine")
    write(unborn)
    assert unborn.git("ls-tree", "-r", "--name-only", "HEAD") == ONE
    assert unborn.git("status", "--porcelain") == "A  mine"


@pytest.mark.case(49)
def test_the_users_own_work_is_as_it_was(clone: Clone) -> None:
    before = messy(clone)
    write(clone)
    write(clone, NEW)
    write(clone, TWO, None)
    assert users(clone) == before
    assert clone.paths_of("HEAD~2") + clone.paths_of("HEAD~1") + clone.paths_of() == [ONE, NEW, TWO]


def test_nothing_to_change_is_no_commit(clone: Clone) -> None:
    head = clone.head()
    assert write(clone, ONE, b"id: SR-1\n") is None
    assert write(clone, NEW, None) is None
    assert clone.head() == head


def test_author_and_date_are_given_and_the_committer_is_git(clone: Clone) -> None:
    when = datetime(2024, 10, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    with begin(clone.repo) as tx:
        tx.commit({NEW: b"x"}, "x", author=Identity("李*", "li@example.org"), date=when)
    [found] = log(clone.repo, NEW)
    assert (found.author, found.email, found.authored) == ("李*", "li@example.org", when)
    assert found.committed != when
    assert clone.git("log", "-1", "--format=%cn") == "engineer-1"


def test_without_commit_the_files_are_left_changed(clone: Clone) -> None:
    head = clone.head()
    with begin(clone.repo) as tx:
        tx.read(ONE)
        assert tx.commit({ONE: b"x", NEW: b"y"}, "x", no_commit=True) is None
    assert clone.head() == head
    assert (clone.read(ONE), clone.read(NEW)) == ("x", "y")
    assert clone.git("diff", "--cached") == ""
    assert clone.litter() == []


def test_an_ignored_path_is_committed_all_the_same(clone: Clone) -> None:
    clone.commit({".gitignore": "*.yaml\n"})
    write(clone, NEW)
    assert clone.paths_of() == [NEW]


@pytest.mark.case(43)
def test_odd_names_are_literal(clone: Clone) -> None:
    for path in ("records/*", "-rf", "records/附件 1.png", "records/[ab]"):
        if "*" in path:
            with pytest.raises(FileRefused):
                write(clone, path)
        else:
            write(clone, path)
            assert (
                clone.git("-c", "core.quotePath=false", "show", "--format=", "--name-only") == path
            )
    assert clone.git("status", "--porcelain") == ""


def test_a_thousand_files_are_one_commit(clone: Clone) -> None:
    before = messy(clone)
    paths = [f"records/2024/10/SR-{n:04}-{'x' * 40}.yaml" for n in range(1000)]
    with begin(clone.repo) as tx:
        tx.read_many(paths)
        tx.commit(dict.fromkeys(paths, b"first\n"), "SR: bulk")
    with begin(clone.repo) as tx:
        found = tx.read_many(paths)
        commit = tx.commit({path: f"{path}\n".encode() for path in found}, "SR: bulk again")
    assert commit == clone.head()
    assert clone.paths_of() == sorted(paths)
    assert users(clone) == before
    assert clone.litter() == []


def test_the_same_operation_is_found_again(clone: Clone) -> None:
    with begin(clone.repo, op="op-1") as tx:
        assert tx.earlier() is None
        commit = tx.commit({NEW: b"x"}, "x")
    write(clone)
    clone.commit({"x": "y"}, "Svcdesk-Op: op-2 is only mentioned")
    with begin(clone.repo, op="op-1") as tx:
        assert tx.earlier() == commit
    with begin(clone.repo, op="op-2") as tx:
        assert tx.earlier() is None
    with pytest.raises(ValueError, match="operation id"):
        begin(clone.repo, op="../x")


def test_one_transaction_writes_once(clone: Clone) -> None:
    with begin(clone.repo) as tx:
        tx.commit({NEW: b"x"}, "x")
        with pytest.raises(ValueError, match="ended"):
            tx.commit({NEW: b"y"}, "y")


# Where it works


def test_in_a_linked_worktree_with_the_same_lock(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "--quiet", str(tmp_path / "side"))
    side = Clone(tmp_path / "side")
    write(side)
    assert side.paths_of() == [ONE]
    assert clone.git("status", "--porcelain") == ""
    assert side.litter() == []
    with begin(clone.repo), pytest.raises(Busy):
        begin(side.repo, wait=0)


def test_in_a_submodule(clone: Clone, tmp_path: Path) -> None:
    outer = empty(tmp_path / "outer")
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(clone.root), "d"
    )
    inner = Clone(outer.root / "d")
    write(inner)
    assert inner.paths_of() == [ONE]
    assert inner.repo.git_dir == outer.root / ".git" / "modules" / "d"


def test_inside_another_commits_hook(clone: Clone) -> None:
    script = (
        f"{sys.executable} -c \"import sys; sys.path.insert(0, '{SRC}')\n"
        "from pathlib import Path\n"
        "from svcdesk.store.git import discover\n"
        "from svcdesk.store.transaction import begin\n"
        "with begin(discover(Path.cwd() / 'records')) as tx:\n"
        "    tx.commit({'records/SR-9.yaml': b'x'}, 'SR-9: from a hook')\n\""
    )
    clone.hook("post-commit", f'[ -n "$AGAIN" ] && exit; export AGAIN=1; {script} >&2')
    clone.write("staged", "x")
    clone.write("left", "x")
    clone.git("add", "staged", "left")
    answer = subprocess.run(
        ["git", "commit", "-q", "-m", "mine", "--", "staged"],
        cwd=clone.root, capture_output=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert clone.git("log", "--format=%s", "-2").splitlines() == ["SR-9: from a hook", "mine"], (
        answer.stderr
    )
    assert clone.paths_of() == ["records/SR-9.yaml"]
    assert clone.git("status", "--porcelain") == "A  left"


# What it refuses: the repository's state


def _conflict(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit({"f": "side\n"}, "side")
    clone.commit({"g": "side\n"}, "side 2")
    clone.git("switch", "--quiet", "main")
    clone.commit({"f": "main\n"}, "main")


def _patch(clone: Clone) -> None:
    _conflict(clone)
    patch = clone.git("format-patch", "--stdout", "main..side")
    clone.write("../patch", patch + "\n")
    clone.git("am", "--quiet", "../patch", check=False)


STATES = {
    "merge": lambda c: (_conflict(c), c.git("merge", "side", check=False)),
    "rebase": lambda c: (_conflict(c), c.git("rebase", "side", check=False)),
    "rebase --apply": lambda c: (_conflict(c), c.git("rebase", "--apply", "side", check=False)),
    "cherry-pick": lambda c: (_conflict(c), c.git("cherry-pick", "side~1", check=False)),
    "cherry-pick of several": lambda c: (
        _conflict(c),
        c.git("cherry-pick", "side~1", "side", check=False),
        c.git("reset", "--quiet", "--hard"),
    ),
    "revert": lambda c: (
        c.commit({"f": "1"}), c.commit({"f": "2"}), c.git("revert", "HEAD~1", check=False)
    ),
    "revert of several": lambda c: (
        c.commit({"f": "1"}),
        c.commit({"f": "2"}),
        c.commit({"g": "3"}),
        c.git("revert", "HEAD~2", "HEAD~1", check=False),
        c.git("reset", "--quiet", "--hard"),
    ),
    "am": _patch,
    "bisect": lambda c: (_conflict(c), c.git("bisect", "start"), c.git("bisect", "bad")),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.case(48)
def test_in_the_middle_of_something_nothing_is_written(state: str, clone: Clone) -> None:
    STATES[state](clone)
    before = clone.state()
    with pytest.raises(RepositoryState) as caught:
        write(clone)
    assert caught.value.code == "E_UNDER_WAY"
    assert state.split()[0] in str(caught.value)
    assert clone.state() == before


def test_a_rebase_stopped_for_an_edit_is_refused(clone: Clone) -> None:
    """Here git itself would let the commit through, and `rebase --abort` would lose it."""
    clone.commit({"x": "1"})
    clone.git(
        "rebase", "--quiet", "--interactive", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i s/pick/edit/"
    )
    with pytest.raises(RepositoryState) as caught:
        write(clone)
    assert "rebase" in str(caught.value)


@pytest.mark.case(48)
def test_a_detached_head_is_refused(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--detach")
    with pytest.raises(RepositoryState) as caught:
        write(clone)
    assert caught.value.code == "E_DETACHED"


# What it refuses: the paths


def _unmerged(clone: Clone) -> None:
    clone.write(ONE, "stashed\n")
    clone.git("stash", "push", "--quiet")
    clone.commit({ONE: "committed\n"})
    clone.git("stash", "pop", "--quiet", check=False)


def _excluded(clone: Clone) -> None:
    clone.commit({"other/x": "x"})
    clone.git("sparse-checkout", "set", "other")


DIRTY = {
    "edited": (lambda c: c.write(ONE, "by hand\n"), "E_DIRTY"),
    "edited in the same second, same size": (lambda c: c.write(ONE, "id: XX-1\n"), "E_DIRTY"),
    "staged": (lambda c: (c.write(ONE, "by hand\n"), c.git("add", ONE)), "E_DIRTY"),
    "staged, and the file put back": (
        lambda c: (c.write(ONE, "by hand\n"), c.git("add", ONE), c.write(ONE, "id: SR-1\n")),
        "E_DIRTY",
    ),
    "deleted": (lambda c: (c.root / ONE).unlink(), "E_DIRTY"),
    "deletion staged": (lambda c: c.git("rm", "--quiet", ONE), "E_DIRTY"),
    "removed from the index": (lambda c: c.git("rm", "--quiet", "--cached", ONE), "E_DIRTY"),
    "untracked": (lambda c: c.write(NEW, "mine"), "E_DIRTY"),
    "ignored": (lambda c: (c.write(".gitignore", "*.yaml"), c.write(NEW, "mine")), "E_DIRTY"),
    "meant to be added": (lambda c: (c.write(NEW, "mine"), c.git("add", "-N", NEW)), "E_DIRTY"),
    "unmerged": (_unmerged, "E_DIRTY"),
    "assumed unchanged": (lambda c: c.git("update-index", "--assume-unchanged", ONE), "E_ASSUMED"),
    "assumed and edited": (
        lambda c: (c.git("update-index", "--assume-unchanged", ONE), c.write(ONE, "x")),
        "E_ASSUMED",
    ),
    "sparse": (_excluded, "E_SPARSE"),
    "a line ending conversion": (
        lambda c: (c.git("config", "core.autocrlf", "true"),
                   (c.root / ONE).unlink(), c.git("checkout", "--", ONE)),
        "E_CONVERTED",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DIRTY)
@pytest.mark.case(50)
def test_a_path_with_other_edits_is_refused(kind: str, clone: Clone) -> None:
    make, code = DIRTY[kind]
    make(clone)
    path = NEW if (clone.root / NEW).exists() else ONE
    before = clone.state()
    with pytest.raises(RepositoryState) as caught:
        write(clone, path)
    assert caught.value.code == code
    assert caught.value.path == path
    assert caught.value.hint
    assert clone.state() == before
    assert clone.litter() == []


@pytest.mark.case(50)
def test_edits_are_taken_in_when_asked(clone: Clone) -> None:
    clone.write(ONE, "by hand\n")
    clone.write(NEW, "untracked\n")
    with begin(clone.repo, dirty_ok=True) as tx:
        one, new = tx.read(ONE), tx.read(NEW)
        assert (one, new) == (b"by hand\n", b"untracked\n")
        tx.commit({ONE: b"by hand\nmore\n", NEW: new}, "SR-1: adopt")
    assert clone.paths_of() == [NEW, ONE]
    assert clone.git("status", "--porcelain") == ""


def test_putting_an_edited_file_back_as_it_was_needs_no_commit(clone: Clone) -> None:
    head = clone.head()
    clone.write(ONE, "by hand\n")
    with begin(clone.repo, dirty_ok=True) as tx:
        tx.read(ONE)
        assert tx.commit({ONE: b"id: SR-1\n"}, "x") is None
    assert clone.git("status", "--porcelain") == ""
    assert clone.head() == head


def test_a_failure_leaves_edits_that_were_to_be_taken_in(clone: Clone) -> None:
    clone.hook("pre-commit", "exit 1")
    clone.write(ONE, "staged by hand\n")
    clone.git("add", ONE)
    clone.write(ONE, "edited by hand\n")
    before = clone.state()
    with pytest.raises(GitFailed), begin(clone.repo, dirty_ok=True) as tx:
        tx.read(ONE)
        tx.commit({ONE: b"both\n", NEW: b"x"}, "x")
    assert clone.state() == before


def test_a_path_that_was_not_read_must_not_exist(clone: Clone) -> None:
    with pytest.raises(Changed) as caught, begin(clone.repo) as tx:
        tx.commit({ONE: b"x"}, "x")
    assert caught.value.code == "E_EXISTS"


@pytest.mark.parametrize("path", ["../x", ".git/hooks/post-commit", "/etc/x", "records/nul.yaml"])
def test_a_path_that_leads_elsewhere_is_refused(path: str, clone: Clone) -> None:
    with pytest.raises(FileRefused), begin(clone.repo) as tx:
        tx.commit({path: b"x"}, "x")


def test_links_are_refused(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (clone.root / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileRefused), begin(clone.repo) as tx:
        tx.commit({"linked/SR-1.yaml": b"x"}, "x")
    assert list((tmp_path / "elsewhere").iterdir()) == []


# What changes meanwhile


@pytest.mark.parametrize("moment", ["checked", "journalled", "prepared", "synced"])
@pytest.mark.case(40)
def test_an_editor_that_saves_meanwhile_keeps_its_text(moment: str, clone: Clone) -> None:
    head = clone.head()

    def save(step: str) -> None:
        if step == moment:
            clone.write(TWO, "by hand\n")
            clone.write(NEW, "by hand\n")

    with pytest.raises(Changed) as caught, begin(clone.repo, step=save) as tx:
        tx.read_many([ONE, TWO, NEW])
        tx.commit({ONE: b"1", TWO: b"2", NEW: b"3"}, "x")
    assert caught.value.code == "E_CHANGED"
    assert clone.head() == head
    assert (clone.read(ONE), clone.read(TWO), clone.read(NEW)) == (
        "id: SR-1\n",
        "by hand\n",
        "by hand\n",
    )
    assert clone.litter() == []
    write(clone)


def test_where_there_are_no_hard_links_an_existing_file_is_kept(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(_source: object, _target: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(replacing.os, "link", link)
    write(clone, NEW)
    assert clone.paths_of() == [NEW]

    def save(step: str) -> None:
        if step == "synced":
            clone.write("records/SR-4.yaml", "by hand\n")

    with pytest.raises(Changed), begin(clone.repo, step=save) as tx:
        tx.commit({"records/SR-4.yaml": b"x"}, "x")
    assert clone.read("records/SR-4.yaml") == "by hand\n"


def test_staging_by_somebody_else_meanwhile(clone: Clone) -> None:
    with pytest.raises(RepositoryState) as caught, begin(clone.repo) as tx:
        tx.read(ONE)
        clone.write(ONE, "by hand\n")
        clone.git("add", ONE)
        clone.write(ONE, "id: SR-1\n")
        tx.commit({ONE: b"x\n"}, "SR-1: x")
    assert caught.value.code == "E_DIRTY"
    assert clone.git("show", f":{ONE}") == "by hand"


def test_a_commit_by_somebody_else_meanwhile(clone: Clone) -> None:
    with begin(clone.repo) as tx:
        tx.read(ONE)
        clone.commit({"elsewhere": "x"}, "on another path")
        tx.commit({ONE: b"x\n"}, "SR-1: x")
    assert clone.git("log", "--format=%s", "-2").splitlines() == ["SR-1: x", "on another path"]
    with pytest.raises(Changed), begin(clone.repo) as tx:
        tx.read(ONE)
        clone.commit({ONE: "on the same path"}, "same")
        tx.commit({ONE: b"y\n"}, "SR-1: y")
    assert clone.read(ONE) == "on the same path"


# What git or its hooks do


@pytest.mark.case(63)
def test_a_hook_that_refuses_is_heard_and_everything_is_as_it_was(clone: Clone) -> None:
    messy(clone)
    clone.hook("pre-commit", "echo 'no, \033]0;title\007不行' >&2; exit 1")
    before = clone.state()
    with pytest.raises(GitFailed) as caught, begin(clone.repo) as tx:
        tx.read_many([ONE, TWO, NEW])
        tx.commit({ONE: b"1", TWO: None, NEW: b"3"}, "x")
    assert "no, \\x1b]0;title\\x07不行" in str(caught.value)
    assert clone.state() == before
    assert not (clone.root / "records/2024").exists()
    assert clone.litter() == []


def test_what_a_failing_hook_made_of_a_file_is_kept_aside(clone: Clone) -> None:
    """Hooks that mend files and then fail are common; the mended text is not thrown away."""
    clone.hook("pre-commit", f"echo mended >>{ONE}; exit 1")
    before = clone.state()
    with pytest.raises(GitFailed) as caught:
        write(clone)
    assert clone.state() == before
    kept = clone.root / ".git/svcdesk/aside/records_SR-1.yaml"
    assert kept.read_text() == "id: new\nmended\n"
    assert str(kept) in str(caught.value.hint)


def test_a_hook_that_changes_the_commit_is_reported(clone: Clone) -> None:
    clone.hook("pre-commit", f"echo mended >>{ONE}; git add {ONE}")
    with pytest.raises(GitFailed) as caught:
        write(clone)
    assert caught.value.code == "E_ALTERED"
    assert clone.git("show", f"HEAD:{ONE}") == "id: new\nmended"
    assert clone.litter() == []


def test_a_commit_message_hook_may_add_its_line(clone: Clone) -> None:
    clone.hook("commit-msg", "echo 'Change-Id: I1' >>$1")
    write(clone)
    assert clone.git("log", "-1", "--format=%B").splitlines()[-2:] == [
        next(line for line in clone.git("log", "-1", "--format=%B").splitlines() if "-Op" in line),
        "Change-Id: I1",
    ]


@pytest.mark.case(63)
def test_a_hooks_background_child_keeps_neither_us_nor_the_lock(clone: Clone) -> None:
    clone.hook("post-commit", "sleep 30 & echo $! >.git/child")
    write(clone)
    child = int((clone.root / ".git/child").read_text())
    try:
        with begin(clone.repo, wait=0):
            os.kill(child, 0)
    finally:
        os.kill(child, 9)


@pytest.mark.parametrize(("name", "done"), [("pre-commit", False), ("post-commit", True)])
@pytest.mark.case(63)
def test_a_hook_that_hangs_is_reported(
    name: str, done: bool, clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_commit, "COMMIT_TIMEOUT", 0.7)
    clone.hook(name, "echo $$ >.git/child; exec sleep 30")
    before = clone.state()
    try:
        if done:
            with begin(clone.repo) as tx:
                tx.read(ONE)
                assert tx.commit({ONE: b"x\n"}, "x") == clone.head()
                assert "hook" in str(tx.notes[-1]) or "answer" in str(tx.notes[-1])
            assert clone.paths_of() == [ONE]
        else:
            with pytest.raises(GitFailed) as caught:
                write(clone)
            assert caught.value.code == "E_TIMEOUT"
            assert clone.state() == before
        assert clone.litter() == []
    finally:
        os.kill(int((clone.root / ".git/child").read_text()), 9)
    (clone.root / ".git/hooks" / name).unlink()
    write(clone, TWO)


def test_no_identity_is_gits_own_refusal(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{role}_NAME")
        monkeypatch.delenv(f"GIT_{role}_EMAIL")
    clone.git("config", "user.useConfigOnly", "true")
    before = clone.state()
    with pytest.raises(GitFailed) as caught:
        write(clone, NEW)
    assert "user.email" in str(caught.value)
    assert clone.state() == before


# Locks of another git


@pytest.mark.case(51)
def test_a_stale_lock_is_named_and_never_removed(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_state, "FOREIGN_LOCK_WAIT", 0.2)
    lock = clone.write(".git/index.lock", "")
    before = clone.head(), clone.read(ONE)
    with pytest.raises(Busy) as caught:
        write(clone)
    assert str(lock) in str(caught.value)
    assert lock.exists()
    assert (clone.head(), clone.read(ONE)) == before
    lock.unlink()
    write(clone)


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
def test_a_lock_that_goes_in_time_is_waited_for(name: str, clone: Clone) -> None:
    lock = clone.write(f".git/{name}", "")
    helper = subprocess.Popen(["sh", "-c", 'sleep 0.3; rm "$1"', "-", str(lock)])
    write(clone)
    helper.wait()
    assert clone.paths_of() == [ONE]


def test_a_lock_that_comes_at_the_last_moment_is_waited_for(clone: Clone) -> None:
    helpers = []

    def take(step: str) -> None:
        if step == "committing":
            lock = clone.write(".git/index.lock", "")
            helpers.append(subprocess.Popen(["sh", "-c", 'sleep 0.3; rm "$1"', "-", str(lock)]))

    with begin(clone.repo, step=take) as tx:
        tx.read(ONE)
        tx.commit({ONE: b"x\n"}, "x")
    helpers[0].wait()
    assert clone.paths_of() == [ONE]


# Interruptions inside this process (those from outside: tests/faults)

STEPS = [
    "journalled", "prepared", "synced", "swapped", "added", "committing", "committed", "verified",
    "finished",
]  # fmt: skip


@pytest.mark.parametrize("moment", STEPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left"), SystemExit])
@pytest.mark.case(52)
def test_broken_off_at_any_step_it_is_whole_or_was_not(
    moment: str, error: BaseException, clone: Clone
) -> None:
    messy(clone)
    mine, before = users(clone), clone.state()

    def stop(step: str) -> None:
        if step == moment:
            raise error

    outcome = ""
    try:
        with begin(clone.repo, step=stop) as tx:
            tx.read_many([ONE, TWO, NEW])
            outcome = tx.commit({ONE: b"1\n", TWO: None, NEW: b"3\n"}, "x") or ""
    except (KeyboardInterrupt, SystemExit, SvcdeskError):
        pass
    assert users(clone) == mine
    assert clone.litter() == []
    if STEPS.index(moment) >= STEPS.index("committed"):
        assert clone.paths_of() == [NEW, ONE, TWO]
        assert clone.git("status", "--porcelain", "--", "records") == ""
    else:
        assert outcome == ""
        assert clone.state() == before
    write(clone, "records/SR-5.yaml")


@pytest.mark.parametrize("where", ["fsync", "link", "open"])
@pytest.mark.parametrize("at", range(6))
@pytest.mark.case(53)
def test_a_disk_that_fails_once(
    where: str, at: int, clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = clone.state()
    ordinary = getattr(os, where)
    calls = []

    def fail(*args: object, **more: object) -> object:
        calls.append(args)
        if len(calls) == at + 1:
            raise OSError(5, "Input/output error", "somewhere")
        return ordinary(*args, **more)

    failed = False
    tx = begin(clone.repo)
    with tx:
        tx.read_many([ONE, TWO, NEW])
        monkeypatch.setattr(os, where, fail)
        try:
            tx.commit({ONE: b"1\n", TWO: None, NEW: b"3\n"}, "x")
        except SvcdeskError as error:
            failed = True
            assert error.exit_code == 3
        monkeypatch.setattr(os, where, ordinary)
    if failed:
        assert clone.state() == before
    else:
        assert clone.paths_of() == [NEW, ONE, TWO]
    assert clone.litter() == []


# Several at once


WRITER = """
import sys
from pathlib import Path
from svcdesk.store.git import discover
from svcdesk.store.transaction import begin
who, count = sys.argv[1], int(sys.argv[2])
for turn in range(count):
    with begin(discover(Path.cwd())) as tx:
        shared = tx.read("records/shared.yaml") or b""
        tx.commit(
            {"records/shared.yaml": shared + f"{who}-{turn}\\n".encode(),
             f"records/{who}/SR-{turn}.yaml": who.encode()},
            f"{who}: {turn}",
        )
"""


@pytest.mark.case(54)
def test_eight_writers_lose_nothing(clone: Clone) -> None:
    """`SVCDESK_WRITES=25` makes it the long run."""
    before = messy(clone)
    start = clone.head()
    turns = int(os.environ.get("SVCDESK_WRITES", "6"))
    env = os.environ | {"PYTHONPATH": SRC}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"w{n}", str(turns)], cwd=clone.root, env=env
        )
        for n in range(8)
    ]
    assert [writer.wait() for writer in writers] == [0] * 8
    lines = clone.read("records/shared.yaml").splitlines()
    assert sorted(lines) == sorted(f"w{n}-{turn}" for n in range(8) for turn in range(turns))
    commits = clone.git("rev-list", f"{start}..HEAD").splitlines()
    assert len(commits) == 8 * turns
    for commit in commits:
        who, turn = clone.git("log", "-1", "--format=%s", commit).split(": ")
        assert clone.paths_of(commit) == sorted(
            ["records/shared.yaml", f"records/{who}/SR-{turn}.yaml"]
        )
    assert users(clone) == before
    assert clone.litter() == []
    assert clone.git("fsck", "--no-dangling") == ""


def test_discovering_does_not_need_the_lock(clone: Clone) -> None:
    with begin(clone.repo):
        assert discover(clone.root).head == clone.head()
