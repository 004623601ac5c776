"""Who acts: the person whom git names, as the desk lists them, and whom they act for."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from svcdesk.errors import NotAllowed, NotFound
from svcdesk.i18n import T
from svcdesk.lifecycle.rights import requester
from svcdesk.model.people import REQUESTER, People, Person


@dataclass(frozen=True, slots=True)
class Author:
    """`person` records; `principal`, where given, is the one acted for."""

    person: Person
    principal: Person | None = None

    @property
    def actor(self) -> Person:
        return self.principal or self.person

    def for_requester(self) -> Author:
        """The same person, taking down the requester's word (unless they act for one already)."""
        return self if self.principal else Author(self.person, requester())


def find_author(people: People, name: str, email: str, acting_for: str | None) -> Author:
    """The author whom git names by e-mail; `acting_for` is a person's id or `requester`.

    Raises NotAllowed where git's e-mail is nobody's, NotFound where `acting_for` is nobody.
    """
    person = people.by_email(email)
    if person is None or not person.active:
        raise NotAllowed(
            T("git says you are {name} <{email}>, whom records/people.yaml does not list",
              name=name, email=email),
            hint=T("let somebody add you: svcdesk people add ID --email {email}", email=email),
            code="E_PERSON",
        )  # fmt: skip
    return Author(person, find_person(people, acting_for) if acting_for else None)


def find_person(people: People, person_id: str) -> Person:
    """The person of that id, or the requester. Raises NotFound naming near ones."""
    if person_id == REQUESTER:
        return requester()
    person = people.get(person_id)
    if person is None or not person.active:
        near = get_close_matches(person_id, list(people.by_id), n=3, cutoff=0.4)
        raise NotFound(
            T("records/people.yaml lists no “{person}”", person=person_id),
            hint=T("did you mean {names}?", names=", ".join(near))
            if near
            else T("`svcdesk people` lists everyone"),
            code="E_PERSON",
        )
    return person
