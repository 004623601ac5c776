"""Whether what events record is their commit's author's, and whether they may have done it.

People and workflow are those of the branch that is merged into; the table of rights is the one
that commands ask (norm A 2, C 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcdesk.errors import NotAllowed
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.escalations import ABOUT, ESCALATE, EXPLAINS
from svcdesk.lifecycle.fold import STATUS
from svcdesk.lifecycle.rights import authorise, requester, rights_for_fields
from svcdesk.model.ids import derived_event_id
from svcdesk.model.kind import Workflow
from svcdesk.model.people import BOT, REQUESTER, People, Person
from svcdesk.model.record import CORRECT, RENUMBER, SUBMIT, Event, Record
from svcdesk.review.change import Brought, Version
from svcdesk.values import NamedTuple

_IMPORT = "import"
_COMMIT = "commit"
_BOT_ROLE = "bot"
_SET = "set"

Chains = Mapping[tuple[str, str], tuple[tuple[Workflow, str], ...]]
"""(Kind of a document, move) → the moves of other kinds that make it in the same commit."""


class Court(NamedTuple):
    """What rights are judged by."""

    people: People
    workflows: Mapping[str, Workflow]
    chains: Chains
    confirm_own: bool


def chains_of(workflows: Mapping[str, Workflow]) -> Chains:
    """Which moves of documents come of which moves of others."""
    found: dict[tuple[str, str], tuple[tuple[Workflow, str], ...]] = {}
    for workflow in workflows.values():
        for move in workflow.moves.values():
            for write in move.writes:
                for do in (write.do, SUBMIT):
                    key = (write.document, do)
                    found[key] = (*found.get(key, ()), (workflow, move.name))
    return found


def author_flaw(brought: Brought, uid: str) -> Text | None:
    """Why an event is not its commit's author's; None where it is."""
    event, author = brought.event, brought.author
    if event.derived is not None:
        return _derived_flaw(event, uid)
    if author is None:
        return T("it came in a commit by {email}, whom records/people.yaml does not list",
                 email=brought.email)  # fmt: skip
    if _BOT_ROLE in author.roles or event.by in (author.id, author.same_as):
        return None
    return T("it says that {by} recorded it, but its commit is by {author}", by=event.by,
             author=author.id)  # fmt: skip


def _derived_flaw(event: Event, uid: str) -> Text | None:
    assert event.derived is not None
    expected = derived_event_id(0, "", uid, event.derived)
    if event.by == BOT and event.do == ESCALATE and event.id[10:] == expected[10:]:
        return None
    return T("it passes for one that svcdesk makes by the policy, and is none")


def rights_flaws(event: Event, version: Version, court: Court) -> Iterator[Text]:
    """Why an event's recorder, or whoever it is recorded for, may not do what it does."""
    if event.derived is not None:
        return
    record, workflow = version.record, court.workflows[version.record.kind]
    person = court.people.get(event.by)
    if person is None or not person.active:
        yield T("{person} is not listed in records/people.yaml", person=event.by)
        return
    principal = None
    if event.on_behalf is not None and event.on_behalf != event.by:
        principal = (
            requester() if event.on_behalf == REQUESTER else court.people.get(event.on_behalf)
        )
        if principal is None:
            yield T("{person} is not listed in records/people.yaml", person=event.on_behalf)
            return
    for right in sorted(_rights(event, record, workflow)):
        flaw = _flaw(right, event, workflow, person, principal, court)
        if flaw is not None:
            yield flaw
    move = workflow.moves.get(event.do)
    if move is not None and move.not_by is not None and not court.confirm_own:
        makers = [
            one.by
            for one in version.folded.counted()
            if one.do == move.not_by and one.id < event.id
        ]
        if makers and makers[-1] == event.by:
            yield T("{person} resolved it and may not record its confirmation", person=event.by)


def _rights(event: Event, record: Record, workflow: Workflow) -> set[str]:
    """The rights that an event asks for."""
    if event.via == _IMPORT:
        return {_IMPORT}
    fields = {path: value for path, value in event.set.items() if path != STATUS}
    if event.do == SUBMIT:
        first = min(one.id for one in record.events) == event.id
        begins = event.set.get(STATUS) in (None, workflow.initial)
        return {SUBMIT} if first and begins else {CORRECT}
    rights = {_SET if event.do == RENUMBER else event.do}
    move = workflow.moves.get(event.do)
    if event.do == _SET:
        rights |= rights_for_fields(workflow, fields)
    elif move is not None:
        free = {path: value for path, value in fields.items() if path not in move.sets}
        rights |= rights_for_fields(workflow, free)
    if event.settles:
        rights.add("settle")
    about = event.extra.get(ABOUT)
    named = about if isinstance(about, list) else []
    escalated = any(one.derived is not None and one.id in named for one in record.events)
    if escalated or event.extra.get(EXPLAINS):
        rights.add("waive")
    return rights


def _flaw(
    right: str,
    event: Event,
    workflow: Workflow,
    person: Person,
    principal: Person | None,
    court: Court,
) -> Text | None:
    """Why nobody concerned may use this right; None where somebody may."""
    rule = workflow.approval
    ways: list[tuple[Workflow, str, Person, Person | None]]
    if rule is not None and right == rule.move:
        ways = [(workflow, right, principal or person, None)]  # a substitute is judged elsewhere
    elif event.via == _COMMIT:
        ways = [(workflow, right, one, None) for one in (person, principal) if one is not None]
    else:
        ways = [(workflow, right, person, principal)]
    key = (workflow.kind, event.do)
    ways += [(other, move, person, principal) for other, move in court.chains.get(key, ())]
    said = None
    for table, name, who, whose in ways:
        try:
            authorise(name, table.roles, who, whose)
        except NotAllowed as error:
            said = said or error.message
        else:
            return None
    return said
