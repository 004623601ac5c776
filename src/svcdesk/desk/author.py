"""Who acts: the person whom git names, as the desk lists them, and whom they act for."""

from __future__ import annotations

from difflib import get_close_matches

from svcdesk.errors import Ambiguous, NotAllowed, NotFound
from svcdesk.i18n import T
from svcdesk.lifecycle.rights import requester
from svcdesk.model.people import REQUESTER, People, Person
from svcdesk.values import NamedTuple


class Author(NamedTuple):
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
    """The author whom git names by e-mail; `acting_for` is a person's id or name, or
    `requester`.

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


def find_person(people: People, said: str) -> Person:
    """The person of that id, or the only one of that name; or the requester.

    Raises NotFound naming near ones, Ambiguous with the ids of everyone who is called so.
    """
    return requester() if said == REQUESTER else find_listed(people, said)


def find_listed(people: People, said: str) -> Person:
    """The person of that id, or the only one of that name. Raises as `find_person` does."""
    found = [one for one in people.called(said) if one.active]
    if len(found) > 1:
        raise Ambiguous(
            T("{count} people are called “{name}”", count=len(found), name=said),
            hint=T("say which by the id: {names}", names=", ".join(one.id for one in found)),
            code="E_PERSON",
        )
    if not found:
        names = {one.name: one.id for one in people.by_id.values() if one.name}
        near = get_close_matches(said, [*people.by_id, *names], n=3, cutoff=0.4)
        ids = dict.fromkeys(names.get(one, one) for one in near)
        raise NotFound(
            T("records/people.yaml lists no “{person}”", person=said),
            hint=T("did you mean {names}?", names=", ".join(ids))
            if near
            else T("`svcdesk people` lists everyone"),
            code="E_PERSON",
        )
    return found[0]
