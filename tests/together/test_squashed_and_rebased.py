"""Branches that were squashed, rebased or picked by git without the driver: what the doctor finds."""

from __future__ import annotations

import subprocess

import pytest
from clones import new, uid
from test_merged_by_other_means import FIRST, apart, assign, events, note, records, text_merge

from svcdesk.desk.doctoring import examine, mend
from svcdesk.desk.merging import merge_branches
from svcdesk.desk.sign import Sign
from svcdesk.model.finding import Severity
from svcdesk.testing import MakeDesk, Sandbox

__all__ = ["apart"]


def as_text(desk: Sandbox, *args: str) -> bool:
    """A command of git that merges, whatever .gitattributes says; whether it ended well."""
    info = desk.root / ".git" / "info" / "attributes"
    info.write_text("records/**/*.yaml merge=text\n")
    answer = subprocess.run(
        ["git", "-c", "core.editor=:", *args], cwd=desk.root, capture_output=True, check=False
    )
    return answer.returncode == 0


def squash(desk: Sandbox, *options: str) -> None:
    assert as_text(desk, "merge", "--squash", *options, "side")
    desk.git("commit", "--quiet", "--message", "A pull request (#1)")


def signs(desk: Sandbox) -> list[Sign]:
    return [one for one in examine(desk.open()).signs if one.name == "merged" and one.weight]


def weights(desk: Sandbox) -> list[Severity | None]:
    return [one.weight for one in signs(desk)]


@pytest.fixture
def both(apart: Sandbox) -> tuple[set[str], set[str]]:
    """The events of main, and of the side."""
    here = events(apart, FIRST)
    apart.git("switch", "--quiet", "side")
    there = events(apart, FIRST)
    apart.git("switch", "--quiet", "-")
    return here, there


def test_what_a_squash_took_from_main_comes_back(
    apart: Sandbox, both: tuple[set[str], set[str]]
) -> None:
    squash(apart, "-X", "theirs")
    apart.git("branch", "--quiet", "-D", "side")
    apart.edit(FIRST, "channel: email\n", "channel: email\nx-place: 三楼\n")
    apart.commit("by hand")
    [sign] = signs(apart)
    assert sign.weight is Severity.ERROR
    assert "took out 2 events" in str(sign.message)
    mended = mend(apart.open())
    assert (len(mended.done), mended.left) == (1, ())
    assert events(apart, FIRST) >= both[0] | both[1]
    record = apart.open().load(FIRST).record
    assert [record.get(name) for name in ("priority", "assignee", "status", "x-place")] == [
        "P1", "engineer-1", "assigned", "三楼",
    ]  # fmt: skip
    assert apart.open().check().findings == ()
    assert signs(apart) == []
    assert mend(apart.open()) == (None, (), ())


def test_what_a_squash_left_of_a_branch_is_named_while_the_branch_is_there(
    apart: Sandbox, both: tuple[set[str], set[str]]
) -> None:
    """Main's side was taken in all conflicts; what the branch did later came in whole."""
    apart.git("switch", "--quiet", "side")
    second = new(apart)
    apart.git("switch", "--quiet", "-")
    squash(apart, "-X", "ours")
    assert apart.open().load(second)
    assert weights(apart) == [Severity.NOTE]
    merge_branches(apart.open(), ["side"])
    assert events(apart, FIRST) >= both[0] | both[1]
    assert signs(apart) == []


def test_a_hole_in_what_came_of_a_branch_is_named(make_desk: MakeDesk) -> None:
    desk = make_desk()
    new(desk)
    desk.git("switch", "--quiet", "--create", "side")
    note(desk, FIRST, "一")
    note(desk, FIRST, "二")
    desk.git("switch", "--quiet", "-")
    text = desk.git("show", "side:" + desk.path_of(FIRST))
    head, first, second = text.rsplit("  - id: ", 2)
    assert "text: 一" in first
    desk.write(FIRST, f"{head}  - id: {second}")
    desk.commit("picked, the conflict settled by hand")
    assert weights(desk) == [Severity.WARNING]
    assert "later ones of it" in str(signs(desk)[0].message)
    merge_branches(desk.open(), ["side"])
    assert len(events(desk, FIRST)) == 3
    assert signs(desk) == []


