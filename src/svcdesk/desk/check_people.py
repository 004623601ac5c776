"""What is wrong in people.yaml beside its form: roles that are none, supervisors who are nobody."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.check_files import PEOPLE_FILE, near_name
from svcdesk.i18n import T
from svcdesk.model.finding import Finding
from svcdesk.store.yaml_read import parse

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def check_people(desk: Desk) -> Iterator[Finding]:
    """Every finding about people.yaml; it can be read as people."""
    yield from check_roles(desk)
    yield from check_supervisors(desk)


def check_roles(desk: Desk) -> Iterator[Finding]:
    """The roles that people.yaml gives and no workflow has: they let nobody do anything."""
    from svcdesk.desk.people import named_roles, roles_of

    known = roles_of(desk)
    document = parse(desk.read_file(PEOPLE_FILE) or b"", path=PEOPLE_FILE)
    for index, person in enumerate(desk.people.by_id.values()):
        for place, role in enumerate(person.roles):
            if role not in known:
                near = get_close_matches(role, known, n=1, cutoff=0.5)
                yield Finding(
                    rules.UNKNOWN_ROLE,
                    T("{person} has the role “{role}”, which is none", person=person.id, role=role),
                    path=PEOPLE_FILE,
                    line=document.line_of(["people", index, "roles", place]),
                    field=f"people.{index}.roles",
                    hint=T("did you mean {names}?", names=near[0])
                    if near
                    else T("roles: {names}", names=named_roles(desk, known)),
                )


def check_supervisors(desk: Desk) -> Iterator[Finding]:
    """Whom people.yaml names as somebody's supervisor and does not list: nobody can be told."""
    listed = desk.people.by_id
    document = parse(desk.read_file(PEOPLE_FILE) or b"", path=PEOPLE_FILE)
    for index, person in enumerate(listed.values()):
        if person.supervisor is not None and person.supervisor not in listed:
            yield Finding(
                rules.UNKNOWN_PERSON,
                T("{person} reports to “{other}”, whom people.yaml does not list",
                  person=person.id, other=person.supervisor),
                path=PEOPLE_FILE,
                line=document.line_of(["people", index, "supervisor"]),
                field=f"people.{index}.supervisor",
                hint=near_name(person.supervisor, list(listed)),
            )  # fmt: skip
