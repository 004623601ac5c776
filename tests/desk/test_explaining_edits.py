"""Whatever is edited, the events that explain it lead exactly there, or it is refused."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Invalid
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.adoption import adopt_edit, explain_edit
from svcdesk.lifecycle.fold import Effect, fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import open_record
from svcdesk.model.record import Record, Value
from svcdesk.store.schema import load_kinds, shipped_kinds

KINDS = load_kinds({}, shipped_kinds(), ())
WORKFLOW = KINDS["request"].workflow
STATES = sorted(WORKFLOW.states)
COUNTER = itertools.count(1)
ACT = Act(
    by="engineer-1",
    now_ms=1_727_746_200_000,
    at="2024-10-01T09:30:00+08:00",
    chance=lambda: next(COUNTER).to_bytes(10),
)
WHY = Words(reason="seen by the night shift")


def record_in(kind: str, state: str) -> Record:
    """A record opened in that state (a history of moves is not what this is about)."""
    header: dict[str, Value] = {"id": "SR-20241001-001", "uid": "U", "kind": kind, "status": state}
    return open_record(header, KINDS[kind].workflow, ACT).record


def explained(record: Record, wanted: dict[str, Value]) -> Record:
    workflow = KINDS[record.kind].workflow
    edited = record.with_fields(wanted)
    made = explain_edit(edited, workflow, wanted, "engineer-1", WHY)
    return adopt_edit(edited, workflow, made, ACT, WHY)[-1].record


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        (kind, start, end)
        for kind in KINDS
        for start, end in itertools.permutations(sorted(KINDS[kind].workflow.states), 2)
    ],
)
def test_every_state_can_be_reached_from_every_other(kind: str, start: str, end: str) -> None:
    record = explained(record_in(kind, start), {"status": end})
    folded = fold(record.events, KINDS[kind].workflow)
    assert folded.status == record.status == end
    assert {step.effect for step in folded.steps} == {Effect.COUNTED}


values = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATES),
        "priority": st.sampled_from(["P1", "P2", "P3", None]),
        "assignee": st.sampled_from(["engineer-1", "engineer-2", None]),
        "team": st.sampled_from(["dba", None]),
        "result": st.sampled_from(["更换电源后恢复", None]),
        "waiting.reason": st.sampled_from(["customer", "vendor", None]),
    },
)


@given(first=values, second=values, start=st.sampled_from(STATES))
def test_edits_after_edits_lead_where_they_say(
    first: dict[str, Value], second: dict[str, Value], start: str
) -> None:
    record = record_in("request", start)
    for wanted in (first, second):
        changes = {path: value for path, value in wanted.items() if record.get(path) != value}
        if not changes:
            continue
        try:
            after = explained(record, changes)
        except Invalid:
            continue
        assert hand_edits(after, fold(after.events, WORKFLOW), WORKFLOW) == {}
        assert {path: after.get(path) for path in changes} == changes
        assert len(after.events) <= len(record.events) + 3
        record = after


def test_the_shortest_and_likeliest_move_is_taken() -> None:
    def moves(start: str, wanted: dict[str, Value]) -> list[str]:
        record = record_in("request", start).with_fields(wanted)
        return [one.do for one in explain_edit(record, WORKFLOW, wanted, "engineer-1", WHY)]

    assert moves("new", {"status": "assigned", "assignee": "engineer-2"}) == ["assign"]
    assert moves("new", {"status": "assigned"}) == ["correct"]
    assert moves("new", {"status": "waiting", "waiting.reason": "vendor"}) == ["wait"]
    assert moves("waiting", {"status": "new"}) == ["resume"]
    assert moves("new", {"status": "closed", "result": "更换电源后恢复"}) == ["resolve", "close"]
    assert moves("resolved", {"status": "confirmed"}) == ["correct"]
    assert moves("closed", {"status": "in_progress"}) == ["reopen"]
    assert moves("new", {"priority": "P1", "type": "fault"}) == ["set"]
