"""`show --rev` and `log --rev`: records as a commit has them, whatever the working tree holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from desk_helpers import new_request
from tests.commands.command_runner import svcdesk

from svcdesk.desk.revision import DeskAt
from svcdesk.errors import FileRefused, NotADesk, NotFound, SvcdeskError, UsageError
from svcdesk.store import git_objects
from svcdesk.testing import Sandbox


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


def test_a_record_is_shown_as_a_commit_has_it(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "assign", {"assignee": "engineer-1"})
    desk.edit(request_id, "生产系统无法登录", "另一段文字")
    desk.git("tag", "before", "HEAD~1")
    for revision in ("HEAD~1", "before", desk.git("rev-parse", "HEAD~1").strip()):
        view = DeskAt(desk.open(), revision).show("001")
        assert view.record.status == "new"
        assert view.record.get("description") == "生产系统无法登录"
    assert [one.step.event.do for one in DeskAt(desk.open(), "HEAD~1").log("001")] == ["submit"]
    assert DeskAt(desk.open(), "HEAD").show("001").record.status == "assigned"


def test_kinds_and_people_are_those_of_the_commit(desk: Sandbox, request_id: str) -> None:
    desk.edit("records/people.yaml", "  - id: engineer-1\n", "  - id: engineer-9\n")
    desk.write("schemas/request.schema.json", "{")
    desk.commit("broken")
    view = DeskAt(desk.open(), "HEAD~1").show(request_id)
    assert view.record.id == request_id
    assert DeskAt(desk.open(), "HEAD~1").people.get("engineer-1") is not None
    with pytest.raises(SvcdeskError):
        DeskAt(desk.open(), "HEAD").show(request_id)


def test_a_record_deleted_since_is_still_shown(desk: Sandbox, request_id: str) -> None:
    (desk.root / desk.path_of(request_id)).unlink()
    desk.commit("gone")
    assert DeskAt(desk.open(), "HEAD^").show("001").record.id == request_id
    with pytest.raises(NotFound):
        DeskAt(desk.open(), "HEAD").show("001")


def test_links_and_large_files_of_a_commit_are_not_read(desk: Sandbox, request_id: str) -> None:
    path = desk.path_of(request_id)
    desk.write(path, "#" * (1 << 21))
    desk.commit("large")
    with pytest.raises(FileRefused) as caught:
        DeskAt(desk.open(), "HEAD").show(request_id)
    assert caught.value.code == "E_SIZE"
    (desk.root / path).unlink()
    (desk.root / path).symlink_to("/etc/passwd")
    desk.commit("a link")
    with pytest.raises(FileRefused) as caught:
        DeskAt(desk.open(), "HEAD").show(request_id)
    assert caught.value.code == "E_NOT_REGULAR"


def test_a_list_is_of_the_commit_and_so_is_what_is_owed(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk, title="打印机卡纸")
    desk.open().move([request_id], "classify", {"priority": "P1"})
    desk.git("tag", "before")
    desk.open().move([request_id], "assign", {"assignee": "engineer-1"})
    due = {row.record.id: row.due for row in DeskAt(desk.open(), "before").find().rows}
    (desk.root / desk.path_of(other)).unlink()
    for path in (desk.root / "records/policies").iterdir():
        path.write_text(re.sub(r"duration: \d+", "duration: 999", path.read_text("utf-8")), "utf-8")
    desk.write("records/policies/odd.yaml", "{")
    desk.commit("another policy, and a record less")
    then = DeskAt(desk.open(), "before")
    listing = then.find()
    assert {row.record.id for row in listing.rows} == {request_id, other}
    assert {row.record.id: row.due for row in listing.rows} == due
    assert all(due.values()), due
    assert "odd" not in then.sla.policy_names()
    assert [row.record.id for row in then.find("assignee:engineer-1").rows] == []
    assert [row.record.id for row in then.find("卡纸").rows] == [other]
    assert [row.record.id for row in then.find(kind="request", limit=1).rows]
    [left] = DeskAt(desk.open(), "HEAD").find().rows
    assert left.due not in (None, due[request_id])


def test_a_list_names_what_a_commit_cannot_show(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    link = desk.root / desk.path_of(request_id)
    desk.write(desk.path_of(other), "a: [")
    link.unlink()
    link.symlink_to("/etc/passwd")
    desk.commit("odd")
    listing = DeskAt(desk.open(), "HEAD").find()
    assert {one.record_id for one in listing.unreadable} == {request_id, other}
    done = svcdesk(desk.root, "list", "--rev", "HEAD")
    assert done.code == 5
    before = svcdesk(desk.root, "list", "--rev", "HEAD~1", "--format", "ids")
    assert sorted(before.out.split()) == sorted([request_id, other])


def test_records_of_a_commit_are_read_together(
    desk: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        new_request(desk)
    asked: list[int] = []
    contents = git_objects.contents

    def counted(root: Path, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        wanted = list(ids)
        asked.append(len(wanted))
        return contents(root, wanted)

    monkeypatch.setattr(git_objects, "contents", counted)
    assert len(DeskAt(desk.open(), "HEAD").find().rows) == 3
    assert len(asked) == 2, "one for the desk's own files, one for the records"


def test_a_record_renumbered_later_is_found_by_both_numbers(desk: Sandbox, request_id: str) -> None:
    desk.git("tag", "before")
    done = desk.open().renumber(request_id)
    now = done.changes[0].record.id
    assert now != request_id
    assert DeskAt(desk.open(), "before").show(now).record.id == request_id
    assert DeskAt(desk.open(), "before").show(request_id).record.id == request_id
    steps = [one.step.event.do for one in desk.open().log(now)]
    assert steps == ["submit", "renumber"]


@pytest.mark.case(41)
@pytest.mark.parametrize("revision", ["--output=x", "HEAD:records", "a..b", "@{-1}", "$(id)", ""])
def test_what_is_no_revision_is_refused(desk: Sandbox, request_id: str, revision: str) -> None:
    with pytest.raises(UsageError):
        DeskAt(desk.open(), revision)


def test_a_commit_without_a_desk_says_so(desk: Sandbox) -> None:
    desk.git("rm", "--quiet", "-r", "--cached", "records")
    desk.git("commit", "--quiet", "--message", "no desk")
    with pytest.raises(NotADesk):
        DeskAt(desk.open(), "HEAD").show("001")


def test_the_command_shows_it_and_knows_no_other_revision(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "assign", {"assignee": "engineer-1"})
    for verb in ("show", "log"):
        then = svcdesk(desk.root, verb, "001", "--rev", "HEAD~1")
        assert then.code == 0, then.err
        assert "assigned" not in then.out
        assert "assigned" in svcdesk(desk.root, verb, "001").out
    assert svcdesk(desk.root, "show", "001", "--rev", "nowhere").code == 3
    assert desk.status() == ""
