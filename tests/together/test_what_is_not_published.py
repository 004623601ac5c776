"""What `sync` does not publish unless somebody says so: deletions, losses, branches of one's own."""

from __future__ import annotations

from clones import Hub, git, new, sync
from tests.commands.command_runner import svcdesk

from svcdesk.testing import Sandbox

LATER = "2024-10-02T09:30:00+08:00"
NEW = ("new", "--channel", "email", "--requester", "李*", "--customer", "客户A",
       "--description", "网络很慢")  # fmt: skip


def test_a_deletion_of_what_others_have(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    two.git("rm", "--quiet", two.path_of(record_id))
    two.commit("gone")
    done = svcdesk(two.root, "sync", at=LATER)
    assert done.code == 3
    assert f"{record_id} was deleted here" in done.err
    assert hub.ids() == [record_id]
    told = svcdesk(two.root, "doctor", at=LATER).out
    assert f"git restore --source={two.git('rev-parse', 'HEAD').strip()[:10]}^" in told
    assert svcdesk(two.root, "sync", "--deleted", record_id, at=LATER).code == 0
    assert hub.ids() == []


def test_a_deletion_that_was_never_published_is_nobodys(hub: Hub, one: Sandbox) -> None:
    record_id = new(one)
    one.git("rm", "--quiet", one.path_of(record_id))
    one.commit("gone")
    assert svcdesk(one.root, "sync", at=LATER).code == 0
    assert hub.ids() == []


def test_a_merge_that_lost_events(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    one.open().move([record_id], "assign", {"assignee": "engineer-1"})
    one.clock.forward(minutes=1)
    two.open().set([record_id], {"priority": "P1"})
    sync(one)
    two.git("fetch", "--quiet")
    two.git("config", "merge.svcdesk.driver", "false")
    two.git("merge", "--quiet", "--strategy-option=ours", "-s", "ours", "origin/main")
    before = hub.refs()
    done = svcdesk(two.root, "sync", at=LATER)
    assert (done.code, hub.refs()) == (3, before)
    assert "lost 1 of its events" in done.err
    assert svcdesk(two.root, "doctor", "--fix", at=LATER).code == 0
    assert svcdesk(two.root, "sync", at=LATER).code == 0
    sync(one)
    moves = {event.do for event in one.open().load(record_id).record.events}
    assert moves == {"submit", "assign", "set"}


def test_a_branch_of_ones_own(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    published = new(one)
    sync(one)
    sync(two)
    two.git("switch", "--quiet", "--create", "mine")
    record_id = new(two)
    before = hub.refs()
    done = svcdesk(two.root, "sync", at=LATER)
    assert done.code == 3
    assert "origin has no branch “mine”" in done.err
    assert hub.refs() == before
    done = svcdesk(two.root, "sync", "--publish", at=LATER)
    assert done.code == 0
    assert record_id in done.out
    assert published not in done.out
    assert "refs/heads/mine" in hub.refs()
    assert svcdesk(two.root, "sync", at=LATER).code == 0  # it follows its own branch now


def test_a_first_clone_fills_an_empty_remote(hub: Hub, one: Sandbox) -> None:
    git(hub.path.parent, "init", "--quiet", "--bare", "empty.git")
    one.git("remote", "set-url", "origin", str(hub.path.with_name("empty.git")))
    for ref in ("refs/remotes/origin/main", "refs/svcdesk/seen/origin/main"):
        one.git("update-ref", "-d", ref)
    one.git("branch", "--unset-upstream")
    new(one)
    assert svcdesk(one.root, "sync", at=LATER).code == 0


def test_decisions_about_the_desks_own_files(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    for desk, name in ((one, "甲"), (two, "乙")):
        was = next(line for line in desk.read("records/desk.yaml").splitlines() if "name: " in line)
        desk.edit("records/desk.yaml", was, f"name: {name}")
        desk.commit("name")
    sync(one)
    [trouble] = sync(two).troubles
    assert (trouble.record, trouble.conflict.field) == ("desk", "name")
    wrong = svcdesk(two.root, "sync", "--take", "nmae=丙", at=LATER)
    assert wrong.code == 2
    assert "no field “nmae”" in wrong.err
    done = svcdesk(two.root, "sync", "--take", "desk:name=丙", "--take", "title=x", at=LATER)
    assert done.code == 0
    assert "--take title=x settled nothing" in done.err
    assert "--take desk:name" not in done.err
    assert "name: 丙\n" in two.read("records/desk.yaml")
    idle = svcdesk(two.root, "sync", "--take", "title@origin/mian", at=LATER)
    assert "--take title@origin/mian settled nothing" in idle.err


def test_what_a_sync_brings_is_said_in_the_desks_words(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    record_id = new(one)
    sync(one)
    sync(two)
    one.open().set([record_id], {"customer": "客户B"})
    sync(one)
    said = svcdesk(two.root, "sync", at=LATER, lang="zh").out
    assert "修改字段 (engineer-1)" in said
    two.edit(two.path_of(record_id), "channel: email\n",
             "channel: email\ncustom:\n  a:\n    b: [1, null]\n")  # fmt: skip
    assert "None" not in svcdesk(two.root, "show", record_id, at=LATER).out


def test_publishing_with_each_write_publishes_no_deletion_and_no_new_branch(
    hub: Hub, one: Sandbox
) -> None:
    one.write("records/desk.yaml", one.read("records/desk.yaml") + "publish: on-write\n")
    one.commit("publish with each write")
    sync(one)
    first = new(one)
    assert hub.ids() == [first]
    one.git("rm", "--quiet", one.path_of(first))
    one.commit("gone")
    done = svcdesk(one.root, *NEW, at=LATER)
    assert done.code == 0
    assert f"not pushed: {first} was deleted here" in done.err
    assert hub.ids() == [first]
    one.git("reset", "--quiet", "--hard", "origin/main")
    one.git("switch", "--quiet", "--create", "mine")
    done = svcdesk(one.root, *NEW, at=LATER)
    assert "has no branch “mine”" in done.err
    assert "refs/heads/mine" not in hub.refs()
