"""`people`: who works at the desk, added and changed with one commit each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from svcdesk.desk.author import find_listed
from svcdesk.desk.file_edit import FileDone, edit_file
from svcdesk.desk.settings import parse_people
from svcdesk.desk.writing import Options
from svcdesk.errors import NotAllowed, NotFound, Refused, UsageError
from svcdesk.i18n import Label, Named, T, Text
from svcdesk.model.field_info import plain
from svcdesk.model.people import Person, Roles
from svcdesk.model.record import Value, Values

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

PEOPLE_FILE = "records/people.yaml"
RIGHT = "people"
_LISTS = frozenset({"roles", "emails", "skills"})
_FIELDS = frozenset({"name", "roles", "team", "supervisor", "emails", "skills", "active"})


def list_people(desk: Desk) -> list[Person]:
    """Everyone listed, by id."""
    return [desk.people.by_id[one] for one in sorted(desk.people.by_id)]


def add_person(
    desk: Desk, person_id: str, fields: Values, options: Options | None = None
) -> FileDone:
    """List a person. `fields`: name, roles, team, supervisor, emails, skills, active.

    Raises Refused for an id or e-mail that is somebody's already, UsageError for an unknown field
    or role, NotFound for a supervisor who is not listed, Invalid for an id that cannot be one,
    NotAllowed without the right `people`.
    """
    _authorise(desk)
    if desk.people.get(person_id) is not None:
        raise Refused(
            T("{person} is listed already", person=person_id),
            hint=T("change what is listed: svcdesk people set {person} …", person=person_id),
            code="E_PERSON",
        )
    entry = {"id": person_id, **_checked(desk, fields)}

    def change(values: Values) -> dict[str, Value]:
        return _with(values, [*_listed(values), entry])

    return edit_file(
        desk, PEOPLE_FILE, "people", change, f"people: add {person_id}", options or Options()
    )


def set_person(
    desk: Desk, person_id: str, fields: Values, options: Options | None = None
) -> FileDone:
    """Change what is listed about a person; a field set to None is taken out.

    Raises NotFound for somebody who is not listed, and what `add_person` raises.
    """
    _authorise(desk)
    if desk.people.get(person_id) is None:
        near = get_close_matches(person_id, list(desk.people.by_id), n=3, cutoff=0.4)
        raise NotFound(
            T("records/people.yaml lists no “{person}”", person=person_id),
            hint=T("did you mean {names}?", names=", ".join(near))
            if near
            else T("`svcdesk people` lists everyone"),
            code="E_PERSON",
        )
    wanted = _checked(desk, fields)

    def change(values: Values) -> dict[str, Value]:
        people = []
        for entry in _listed(values):
            if isinstance(entry, Mapping) and entry.get("id") == person_id:
                entry = {**entry, **wanted}
                entry = {key: value for key, value in entry.items() if value is not None}
            people.append(entry)
        return _with(values, people)

    subject = f"people: {person_id}: set {', '.join(sorted(fields))}"
    return edit_file(desk, PEOPLE_FILE, "people", change, subject, options or Options())


def _listed(values: Values) -> list[Value]:
    people = values.get("people")
    return list(people) if isinstance(people, list) else []


def _with(values: Values, people: list[Value]) -> dict[str, Value]:
    """The file's values with these people. Raises Invalid for two of one id or e-mail."""
    wanted = {**values, "people": people}
    parse_people(wanted, PEOPLE_FILE)
    return wanted


def _checked(desk: Desk, fields: Values) -> dict[str, Value]:
    """The fields, with roles that some kind of the desk knows and a supervisor by the id.

    Raises UsageError; NotFound, Ambiguous for a supervisor who is not listed.
    """
    for name in fields:
        if name not in _FIELDS and not name.startswith("x-"):
            raise UsageError(
                T("a person has no field “{field}”", field=name),
                hint=T("fields: {names}", names=", ".join(sorted(_FIELDS))),
                code="E_FIELD",
                field=name,
            )
    given = dict(fields)
    roles = given.get("roles")
    if isinstance(roles, Sequence) and not isinstance(roles, str):
        given["roles"] = [_role_meant(desk, str(role)) for role in roles]
    boss = given.get("supervisor")
    if isinstance(boss, str):
        given["supervisor"] = find_listed(desk.people, boss).id
    return {key: [value] if key in _LISTS and isinstance(value, str) else value
            for key, value in given.items()}  # fmt: skip


def _role_meant(desk: Desk, typed: str) -> str:
    """The role of that name or label. Raises UsageError naming near ones."""
    known = roles_of(desk)
    words = {role: role for role in known}
    for kind in desk.kinds:
        for role, labels in desk.workflow(kind).roles.labels.items():
            for label in labels.values():
                words.setdefault(plain(label), role)
    found = words.get(plain(typed))
    if found is None:
        near = [words[one] for one in get_close_matches(plain(typed), list(words), 3, 0.6)]
        raise UsageError(
            T("there is no role “{role}”", role=typed),
            hint=T("did you mean {names}?", names=", ".join(dict.fromkeys(near)))
            if near
            else T("roles: {names}", names=named_roles(desk, known)),
            code="E_ROLE_NAME",
            field="roles",
        )
    return found


def roles_of(desk: Desk) -> list[str]:
    """Every role that a workflow of the desk has, in the order of the workflows."""
    found = [role for kind in desk.kinds for role in desk.workflow(kind).roles.rights]
    return list(dict.fromkeys(found))


def named_roles(desk: Desk, roles: Iterable[str]) -> Named:
    """Roles of any of the desk's workflows as a part of a sentence."""
    tables = [desk.workflow(kind).roles.labels for kind in desk.kinds]
    return Named(roles, {role: Label(known, role) for one in tables for role, known in one.items()})


def authorise_facts(desk: Desk, said: Callable[[str, Named], Text]) -> None:
    """Whoever changes who is listed, or when the desk works, needs the right `people` in some
    kind's table of roles. Raises NotAllowed; `said` makes its sentence of a person and their roles.
    """
    person = desk.author().person
    tables: list[Roles] = [desk.workflow(kind).roles for kind in desk.kinds]
    if any(roles.allow(person.roles, RIGHT) for roles in tables if roles.rights):
        return
    holders = list(dict.fromkeys(role for roles in tables for role in roles.holding(RIGHT)))
    raise NotAllowed(
        said(person.id, named_roles(desk, person.roles)),
        hint=T("roles that may: {roles}", roles=named_roles(desk, holders)),
    )


def _authorise(desk: Desk) -> None:
    authorise_facts(
        desk, lambda person, roles: T("{person} may not change who is listed; roles: {roles}",
                                      person=person, roles=roles)
    )  # fmt: skip
