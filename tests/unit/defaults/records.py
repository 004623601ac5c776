"""Records for rules and reports to look at, made from a few values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from svcdesk.hookspecs import Subject
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import project
from svcdesk.model.facts import Facts
from svcdesk.model.finding import Finding
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Kind
from svcdesk.model.people import People, Person
from svcdesk.model.record import Event, Record
from svcdesk.plugins import build_plugins
from svcdesk.store.schema import load_kinds

KINDS: Mapping[str, Kind] = load_kinds(
    {}, {"request": 1, "handling": 1, "delivery": 1, "feedback": 1, "change": 1}, ()
)
IMPORTER = "supervisor-1"
"""Who may import; whoever else acts in these records is nobody's."""
DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2024, 10, 2, 1, 0, tzinfo=UTC)
FACTS = Facts(
    name="desk",
    zone=ZoneInfo("Asia/Shanghai"),
    documents={"fault": ("handling",), "delivery": ("handling", "delivery")},
)
PEOPLE = People({IMPORTER: Person(IMPORTER, roles=("supervisor",))})
CHECKS = build_plugins().checks()


def event(minute: int, do: str, by: str = "engineer-1", **keys: Any) -> Event:
    """Something that happened `minute` minutes after 09:30 on 2024-10-01, Shanghai time."""
    began = datetime(2024, 10, 1, 9, 30, tzinfo=FACTS.zone)
    at = datetime.fromtimestamp(began.timestamp() + minute * 60, FACTS.zone)
    event_id = ulid(int(at.timestamp() * 1000), minute.to_bytes(10))
    return Event(id=event_id, at=at.isoformat(), by=by, do=do, **keys)


def record(kind: str, *events: Event, **header: Any) -> Record:
    """A record of these events; tracked values of the header stand in its `submit` event."""
    workflow = KINDS[kind].workflow
    tracked = {path: header.pop(path) for path in list(header) if path in workflow.tracked}
    status = tracked.pop("status", workflow.initial)
    submit = event(
        0, "submit", header.pop("by", "engineer-1"),
        set={"status": status, **tracked}, via=header.pop("via", None),
    )  # fmt: skip
    prefix = workflow.prefix
    base = {"id": f"{prefix}-20241001-001", "uid": ulid(0, prefix.encode()), "kind": kind}
    made = Record({**base, **header}, (submit, *events))
    return project(made, fold(made.events, workflow), workflow)


def request(*events: Event, **header: Any) -> Record:
    given = {
        "submitted": "2024-10-01T09:30:00+08:00",
        "requester": {"name": "李*"},
        "description": "生产系统无法登录",
        "type": "fault",
    }
    return record("request", *events, **{**given, **header})


def findings(
    given: Record,
    code: str = "",
    *,
    documents: Sequence[Record] = (),
    facts: Facts = FACTS,
    line_of: Any = lambda _: None,
) -> list[Finding]:
    """What all rules (or the one of that code) find in a record with these documents."""
    workflow = KINDS[given.kind].workflow
    subject = Subject(
        record=given,
        folded=fold(given.events, workflow),
        workflow=workflow,
        documents={
            kind: [one for one in documents if one.kind == kind]
            for kind in {one.kind for one in documents}
        },
        facts=facts,
        people=PEOPLE,
        now=NOW,
        path=f"records/{given.id}.yaml",
        line_of=line_of,
    )
    found = [
        one
        for check in CHECKS
        if not check.kinds or given.kind in check.kinds
        for one in check.find(subject)
    ]
    return [one for one in found if code in ("", one.code)]


def without_confirmation(facts: Facts = FACTS) -> Facts:
    return facts._replace(close_without_confirmation=True)


def norm_sample() -> dict[str, Record]:
    """Norm C's filled-in forms as four records, nothing added that the norm does not say."""
    facts = json.loads((DATA / "norm-sample.json").read_text(encoding="utf-8"))
    asked, handled = facts["request"], facts["handling"]
    delivered, answered = facts["delivery"], facts["feedback"]
    signed = {"customer": {"name": "李*", "at": "2024-10-01T11:30:00+08:00"}}
    sample = request(
        event(1, "assign", set={"status": "assigned", "assignee": "engineer-1"}),
        event(2, "start", set={"status": "in_progress"}),
        requester={"name": asked["requester"], "contact": asked["contact_masked"]},
        customer=asked["customer"],
        description=asked["description"],
        priority=asked["priority"],
    )
    steps = [
        {"at": f"2024-10-01T{at}:00+08:00", "action": action} for at, action in handled["steps"]
    ]
    handling = record(
        "handling",
        status="signed",
        handler=handled["handler"],
        steps=steps,
        effort_hours=handled["effort_hours"],
        workaround=handled["workaround"],
        result=handled["result"],
        **{"signature.customer.name": "李*", "signature.customer.at": signed["customer"]["at"]},
    )
    delivery = record(
        "delivery",
        status="passed",
        customer=delivered["customer"],
        service_item=delivered["service_item"],
        deliverables=delivered["deliverables"],
        criteria=delivered["criteria"],
        verdict="pass",
        **{"signature.customer.name": "李*", "signature.customer.at": signed["customer"]["at"]},
    )
    feedback = record(
        "feedback",
        status="rated",
        customer=answered["customer"],
        comments=answered["comments"],
        improvements=answered["improvements"],
        **{f"ratings.{name}": value for name, value in answered["ratings"].items()},
    )
    return {
        "request": sample, "handling": handling, "delivery": delivery, "feedback": feedback,
    }  # fmt: skip
