"""Which approvals of a record count, and why the others do not (norm D; K14, K16).

Pure: people and workflow are handed in, and so is what verifies a signature. `check` and `show`
judge by the desk as it is; `review` by the people and the workflow of the branch merged into.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval_content import Contents
from svcdesk.lifecycle.approval_digest import APPROVE, REJECT
from svcdesk.lifecycle.approval_judge import Judge
from svcdesk.lifecycle.approval_people import members, not_distinct
from svcdesk.lifecycle.approval_values import NO_WORD, Approval, Problem, Verify, Why
from svcdesk.lifecycle.fold import Fold
from svcdesk.model.kind import Workflow
from svcdesk.model.people import People
from svcdesk.model.record import Record
from svcdesk.values import NamedTuple


class Standing(NamedTuple):
    """Where a record stands: its approvals in fold order, and what is missing."""

    approvals: tuple[Approval, ...]
    quorum: int
    clash: Text | None
    """Two parties that have to be different people, and are one."""

    @property
    def agreed(self) -> tuple[Approval, ...]:
        return tuple(one for one in self.approvals if one.counts and one.decision == APPROVE)

    @property
    def rejected(self) -> tuple[Approval, ...]:
        return tuple(one for one in self.approvals if one.counts and one.decision == REJECT)

    @property
    def granted(self) -> bool:
        enough = len(self.agreed) >= self.quorum
        return enough and not self.rejected and self.clash is None

    def missing(self) -> Text:
        """What keeps it from being granted, in a clause."""
        if self.rejected:
            one = self.rejected[-1]
            return T("{person} rejected it: {reason}", person=one.person,
                     reason=one.event.reason or "–")  # fmt: skip
        if len(self.agreed) < self.quorum:
            return T("{have} of {quorum} approvals count", have=len(self.agreed),
                     quorum=self.quorum)  # fmt: skip
        return self.clash or T("nothing")


def standing(
    record: Record,
    folded: Fold,
    workflow: Workflow,
    people: People,
    verify: Verify,
    *,
    signed: bool = False,
    after: str | None = None,
    forgiven: Collection[Why] = (),
) -> Standing:
    """Where a record stands now, by its header; or right after its event `after`, by its events.

    `signed` says that the desk asks for signatures (the workflow may, too). Problems that are
    `forgiven` keep no approval from counting. The kind has to ask for approval.
    """
    rule = workflow.approval
    assert rule is not None
    point = len(folded.steps) - 1
    if after is not None:
        point = next(i for i, step in enumerate(folded.steps) if step.event.id == after)
    contents = Contents(record.uid, folded, record.header if after is None else None)
    steps = folded.steps[: point + 1]
    judge = Judge(record.uid, rule, workflow, people, verify, signed or rule.signatures, contents)
    values = {path: contents.at(point, path) for party in rule.parties for path in party.fields}
    judge.parties = members(rule, steps, values)
    places = {event.id: index for index, event in enumerate(record.events)}
    found = [
        judge.approval(at, step, point, places[step.event.id], forgiven)
        for at, step in enumerate(steps)
        if step.event.do == rule.move
    ]
    counted = _once(_latest(found, judge.human), judge.human)
    return Standing(tuple(counted), rule.quorum, not_distinct(rule, judge.parties, judge.human))


def _latest(found: Sequence[Approval], human: Mapping[str, str]) -> list[Approval]:
    """The latest word of each person holds, whatever content it is of."""
    kept: list[Approval] = []
    spoken: set[str] = set()
    for one in reversed(found):
        who = human.get(one.person, one.person)
        is_word = one.problem is None or one.problem.why not in NO_WORD
        if is_word and who in spoken:
            said = T("{person} decided again later", person=one.person)
            one = one._replace(problem=Problem(Why.SUPERSEDED, said))
        elif is_word:
            spoken.add(who)
        kept.append(one)
    return kept[::-1]


def _once(found: Sequence[Approval], human: Mapping[str, str]) -> list[Approval]:
    """Nobody agrees twice: not by another id, and not for two others."""
    kept: list[Approval] = []
    agreed: set[str] = set()
    for one in found:
        if one.counts and one.decision == APPROVE:
            both = {human.get(who, who) for who in (one.event.by, one.person)}
            if both & agreed:
                said = T("{person} has agreed already", person=one.event.by)
                one = one._replace(problem=Problem(Why.TWICE, said))
            else:
                agreed |= both
        kept.append(one)
    return kept
