"""Sync with very much to do, stopped at any moment, and after other ways of merging."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from clones import MAIN, Hub, away, back, git, new, sync, uid

from svcdesk.desk import claiming
from svcdesk.desk.doctoring import mend
from svcdesk.desk.merging import merge_branches
from svcdesk.store.claims import claim_ref, provisional
from svcdesk.testing import Sandbox


def many(desk: Sandbox, count: int) -> list[str]:
    """So many records more, made of one, in one commit."""
    first = new(desk)
    text, path = desk.read(desk.path_of(first)), desk.path_of(first)
    own = uid(desk, first)
    ids = [f"SR-20241001-{number:04}" for number in range(2000, 2000 + count)]
    for number, record_id in enumerate(ids):
        copy = text.replace(first, record_id).replace(own, f"{own[:-4]}{number:04}")
        desk.write(path.replace(first, record_id), copy)
    desk.commit("many")
    return [first, *ids]


def test_six_hundred_new_records_at_one_sync(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    away(two)
    ids = many(two, 600)
    back(two, hub)
    assert len(ids) > 2 * claiming.MANY
    done = sync(two)
    assert (done.pushed, len(done.went.flows)) == (True, 601)
    assert sorted(hub.ids()) == sorted(ids)
    assert set(hub.refs()) == {MAIN}
    assert provisional(two.root) == frozenset()


def test_many_records_and_one_number_that_somebody_else_holds(
    hub: Hub, one: Sandbox, two: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "MANY", 3)
    away(two)
    ids = many(two, 10)
    held = uid(one, new(one))
    back(two, hub)
    hub_ref = hub.refs()[claim_ref(ids[0])]
    git(hub.path, "update-ref", claim_ref(ids[5]), hub_ref)
    done = sync(two)
    assert {old for old, _ in done.renumbered} == {ids[0], ids[5]}
    assert done.pushed
    assert len(hub.ids()) == 11
    assert uid(one, ids[0]) == held


def test_a_sync_that_is_killed_loses_nothing(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    """Ten kills at random moments; each time there is something to take in and to send."""
    chance = random.Random(4)
    wanted: set[str] = set()
    command = [sys.executable, "-m", "svcdesk", "-C", str(two.root), "sync"]
    for _ in range(10):
        wanted.add(uid(one, new(one)))
        sync(one)
        wanted.add(uid(two, new(two)))
        work = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "SVCDESK_NOW": two.clock.now.isoformat()},
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 1.2))
        with suppress(ProcessLookupError):
            os.killpg(work.pid, signal.SIGKILL)
        work.wait()
    sync(two)
    sync(one)
    for desk in (one, two):
        found = [desk.open().tickets.load(path) for path in desk.open().tickets.paths()]
        assert {loaded.record.uid for loaded in found} == wanted
        assert len(found) == len(wanted)
        assert desk.open().check().findings == ()
        assert desk.status() == ""
    assert git(one.root, "rev-parse", "HEAD") == git(two.root, "rev-parse", "HEAD")


def test_a_branch_that_is_a_year_old(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    first = new(one)
    sync(one)
    sync(two)
    two.open().set([first], {"title": "去年的标题"})
    for _ in range(3):
        one.clock.forward(days=120)
        new(one)
        sync(one)
    one.open().set([first], {"priority": "P1"})
    sync(one)
    assert sync(two).troubles == ()
    record = two.open().load(first).record
    assert (record.get("title"), record.get("priority")) == ("去年的标题", "P1")
    assert len(hub.ids()) == 4


def test_crlf_on_one_side(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    first = new(one)
    sync(one)
    sync(two)
    path = two.path_of(first)
    (two.root / path).write_bytes(two.read(path).replace("\n", "\r\n").encode())
    (two.root / ".git" / "info" / "attributes").write_text("records/**/*.yaml -text\n")
    two.commit("line ends of another system")
    lines = git(two.root, "ls-files", "--eol", "--", path)
    assert lines.startswith("i/crlf")
    one.open().set([first], {"title": "新标题"})
    sync(one)
    assert sync(two).troubles == ()
    assert two.open().load(first).record.get("title") == "新标题"
    assert sync(one).troubles == ()
    assert one.open().check().unreadable == 0


@pytest.mark.case(101)
def test_two_branches_green_alone_and_one_number(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    """Both merged by git itself, which takes either: afterwards the desk says what is gone."""
    away(one)
    away(two)
    first, second = new(one, "甲"), new(two, "乙")
    assert first == second
    uids = {uid(one, first), uid(two, second)}
    for desk, name in ((one, "a"), (two, "b")):
        assert desk.open().check().findings == ()
        back(desk, hub)
        desk.git("push", "--quiet", "origin", f"HEAD:refs/heads/{name}")
    three = hub.clone("three")
    (three.root / ".git" / "info" / "attributes").write_text("records/**/*.yaml merge=text\n")
    three.git("merge", "--quiet", "--no-ff", "--message", "a", "origin/a")
    three.git("merge", "--quiet", "-X", "theirs", "--message", "b", "origin/b")
    signs = [one for one in three.open().examine().signs if one.name == "merged"]
    assert len(signs) == 1
    assert mend(three.open()).left == ()
    found = [three.open().tickets.load(path).record for path in three.open().tickets.paths()]
    assert {record.uid for record in found} == uids
    assert three.open().check().findings == ()


def test_three_clones_with_one_number_each(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    desks = [one, two, hub.clone("three")]
    for desk in desks:
        away(desk)
        new(desk)
    uids = {uid(desk, "SR-20241001-001") for desk in desks}
    for desk in desks:
        back(desk, hub)
    for desk in (*desks, *desks):
        sync(desk)
    assert len(hub.ids()) == len(uids) == 3
    heads = {desk.git("rev-parse", "HEAD") for desk in desks}
    assert len(heads) == 1
    assert {uid(one, one_id) for one_id in hub.ids()} == uids


def test_a_record_renumbered_on_both_sides_keeps_the_later_number(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    one.git("switch", "--quiet", "--create", "work")
    first = new(one)
    one.git("push", "--quiet", "origin", "work")
    two.git("fetch", "--quiet")
    two.git("switch", "--quiet", "work")
    one.open().renumber(first, "SR-20241001-050")
    two.clock.forward(minutes=5)
    two.open().renumber(first, "SR-20241001-060")
    one.git("fetch", "--quiet", str(two.root), "work:theirs")
    assert merge_branches(one.open(), ["theirs"])[0].commit
    assert [path[-20:] for path in one.open().tickets.paths()] == ["SR-20241001-060.yaml"]
    record = one.open().load("SR-20241001-060").record
    assert set(record.get("formerly") or ()) == {first, "SR-20241001-050"}  # type: ignore[arg-type]
    assert one.open().show("050").record.uid == record.uid
    assert one.open().check().findings == ()
