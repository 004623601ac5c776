"""Links both ways, and attachments in the commit of their entry."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from desk_helpers import load, new_request, own_findings

from svcdesk.desk import Circumstances, Options
from svcdesk.errors import FileRefused, NotFound, Refused, SvcdeskError
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox


@pytest.fixture
def request_id(desk: Sandbox) -> str:
    return new_request(desk)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def links(desk: Sandbox, record_id: str) -> list[tuple[str, str, str]]:
    found = load(desk, record_id).get("links")
    return [(one["rel"], one["id"], one["uid"]) for one in found or []]  # type: ignore[union-attr, index, call-overload, misc]


@pytest.mark.parametrize(
    ("relation", "back"),
    [("related", "related"), ("parent", "child"), ("child", "parent"), ("duplicate", "related")],
)
def test_a_link_goes_both_ways_in_one_commit(
    desk: Sandbox, request_id: str, relation: str, back: str
) -> None:
    other = new_request(desk)
    desk.open().link(request_id, relation, other)
    here, there = load(desk, request_id), load(desk, other)
    assert links(desk, request_id) == [(relation, other, there.uid)]
    assert links(desk, other) == [(back, request_id, here.uid)]
    assert sorted(desk.touched()) == sorted([desk.path_of(request_id), desk.path_of(other)])
    assert desk.subjects()[0] == f"{request_id}: {relation} {other}"
    assert len(here.events) == 1
    assert own_findings(desk) == []


def test_again_changes_nothing(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    desk.open().link(request_id, "related", other)
    head = desk.git("rev-parse", "HEAD")
    assert desk.open().link(request_id, "related", other).commit is None
    assert desk.git("rev-parse", "HEAD") == head


def test_a_link_can_be_taken_out_on_both_sides(desk: Sandbox, request_id: str) -> None:
    other, third = new_request(desk), new_request(desk)
    before = desk.read(other)
    desk.open().link(request_id, "related", other)
    desk.open().link(request_id, "related", third)
    desk.open().link(request_id, "related", other, remove=True)
    assert [one[1] for one in links(desk, request_id)] == [third]
    assert desk.read(other) == before


def test_a_document_and_its_request(desk: Sandbox, request_id: str) -> None:
    desk.open().move([request_id], "step", {"action": "远程登录系统排查"})
    [(_, handling, _)] = links(desk, request_id)
    other = new_request(desk)
    with pytest.raises(Refused) as caught:
        desk.open().link(other, "handling", handling)
    assert request_id in str(caught.value)
    with pytest.raises(Refused):
        desk.open().link(other, "handling", request_id)
    assert own_findings(desk) == []


def test_not_with_itself_and_not_with_nothing(desk: Sandbox, request_id: str) -> None:
    with pytest.raises(Refused):
        desk.open().link(request_id, "related", request_id)
    with pytest.raises(NotFound):
        desk.open().link(request_id, "related", "SR-20200101-001")
    with pytest.raises(SvcdeskError):
        desk.open().link(request_id, "Not A Word", new_request(desk))


@pytest.mark.parametrize(
    ("first", "second"),
    [("duplicate", "duplicate"), ("parent", "parent"), ("child", "child")],
)
def test_two_links_that_contradict_each_other_are_refused(
    desk: Sandbox, request_id: str, first: str, second: str
) -> None:
    other = new_request(desk)
    desk.open().link(request_id, first, other)
    before = desk.git("rev-parse", "HEAD")
    with pytest.raises(Refused) as caught:
        desk.open().link(other, second, request_id)
    assert caught.value.code == "E_LINK"
    assert "--remove" in str(caught.value.hint)
    assert desk.git("rev-parse", "HEAD") == before
    assert desk.open().link(request_id, first, other).commit is None
    desk.open().link(request_id, first, other, remove=True)
    desk.open().link(other, second, request_id)
    assert own_findings(desk) == []


def test_parent_and_child_are_one_relation_from_two_ends(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    desk.open().link(request_id, "parent", other)
    with pytest.raises(Refused):
        desk.open().link(request_id, "child", other)
    desk.open().link(other, "child", request_id)


def test_a_circle_over_others_is_refused_with_the_way_round(desk: Sandbox, request_id: str) -> None:
    second, third = new_request(desk), new_request(desk)
    desk.open().link(request_id, "duplicate", second)
    desk.open().link(second, "duplicate", third)
    with pytest.raises(Refused) as caught:
        desk.open().link(third, "duplicate", request_id)
    assert f"{third} → {request_id} → {second} → {third}" in str(caught.value)
    desk.open().link(third, "related", request_id)
    desk.open().link(request_id, "duplicate", third)
    desk.open().link(third, "parent", request_id)
    assert own_findings(desk) == []


def _write_link(desk: Sandbox, record_id: str, relation: str, other: str) -> None:
    uid = load(desk, other).uid
    entry = f"links:\n  - rel: {relation}\n    id: {other}\n    uid: {uid}\n"
    desk.write(record_id, desk.read(record_id).replace("events:\n", f"{entry}events:\n"))


@pytest.mark.parametrize(
    ("links_of_first", "links_of_second"),
    [("duplicate", "duplicate"), ("parent", "parent"), ("child", "child")],
)
def test_a_circle_written_by_hand_or_merged_is_found(
    desk: Sandbox, request_id: str, links_of_first: str, links_of_second: str
) -> None:
    other = new_request(desk)
    _write_link(desk, request_id, links_of_first, other)
    assert not [one for one in own_findings(desk) if one.code == "DESK029"]
    _write_link(desk, other, links_of_second, request_id)
    desk.commit("merged")
    found = [one for one in own_findings(desk) if one.code == "DESK029"]
    assert {one.record for one in found} == {request_id, other}
    assert all(one.line and one.field == "links.0" for one in found)
    [alone] = [one for one in desk.open().check([other]).findings if one.code == "DESK029"]
    assert f"{other} → {request_id} → {other}" in str(alone.message)


def test_a_part_that_is_also_the_whole_is_found(desk: Sandbox, request_id: str) -> None:
    other = new_request(desk)
    uid = load(desk, other).uid
    entries = "".join(
        f"  - rel: {relation}\n    id: {other}\n    uid: {uid}\n"
        for relation in ("parent", "child")
    )
    text = desk.read(request_id).replace("events:\n", f"links:\n{entries}events:\n")
    desk.write(request_id, text)
    desk.commit("by hand")
    found = [one.record for one in own_findings(desk) if one.code == "DESK029"]
    assert found == [request_id, other]


def test_files_are_stored_as_they_are_with_their_entries(
    desk: Sandbox, request_id: str, folder: Path
) -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    (folder / "系统截图.png").write_bytes(data)
    (folder / "error.log").write_bytes(b"line\r\n")
    around = Circumstances(words=Words(text="from the caller"))
    desk.open().attach(request_id, [folder / "系统截图.png", folder / "error.log"], around)
    record = load(desk, request_id)
    first, second = record.get("attachments")  # type: ignore[misc]
    assert first["name"] == "系统截图.png"
    assert first["size"] == len(data)
    assert first["sha256"] == hashlib.sha256(data).hexdigest()
    assert first["path"] == f"{record.uid[:2]}/{record.uid}/{first['id'][-6:]}/系统截图.png"
    assert first["note"] == "from the caller"
    assert first["id"] < second["id"]
    stored = desk.root / "records/attachments" / first["path"]
    assert stored.read_bytes() == data
    assert len(desk.touched()) == 3
    assert desk.status() == ""
    desk.git("checkout", "--quiet", "HEAD~1")
    desk.git("checkout", "--quiet", "main")
    assert stored.read_bytes() == data
    assert (desk.root / "records/attachments" / second["path"]).read_bytes() == b"line\r\n"


@pytest.mark.parametrize(
    "name",
    [
        "../.git/hooks/post-commit", "a/b", ".gitattributes", ".gitmodules", ".git", ".GIT",
        "git~1", ".g\u200cit", "nul.txt", "x.", "", "..", "a\nb", "a" * 300,
    ],
)  # fmt: skip
def test_names_that_no_file_here_may_have(
    desk: Sandbox, request_id: str, folder: Path, name: str
) -> None:
    (folder / "fine.txt").write_text("x")
    text = desk.read(request_id)
    if name:
        with pytest.raises(FileRefused) as caught:
            desk.open().attach(request_id, [folder / "fine.txt"], name=name)
        assert caught.value.code == "E_PATH"
    assert desk.read(request_id) == text
    assert desk.status() == ""
    assert not (desk.root / ".git" / "hooks" / "post-commit").exists()


def test_a_file_over_the_limit_is_refused_with_the_limit(
    desk: Sandbox, request_id: str, folder: Path
) -> None:
    desk.edit("records/desk.yaml", "numbering: daily\n", "numbering: daily\nattachment_mib: 1\n")
    desk.commit("limit")
    with (folder / "huge.bin").open("wb") as file:
        file.truncate((1 << 20) + 1)
    with pytest.raises(FileRefused) as caught:
        desk.open().attach(request_id, [folder / "huge.bin"])
    assert caught.value.code == "E_SIZE"
    assert "1 MiB" in str(caught.value)
    assert desk.status() == ""


def test_only_plain_files_that_are_there(desk: Sandbox, request_id: str, folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    for name, code in (("link", "E_SYMLINK"), ("pipe", "E_NOT_REGULAR"), ("none", "E_NOT_FOUND")):
        with pytest.raises(SvcdeskError) as caught:
            desk.open().attach(request_id, [folder / name])
        assert caught.value.code == code
    assert desk.status() == ""


def test_nothing_is_overwritten(desk: Sandbox, request_id: str, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    desk.open().attach(request_id, [folder / "a.txt"])
    (folder / "a.txt").write_text("two")
    for name in ("a.txt", "A.TXT"):
        with pytest.raises(SvcdeskError) as caught:
            desk.open().attach(request_id, [folder / "a.txt"], name=name)
        assert caught.value.code == "E_EXISTS"
    assert next((desk.root / "records/attachments").rglob("a.txt")).read_text() == "one"


def test_dry_run_writes_nothing(desk: Sandbox, request_id: str, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    around = Circumstances(options=Options(dry_run=True))
    done = desk.open().attach(request_id, [folder / "a.txt"], around)
    assert len(done.files) == 1
    assert "a.txt" in done.diff()
    assert desk.status() == ""
    assert not (desk.root / "records/attachments").exists()


def test_a_refusing_hook_leaves_no_file(desk: Sandbox, request_id: str, folder: Path) -> None:
    (folder / "a.txt").write_text("one")
    hook = desk.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SvcdeskError):
        desk.open().attach(request_id, [folder / "a.txt"])
    assert desk.status() == ""
    assert not (desk.root / "records/attachments").exists()
