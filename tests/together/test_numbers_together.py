"""Numbers between clones: final or provisional, claimed, renumbered, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from clones import Hub, away, back, git, new, sync, uid
from tests.sample_request import REQUEST

from svcdesk.errors import Refused
from svcdesk.store.claims import claim_ref, provisional, standings
from svcdesk.testing import Sandbox


def test_a_number_claimed_by_one_is_not_given_by_another(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    first, second = new(one), new(two)
    assert (first[-3:], second[-3:]) == ("001", "002")
    assert {claim_ref(first), claim_ref(second)} <= set(hub.refs())
    assert provisional(one.root) == provisional(two.root) == frozenset()
    for desk in (one, two, one):
        assert sync(desk).renumbered == ()
    assert hub.ids() == [first, second]


def test_claims_are_swept_when_their_records_are_on_main(hub: Hub, one: Sandbox) -> None:
    record_id = new(one)
    assert claim_ref(record_id) in hub.refs()
    sync(one)
    assert set(hub.refs()) == {"refs/heads/main"}
    assert standings(one.root / ".git") == {}


def test_a_swept_number_is_not_given_by_a_clone_that_has_not_fetched(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    first = new(one)
    sync(one)
    second = new(two)
    assert second != first
    assert provisional(two.root) == frozenset()


@pytest.mark.case(57)
def test_offline_a_number_is_provisional_and_gives_way(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    away(two)
    mine = new(two, "网络不通")
    assert provisional(two.root) == {mine}
    theirs = new(one)
    assert theirs == mine
    sync(one)
    back(two, hub)
    kept, before = uid(two, mine), uid(one, theirs)
    [(old, now)] = sync(two).renumbered
    assert (old, now[-3:]) == (mine, "002")
    record = two.open().load(now).record
    assert (record.uid, record.get("formerly")) == (kept, [mine])
    assert [event.do for event in record.events] == ["submit", "renumber"]
    assert uid(two, mine) == before
    assert (provisional(two.root), two.status()) == (frozenset(), "")
    assert two.open().check().findings == ()


def test_the_documents_of_a_renumbered_request_follow_it(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    away(two)
    mine = new(two)
    two.open().new("handling", {"request": mine, "handler": "engineer-1"})
    theirs = new(one)
    one.open().new("handling", {"request": theirs, "handler": "engineer-1"})
    sync(one)
    back(two, hub)
    numbers = dict(sync(two).renumbered)
    assert len(numbers) == 2
    view = two.open().show(numbers[mine])
    assert [part.record.id for part in view.documents] == [
        number for old, number in numbers.items() if old != mine
    ]
    assert view.documents[0].record.get("request.id") == numbers[mine]
    assert two.open().check().findings == ()


def test_a_remote_that_takes_no_claims_counts_as_offline(hub: Hub, one: Sandbox) -> None:
    hub.hook("update", 'case "$1" in refs/svcdesk/*) exit 1;; esac')
    record_id = new(one)
    assert provisional(one.root) == {record_id}
    assert sync(one).pushed
    assert hub.ids() == [record_id]
    assert provisional(one.root) == frozenset()


def test_a_claim_held_for_another_record_means_another_number(
    hub: Hub, one: Sandbox, two: Sandbox
) -> None:
    away(two)
    mine = new(two)
    theirs = new(one)
    back(two, hub)
    assert theirs == mine
    done = sync(two)
    assert [old for old, _ in done.renumbered] == [mine]
    assert sync(one).renumbered == ()
    assert theirs in hub.ids()


def test_renumber_by_hand_only_before_publication(hub: Hub, one: Sandbox) -> None:
    record_id = new(one)
    [now] = one.open().renumber(record_id, "SR-20241001-500").ids
    assert now == "SR-20241001-500"
    with pytest.raises(Refused) as refused:
        one.open().renumber(now, record_id)
    assert refused.value.code == "E_TAKEN"
    assert sync(one).pushed
    with pytest.raises(Refused) as refused:
        one.open().renumber(now)
    assert refused.value.code == "E_PUBLISHED"


def test_on_write_publishes_at_once_and_says_when_it_cannot(hub: Hub, one: Sandbox) -> None:
    one.write("records/desk.yaml", one.read("records/desk.yaml") + "publish: on-write\n")
    one.commit("publish on write")
    done = one.open().new("request", REQUEST)
    assert (done.notes, hub.ids()) == ((), list(done.ids))
    away(one)
    later = one.open().new("request", REQUEST)
    assert any("not pushed" in str(said) for said in later.notes)
    back(one, hub)
    assert sync(one).pushed
    assert hub.ids() == [*done.ids, *later.ids]


@pytest.mark.slow
def test_eight_clones_at_once_never_give_a_number_twice(hub: Hub) -> None:
    desks = [hub.clone(f"clone-{number}") for number in range(8)]

    def work(desk: Sandbox) -> list[str]:
        return [desk.open().new("request", REQUEST).ids[0] for _ in range(2)]

    with ThreadPoolExecutor(8) as pool:
        given = [record_id for ids in pool.map(work, desks) for record_id in ids]
    final = [
        record_id
        for desk, ids in zip(desks, (given[i : i + 2] for i in range(0, 16, 2)), strict=True)
        for record_id in ids
        if record_id not in provisional(desk.root)
    ]
    assert len(set(final)) == len(final)
    renumbered = [old for desk in desks for old, _ in desk.open().sync().renumbered]
    listed = hub.ids()
    assert len(set(listed)) == len(listed) == 16
    assert len(renumbered) <= 16 - len(final)
    assert set(final) <= set(listed)
    git(hub.path, "fsck", "--strict")
