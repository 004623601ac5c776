"""The people of a desk and what their roles let them do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svcdesk.i18n import Label, Named, T, Text
from svcdesk.values import NamedTuple

REQUESTER = "requester"
BOT = "svcdesk"
"""Who records what no person did: escalations, periodic tasks."""


class SigningKey(NamedTuple):
    """An SSH public key, and the times between which a signature with it counts."""

    key: str
    since: str
    until: str | None = None
    revoked: bool = False

    @property
    def blob(self) -> str:
        """The key itself in base64, without its type and comment."""
        return [*self.key.split(), "", ""][1]


class Substitute(NamedTuple):
    """Who may approve in somebody's place, and between which times."""

    id: str
    since: str
    until: str | None = None


class Person(NamedTuple):
    """Someone listed in `people.yaml`; `emails` are those that git knows them by."""

    id: str
    name: str = ""
    roles: tuple[str, ...] = ()
    team: str | None = None
    supervisor: str | None = None
    emails: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    active: bool = True
    keys: tuple[SigningKey, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    same_as: str | None = None
    """Another id of the same person."""


class People(NamedTuple):
    """Everyone listed, by id."""

    by_id: Mapping[str, Person]

    def get(self, person_id: str) -> Person | None:
        return self.by_id.get(person_id)

    def called(self, said: str) -> tuple[Person, ...]:
        """The person of that id; else everyone of that name, letter case aside."""
        person = self.by_id.get(said.strip())
        if person is not None:
            return (person,)
        name = said.strip().casefold()
        return tuple(one for one in self.by_id.values() if name and one.name.casefold() == name)

    def by_email(self, email: str) -> Person | None:
        """Whoever git's e-mail belongs to; letter case does not matter."""
        wanted = email.casefold()
        for person in self.by_id.values():
            if any(wanted == one.casefold() for one in person.emails):
                return person
        return None

    def with_role(self, role: str) -> tuple[Person, ...]:
        return tuple(one for one in self.by_id.values() if role in one.roles and one.active)

    def in_team(self, team: str) -> tuple[Person, ...]:
        return tuple(one for one in self.by_id.values() if one.team == team and one.active)

    def teams(self) -> tuple[str, ...]:
        return tuple(sorted({one.team for one in self.by_id.values() if one.team}))


_RIGHTS: Mapping[str, Text] = {
    "submit": T("register"),
    "set": T("set fields"),
    "link": T("link records"),
    "attach": T("attach files"),
    "settle": T("settle events"),
    "adopt": T("record edits made by hand"),
    "void": T("take an operation back"),
    "redact": T("redact"),
    "import": T("import records"),
    "waive": T("explain a breach"),
    "force": T("write what a rule refuses"),
    "reprioritise": T("change the priority"),
}
"""What is called a right that is no move."""


class Roles(NamedTuple):
    """What each role may do: right names, roles it includes already unfolded. `labels`: what
    people call each; `moves`: what they call those rights that are moves."""

    rights: Mapping[str, frozenset[str]]
    labels: Mapping[str, Mapping[str, str]] = {}
    moves: Mapping[str, Mapping[str, str]] = {}

    def allow(self, roles: Iterable[str], right: str) -> bool:
        return any(right in self.rights.get(role, frozenset()) for role in roles)

    def holding(self, right: str) -> tuple[str, ...]:
        """The roles that hold a right, for the sentence that refuses it to others."""
        return tuple(role for role, rights in self.rights.items() if right in rights)

    def named(self, roles: Iterable[str]) -> Named:
        """Roles as a part of a sentence."""
        return Named(roles, {role: Label(known, role) for role, known in self.labels.items()})

    def named_right(self, right: str) -> Named:
        """A right as a part of a sentence: a move by its label."""
        known = self.moves.get(right)
        return Named([right], _RIGHTS if known is None else {right: Label(known, right)})
