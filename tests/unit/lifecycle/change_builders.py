"""Changes and their decisions as values, for tests of approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lifecycle_builders import event

from svcdesk.lifecycle.approval import Standing, standing
from svcdesk.lifecycle.approval_digest import digest_of
from svcdesk.lifecycle.approval_flaws import Flaw, flaws
from svcdesk.lifecycle.approval_values import Problem
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import project
from svcdesk.model.kind import Workflow
from svcdesk.model.people import People, Person, SigningKey, Substitute
from svcdesk.model.record import Event, Record
from svcdesk.store.schema import load_kinds

UID = "01J9V3K2M4N6P8R0S2T4V6X8Z0"
WORKFLOW = load_kinds({}, {"change": 1})["change"].workflow
RULE = WORKFLOW.approval
assert RULE is not None
SINCE, UNTIL = "2024-10-01T00:00:00+08:00", "2024-10-08T00:00:00+08:00"
STAFF = (
    Person("engineer-1", roles=("engineer", "approver")),
    Person("engineer-2", roles=("engineer", "approver")),
    Person("approver-1", roles=("approver",), substitutes=(Substitute("deputy-1", SINCE, UNTIL),)),
    Person("approver-2", roles=("approver",), substitutes=(Substitute("deputy-1", SINCE),)),
    Person("approver-3", roles=("approver",), same_as="approver-1"),
    Person("deputy-1", roles=("engineer",)),
)
PEOPLE = People({one.id: one for one in STAFF})
PLAN: dict[str, Any] = {"title": "T", "plan": "A", "rollback": "B", "window.start": SINCE}


def people(*others: Person) -> People:
    """The staff, with some replaced or added."""
    return People({**PEOPLE.by_id, **{one.id: one for one in others}})


def with_key(person: str, *blobs: str) -> Person:
    known = PEOPLE.by_id[person]
    return known._replace(keys=tuple(SigningKey(f"ssh-ed25519 {one}", SINCE) for one in blobs))


def begun(**fields: Any) -> list[Event]:
    """A change by engineer-1, written down and proposed."""
    first = event(0, "submit", set={"status": "draft", **PLAN, **fields})
    return [first, event(1, "propose", set={"status": "in_review"}, was={"status": "draft"})]


def decision(
    tick: int,
    by: str = "approver-1",
    values: dict[str, Any] | None = None,
    said: str = "approve",
    **keys: Any,
) -> Event:
    """A decision about the content `values` (PLAN where none are given)."""
    fields = list(keys.pop("fields", RULE.fields))  # type: ignore[union-attr]
    digest = digest_of(UID, fields, {**PLAN, **(values or {})})
    extra = {"decision": said, "fields": fields, "digest": digest, **keys.pop("more", {})}
    return event(tick, "approve", by, extra=extra, **keys)


def change(events: Sequence[Event]) -> Record:
    """The record that these events make."""
    bare = Record({"id": "CR-20241010-001", "uid": UID, "kind": "change"}, tuple(events))
    return project(bare, fold(events, WORKFLOW), WORKFLOW)


def stands(
    events: Sequence[Event],
    who: People = PEOPLE,
    workflow: Workflow = WORKFLOW,
    **how: Any,
) -> Standing:
    record = how.pop("record", None) or change(events)
    folded = fold(record.events, workflow)
    return standing(record, folded, workflow, who, how.pop("verify", never_signed), **how)


def flaws_of(
    events: Sequence[Event], who: People = PEOPLE, workflow: Workflow = WORKFLOW
) -> list[Flaw]:
    record = change(events)
    return list(flaws(record, fold(events, workflow), workflow, who, never_signed))


def why(now: Standing) -> list[str | None]:
    """For each decision, why it does not count; None for one that does."""
    return [one.problem.why.value if one.problem else None for one in now.approvals]


def never_signed(uid: str, signed: Event) -> Problem | None:
    raise AssertionError("nothing is signed here")
