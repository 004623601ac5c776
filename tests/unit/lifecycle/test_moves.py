"""Moves of one record: what is refused, what is written, what the header says afterwards."""

from __future__ import annotations

import pytest
from lifecycle_builders import new

from svcdesk.errors import IllegalMove, MissingField, RepositoryState
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import Moved, make_move, set_fields
from svcdesk.model.kind import Workflow


def test_a_new_record_tracks_its_first_values_in_submit(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act)
    [submit] = record.events
    assert submit.do == "submit"
    assert submit.was is None
    assert submit.set == {"status": "new", "submitted": act.at, "priority": "P1"}
    assert record.status == "new"


def test_a_move_is_an_event_and_the_header_follows(workflow: Workflow, act: Act) -> None:
    moved = make_move(new(workflow, act), workflow, "assign", {"assignee": "engineer-1"}, act)
    assert moved.event.set == {"status": "assigned", "assignee": "engineer-1"}
    assert moved.event.was == {"status": "new"}
    assert (moved.record.status, moved.record.get("assignee")) == ("assigned", "engineer-1")
    assert moved.event.id > moved.record.events[0].id


def test_a_clock_that_runs_behind_still_comes_after(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act)
    late = act._replace(now_ms=act.now_ms - 3 * 3600 * 1000)
    moved = make_move(record, workflow, "start", {}, late)
    assert moved.event.id > record.events[0].id
    assert moved.record.status == "in_progress"


def test_an_illegal_move_names_those_that_are_legal_now(workflow: Workflow, act: Act) -> None:
    with pytest.raises(IllegalMove) as refused:
        make_move(new(workflow, act), workflow, "confirm", {}, act)
    assert "SR-20241001-001 is new" in str(refused.value)
    assert "assign" in str(refused.value.hint)
    assert "confirm" not in str(refused.value.hint)


def test_an_unknown_move_names_near_ones(workflow: Workflow, act: Act) -> None:
    with pytest.raises(IllegalMove) as refused:
        make_move(new(workflow, act), workflow, "asign", {}, act)
    assert "assign" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("move", "field"),
    [("assign", "assignee"), ("wait", "waiting.reason"), ("cancel", "reason"), ("reply", "text")],
)
def test_what_a_move_needs_is_asked_for(
    workflow: Workflow, act: Act, move: str, field: str
) -> None:
    with pytest.raises(MissingField) as missing:
        make_move(new(workflow, act), workflow, move, {}, act)
    assert missing.value.field == field


def test_take_assigns_to_whoever_takes_it(workflow: Workflow, act: Act) -> None:
    moved = make_move(new(workflow, act), workflow, "take", {}, act)
    assert (moved.record.status, moved.record.get("assignee")) == ("assigned", "engineer-1")


def test_start_leaves_an_assignee_alone(workflow: Workflow, act: Act) -> None:
    record = make_move(new(workflow, act), workflow, "assign", {"assignee": "x"}, act).record
    assert make_move(record, workflow, "start", {}, act).record.get("assignee") == "x"


def test_what_waiting_holds_goes_with_it(workflow: Workflow, act: Act) -> None:
    waiting = make_move(new(workflow, act), workflow, "wait", {"waiting.reason": "vendor"}, act)
    assert waiting.record.get("waiting") == {"reason": "vendor"}
    resumed = make_move(waiting.record, workflow, "resume", {}, act)
    assert "waiting" not in resumed.record.header


def test_a_record_edited_by_hand_is_not_moved(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act).with_fields({"status": "closed"})
    with pytest.raises(RepositoryState) as refused:
        make_move(record, workflow, "start", {}, act)
    assert refused.value.code == "E_HAND_EDIT"
    assert "adopt" in str(refused.value.hint)


def test_words_go_with_the_event(workflow: Workflow, act: Act) -> None:
    moved = make_move(
        new(workflow, act), workflow, "reply", {}, act, Words(text="已收到", marks={"auto": True})
    )
    assert (moved.event.text, moved.event.extra) == ("已收到", {"auto": True})
    assert moved.event.set == {}


def test_set_of_an_untracked_field_adds_no_event(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act)
    moved = set_fields(record, workflow, {"description": "订正"}, act)
    assert moved.record.events == record.events
    assert moved.record.get("description") == "订正"


def test_set_of_a_tracked_field_adds_one(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act)
    moved: Moved = set_fields(record, workflow, {"priority": "P2", "description": "订正"}, act)
    assert moved.event.set == {"priority": "P2"}
    assert moved.event.was == {"priority": "P1"}
    assert moved.record.get("priority") == "P2"
    assert not hand_edits(moved.record, moved.folded, workflow)


def test_unset_is_told_apart_from_unknown(workflow: Workflow, act: Act) -> None:
    record = new(workflow, act)
    moved = set_fields(record, workflow, {"priority": None}, act)
    assert moved.event.set == {"priority": None}
    assert moved.record.get("priority") is None
