"""Lists: what a query finds, in the order of what falls due, with nothing hidden."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from desk_helpers import RESULT, add_people, new_request

from svcdesk.desk.listing import Listing
from svcdesk.errors import Invalid, NotFound, UsageError
from svcdesk.i18n import T
from svcdesk.testing import NOW, Sandbox, act_as


def ids(listing: Listing) -> list[str]:
    return [row.record.id for row in listing.rows]


@pytest.fixture
def three(desk: Sandbox) -> list[str]:
    """One request of each priority, the least urgent first."""
    return [
        new_request(desk, priority=one, customer=f"客户{one}", description=f"描述 {one}")
        for one in ("P3", "P2", "P1")
    ]


def test_without_a_query_the_open_ones_by_next_due_time(desk: Sandbox, three: list[str]) -> None:
    third, second, first = three
    assert ids(desk.open().find()) == [first, second, third]
    desk.open().move([second], "resolve", {"result": RESULT})
    listing = desk.open().find()
    assert ids(listing) == [first, third]
    assert listing.rows[0].due == datetime(2024, 10, 1, 3, 40, tzinfo=UTC)
    assert (listing.total, listing.unreadable, listing.documents) == (2, (), 0)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("priority:P1", [2]),
        ("priority:P1,P2 sort:priority-desc", [1, 2]),
        ("customer:客户P3", [0]),
        ("描述 P2", [1]),
        ("描", [2, 1, 0]),
        ("NOT priority:P1 sort:id", [0, 1]),
        ("status:open sort:due-desc", [0, 1, 2]),
        ("due:..2024-10-01T12:00:00+08:00", [2]),
        ("assignee:me", []),
        ("优先级:P1", [2]),
        ("status:待分配 sort:id", [0, 1, 2]),
        ("requester.name:李*", [2, 1, 0]),
        ("is:unsettled", []),
        ("nothing-of-it", []),
    ],
)
def test_queries(desk: Sandbox, three: list[str], query: str, places: list[int]) -> None:
    assert ids(desk.open().find(query)) == [three[place] for place in places]


def test_letters_of_a_uid_are_no_words(desk: Sandbox, three: list[str]) -> None:
    uid = desk.open().load(three[0]).record.uid
    assert ids(desk.open().find(uid[10:13])) == []
    for _ in range(2):
        assert ids(desk.open().find(f"uid:{uid}")) == [three[0]]


def test_me_is_who_git_says(
    desk: Sandbox, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(desk, engineer_2="engineer")
    desk.open().move([three[0]], "assign", {"assignee": "engineer-1"})
    desk.open().move([three[1]], "assign", {"assignee": "engineer-2"})
    assert ids(desk.open().find("assignee:me")) == [three[0]]
    act_as(monkeypatch, "engineer-2")
    assert ids(desk.open().find("assignee:me")) == [three[1]]


@pytest.mark.parametrize("query", ["assigne:me", "priority:", "(", "priority:P9"])
def test_a_query_that_means_nothing_is_refused(desk: Sandbox, query: str) -> None:
    with pytest.raises(UsageError):
        desk.open().find(query)


def test_a_limit_says_how_many_there_are(desk: Sandbox, three: list[str]) -> None:
    listing = desk.open().find(limit=2)
    assert ids(listing) == [three[2], three[1]]
    assert listing.total == 3


def test_documents_are_counted_and_listed_only_when_asked_for(
    desk: Sandbox, three: list[str]
) -> None:
    desk.open().move([three[0]], "step", {"action": "远程登录系统排查"})
    listing = desk.open().find("status:open")
    assert set(ids(listing)) == set(three)
    assert listing.documents == 1
    [handling] = ids(desk.open().find("kind:handling"))
    assert ids(desk.open().find("远程登录")) == [handling]
    assert ids(desk.open().find("handler:engineer-1")) in ([handling], [])
    assert ids(desk.open().find(f"request.id:{three[0]}")) == [handling]
    assert ids(desk.open().find(kind="handling")) == [handling]
    with pytest.raises(NotFound):
        desk.open().find(kind="riddle")


def test_a_file_that_cannot_be_read_is_named_beside_the_rest(
    desk: Sandbox, three: list[str]
) -> None:
    path = "records/requests/2024/10/SR-20241001-009.yaml"
    desk.write(path, "- a list\n")
    listing = desk.open().find()
    assert len(listing.rows) == 3
    [unreadable] = listing.unreadable
    assert (unreadable.path, unreadable.error.code) == (path, "E_TOP")


def test_an_empty_desk_has_an_empty_list(desk: Sandbox) -> None:
    listing = desk.open().find()
    assert (listing.rows, listing.total) == ((), 0)


def test_what_was_open_at_an_earlier_moment(desk: Sandbox, three: list[str]) -> None:
    desk.clock.forward(hours=1)
    desk.open().move(three, "resolve", {"result": RESULT})
    assert ids(desk.open().find()) == []
    then = NOW.replace(minute=37)
    assert ids(desk.open().find(at=then)) == [three[1], three[0]]


def test_where_due_times_cannot_be_told_the_list_still_is(desk: Sandbox, three: list[str]) -> None:
    def broken(*_: object) -> None:
        raise Invalid(T("the policy is broken"))

    listing = desk.open().find(ledgers=broken)
    assert ids(listing) == sorted(three)
    assert [str(note) for note in listing.notes] == ["the policy is broken"]


def test_the_worst_target_of_a_record(desk: Sandbox, three: list[str]) -> None:
    desk.clock.forward(hours=3)
    assert ids(desk.open().find("sla:breached")) == [three[2]]


def test_the_half_of_a_bulk_write_is_not_seen(
    desk: Sandbox, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader in the middle of a write sees the old state of every record, or the new of all."""
    from svcdesk.store import transaction

    seen: list[set[str]] = []
    real = transaction.replace_files

    def spying(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        listing = desk.open().find("status:open,resolved")
        seen.append({row.record.status for row in listing.rows})

    monkeypatch.setattr(transaction, "replace_files", spying)
    desk.open().move(three, "resolve", {"result": RESULT})
    assert seen == [{"new"}]