def test_a_branch_that_goes_on_after_its_squash_is_no_loss(apart: Sandbox) -> None:
    apart.git("switch", "--quiet", "--create", "work")
    note(apart, FIRST, "一")
    apart.git("switch", "--quiet", "-")
    assert as_text(apart, "merge", "--squash", "work")
    apart.git("commit", "--quiet", "--message", "A pull request (#2)")
    apart.git("switch", "--quiet", "work")
    note(apart, FIRST, "二")
    apart.git("switch", "--quiet", "-")
    assert signs(apart) == []


@pytest.mark.parametrize("chosen", ["ours", "theirs"])
def test_what_a_rebase_lost_is_found(
    apart: Sandbox, both: tuple[set[str], set[str]], chosen: str
) -> None:
    """In a rebase `ours` is what one rebases onto, `theirs` one's own work."""
    main = apart.git("branch", "--show-current").strip()
    assert as_text(apart, "rebase", "--quiet", "-X", chosen, "side")
    assert weights(apart) == [Severity.WARNING if chosen == "ours" else Severity.ERROR]
    if chosen == "ours":
        [left] = signs(apart)
        tip = str(left.hint).split("`")[1].split()[-1]
        merge_branches(apart.open(), [tip])
    else:
        assert mend(apart.open()).left == ()
    assert events(apart, FIRST) >= both[0] | both[1]
    assert signs(apart) == []
    assert apart.git("branch", "--show-current").strip() == main


def test_a_rebased_branch_that_is_not_merged_is_no_loss(apart: Sandbox) -> None:
    main = apart.git("branch", "--show-current").strip()
    assert as_text(apart, "rebase", "--quiet", "-X", "ours", main, "side")
    apart.git("switch", "--quiet", main)
    assert signs(apart) == []


def test_a_record_that_a_squash_put_another_in_the_place_of_comes_back(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk()
    mine = new(desk, "主干的请求")
    kept = uid(desk, mine)
    path, text = desk.path_of(mine), desk.read(mine)
    other = kept[:-1] + ("0" if kept[-1] != "0" else "1")
    desk.write(path, text.replace(f"uid: {kept}", f"uid: {other}"))
    desk.commit("A pull request (#3)")
    [sign] = signs(desk)
    assert "another record" in str(sign.message)
    assert mend(desk.open()).left == ()
    found = records(desk)
    assert found[other].id == mine
    assert found[kept].get("formerly") == [mine]
    assert signs(desk) == []


def test_what_was_taken_out_on_purpose_is_no_loss(apart: Sandbox) -> None:
    note(apart, FIRST, "错了")
    apart.open().undo()
    note(apart, FIRST, "也错了")
    apart.git("revert", "--no-edit", "HEAD")
    assert signs(apart) == []


def test_a_field_that_nothing_explains_is_left(apart: Sandbox) -> None:
    squash(apart, "-X", "theirs")
    apart.edit(FIRST, "\npriority: P1\n", "\npriority: P3\n")
    apart.commit("by hand")
    [(sentence, _)] = mend(apart.open()).left
    assert "priority" in str(sentence)


def test_merges_by_the_driver_and_squashes_of_them_leave_nothing_to_name(apart: Sandbox) -> None:
    main = apart.git("branch", "--show-current").strip()
    apart.git("switch", "--quiet", "side")
    merge_branches(apart.open(), [main])
    assign(apart, FIRST, "engineer-1")
    apart.git("switch", "--quiet", main)
    assert text_merge(apart, "side", "--squash")
    apart.git("commit", "--quiet", "--message", "A pull request (#4)")
    assert signs(apart) == []
    assert apart.open().check().findings == ()
