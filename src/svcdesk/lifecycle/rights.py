"""Who may do what, for whom: the norms' roles, judged where an event is written."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.errors import NotAllowed
from svcdesk.i18n import T, Text
from svcdesk.model.kind import Workflow
from svcdesk.model.people import REQUESTER, People, Person, Roles
from svcdesk.model.record import Event

ACT_FOR_REQUESTER = "act_for_requester"
ACT_FOR_STAFF = "act_for_staff"
IMPORT = "import"
"""The right to import, and the means by which what was imported came."""


def authorise(
    right: str,
    roles: Roles,
    person: Person,
    principal: Person | None = None,
    *,
    record: str | None = None,
) -> None:
    """Let `person` use `right`, for `principal` if given; else raise NotAllowed.

    What may be done is a matter of the principal's roles, and acting for another is a right of its
    own. A kind without a table of roles lets everybody listed do everything.
    """
    if not roles.rights:
        return
    if principal is not None and principal.id != person.id:
        acting = ACT_FOR_REQUESTER if principal.id == REQUESTER else ACT_FOR_STAFF
        if not roles.allow(person.roles, acting):
            raise NotAllowed(
                T("{person} may not act for {principal}", person=person.id, principal=principal.id),
                hint=_holders(roles, acting),
                record=record,
            )
    actor = principal or person
    if not roles.allow(actor.roles, right):
        raise NotAllowed(
            T(
                "{person} may not do “{right}”; roles: {roles}",
                person=actor.id,
                right=roles.named_right(right),
                roles=roles.named(actor.roles),
            ),
            hint=_holders(roles, right),
            record=record,
        )


def rights_for_fields(workflow: Workflow, changes: Mapping[str, object]) -> frozenset[str]:
    """The rights beyond `set` that changing these fields by hand asks for."""
    return frozenset(
        right
        for field, right in workflow.guards.items()
        if any(path == field or path.startswith(f"{field}.") for path in changes)
    )


def is_import(event: Event, workflow: Workflow, people: People) -> bool:
    """Whether an event came by an import: it says so, and whoever recorded it may import. What it
    says alone is typed by anybody, and what an import brought in is judged more mildly."""
    if event.via != IMPORT:
        return False
    person = people.get(event.by)
    roles = workflow.roles
    return not roles.rights or (person is not None and roles.allow(person.roles, IMPORT))


def requester() -> Person:
    """The customer's side, as somebody who can be acted for."""
    return Person(id=REQUESTER, roles=(REQUESTER,))


def _holders(roles: Roles, right: str) -> Text:
    holders = roles.holding(right)
    return T("roles that may: {roles}", roles=roles.named(holders)) if holders else T("no role may")
