"""History as GitPython brings it, with the repository that we found and no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from git_clone import Clone, empty

from svcdesk.errors import GitFailed, UsageError
from svcdesk.store import git_history
from svcdesk.store.git_message import compose_message


def test_the_commits_of_a_path(clone: Clone) -> None:
    message = compose_message("SR-1: 开始", "说明", [("Svcdesk-Record", "SR-1")])
    second = clone.commit({"records/SR-1.yaml": "a\nb\n"}, message)
    clone.commit({"records/SR-2.yaml": "c\n"}, "other")
    newest, oldest = git_history.log(clone.repo, "records/SR-1.yaml")
    assert (newest.id, newest.subject) == (second, "SR-1: 开始")
    assert (newest.author, newest.email) == ("engineer-1", "engineer-1@example.org")
    assert newest.trailer("svcdesk-record") == ("SR-1",)
    assert newest.parents == (oldest.id,)
    assert newest.authored.tzinfo is not None
    assert [one.subject for one in git_history.log(clone.repo)] == ["other", "SR-1: 开始", "start"]
    assert git_history.log(clone.repo, limit=1)[0].subject == "other"
    assert git_history.log(clone.repo, grep="开始")[0].id == second
    assert git_history.log(clone.repo, revision="HEAD~2")[0].subject == "start"


def test_between_and_last_change(clone: Clone) -> None:
    first = clone.head()
    second = clone.commit({"records/SR-1.yaml": "x\n"}, "second")
    assert [one.id for one in git_history.between(clone.repo, first)] == [second]
    assert len(git_history.between(clone.repo, None)) == 2
    found = git_history.last_change(clone.repo, "records/SR-1.yaml")
    assert found is not None
    assert found.id == second
    assert git_history.last_change(clone.repo, "none") is None


def test_the_commit_of_each_line(clone: Clone) -> None:
    first = clone.commit({"records/SR-1.yaml": "a\nb\n"})
    second = clone.commit({"records/SR-1.yaml": "a\nB\n"})
    clone.write("records/SR-1.yaml", "a\nB\nnew\n")
    lines = git_history.blame(clone.repo, "records/SR-1.yaml")
    assert [(one.line, one.commit, one.text) for one in lines] == [
        (1, first, "a"),
        (2, second, "B"),
        (3, None, "new"),
    ]


def test_no_history_and_no_such_revision(unborn: Clone, tmp_path: Path) -> None:
    assert git_history.log(unborn.repo) == ()
    other = empty(tmp_path / "x")
    other.commit({"a": "b"})
    with pytest.raises(GitFailed):
        git_history.log(other.repo, revision="nowhere")
    with pytest.raises(UsageError):
        git_history.log(other.repo, revision=f"--output={tmp_path}/written")


@pytest.mark.case(47)
def test_inside_another_repositorys_hook(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = empty(tmp_path / "other")
    other.commit({"x": "y"}, "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_COMMON_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert [one.subject for one in git_history.log(clone.repo)] == ["start"]
    import os

    assert os.environ["GIT_DIR"] == str(other.root / ".git")


def test_ordinary_writing_does_not_import_it(clone: Clone) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from svcdesk.store.git import discover\n"
        "from svcdesk.store.transaction import begin\n"
        "with begin(discover(Path.cwd())) as tx:\n"
        "    tx.read('records/SR-1.yaml')\n"
        "    tx.commit({'records/SR-1.yaml': b'x'}, 'SR-1: x')\n"
        "assert not {'git', 'gitdb'} & set(sys.modules), 'GitPython is on the way of a write'\n"
    )
    src = str(Path(git_history.__file__).parents[2])
    subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {src!r})\n{script}"],
                   cwd=clone.root, check=True)  # fmt: skip
