"""What is wrong about approval in a record's history, and what became of approvals between two
versions of it: for `check` and `review`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import Enum

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval import Standing, standing
from svcdesk.lifecycle.approval_digest import REJECT
from svcdesk.lifecycle.approval_values import LATER, Approval, Verify, Why
from svcdesk.lifecycle.fold import Fold, Step
from svcdesk.lifecycle.rights import is_import
from svcdesk.model.approval_rule import ApprovalRule
from svcdesk.model.kind import Workflow
from svcdesk.model.people import People
from svcdesk.model.record import CORRECT, SUBMIT, Record
from svcdesk.values import NamedTuple

_NO_FLAW = frozenset({Why.SUPERSEDED, Why.EFFECT})


class FlawKind(Enum):
    """How grave it is: a move without approval; one whose approval lapsed after the record had
    ended, or was given in the system that it was imported from; an approval that does not count."""

    UNAPPROVED = "unapproved"
    LAPSED = "lapsed"
    VOID = "void"


class Flaw(NamedTuple):
    """Something wrong, with the event that it is about and its place among the file's events."""

    kind: FlawKind
    event: str
    place: int
    said: Text
    lacks_consent: bool = False
    """Whether somebody's approval would mend it."""


class Became(Enum):
    """What became of an approval from one version of a record to the next."""

    GIVEN = "given"
    WITHOUT_EFFECT = "without effect"
    VOIDED = "voided"
    COUNTS_AGAIN = "counts again"


class Turn(NamedTuple):
    """An approval as it stands in the later version, and what became of it."""

    became: Became
    approval: Approval


def flaws(
    record: Record,
    folded: Fold,
    workflow: Workflow,
    people: People,
    verify: Verify,
    *,
    signed: bool = False,
) -> Iterator[Flaw]:
    """Moves made without the approval that they ask for, then the approvals that do not count.

    The latter only in a state in which an approval can be given. `folded` is the record's fold
    under `workflow`; `signed` says that the desk asks for signatures. Empty for a kind that asks
    for no approval.
    """
    rule = workflow.approval
    if rule is None:
        return
    places = {event.id: place for place, event in enumerate(record.events)}
    guarded = _guarded(workflow, rule)
    for step in folded.steps:
        if step.counts and step.before != step.after and _asks(step, rule, guarded):
            flaw = _of_move(record, folded, workflow, people, verify, signed, step)
            if flaw is not None:
                yield flaw._replace(place=places[step.event.id])
    if workflow.moves[rule.move].legal(folded.status):
        now = standing(record, folded, workflow, people, verify, signed=signed)
        for one in now.approvals:
            if one.problem is not None and not _is_past(one, one.problem.why):
                yield Flaw(FlawKind.VOID, one.event.id, one.place, sentence(record.id, one))


def _is_past(one: Approval, why: Why) -> bool:
    """Whether nobody has to look at it: a later word stands, or what was rejected was changed."""
    return why in _NO_FLAW or (one.decision == REJECT and why is Why.CONTENT)


def _asks(step: Step, rule: ApprovalRule, guarded: Collection[str]) -> bool:
    """Whether a step needed approval: a move that asks for it, or a correction past such a move."""
    if step.event.do in rule.asked_by:
        return True
    return step.event.do in (SUBMIT, CORRECT) and step.after in guarded


def _guarded(workflow: Workflow, rule: ApprovalRule) -> frozenset[str]:
    """The states that no chain of moves leads to unless one of them asks for approval."""
    open_ways, reached = [workflow.initial], {workflow.initial}
    while open_ways:
        state = open_ways.pop()
        for name in workflow.legal_moves(state):
            target = workflow.moves[name].to.get(state, state)
            if name not in rule.asked_by and target in workflow.states and target not in reached:
                reached.add(target)
                open_ways.append(target)
    return frozenset(workflow.states) - reached


def _of_move(
    record: Record,
    folded: Fold,
    workflow: Workflow,
    people: People,
    verify: Verify,
    signed: bool,
    step: Step,
) -> Flaw | None:
    """What is wrong with a move that asks for approval. In a record that has ended, what may have
    become so later weighs little."""
    event = step.event
    then = standing(record, folded, workflow, people, verify, signed=signed, after=event.id)
    if then.granted:
        return None
    said = T("{record}: “{move}” by {by} without approval: {missing}", record=record.id,
             move=workflow.named_moves([event.do]), by=event.by,
             missing=explained(then))  # fmt: skip
    lacks = len(then.agreed) < then.quorum
    if is_import(event, workflow, people):
        return Flaw(FlawKind.LAPSED, event.id, 0, said)  # consent was given in another system
    if folded.status not in workflow.open_states():
        forgiving = standing(
            record, folded, workflow, people, verify, signed=signed, after=event.id, forgiven=LATER
        )
        if forgiving.granted:
            return Flaw(FlawKind.LAPSED, event.id, 0, said)
    return Flaw(FlawKind.UNAPPROVED, event.id, 0, said, lacks)


def explained(now: Standing) -> Text:
    """What is missing, with the latest approval that does not count and why."""
    void = [one for one in now.approvals if one.problem and one.problem.why is not Why.SUPERSEDED]
    if not void or now.rejected or len(now.agreed) >= now.quorum:
        return now.missing()
    last = void[-1]
    assert last.problem is not None
    return T("{missing}; that of {person} does not: {why}", missing=now.missing(),
             person=last.person, why=last.problem.said)  # fmt: skip


def sentence(record_id: str, one: Approval) -> Text:
    """That an approval does not count, and why."""
    why = one.problem.said if one.problem else T("nothing")
    return T("{record}: the decision of {person} does not count: {why}", record=record_id,
             person=one.person, why=why)  # fmt: skip


def turns(before: Sequence[Approval], after: Sequence[Approval]) -> tuple[Turn, ...]:
    """What became of approvals between two versions of a record, in the order of the fold.

    Both are `standing(…).approvals`, judged by the same people, workflow and `verify`; `before` is
    empty for a record that is new.
    """
    known = {one.event.id: one.counts for one in before}
    found = []
    for one in after:
        counted = known.get(one.event.id)
        if counted is None:
            found.append(Turn(Became.GIVEN if one.counts else Became.WITHOUT_EFFECT, one))
        elif counted and not one.counts:
            found.append(Turn(Became.VOIDED, one))
        elif not counted and one.counts:
            found.append(Turn(Became.COUNTS_AGAIN, one))
    return tuple(found)
