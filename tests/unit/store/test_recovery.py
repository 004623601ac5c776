"""What the next write makes of one that was stopped, and what a person may decide."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from git_clone import Clone

from svcdesk.errors import Busy, RepositoryState
from svcdesk.store import git_state, journal, transaction
from svcdesk.store.recovery import finish, inspect, undo
from svcdesk.store.snapshot import consistent, overlay
from svcdesk.store.transaction import begin

ONE, TWO, NEW = "records/SR-1.yaml", "records/SR-2.yaml", "records/2024/SR-3.yaml"
SRC = str(Path(transaction.__file__).parents[2])

# Dies at a step (`swapped:2`: the second time), after having changed two records and made one.
VICTIM = f"""
import os, signal, sys
sys.path.insert(0, {SRC!r})
from pathlib import Path
from svcdesk.store.git import discover
from svcdesk.store.transaction import begin
moment, _, turn = sys.argv[1].partition(":")
left = [int(turn or 1)]
def die(step):
    if step == moment:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
with begin(discover(Path.cwd()), op="op-1", step=die) as tx:
    tx.read_many([{ONE!r}, {TWO!r}, {NEW!r}])
    tx.commit({{{ONE!r}: b"1\\n", {TWO!r}: b"2\\n", {NEW!r}: b"3\\n"}}, "SR-1: three",
              no_commit="no_commit" in sys.argv)
