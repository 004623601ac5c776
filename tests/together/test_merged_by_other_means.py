"""Desks that git merged as text, without the driver: what the doctor finds, and puts right."""

from __future__ import annotations

import subprocess

import pytest
from clones import Hub, away, back, git, new, sync, uid

from svcdesk.desk import Circumstances
from svcdesk.desk.doctoring import examine, mend
from svcdesk.desk.merge_losses import Losses
from svcdesk.desk.merging import merge_branches
from svcdesk.lifecycle.act import Words
from svcdesk.model.record import Record
from svcdesk.testing import MakeDesk, Sandbox

FIRST = "SR-20241001-001"


def text_merge(desk: Sandbox, branch: str, *options: str) -> bool:
    """git's own merge, whatever .gitattributes says; whether it could do it by itself."""
    info = desk.root / ".git" / "info" / "attributes"
    info.write_text("records/**/*.yaml merge=text\n")
    done = subprocess.run(
        ["git", "merge", "--quiet", "--no-edit", *options, branch], cwd=desk.root,
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def note(desk: Sandbox, record_id: str, text: str) -> None:
    desk.open().move([record_id], "note", {}, Circumstances(words=Words(text=text)))
    desk.clock.forward(minutes=3)


def assign(desk: Sandbox, record_id: str, person: str = "engineer-1") -> None:
    desk.open().move([record_id], "assign", {"assignee": person})
    desk.clock.forward(minutes=3)


def events(desk: Sandbox, record_id: str) -> set[str]:
    return {event.id for event in desk.open().load(record_id).record.events}


def records(desk: Sandbox) -> dict[str, Record]:
    loaded = (desk.open().tickets.load(path) for path in desk.open().tickets.paths())
    return {one.record.uid: one.record for one in loaded}


def kinds(desk: Sandbox) -> list[str]:
    return [one.kind for one in Losses(desk.open()).find()]


@pytest.fixture
def apart(make_desk: MakeDesk) -> Sandbox:
    """A request that two branches worked on; `side` has another priority and a note, main an
    assignment and a note."""
    desk = make_desk()
    new(desk)
    desk.git("switch", "--quiet", "--create", "side")
    note(desk, FIRST, "从分支")
    desk.open().set([FIRST], {"priority": "P1"})
    desk.clock.forward(minutes=3)
    desk.git("switch", "--quiet", "-")
    note(desk, FIRST, "从主干")
    assign(desk, FIRST)
    return desk


@pytest.mark.parametrize("chosen", [("-X", "ours"), ("-X", "theirs"), ("-s", "ours")])
def test_events_that_a_text_merge_dropped_come_back(
    apart: Sandbox, chosen: tuple[str, str]
) -> None:
    here = events(apart, FIRST)
    apart.git("switch", "--quiet", "side")
    there = events(apart, FIRST)
    apart.git("switch", "--quiet", "-")
    assert text_merge(apart, "side", *chosen)
    assert kinds(apart) == ["events"]
    assert not examine(apart.open()).healthy
    mended = mend(apart.open())
    assert len(mended.done) == 1
    assert mended.left == ()
    assert events(apart, FIRST) == here | there
    record = apart.open().load(FIRST).record
    assert (record.get("priority"), record.get("assignee")) == ("P1", "engineer-1")
    assert apart.open().check().findings == ()
    assert apart.status() == ""
    assert mend(apart.open()) == (None, (), ())


def test_work_after_the_merge_stays(apart: Sandbox) -> None:
    assert text_merge(apart, "side", "-X", "ours")
    note(apart, FIRST, "合并之后")
    apart.open().set([FIRST], {"title": "新标题"})
    before = events(apart, FIRST)
    assert mend(apart.open()).commit
    assert before < events(apart, FIRST)
    assert apart.open().load(FIRST).record.get("title") == "新标题"
    assert kinds(apart) == []


def test_markers_that_were_committed_are_made_a_record_again(apart: Sandbox) -> None:
    assert not text_merge(apart, "side")
    apart.git("add", "--all")
    apart.git("commit", "--quiet", "--message", "merged")
    assert apart.open().check().unreadable == 1
    assert kinds(apart) == ["broken"]
    assert mend(apart.open()).left == ()
    assert apart.open().check().findings == ()
    assert apart.open().load(FIRST).record.get("priority") == "P1"


def test_a_header_that_no_events_make_is_made_again(apart: Sandbox) -> None:
    assert not text_merge(apart, "side", "-X", "ignore-all-space")
    text = apart.git("show", "side:" + apart.path_of(FIRST))
    ours = apart.git("show", "HEAD:" + apart.path_of(FIRST))
    head, events_there = text.split("events:\n")
    both = events_there + "".join(ours.split("events:\n")[1].partition("  - id: ")[0])
    mine = ours.split("  - id: ")[2:]
    apart.write(apart.path_of(FIRST), head + "events:\n" + both + "".join(
        f"  - id: {part}" for part in mine))  # fmt: skip
    apart.git("add", "--all")
    apart.git("commit", "--quiet", "--message", "merged")
    assert kinds(apart) == ["header"]
    assert mend(apart.open()).commit
    record = apart.open().load(FIRST).record
    assert (record.get("priority"), record.get("assignee")) == ("P1", "engineer-1")
    assert apart.open().check().findings == ()


def test_a_record_with_the_number_of_another_comes_back_under_a_new_one(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk()
    desk.git("switch", "--quiet", "--create", "side")
    theirs_id = new(desk, "分支的请求")
    theirs = uid(desk, theirs_id)
    # The other clone did not know of it: no branch of this name, no high-water mark.
    tip = desk.git("rev-parse", "HEAD").strip()
    desk.git("switch", "--quiet", "-")
    desk.git("branch", "--quiet", "-D", "side")
    (desk.root / ".git" / "svcdesk-taken.json").unlink(missing_ok=True)
    mine = _forced(desk, theirs_id)
    kept = uid(desk, mine)
    assert text_merge(desk, tip, "-X", "ours")
    assert kinds(desk) == ["record"]
    mended = mend(desk.open())
    assert mended.left == ()
    assert uid(desk, mine) == kept
    found = records(desk)
    assert found[theirs].id != theirs_id
    assert found[theirs].get("formerly") == [theirs_id]
    assert desk.open().check().findings == ()


def _forced(desk: Sandbox, record_id: str) -> str:
    """A record of that number, made as a clone would that cannot know that it is taken."""
    made = new(desk, "主干的请求")
    if made == record_id:
        return made
    path, wanted = desk.path_of(made), desk.path_of(made).replace(made, record_id)
    (desk.root / path).rename(desk.root / wanted)
    desk.write(wanted, desk.read(wanted).replace(made, record_id))
    desk.commit("by hand")
    return record_id


def test_what_main_has_keeps_its_number(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    away(two)
    mine = new(two, "离线")
    theirs = new(one)
    assert mine == theirs
    sync(one)
    back(two, hub)
    final, early = uid(one, theirs), uid(two, mine)
    two.git("fetch", "--quiet")
    assert text_merge(two, "origin/main", "-X", "ours")
    assert kinds(two) == ["record"]
    assert mend(two.open()).left == ()
    assert uid(two, theirs) == final
    assert early in records(two)
    assert sync(two).pushed
    sync(one)
    assert one.open().check().findings == two.open().check().findings == ()
    assert git(two.root, "rev-parse", "HEAD^{tree}") == git(one.root, "rev-parse", "HEAD^{tree}")


def test_a_record_renumbered_on_both_sides_becomes_one_again(make_desk: MakeDesk) -> None:
    desk = make_desk(name="alone")
    record_id = new(desk)
    desk.git("switch", "--quiet", "--create", "side")
    desk.open().renumber(record_id, "SR-20241001-050")
    desk.clock.forward(minutes=1)
    desk.git("switch", "--quiet", "-")
    desk.open().renumber(record_id, "SR-20241001-060")
    text_merge(desk, "side")
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "--message", "merged")
    assert len(list((desk.root / "records/requests").rglob("*.yaml"))) == 2
    assert not examine(desk.open()).healthy
    assert mend(desk.open()).left == ()
    assert list(desk.open().tickets.paths()) == [desk.path_of("SR-20241001-060")]
    assert desk.open().load("SR-20241001-060").record.get("formerly") == [
        record_id,
        "SR-20241001-050",
    ]
    assert desk.open().check().findings == ()


def test_merges_by_the_driver_leave_nothing_to_mend(apart: Sandbox) -> None:
    merge_branches(apart.open(), ["side"])
    assert kinds(apart) == []
    assert mend(apart.open()) == (None, (), ())


def test_what_a_branch_deleted_is_no_loss_of_the_merge(apart: Sandbox) -> None:
    second = new(apart)
    apart.git("switch", "--quiet", "--create", "gone")
    apart.git("rm", "--quiet", apart.path_of(second))
    apart.git("commit", "--quiet", "--message", "gone")
    apart.git("switch", "--quiet", "-")
    note(apart, FIRST, "主干")
    assert text_merge(apart, "gone")
    assert kinds(apart) == []
    assert [one.name for one in examine(apart.open()).signs].count("deleted") == 1


def test_what_nothing_tells_is_named_and_left(apart: Sandbox) -> None:
    """Both sides wrote another description, and markers were committed."""
    path = apart.path_of(FIRST)
    apart.edit(FIRST, "description: 生产系统无法登录", "description: 甲")
    apart.commit("by hand")
    apart.git("switch", "--quiet", "side")
    apart.edit(FIRST, "description: 生产系统无法登录", "description: 乙")
    apart.commit("by hand")
    apart.git("switch", "--quiet", "-")
    assert not text_merge(apart, "side")
    apart.git("add", "--all")
    apart.git("commit", "--quiet", "--message", "merged")
    before = apart.read(path)
    mended = mend(apart.open())
    assert mended.commit is None
    [(sentence, hint)] = mended.left
    assert "description" in str(sentence)
    assert "git show" in str(hint)
    assert apart.read(path) == before
