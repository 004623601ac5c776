"""What once might have fooled an index: each by itself, so that it fails where the guard is gone."""

from __future__ import annotations

from random import Random

import pytest
from index_helpers import QUERIES, compare, fill

from svcdesk.testing import MakeDesk, Sandbox


@pytest.fixture
def filled(make_desk: MakeDesk) -> tuple[Sandbox, str]:
    """A desk that is in the index, and the path of its first request."""
    desk = make_desk()
    first = fill(desk, 4)[0]
    path = desk.path_of(first)
    compare(desk, Random(0), ["filled"])
    return desk, path


def all_equal(desk: Sandbox) -> None:
    compare(desk, Random(0), ["all"], count=len(QUERIES))


def test_line_ends_that_git_takes_for_the_same(filled: tuple[Sandbox, str]) -> None:
    desk, path = filled
    desk.write(path, desk.read(path).replace("\n", "\r\n").encode())
    all_equal(desk)
    desk.git("add", path)
    assert desk.status() == ""
    listing = desk.open().find("")
    assert [one.path for one in listing.unreadable] == [path]
    all_equal(desk)
    desk.git("checkout-index", "--force", path)
    all_equal(desk)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_at_which_git_was_told_not_to_look(filled: tuple[Sandbox, str], flag: str) -> None:
    desk, path = filled
    desk.git("update-index", flag, path)
    all_equal(desk)
    desk.edit(path, "登录失败 0", "退出失败 0")
    assert desk.status() == ""
    assert [row.path for row in desk.open().find("退出").rows] == [path]
    all_equal(desk)


def test_terms_that_change(filled: tuple[Sandbox, str]) -> None:
    desk, _ = filled
    before = [row.due for row in desk.open().find("").rows]
    policies = desk.root / "records" / "policies"
    for path in policies.glob("*.yaml"):
        path.write_text(path.read_text().replace(": 30m", ": 25m").replace(": 2h", ": 1h"))
    assert [row.due for row in desk.open().find("").rows] != before
    all_equal(desk)


def test_a_file_moved_back_as_it_was(filled: tuple[Sandbox, str]) -> None:
    desk, path = filled
    aside = desk.root / "aside"
    desk.root.joinpath(path).rename(aside)
    desk.write(path, "nothing of a record\n")
    desk.git("add", path)
    desk.git("reset", "--quiet")
    all_equal(desk)
    aside.replace(desk.root / path)
    all_equal(desk)


def test_a_link_in_the_place_of_a_folder(filled: tuple[Sandbox, str]) -> None:
    desk, _ = filled
    year = desk.root / "records" / "requests" / "2024"
    year.rename(desk.root / "elsewhere")
    year.symlink_to(desk.root / "elsewhere")
    all_equal(desk)
    assert [one.path for one in desk.open().find("").unreadable] == ["records/requests/2024"]


def test_a_state_of_the_index_alone(filled: tuple[Sandbox, str]) -> None:
    desk, path = filled
    desk.edit(path, "登录失败 0", "退出失败 0")
    desk.git("commit", "--quiet", "--all", "--message", "changed")
    all_equal(desk)
    desk.git("reset", "--quiet", "HEAD~1")  # the index goes back, the file stays
    assert [row.path for row in desk.open().find("退出").rows] == [path]
    all_equal(desk)


def test_the_same_content_in_two_places(filled: tuple[Sandbox, str]) -> None:
    desk, path = filled
    desk.write("records/requests/2024/10/SR-20241002-009.yaml", desk.read(path))
    desk.commit("copied")
    all_equal(desk)


def test_an_index_without_a_checksum(filled: tuple[Sandbox, str]) -> None:
    desk, path = filled
    desk.git("config", "index.skipHash", "true")
    for number in range(3):
        desk.edit(path, f"登录失败 {number}", f"登录失败 {number + 1}")
        desk.git("add", path)
        all_equal(desk)


def test_a_repository_of_sha256(make_desk: MakeDesk) -> None:
    desk = make_desk()
    (desk.root / ".git").rename(desk.root.parent / "old")
    desk.git("init", "--quiet", "--object-format=sha256")
    desk.commit("again")
    fill(desk, 3)
    assert not desk.open().find("").notes
    all_equal(desk)


def test_no_commit_and_no_index_yet(make_desk: MakeDesk) -> None:
    desk = make_desk()
    fill(desk, 2)
    (desk.root / ".git").rename(desk.root.parent / "old")
    desk.git("init", "--quiet")
    all_equal(desk)


def test_files_that_could_not_be_read_once(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in the index without a content, until a later query reads them."""
    desk = make_desk()
    ids = fill(desk, 3)
    with monkeypatch.context() as patch:
        patch.setattr("svcdesk.index.building._data", lambda *_: None)
        assert {row.head.id for row in desk.open().find("").rows} >= set(ids)
    for _ in range(2):
        assert {row.head.id for row in desk.open().find("").rows} >= set(ids)
    all_equal(desk)
