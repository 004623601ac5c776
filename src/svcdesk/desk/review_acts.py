"""What review finds about a record's events: changed, gone, impossible, by the wrong hand."""

from __future__ import annotations

from collections.abc import Iterator

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_record import unsettled_sentence
from svcdesk.desk.review_case import Case
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import Effect, Step, fold
from svcdesk.model.finding import Finding, Severity
from svcdesk.review import rules
from svcdesk.review.authorship import author_flaw, rights_flaws
from svcdesk.store.codec import encode_event


def act_findings(case: Case) -> Iterator[Finding]:
    """Everything about the events themselves, not their times."""
    yield from _history(case)
    yield from _steps(case)
    yield from _authors(case)


def _history(case: Case) -> Iterator[Finding]:
    before = case.change.before
    for old, new in case.events.changed:
        one, other = encode_event(old), encode_event(new)
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        yield case.finding(
            rules.EVENT_CHANGED,
            T("{record}: “{move}” by {by}, {time}, says something else now: {keys}",
              record=case.record.id, move=old.do, by=old.by, time=old.at,
              keys=", ".join(keys)),
            new,
        )  # fmt: skip
    for old in case.events.removed:
        yield case.finding(
            rules.EVENT_REMOVED,
            T("{record}: “{move}” by {by}, {time}, is gone", record=case.record.id,
              move=old.do, by=old.by, time=old.at),
        )  # fmt: skip
    named = case.change.after.folded.values.get("id")
    if before is not None and case.record.id not in (before.record.id, named):
        yield case.finding(
            rules.IDENTITY,
            T("{old} is called {new} now, and no event says so", old=before.record.id,
              new=case.record.id),
            path="id",
        )  # fmt: skip


def _steps(case: Case) -> Iterator[Finding]:
    known = set()
    if case.change.before is not None:
        known = {step.event.id for step in case.change.before.folded.unsettled()}
    new = {event.id for event in case.events.new}
    for step in case.change.after.folded.unsettled():
        if step.event.id in known:
            continue
        if step.event.id in new and _was_dead(case, step):
            yield case.finding(
                rules.ILLEGAL,
                T("{record}: “{move}” by {by} is not possible in the state {state}",
                  record=case.record.id, move=step.event.do, by=step.event.by,
                  state=case.workflow.state_label(step.before)),
                step.event,
            )  # fmt: skip
            continue
        yield case.finding(
            desk_rules.UNSETTLED,
            unsettled_sentence(case.record, step),
            step.event,
            severity=Severity.WARNING,
        )


def _was_dead(case: Case, step: Step) -> bool:
    """Whether a move was without effect already in the commit that brought it: then it met
    nobody else's act, but was never possible."""
    if step.effect is not Effect.DEAD:
        return False
    key = (case.record.uid, step.event.id)
    brought = case.bringers.get(key)
    if not brought:
        return True
    there = fold(brought[0].record.events, case.workflow)
    return there.effect_of(step.event.id) is Effect.DEAD


def _authors(case: Case) -> Iterator[Finding]:
    for event in (*case.events.new, *(new for _, new in case.events.changed)):
        flaws = [
            flaw
            for brought in case.bringers.get((case.record.uid, event.id), ())
            if (flaw := author_flaw(brought, case.record.uid)) is not None
        ]
        for flaw in dict.fromkeys(flaws):
            yield case.finding(
                rules.FORGED,
                T("{record}: “{move}”, {time}: {flaw}", record=case.record.id, move=event.do,
                  time=event.at, flaw=flaw),
                event,
            )  # fmt: skip
    yield from _levels(case)
    for event in case.events.new:
        for flaw in rights_flaws(event, case.change.after, case.court):
            yield case.finding(
                rules.UNAUTHORISED,
                T("{record}: “{move}”, {time}: {flaw}", record=case.record.id, move=event.do,
                  time=event.at, flaw=flaw),
                event,
            )  # fmt: skip


def _levels(case: Case) -> Iterator[Finding]:
    """Escalations that set what no level of the policy sets."""
    setting = [one for one in case.events.new if one.derived is not None and one.set]
    ledger = case.ledger(case.change.after) if setting else None
    entries = ledger.entries if ledger else ()
    levels = {one.key: one.level for entry in entries for one in entry.levels}
    for event in setting:
        level = levels.get(event.derived or ("", 0, 0))
        if level is None or dict(level.set) != dict(event.set):
            yield case.finding(
                rules.FORGED,
                T("{record}: “{move}”, {time}, sets {fields}, and the policy has no such level",
                  record=case.record.id, move=event.do, time=event.at,
                  fields=", ".join(event.set)),
                event,
            )  # fmt: skip
