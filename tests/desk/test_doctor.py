"""What the doctor sees, and what can be done about a write that broke off."""

from __future__ import annotations

import pytest
from desk_helpers import new_request

from svcdesk.desk.doctoring import Diagnosis, finish, fix, undo
from svcdesk.errors import RepositoryState
from svcdesk.model.finding import Severity
from svcdesk.testing import Sandbox, act_as


def said(diagnosis: Diagnosis, name: str) -> list[str]:
    return [str(one.message) for one in diagnosis.signs if one.name == name]


def weights(diagnosis: Diagnosis, name: str) -> set[Severity | None]:
    return {one.weight for one in diagnosis.signs if one.name == name}


def test_a_desk_in_order_is_healthy(desk: Sandbox) -> None:
    new_request(desk)
    head = desk.git("rev-parse", "HEAD")
    diagnosis = desk.open().examine()
    assert diagnosis.healthy
    assert not diagnosis.pending
    assert "engineer-1" in said(diagnosis, "identity")[0]
    assert "format 1" in said(diagnosis, "desk")[0]
    assert said(diagnosis, "git")[0].startswith("git 2.")
    assert desk.git("rev-parse", "HEAD") == head
    assert desk.status() == ""


def test_a_stranger_is_told(desk: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    act_as(monkeypatch, "stranger")
    assert weights(desk.open().examine(), "identity") == {Severity.WARNING}


def test_a_missing_identity_hides_nothing_else(
    desk: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_AUTHOR_EMAIL")
    diagnosis = desk.open().examine()
    assert not diagnosis.healthy
    assert said(diagnosis, "desk")
    assert said(diagnosis, "repository")


def test_a_merge_under_way(desk: Sandbox) -> None:
    (desk.root / ".git" / "MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD"))
    assert weights(desk.open().examine(), "repository") == {Severity.ERROR}


def test_attributes_that_are_missing_are_put_back(desk: Sandbox) -> None:
    desk.write(".gitattributes", "/records/attachments/** -text\n")
    desk.commit("attributes")
    diagnosis = desk.open().examine()
    assert Severity.WARNING in weights(diagnosis, "attributes")
    assert fix(desk.open()).made == (".gitattributes",)
    assert desk.open().examine().healthy
    assert desk.touched() == [".gitattributes"]


@pytest.mark.parametrize("attribute", ["filter=lfs", "eol=crlf", "working-tree-encoding=UTF-16"])
def test_attributes_that_change_records(desk: Sandbox, attribute: str) -> None:
    text = desk.read(".gitattributes")
    desk.write(".gitattributes", f"{text}/records/**/*.yaml {attribute}\n")
    diagnosis = desk.open().examine()
    assert Severity.ERROR in weights(diagnosis, "attributes")
    assert attribute in " ".join(said(diagnosis, "attributes"))


def test_a_shallow_clone_is_noted(desk: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> None:
    new_request(desk)
    clone = tmp_path_factory.mktemp("clones") / "clone"
    desk.git("clone", "--quiet", "--depth=1", desk.root.as_uri(), str(clone))
    diagnosis = Sandbox(clone, desk.clock).open().examine()
    assert weights(diagnosis, "shallow") == {Severity.NOTE}
    assert "origin" in said(diagnosis, "remotes")[0]
    assert desk.root.as_uri() not in " ".join(said(diagnosis, "remotes"))


def test_a_lock_left_by_git(desk: Sandbox) -> None:
    (desk.root / ".git" / "index.lock").touch()
    diagnosis = desk.open().examine()
    assert weights(diagnosis, "leftovers") == {Severity.WARNING}
    assert "index.lock" in said(diagnosis, "leftovers")[0]


def test_somebody_who_is_writing(desk: Sandbox) -> None:
    from svcdesk.store import lock

    with lock.acquire(desk.root / ".git", 0):
        diagnosis = desk.open().examine()
    assert weights(diagnosis, "lock") == {Severity.NOTE}
    assert diagnosis.healthy


@pytest.fixture
def broken_off(desk: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """A move that was stopped before its commit, and an edit by somebody since then."""
    from svcdesk.store import transaction

    record_id = new_request(desk)
    with monkeypatch.context() as patch:

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(transaction.git_commit, "commit", stop)
        patch.setattr(transaction, "settle", stop)
        with pytest.raises(KeyboardInterrupt):
            desk.open().move([record_id], "start")
    desk.edit(record_id, "生产系统无法登录", "生产系统打不开")
    return record_id


def test_an_unfinished_write_can_be_finished(desk: Sandbox, broken_off: str) -> None:
    diagnosis = desk.open().examine()
    assert diagnosis.pending
    assert not diagnosis.healthy
    assert any("not finished" in line for line in said(diagnosis, "unfinished"))
    with pytest.raises(RepositoryState) as caught:
        desk.open().move([broken_off], "start")
    assert caught.value.code == "E_UNFINISHED"
    finish(desk.open())
    assert desk.open().load(broken_off).record.status == "in_progress"
    assert not desk.open().examine().pending


def test_an_unfinished_write_can_be_undone(desk: Sandbox, broken_off: str) -> None:
    undo(desk.open())
    assert desk.open().load(broken_off).record.status == "new"
    assert not desk.open().examine().pending
    desk.git("restore", ".")
    desk.open().move([broken_off], "start")