"""


def stopped(clone: Clone, moment: str, *more: str) -> None:
    """Leave the repository as a writer leaves it that is killed at that step."""
    answer = subprocess.run(
        [sys.executable, "-c", VICTIM, moment, *more], cwd=clone.root, check=False
    )
    assert answer.returncode == -signal.SIGKILL


def follow(clone: Clone) -> list[str]:
    """Begin the next write, and answer what it says."""
    with begin(clone.repo, wait=10) as tx:
        return [str(note) for note in tx.notes]


def contents(clone: Clone) -> list[str | None]:
    places = [clone.root / path for path in (ONE, TWO, NEW)]
    return [place.read_text() if place.exists() else None for place in places]


OLD = ["id: SR-1\n", "id: SR-2\n", None]
WRITTEN = ["1\n", "2\n", "3\n"]
BEFORE_THE_COMMIT = [
    "journalled", "prepared", "prepared:2", "synced", "swapped:1", "swapped:2", "swapped:3",
    "added", "committing",
]  # fmt: skip


@pytest.mark.parametrize("moment", BEFORE_THE_COMMIT)
def test_before_the_commit_everything_is_taken_back(moment: str, clone: Clone) -> None:
    before = clone.state()
    stopped(clone, moment)
    [note] = follow(clone)
    assert "SR-1: three" in note
    assert "taken back" in note
    assert clone.state() == before
    assert contents(clone) == OLD
    assert not (clone.root / "records/2024").exists()
    assert clone.litter() == []
    assert follow(clone) == []


@pytest.mark.parametrize("moment", ["committed", "verified"])
def test_after_the_commit_it_is_done(moment: str, clone: Clone) -> None:
    start = clone.head()
    stopped(clone, moment)
    [note] = follow(clone)
    assert "it is done" in note
    assert clone.git("rev-list", f"{start}..HEAD").split() == [clone.head()]
    assert contents(clone) == WRITTEN
    assert clone.git("status", "--porcelain") == ""
    assert clone.litter() == []


def test_a_git_killed_between_branch_and_index_is_completed(clone: Clone) -> None:
    """`git commit` moves the branch first and puts the new index in place after that."""
    clone.hook("reference-transaction", '[ "$1" = committed ] && kill -9 $PPID; exit 0')
    with begin(clone.repo, op="op-1") as tx:
        tx.read_many([ONE, TWO, NEW])
        commit = tx.commit({ONE: b"1\n", TWO: None, NEW: b"3\n"}, "SR-1: three")
        assert any("committed, but" in str(note) for note in tx.notes)
    assert commit == clone.head()
    assert clone.paths_of() == [NEW, ONE, TWO]
    assert clone.git("status", "--porcelain") == ""
    assert clone.litter() == []


def test_a_git_killed_before_the_branch_moves_is_taken_back(clone: Clone) -> None:
    before = clone.state()
    clone.hook("pre-commit", "kill -9 $PPID")
    stopped_by_git = None
    try:
        with begin(clone.repo) as tx:
            tx.read_many([ONE, NEW])
            tx.commit({ONE: b"1\n", NEW: b"3\n"}, "x")
    except Exception as error:
        stopped_by_git = error
    assert stopped_by_git is not None
    assert clone.state() == before
    assert clone.litter() == []


def test_a_retry_finds_what_the_stopped_one_did(clone: Clone) -> None:
    stopped(clone, "committed")
    with begin(clone.repo, op="op-1") as tx:
        assert tx.earlier() == clone.head()


def test_work_that_the_user_did_meanwhile_stays(clone: Clone) -> None:
    stopped(clone, "swapped:2")
    clone.write("staged", "x")
    clone.git("add", "staged")
    clone.write("untracked", "x")
    clone.commit({"other": "x"}, "on another path")
    follow(clone)
    assert contents(clone) == OLD
    assert clone.git("log", "-1", "--format=%s") == "on another path"
    assert clone.litter() == []


def test_an_edit_of_such_a_path_is_left_for_a_person(clone: Clone) -> None:
    stopped(clone, "swapped:2")
    clone.write(TWO, "by hand\n")
    for _ in range(2):
        with pytest.raises(RepositoryState) as caught:
            follow(clone)
        assert caught.value.code == "E_UNFINISHED"
        assert caught.value.path == TWO
        assert "doctor --finish" in str(caught.value.hint)
        assert contents(clone) == ["id: SR-1\n", "by hand\n", None]


@pytest.mark.case(56)
def test_a_human_commit_of_half_of_it_is_left_for_a_person(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    clone.git("commit", "--quiet", "--all", "--message", "all that is there")
    head = clone.head()
    with pytest.raises(RepositoryState) as caught:
        follow(clone)
    assert caught.value.code == "E_UNFINISHED"
    assert clone.head() == head
    assert contents(clone) == ["1\n", *OLD[1:]]


def test_a_human_commit_of_all_of_it_is_the_write(clone: Clone) -> None:
    stopped(clone, "swapped:3")
    clone.git("add", "records")
    clone.git("commit", "--quiet", "--message", "all of it")
    assert "it is done" in follow(clone)[0]
    assert contents(clone) == WRITTEN
    assert clone.litter() == []


def test_finish_writes_it_and_keeps_what_stood_in_the_way(clone: Clone) -> None:
    stopped(clone, "swapped:2")
    clone.write(TWO, "by hand\n")
    report = inspect(clone.repo)
    assert report.pending
    assert f"{TWO} holds something else" in map(str, report.lines)
    done = finish(clone.repo)
    assert not done.pending
    assert contents(clone) == WRITTEN
    assert clone.paths_of() == [NEW, ONE, TWO]
    assert "Svcdesk-Op: op-1" in clone.git("log", "-1", "--format=%B")
    assert (clone.root / ".git/svcdesk/aside/records_SR-2.yaml").read_text() == "by hand\n"
    assert any("aside" in str(line) for line in done.lines)
    assert clone.litter() == []
    assert follow(clone) == []
    assert str(finish(clone.repo).lines[0]) == "there is no unfinished write"


def test_undo_takes_it_back_and_keeps_what_stood_in_the_way(clone: Clone) -> None:
    before = clone.state()
    stopped(clone, "swapped:2")
    clone.write(TWO, "by hand\n")
    undo(clone.repo)
    assert clone.state() == before
    assert (clone.root / ".git/svcdesk/aside/records_SR-2.yaml").read_text() == "by hand\n"
    assert clone.litter() == []
    assert not inspect(clone.repo).pending


def test_finish_after_a_human_commit_of_half_of_it(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    clone.git("commit", "--quiet", "--all", "--message", "all that is there")
    finish(clone.repo)
    assert contents(clone) == WRITTEN
    assert clone.paths_of() == [NEW, TWO]
    assert clone.git("status", "--porcelain") == ""


def test_undo_after_a_human_commit_of_half_of_it(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    clone.git("commit", "--quiet", "--all", "--message", "all that is there")
    report = undo(clone.repo)
    assert any(ONE in str(line) and "left" in str(line) for line in report.lines)
    assert contents(clone) == ["1\n", *OLD[1:]]
    assert clone.git("status", "--porcelain") == ""


def test_without_need_of_a_decision_both_do_what_recovery_does(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    assert "taken back" in str(finish(clone.repo).lines[-1])
    assert contents(clone) == OLD


@pytest.mark.parametrize(("moment", "kept"), [("swapped:2", OLD), ("swapped:3", WRITTEN)])
def test_a_write_without_commit_is_whole_or_taken_back(
    moment: str, kept: list[str | None], clone: Clone
) -> None:
    head = clone.head()
    stopped(clone, moment, "no_commit")
    follow(clone)
    assert contents(clone) == kept
    assert clone.head() == head
    assert clone.litter() == []


def test_in_the_middle_of_a_merge_nothing_is_recovered(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    (clone.root / ".git/MERGE_HEAD").write_text(clone.head())
    with pytest.raises(RepositoryState) as caught:
        follow(clone)
    assert caught.value.code == "E_UNDER_WAY"
    assert contents(clone)[0] == "1\n"
    (clone.root / ".git/MERGE_HEAD").unlink()
    follow(clone)
    assert contents(clone) == OLD


def test_each_worktree_has_its_own_journal(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "--quiet", str(tmp_path / "side"))
    side = Clone(tmp_path / "side")
    stopped(side, "swapped:1")
    assert follow(clone) == []
    assert contents(side)[0] == "1\n"
    follow(side)
    assert contents(side) == OLD


# Locks of git


@pytest.mark.case(51)
def test_locks_that_our_dead_git_left_are_moved_aside(clone: Clone) -> None:
    stopped(clone, "committing")
    for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock", "next-index-4194303.lock"):
        clone.write(f".git/{name}", "half")
    notes = follow(clone)
    assert clone.litter() == []
    assert contents(clone) == OLD
    assert (clone.root / ".git/svcdesk/aside/index.lock").read_text() == "half"
    assert sum("aside" in note for note in notes) == 3


def test_a_lock_older_than_the_journal_is_somebody_elses(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_state, "FOREIGN_LOCK_WAIT", 0.1)
    stopped(clone, "added")
    lock = clone.write(".git/index.lock", "")
    os.utime(lock, (1, 1))
    with pytest.raises(Busy) as caught:
        follow(clone)
    assert str(lock) in str(caught.value)
    lock.unlink()
    follow(clone)
    assert contents(clone) == OLD


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="asks /proc who is alive")
def test_a_lock_beside_a_living_git_stays(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_state, "FOREIGN_LOCK_WAIT", 0.1)
    stopped(clone, "added")
    lock = clone.write(".git/index.lock", "")
    living = subprocess.Popen(
        ["git", "hash-object", "--stdin"], cwd=clone.root, stdin=subprocess.PIPE
    )
    with pytest.raises(Busy):
        follow(clone)
    assert lock.exists()
    living.communicate()
    follow(clone)
    assert contents(clone) == OLD
    assert clone.litter() == []


def test_without_a_journal_nothing_is_touched(clone: Clone) -> None:
    lock = clone.write(".git/index.lock", "")
    assert follow(clone) == []
    assert lock.exists()
    report = inspect(clone.repo)
    assert not report.pending
    assert str(lock) in str(report.lines[0])


def test_a_git_that_outlives_its_svcdesk_is_waited_for(clone: Clone) -> None:
    """Its parent is killed while the hook runs; the next writer must not judge before it ends."""
    clone.hook("pre-commit", "kill -9 $SVCDESK; sleep 0.5")
    script = f"export SVCDESK=$$; exec {sys.executable} - committed"
    answer = subprocess.run(
        ["sh", "-c", script], cwd=clone.root, input=VICTIM.encode(), check=False
    )
    assert answer.returncode == -signal.SIGKILL
    assert any("it is done" in note for note in follow(clone))
    assert clone.paths_of() == [NEW, ONE, TWO]
    assert contents(clone) == WRITTEN
    assert clone.litter() == []


# The journal itself


def test_a_damaged_journal_is_not_obeyed(clone: Clone) -> None:
    stopped(clone, "swapped:1")
    place = clone.root / ".git/svcdesk/journal"
    for text in (place.read_bytes()[:-1], b"", b"{}\n", b'{"format": "svcdesk-journal 2"}\n'):
        place.write_bytes(text)
        with pytest.raises(RepositoryState) as caught:
            follow(clone)
        assert caught.value.code == "E_JOURNAL"
        assert contents(clone)[0] == "1\n"


def test_a_journal_that_leads_elsewhere_is_not_obeyed(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("2")
    entry = journal.Entry("../victim", b"1", b"2")
    journal.write(clone.root / ".git", journal.Journal("op", clone.head(), "x", True, (entry,)))
    with pytest.raises(RepositoryState, match="cannot be read"):
        follow(clone)
    assert (tmp_path / "victim").read_text() == "2"


def test_a_journal_comes_back_as_it_was_written(tmp_path: Path) -> None:
    entries = (
        journal.Entry("a", b"\x00\n", None, "1" * 40, ("100644", "1" * 40)),
        journal.Entry("工单", None, b""),
        journal.Entry("c", b"x" * 100_000, b"y"),
    )
    written = journal.Journal(
        "op", None, "主题\n", True, entries, {"GIT_AUTHOR_NAME": "李*"}, ("d",)
    )
    journal.write(tmp_path, written)
    assert journal.read(tmp_path) == written
    raw = (tmp_path / "svcdesk/journal").read_bytes()
    assert json.loads(raw.partition(b"\n")[0])["op"] == "op"
    journal.remove(tmp_path)
    assert journal.read(tmp_path) is None
    assert journal.read(tmp_path / "nowhere") is None


# Readers beside a writer


def read_all(clone: Clone, old: dict[str, bytes | None] | None = None) -> list[str | None]:
    shown: list[str | None] = []
    for path in (ONE, TWO, NEW):
        place = clone.root / path
        data = place.read_bytes() if place.exists() else None
        if old is not None and path in old:
            data = old[path]
        shown.append(None if data is None else data.decode())
    return shown


@pytest.mark.case(55)
def test_a_reader_sees_all_of_a_write_or_nothing(clone: Clone) -> None:
    seen: list[tuple[str, list[str | None]]] = []

    def look(step: str) -> None:
        seen.append((step, consistent(clone.repo, lambda old: read_all(clone, dict(old)))))

    with begin(clone.repo, step=look) as tx:
        tx.read_many([ONE, TWO, NEW])
        tx.commit({ONE: b"1\n", TWO: b"2\n", NEW: b"3\n"}, "x")
    assert all(shown in (OLD, WRITTEN) for _, shown in seen)
    shown = dict(seen)
    assert shown["swapped"] == shown["committing"] == OLD
    assert shown["committed"] == shown["released"] == WRITTEN


def test_a_reader_that_a_write_passes_by_reads_again(clone: Clone) -> None:
    turns = []

    def read(old: dict[str, bytes | None]) -> list[str | None]:
        first = read_all(clone, old)[:1]
        if not turns:
            with begin(clone.repo) as tx:
                tx.read_many([ONE, TWO, NEW])
                tx.commit({ONE: b"1\n", TWO: b"2\n", NEW: b"3\n"}, "x")
        turns.append(1)
        return first + read_all(clone, old)[1:]

    assert consistent(clone.repo, lambda old: read(dict(old))) == WRITTEN
    assert len(turns) == 2


def test_what_a_stopped_write_left_is_read_as_it_was(clone: Clone) -> None:
    stopped(clone, "swapped:2")
    assert read_all(clone) == ["1\n", "2\n", None]
    assert read_all(clone, overlay(clone.repo)) == OLD
    clone.write(ONE, "by hand\n")
    assert read_all(clone, overlay(clone.repo)) == ["by hand\n", *OLD[1:]]
    clone.write(ONE, "1\n")
    follow(clone)
    assert overlay(clone.repo) == {}
