"""`approve`: somebody agrees to a record as it stands, or does not (norm D; K14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.approval_findings import may_approve, standing_of
from svcdesk.desk.author import Author
from svcdesk.desk.bulk import Task
from svcdesk.desk.draft import Draft
from svcdesk.desk.naming import record_meant
from svcdesk.desk.records import Circumstances, story
from svcdesk.desk.signing import signature_over
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import IllegalMove, MissingField, NotAllowed, Refused, UsageError
from svcdesk.i18n import T
from svcdesk.lifecycle.approval import standing
from svcdesk.lifecycle.approval_digest import (
    APPROVE,
    DECISION,
    DIGEST,
    FIELDS,
    REJECT,
    SIGNATURE,
    digest_of,
)
from svcdesk.lifecycle.approval_values import DECISIONS, Why
from svcdesk.lifecycle.dates import check_when
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.lifecycle.moves import Moved, make_move
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.approval_rule import ApprovalRule
from svcdesk.model.field_info import plain
from svcdesk.model.record import Record, Value

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

MOVE = "approve"


def approve(desk: Desk, endings: Sequence[str], decision: str, around: Circumstances) -> Done:
    """Record a decision about records as they stand, in one commit; all of them or none.

    `decision` is `approve` or `reject` (or their labels); a rejection needs a reason. With
    `around.acting_for` it is made in that person's place. Signed where the desk asks for that, or
    the user has set a key. Raises NotAllowed for whoever may not, Refused (E_APPROVAL) for a
    decision that would not count, IllegalMove where none is asked for, MissingField.
    """
    author = desk.author(around.acting_for)
    words = around.words._replace(marks={**around.words.marks, DECISION: decision})
    around = around._replace(words=words)
    tasks: list[Task] = []

    def build(draft: Draft) -> Story:
        tasks.clear()
        said = []
        for ending in dict.fromkeys(endings):
            record = draft.record(record_meant(desk, ending, MOVE))
            said.append((record.id, approve_one(desk, draft, record, author, around)))
            rule = _rule(desk, record)
            seen = {path: record.get(path) for path in rule.fields}
            tasks.append(Task(record.id, rule.move, {}, around, record.uid, seen))
        return story(said, MOVE)

    return perform(desk, build, around.options)._replace(tasks=tuple(tasks))


def approve_one(
    desk: Desk, draft: Draft, record: Record, author: Author, around: Circumstances
) -> str:
    """Record a decision in the draft; gives its sentence for the commit."""
    rule = _rule(desk, record)
    workflow = desk.workflow(record.kind)
    decision = _decision(around.words.marks.get(DECISION, APPROVE))
    if decision == REJECT and not (around.words.reason or around.words.text):
        raise MissingField(
            T("a rejection needs a reason"),
            hint=T("give it with --reason TEXT"),
            field="reason",
            record=record.id,
        )
    authorise(rule.move, workflow.roles, author.actor, record=record.id)
    folded = fold(record.events, workflow)
    act = desk.act(author, when=around.when, via=around.via)
    if around.when:
        check_when(record.id, folded, is_move=False, when=around.when, now=desk.now())
    marks: dict[str, Value] = {
        **around.words.marks,
        DECISION: decision,
        FIELDS: list(rule.fields),
        DIGEST: digest_of(record.uid, rule.fields, record.header),
    }
    moved = make_move(record, workflow, rule.move, {}, act, around.words._replace(marks=marks))
    _refuse_repeated(desk, record, folded, author, decision)
    _refuse_incomplete(desk, record, folded)
    signed = moved if around.options.dry_run else _signed(desk, moved, rule)
    _refuse_idle(desk, signed, dry_run=around.options.dry_run)
    draft.keep(signed)
    done = "approved" if decision == APPROVE else "rejected"
    return f"{done} for {author.actor.id}" if author.principal else done


def _rule(desk: Desk, record: Record) -> ApprovalRule:
    rule = desk.workflow(record.kind).approval
    if rule is None:
        raise IllegalMove(
            T(
                "{record}: a {kind} asks for no approval",
                record=record.id,
                kind=desk.workflow(record.kind).named(),
            ),
            record=record.id,
        )
    return rule


def _decision(said: Value) -> str:
    """The stored word for a decision, by its label too. Raises UsageError."""
    word = plain(str(said))
    for one in DECISIONS:
        if one.means(word):
            return one.value
    raise UsageError(
        T("“{word}” is no decision", word=said),
        hint=T("decisions: {words}", words=", ".join(one.shown() for one in DECISIONS)),
        field=DECISION,
    )


def _refuse_repeated(
    desk: Desk, record: Record, folded: Fold, author: Author, decision: str
) -> None:
    """Whoever has decided so already, about just this content, has nothing to add."""
    before = standing_of(desk, record, folded)
    for one in before.approvals if before else ():
        if one.counts and one.person == author.actor.id and one.decision == decision:
            raise Refused(
                T("{record}: {person} has decided so already, at {at}", record=record.id,
                  person=one.person, at=one.event.at),
                code="E_APPROVAL",
                record=record.id,
            )  # fmt: skip


def _refuse_incomplete(desk: Desk, record: Record, folded: Fold) -> None:
    """Nobody agrees to a form that is not filled in."""
    state = desk.workflow(record.kind).states[folded.status or ""]
    lacking = [path for path in state.requires if record.get(path) in (None, "", [])]
    if lacking:
        raise Refused(
            T("{record}: there is nothing to decide yet: it has no {fields}", record=record.id,
              fields=", ".join(lacking)),
            hint=T("fill it in: svcdesk set {record} FIELD=VALUE", record=record.id),
            code="E_APPROVAL",
            record=record.id,
            field=lacking[0],
        )  # fmt: skip


def _signed(desk: Desk, moved: Moved, rule: ApprovalRule) -> Moved:
    """The move with a signature in its event, where one is made."""
    needed = desk.facts.signed_approvals or rule.signatures
    signature = signature_over(desk, moved.record.uid, moved.event, needed=needed)
    if signature is None:
        return moved
    event = moved.event._replace(extra={**moved.event.extra, SIGNATURE: signature})
    events = tuple(event if one.id == event.id else one for one in moved.record.events)
    workflow = desk.workflow(moved.record.kind)
    return Moved(moved.before, moved.record._replace(events=events), event, fold(events, workflow))


def _refuse_idle(desk: Desk, moved: Moved, *, dry_run: bool) -> None:
    """A decision that would not count is not written. With `dry_run` nothing is signed."""
    workflow = desk.workflow(moved.record.kind)
    now = standing(
        moved.record, moved.folded, workflow, desk.people, desk.verify_approval,
        signed=desk.facts.signed_approvals, forgiven={Why.SIGNATURE} if dry_run else (),
    )  # fmt: skip
    made = next(one for one in now.approvals if one.event.id == moved.event.id)
    if made.problem is not None:
        hint = None
        if made.problem.why is Why.APART:
            hint = may_approve(workflow, desk.people, made.person)
        if made.problem.why is Why.SUBSTITUTE:
            hint = T("substitutes and their dates stand in records/people.yaml, with the person "
                     "that they stand in for")  # fmt: skip
        raise NotAllowed(
            T("{record}: this decision would not count: {why}", record=moved.record.id,
              why=made.problem.said),
            hint=hint,
            code="E_APPROVAL",
            record=moved.record.id,
        )  # fmt: skip
