"""Who may do what, for whom: the norms' roles, judged where an event is written."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.errors import NotAllowed
from svcdesk.i18n import T, Text
from svcdesk.model.kind import Workflow
from svcdesk.model.people import REQUESTER, Person, Roles

ACT_FOR_REQUESTER = "act_for_requester"
ACT_FOR_STAFF = "act_for_staff"


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
                right=right,
                roles=", ".join(actor.roles) or "–",
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


def requester() -> Person:
    """The customer's side, as somebody who can be acted for."""
    return Person(id=REQUESTER, roles=(REQUESTER,))


def _holders(roles: Roles, right: str) -> Text:
    holders = roles.holding(right)
    return T("roles that may: {roles}", roles=", ".join(holders)) if holders else T("no role may")
