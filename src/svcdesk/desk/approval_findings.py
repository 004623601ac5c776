"""What `check` and every write find about approval: moves without it, approvals that are void."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval import Standing, standing
from svcdesk.lifecycle.approval_flaws import Flaw, FlawKind, flaws
from svcdesk.lifecycle.approval_values import LATER
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.kind import Workflow
from svcdesk.model.people import People
from svcdesk.model.record import Record

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.parts import Parts

UNAPPROVED = Rule(
    "DESK801",
    "unapproved",
    Severity.ERROR,
    T("a move was made without the approval that it asks for"),
    T("a change is not carried out before review, plan and consent; what was agreed to is what is"
      " carried out, by others than those who agreed"),
    T("have it approved first: `svcdesk approve ID`; `svcdesk show ID` says which approvals count"),
    "D (K14)",
)  # fmt: skip
VOID = Rule(
    "DESK802",
    "void-approval",
    Severity.WARNING,
    T("an approval does not count"),
    T("an approval is of what the record said when it was given, by somebody who may; of anything"
      " else nobody has agreed"),
    T("have it approved as it is now, or put the fields back as they were"),
    "D (K14)",
)  # fmt: skip
RULES = (UNAPPROVED, VOID)


def standing_of(desk: Parts, record: Record, folded: Fold) -> Standing | None:
    """Where a record stands by the desk as it is; None for a kind that asks for no approval.

    Once no approval can be given any more, it is where it stood when the last move was made that
    asks for one; what became so later does not matter then.
    """
    workflow = desk.workflow(record.kind)
    rule = workflow.approval
    if rule is None:
        return None
    used = None
    if not workflow.moves[rule.move].legal(folded.status):
        used = [event.id for event in folded.counted() if event.do in rule.asked_by]
    return standing(
        record, folded, workflow, desk.people, desk.verify_approval,
        signed=desk.facts.signed_approvals,
        after=used[-1] if used else None,
        forgiven=LATER if used else (),
    )  # fmt: skip


def approval_findings(
    desk: Desk,
    record: Record,
    folded: Fold,
    path: str,
    line_of: Callable[[Sequence[str | int]], int | None] = lambda _: None,
) -> Iterator[Finding]:
    """The findings about one record, by the people, the facts and the workflow of the desk."""
    workflow = desk.workflow(record.kind)
    found = flaws(record, folded, workflow, desk.people, desk.verify_approval,
                  signed=desk.facts.signed_approvals)  # fmt: skip
    for flaw in found:
        if flaw.lacks_consent and path and folded.status not in workflow.open_states():
            flaw = _as_then(desk, record, flaw, path)
        yield finding_of(flaw, record, workflow, desk.people, path, line_of)


def _as_then(desk: Desk, record: Record, flaw: Flaw, path: str) -> Flaw:
    """A flaw of a record that has ended weighs little where the workflow that was in force when
    the move was made asked for no more than there was. A review knows no earlier workflow."""
    if desk.fixed:
        return flaw
    from svcdesk.desk.earlier_workflows import earlier_workflows

    then = earlier_workflows(desk, record.kind).at(path, flaw.event)
    if then is None:
        return flaw
    folded = fold(record.events, then)
    judged = flaws(record, folded, then, desk.people, desk.verify_approval,
                   signed=desk.facts.signed_approvals)  # fmt: skip
    if any(one.event == flaw.event and one.kind is FlawKind.UNAPPROVED for one in judged):
        return flaw
    said = T("{what}; the workflow that was in force then asked for no more", what=flaw.said)
    return flaw._replace(kind=FlawKind.LAPSED, said=said, lacks_consent=False)


def finding_of(
    flaw: Flaw,
    record: Record,
    workflow: Workflow,
    people: People,
    path: str,
    line_of: Callable[[Sequence[str | int]], int | None] = lambda _: None,
) -> Finding:
    """A flaw as `check` and `review` say it, with who could approve."""
    return Finding(
        VOID if flaw.kind is FlawKind.VOID else UNAPPROVED,
        flaw.said,
        record.id,
        path or None,
        line_of(["events", flaw.place]),
        f"events.{flaw.place}",
        hint=may_approve(workflow, people) if flaw.lacks_consent else None,
        severity=Severity.NOTE if flaw.kind is FlawKind.LAPSED else None,
    )


def may_approve(workflow: Workflow, people: People, without: str = "") -> Text:
    """Who has a role that approves; not somebody who was just refused."""
    rule = workflow.approval
    names = [
        one.id
        for one in people.by_id.values()
        if rule is not None and one.active and one.id != without
        and (not workflow.roles.rights or workflow.roles.allow(one.roles, rule.move))
    ]  # fmt: skip
    return T("who may approve: {people}", people=", ".join(names) or "–")
