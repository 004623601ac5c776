"""The list of people, changed by commands."""

from __future__ import annotations

import pytest
from desk_helpers import add_people

from svcdesk.desk import Options
from svcdesk.desk.people import add_person, list_people, set_person
from svcdesk.errors import Invalid, NotAllowed, NotFound, Refused, UsageError
from svcdesk.model.record import Values
from svcdesk.testing import Sandbox, act_as


def test_a_person_is_added_in_one_commit_with_few_lines(desk: Sandbox) -> None:
    before = desk.read("records/people.yaml")
    fields = {"roles": ["engineer"], "emails": ["engineer-2@example.org"], "name": "李*"}
    done = add_person(desk.open(), "engineer-2", fields)
    after = desk.read("records/people.yaml")
    assert after.startswith(before)
    assert desk.touched() == ["records/people.yaml"]
    assert desk.subjects()[0] == done.subject == "people: add engineer-2"
    added = desk.open().people.get("engineer-2")
    assert added is not None
    assert (added.name, added.roles, added.emails) == (
        "李*", ("engineer",), ("engineer-2@example.org",),
    )  # fmt: skip
    assert [one.id for one in list_people(desk.open())] == ["engineer-1", "engineer-2"]
    assert not desk.open().check().findings


def test_a_person_is_changed_and_fields_are_taken_out(desk: Sandbox) -> None:
    add_people(desk, engineer_2="engineer")
    set_person(desk.open(), "engineer-2", {"team": "dba", "skills": "oracle"})
    person = desk.open().people.get("engineer-2")
    assert person is not None
    assert (person.team, person.skills, person.roles) == ("dba", ("oracle",), ("engineer",))
    set_person(desk.open(), "engineer-2", {"team": None, "active": False})
    person = desk.open().people.get("engineer-2")
    assert person is not None
    assert (person.team, person.active) == (None, False)


@pytest.mark.parametrize(
    ("person", "fields", "error"),
    [
        ("engineer-1", {}, Refused),
        ("engineer-2", {"emails": ["Engineer-1@example.org"]}, Invalid),
        ("engineer-2", {"emails": ["no address"]}, Invalid),
        ("two words", {}, Invalid),
        ("engineer-2", {"roles": ["boss"]}, UsageError),
        ("engineer-2", {"phone": "1"}, UsageError),
    ],
)
def test_what_cannot_be_listed(
    desk: Sandbox, person: str, fields: Values, error: type[Exception]
) -> None:
    before = desk.read("records/people.yaml")
    with pytest.raises(error):
        add_person(desk.open(), person, fields)
    assert desk.read("records/people.yaml") == before
    assert desk.status() == ""


def test_nobody_of_that_id(desk: Sandbox) -> None:
    with pytest.raises(NotFound) as caught:
        set_person(desk.open(), "enginer-1", {"team": "dba"})
    assert "engineer-1" in str(caught.value.hint)


def test_it_needs_the_right(desk: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    add_people(desk, engineer_2="engineer")
    act_as(monkeypatch, "engineer-2")
    with pytest.raises(NotAllowed) as caught:
        set_person(desk.open(), "engineer-2", {"roles": ["supervisor"]})
    assert "supervisor" in str(caught.value.hint)


def test_dry_run_writes_nothing(desk: Sandbox) -> None:
    done = add_person(desk.open(), "engineer-2", {}, Options(dry_run=True))
    assert "+  - id: engineer-2" in done.diff()
    assert done.commit is None
    assert desk.status() == ""
