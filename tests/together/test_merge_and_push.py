"""`merge` beside a remote: two records of one number are parted, and the merge is pushed."""

from __future__ import annotations

import pytest
from clones import MAIN, Hub, away, back, git, new, sync, uid
from tests.sample_request import REQUEST

from svcdesk.desk.merging import merge_branches
from svcdesk.errors import GitFailed, Refused
from svcdesk.testing import Sandbox


def twins(hub: Hub, one: Sandbox, two: Sandbox) -> tuple[str, str, str]:
    """A record of `one` on main, and one of `two` with its number on the branch `offer` of the
    hub: the number, and both uids."""
    away(two)
    mine = new(two, "离线")
    two.open().new("handling", {"request": mine, "handler": "engineer-1"})
    theirs = new(one)
    assert mine == theirs
    sync(one)
    back(two, hub)
    two.git("push", "--quiet", "origin", "HEAD:refs/heads/offer")
    return mine, uid(one, theirs), uid(two, mine)


def test_the_record_that_is_not_on_main_gets_another_number(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    number, final, offered = twins(hub, one, two)
    one.git("fetch", "--quiet")
    [done] = merge_branches(one.open(), ["origin/offer"], push=True)
    assert len(done.notes) == 1
    assert str(done.notes[0]).startswith(number)
    assert uid(one, number) == final
    [other] = [one_id for one_id in hub.ids() if one_id != number]
    record = one.open().load(other).record
    assert (record.uid, record.get("formerly")) == (offered, [number])
    assert record.events[-1].do == "renumber"
    [handling] = one.open().show(other).documents
    assert handling.record.get("request.id") == other
    assert one.open().check().findings == ()
    assert hub.refs()[MAIN] == one.git("rev-parse", "HEAD").strip()
    assert one.status() == ""
    assert sync(two).renumbered == ()
    assert git(two.root, "rev-parse", "HEAD") == git(one.root, "rev-parse", "HEAD")


def test_ours_gives_way_where_theirs_is_on_main(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    number, final, offered = twins(hub, one, two)
    two.git("fetch", "--quiet")
    [done] = merge_branches(two.open(), ["origin/main"])
    assert done.commit
    assert uid(two, number) == final
    assert offered in {uid(two, one_id) for one_id in _ids(two)}
    assert two.open().check().findings == ()


def _ids(desk: Sandbox) -> list[str]:
    return [path.rpartition("/")[2].removesuffix(".yaml") for path in desk.open().tickets.paths()]


def test_where_main_has_neither_nothing_is_guessed(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    away(two)
    mine = new(two, "离线")
    assert mine == new(one)
    back(two, hub)
    two.git("push", "--quiet", "origin", "HEAD:refs/heads/offer")
    one.git("fetch", "--quiet")
    head = one.git("rev-parse", "HEAD")
    with pytest.raises(Refused) as refused:
        merge_branches(one.open(), ["origin/offer"])
    assert refused.value.code == "E_TWINS"
    assert (one.git("rev-parse", "HEAD"), one.status()) == (head, "")


def test_a_merge_is_pushed_and_a_refused_push_keeps_it(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    one.git("switch", "--quiet", "--create", "side")
    new(one)
    one.git("switch", "--quiet", "main")
    new(two)
    sync(two)
    with pytest.raises(GitFailed) as failed:
        merge_branches(one.open(), ["side"], push=True)
    assert failed.value.code == "E_PUSH"
    assert sync(one).pushed
    assert len(hub.ids()) == 2


def test_a_branch_that_follows_none_is_merged_and_not_pushed(hub: Hub, one: Sandbox) -> None:
    one.git("switch", "--quiet", "--create", "side")
    record_id = new(one)
    one.git("switch", "--quiet", "main")
    one.git("branch", "--unset-upstream")
    with pytest.raises(Refused) as refused:
        merge_branches(one.open(), ["side"], push=True)
    assert refused.value.code == "E_NO_UPSTREAM"
    assert one.open().load(record_id)


def test_a_number_that_is_claimed_elsewhere_is_not_taken_by_a_push(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    """The branch has a record under a number that another clone claimed for a record of its own,
    which nobody has seen yet: whoever brings the branch to main gives it another number."""
    third = hub.clone("three")
    away(two)
    number = new(two, "离线")
    back(two, hub)
    offered = uid(two, number)
    two.git("push", "--quiet", "origin", "HEAD:refs/heads/offer")
    assert new(third) == number
    final = uid(third, number)
    one.git("fetch", "--quiet")
    before = hub.refs()[MAIN]
    with pytest.raises(GitFailed, match="merged, but not pushed"):
        merge_branches(one.open(), ["origin/offer"], push=True)
    assert hub.refs()[MAIN] == before
    [(old, _)] = sync(one).renumbered
    assert old == number
    sync(third)
    sync(one)
    assert uid(one, number) == uid(third, number) == final
    assert {uid(one, record_id) for record_id in hub.ids()} == {final, offered}


def test_publishing_on_write_claims_what_a_branch_brought(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    """The same where the next write publishes what git itself had merged."""
    third = hub.clone("three")
    away(two)
    number = new(two, "离线")
    back(two, hub)
    two.git("push", "--quiet", "origin", "HEAD:refs/heads/offer")
    assert new(third) == number
    final = uid(third, number)
    one.write("records/desk.yaml", one.read("records/desk.yaml") + "publish: on-write\n")
    one.commit("publish on write")
    one.git("fetch", "--quiet")
    one.git("merge", "--quiet", "--no-edit", "origin/offer")
    before = hub.refs()[MAIN]
    done = one.open().new("request", REQUEST)
    assert any("not pushed" in str(said) for said in done.notes)
    assert hub.refs()[MAIN] == before
    sync(one)
    sync(third)
    sync(one)
    assert uid(one, number) == uid(third, number) == final
