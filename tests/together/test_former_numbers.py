"""Records by the numbers that they had before: in every command, and through links."""

from __future__ import annotations

import pytest
from clones import new

from svcdesk.desk import Circumstances
from svcdesk.desk.revision import DeskAt
from svcdesk.errors import Ambiguous, NotFound
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox

OLD, NOW = "SR-20241001-001", "SR-20241001-500"


@pytest.fixture
def moved(desk: Sandbox) -> Sandbox:
    """A desk whose first request was renumbered; -002 is there, too."""
    new(desk)
    new(desk, "另一件")
    desk.open().renumber(OLD, NOW)
    desk.clock.forward(minutes=1)
    return desk


@pytest.mark.parametrize("said", [OLD, "001", "1001-001", NOW, "500"])
def test_a_former_number_is_followed(moved: Sandbox, said: str) -> None:
    assert moved.open().show(said).record.id == NOW
    assert {entry.record_id for entry in moved.open().log(said)} == {NOW}
    moved.open().set([said], {"title": "新标题"})
    assert moved.open().load(NOW).record.get("title") == "新标题"
    words = Circumstances(words=Words(text="看过了"))
    moved.open().move([said], "note", {}, words)
    moved.open().adopt([said])
    assert moved.open().check([said]).findings == ()
    assert moved.open().load(NOW).record.events[-1].do == "note"


def test_a_number_that_a_record_has_comes_before_one_that_another_had(moved: Sandbox) -> None:
    assert moved.open().show("002").record.id == "SR-20241001-002"
    with pytest.raises(NotFound):
        moved.open().show("003")


def test_an_ending_of_several_former_numbers_is_refused(desk: Sandbox) -> None:
    new(desk)
    other = new(desk)
    desk.open().renumber(OLD, "SR-20241001-700")
    path = desk.path_of(other)
    desk.write(path, desk.read(path).replace(
        "kind: request", "formerly: [SR-20240901-001]\nkind: request"))  # fmt: skip
    desk.commit("by hand")
    with pytest.raises(Ambiguous):
        desk.open().show("001")
    assert desk.open().show("SR-20240901-001").record.id == other
    assert desk.open().show("SR-20241001-001").record.id == "SR-20241001-700"


def test_a_link_is_followed_by_its_uid(moved: Sandbox) -> None:
    [handling] = moved.open().new("handling", {"request": NOW, "handler": "engineer-1"}).ids[:1]
    path = moved.path_of(handling)
    for wrong in (OLD, "SR-20241001-002", "SR-20241001-999"):
        moved.write(path, moved.read(path).replace(f"id: {NOW}", f"id: {wrong}"))
        moved.commit("by hand")
        view = moved.open().show(handling)
        assert view.request is not None
        assert view.request.record.id == NOW
        assert view.dead == ()
        moved.write(path, moved.read(path).replace(f"id: {wrong}", f"id: {NOW}"))
        moved.commit("back")


def test_a_link_without_a_uid_follows_a_former_number_and_adopt_fills_it_in(
    moved: Sandbox,
) -> None:
    path = moved.path_of("002")
    moved.write(path, moved.read(path).replace(
        "events:\n", f"links:\n  - rel: parent\n    id: {OLD}\nevents:\n", 1))  # fmt: skip
    moved.commit("by hand")
    uid = moved.open().load(NOW).record.uid
    moved.open().adopt(["002"])
    [link] = moved.open().load("002").record.get("links")  # type: ignore[union-attr, misc]
    assert link["uid"] == uid  # type: ignore[index, call-overload]


def test_a_former_number_in_an_earlier_state_of_the_desk(moved: Sandbox) -> None:
    moved.open().set(["500"], {"title": "新标题"})
    assert DeskAt(moved.open(), "HEAD~1").show("001").record.id == NOW
    assert DeskAt(moved.open(), "HEAD~2").show(NOW).record.id == OLD
