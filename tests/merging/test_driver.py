"""The git merge driver in real repositories: merge, rebase, cherry-pick, stash, and what fails."""

from __future__ import annotations

import subprocess
import sys

import pytest
from merging_work import Apart, assign, edited, note, set_title

from svcdesk.cli.driver import drive
from svcdesk.store.git import discover
from svcdesk.store.merge_setup import Installed, install, status, uninstall


def merged_events(apart: Apart) -> list[str]:
    return [event.do for event in apart.desk.open().load(apart.record_id).record.events]


def test_two_moves_on_one_record_merge(apart: Apart) -> None:
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"), set_title("登录失败"))
    answer = apart.run("merge", "--quiet", "--no-edit", "side")
    assert answer.returncode == 0, answer.stderr
    record = apart.desk.open().load(apart.record_id).record
    assert (record.status, record.get("title")) == ("assigned", "登录失败")
    assert sorted(merged_events(apart)) == ["assign", "note", "submit"]
    assert apart.desk.open().check().findings == ()


def test_a_conflict_is_marked_around_its_field_only(apart: Apart) -> None:
    apart.on("main", set_title("登录失败"))
    apart.on("side", set_title("无法登录"), note("n"))
    answer = apart.run("merge", "--no-edit", "side")
    assert answer.returncode == 1
    text = apart.text()
    assert text.count("<<<<<<< ") == 1
    inside = text.partition("<<<<<<< ")[2].partition(">>>>>>> ")[0].splitlines()[1:]
    assert inside == ["title: 登录失败", "=======", "title: 无法登录"]
    assert "do: note" in text
    assert "title" in answer.stderr
    assert "ours" not in (text + answer.stderr).lower()


def test_the_sides_of_a_merge_are_called_by_their_branches(apart: Apart) -> None:
    apart.on("main", set_title("登录失败"), assign("engineer-1"))
    apart.on("side", set_title("无法登录"), note("n"))
    apart.desk.edit("records/desk.yaml", "language: en\n", "language: zh\n")
    apart.desk.commit("a desk in Chinese")
    answer = apart.run("merge", "--no-edit", "side")
    lines = apart.text().splitlines()
    marks = [one for one in lines if one.startswith(("<<<<<<< ", ">>>>>>> "))]
    assert [one.split(": ")[0] for one in marks] == ["<<<<<<< HEAD", ">>>>>>> side"]
    assert "engineer-1" in marks[0]
    assert "双方都改动了 title" in answer.stderr


@pytest.mark.parametrize("how", [["rebase", "--quiet", "main", "side"], ["cherry-pick", "side"]])
def test_rebase_and_cherry_pick_merge_too(apart: Apart, how: list[str]) -> None:
    apart.on("main", assign("engineer-1"))
    apart.on("side", note("已联系用户"))
    answer = apart.run(*how)
    assert answer.returncode == 0, answer.stderr
    assert sorted(merged_events(apart)) == ["assign", "note", "submit"]


def test_stash_pop_merges(apart: Apart) -> None:
    apart.desk.edit(apart.path, "channel: email\n", "channel: email\nx-place: 三楼\n")
    assert apart.run("stash").returncode == 0
    apart.on("main", assign("engineer-1"))
    answer = apart.run("stash", "pop")
    assert answer.returncode == 0, answer.stderr
    text = apart.text()
    assert "x-place: 三楼" in text
    assert "do: assign" in text


def test_without_the_program_markers_appear(apart: Apart) -> None:
    apart.desk.git(
        "config",
        "merge.svcdesk.driver",
        "/nowhere/python -P -m svcdesk.cli.driver %O %A %B %L %P || "
        "{ r=$?; [ $r -eq 3 ] && exit 3; git merge-file --marker-size=%L %A %O %B; }",
    )
    apart.on("main", set_title("登录失败"))
    apart.on("side", set_title("无法登录"))
    assert apart.run("merge", "--no-edit", "side").returncode == 1
    assert "<<<<<<<" in apart.text()


def test_a_side_that_does_not_parse_gets_gits_markers(apart: Apart) -> None:
    apart.on("main", edited("channel: email", "channel: [email"))
    apart.on("side", edited("channel: email", "channel: phone"))
    answer = apart.run("merge", "--no-edit", "side")
    assert answer.returncode == 1
    assert "<<<<<<<" in apart.text()


def test_line_ends_of_windows_are_read(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    text = apart.text()
    base, one, other = (apart.desk.root / name for name in ("O", "A", "B"))
    changed = text.replace("channel: email", "channel: phone")
    base.write_bytes(text.encode())
    one.write_bytes(changed.replace("\n", "\r\n").encode())
    other.write_bytes(text.encode())
    monkeypatch.chdir(apart.desk.root)
    assert drive(base, one, other, 7, apart.path) == 0
    assert one.read_bytes() == changed.encode()


def test_two_records_under_one_name_are_never_fused(apart: Apart) -> None:
    path = apart.path.replace("-001.", "-777.")
    for branch, letter in (("main", "A"), ("side", "B")):
        text = apart.text().replace(apart.record_id, "SR-20241001-777")
        uid = apart.desk.open().load(apart.record_id).record.uid
        other = text.replace(uid, uid[:-1] + letter)
        apart.on(branch, lambda desk, other=other: (desk.write(path, other), desk.commit("new")))
    answer = apart.run("merge", "--no-edit", "side")
    assert answer.returncode == 1
    text = apart.desk.read(path)
    assert text.startswith("<<<<<<< ")
    assert text.count("uid: ") == 2
    assert "uid" in answer.stderr


def test_the_driver_loads_nothing_that_it_can_do_without(apart: Apart) -> None:
    code = "import sys; from svcdesk.cli import driver; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    unwanted = {"click", "jsonschema", "jsonschema_rs", "ruamel.yaml", "git", "pluggy", "difflib"}
    assert unwanted.isdisjoint(loaded)


def test_install_and_uninstall(apart: Apart) -> None:
    repository = discover(apart.desk.root)
    assert status(repository).good
    assert uninstall(repository)
    assert not uninstall(repository)
    assert status(repository).installed is Installed.NO
    install(repository)
    install(repository)
    assert status(repository).good
