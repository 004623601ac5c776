"""Numbers that may still change carry their mark wherever records are listed."""

from __future__ import annotations

import pytest
from command_runner import svcdesk
from tests.sample_request import REQUEST

from svcdesk.testing import Sandbox

NEW, HAND = "SR-20241001-002", "SR-20241001-050"


@pytest.fixture
def offline(desk: Sandbox) -> Sandbox:
    """A desk whose remote is out of reach: one new request, one that was renumbered by hand."""
    desk.git("remote", "add", "origin", str(desk.root.with_name("nowhere.git")))
    first, _ = (desk.open().new("request", REQUEST).ids[0] for _ in range(2))
    desk.open().renumber(first, HAND)
    return desk


@pytest.mark.parametrize("command", [["list"], ["board"], ["search", "登录"]])
def test_they_are_marked(offline: Sandbox, command: list[str]) -> None:
    shown = svcdesk(offline.root, *command).out
    assert f"{NEW}? " in shown
    assert f"{HAND}? " in shown


def test_the_mark_is_for_people_alone(offline: Sandbox) -> None:
    for command in (["list"], ["search", "登录"]):
        ids = svcdesk(offline.root, *command, "--format", "ids").out.split()
        assert sorted(ids) == [NEW, HAND]
        assert "?" not in svcdesk(offline.root, *command, "--format", "json").out


def test_a_request_is_found_by_the_number_that_it_had(offline: Sandbox) -> None:
    for said in ("id:SR-20241001-001", "id:001", "-id:002", "id:001 OR id:777"):
        found = svcdesk(offline.root, "list", "--format", "ids", "--", said).out
        assert found.split() == [HAND], said


def test_a_number_that_a_record_has_is_no_former_one(offline: Sandbox) -> None:
    """The first number was given to another request since, as it may be on another clone."""
    path = offline.path_of(NEW)
    other = path.replace(NEW, "SR-20241001-001")
    (offline.root / path).rename(offline.root / other)
    offline.write(other, offline.read(other).replace(NEW, "SR-20241001-001"))
    offline.commit("by hand")
    found = svcdesk(offline.root, "list", "--format", "ids", "id:001").out
    assert found.split() == ["SR-20241001-001"]


def test_records_that_name_it_are_found_by_the_number_that_it_had(offline: Sandbox) -> None:
    offline.open().link(NEW, "related", HAND)
    for said in ("links:001", "linked:001"):
        assert svcdesk(offline.root, "list", "--format", "ids", said).out.split() == [NEW], said
