"""`svcdesk calendar sync`: by whom, into which calendar, and what it says of what it did."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

OFFICE = "records/calendars/office.yaml"


def sync(desk: Sandbox, *argv: str, who: str = "engineer-1") -> Outcome:
    return svcdesk(desk.root, "calendar", "sync", *argv, who=who)


@pytest.mark.parametrize("role", ["engineer", "bot", "auditor", None])
def test_only_whoever_may_change_who_is_listed_may_change_when_the_desk_works(
    desk: Sandbox, role: str | None
) -> None:
    if role is not None:
        added = svcdesk(
            desk.root, "people", "add", "p-2", "--role", role, "--email", "p-2@example.org"
        )
        assert added.code == 0, added.err
    before, commits = desk.read(OFFICE), desk.subjects()
    refused = sync(desk, "CN", "2027", who="p-2")
    assert refused.code == 3
    assert ("p-2 may not change calendars" if role else "does not list") in refused.err
    assert (desk.read(OFFICE), desk.subjects()) == (before, commits)
    assert sync(desk, "CN", "2027").code == 0


def test_another_countrys_days_do_not_take_the_place_of_those_there_are(desk: Sandbox) -> None:
    before = desk.read(OFFICE)
    refused = sync(desk, "US", "2026")
    assert refused.code == 3
    assert "follows CN" in refused.err and "2026" in refused.err
    assert "records/calendars/us.yaml" in refused.err and "--calendar us" in refused.err
    assert desk.read(OFFICE) == before
    desk.write(
        "records/calendars/us.yaml",
        "zone: America/New_York\ncountry: US\nhours:\n  mon:\n    - 09:00-17:00\n",
    )
    desk.commit("a calendar of its own")
    assert sync(desk, "US", "2026", "--calendar", "us").code == 0
    assert "Thanksgiving" in desk.read("records/calendars/us.yaml")


def test_it_says_whether_anything_was_written_and_what_is_gone(desk: Sandbox) -> None:
    first = sync(desk, "CN", "2027")
    assert "calendar office: CN 2027" in first.out and "committed as" in first.out
    commits = desk.subjects()
    again = sync(desk, "CN", "2027")
    assert again.out == "nothing to change\n" and desk.subjects() == commits
    days = "  - year: 2027\n    source: holidays"
    line = next(one for one in desk.read(OFFICE).split("  - year: 2027\n")[1].splitlines())
    listed = f"  - year: 2027\n{line}\n    holidays:\n"
    assert days in listed
    desk.edit(OFFICE, listed, f"{listed}      - date: 2027-12-12\n        name: 本地节日\n")
    kept = sync(desk, "CN", "2027")  # somebody's uncommitted edit
    assert kept.code == 3 and "--include-dirty" in kept.err
    mended = sync(desk, "CN", "2027", "--include-dirty")
    assert mended.code == 0, mended.err
    assert "no longer in the calendar: 2027-12-12 本地节日" in mended.err
