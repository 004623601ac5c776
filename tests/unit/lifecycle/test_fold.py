"""The fold: order by id alone, state by the workflow, and what is left to settle."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycle_builders import NOW_MS, event, submit

from svcdesk.lifecycle.fold import Effect, Fold, fold
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event


def effects(folded: Fold) -> list[Effect]:
    return [step.effect for step in folded.steps]


def test_a_request_goes_from_new_to_closed(workflow: Workflow) -> None:
    folded = fold(
        [
            submit(),
            event(1, "assign", set={"status": "assigned", "assignee": "engineer-1"}),
            event(2, "start", set={"status": "in_progress"}),
            event(3, "resolve", set={"status": "resolved", "result": "重启数据库服务"}),
            event(4, "confirm", set={"status": "confirmed"}),
            event(5, "close", set={"status": "closed"}),
        ],
        workflow,
    )
    assert folded.status == "closed"
    assert folded.values["assignee"] == "engineer-1"
    assert effects(folded) == [Effect.COUNTED] * 6


def test_what_the_author_thought_the_state_would_be_decides_nothing(workflow: Workflow) -> None:
    folded = fold([submit(), event(1, "assign", set={"status": "closed"})], workflow)
    assert folded.status == "assigned"


def test_assign_changes_the_state_only_from_new(workflow: Workflow) -> None:
    started = [submit(), event(1, "start", set={"status": "in_progress"})]
    folded = fold([*started, event(2, "assign", set={"assignee": "engineer-2"})], workflow)
    assert (folded.status, folded.values["assignee"]) == ("in_progress", "engineer-2")


@pytest.mark.parametrize(
    ("first", "back"), [("assign", "assigned"), ("start", "in_progress"), (None, "new")]
)
def test_resume_goes_to_the_state_before_the_waiting(
    workflow: Workflow, first: str | None, back: str
) -> None:
    events = [submit()]
    if first:
        events.append(event(1, first, set={"assignee": "engineer-1"}))
    events += [
        event(2, "wait", set={"waiting.reason": "customer"}),
        event(3, "wait", set={"waiting.reason": "vendor", "waiting.until": "2024-10-02"}),
    ]
    waiting = fold(events, workflow)
    assert (waiting.status, waiting.values["waiting.reason"]) == ("waiting", "vendor")
    resumed = fold([*events, event(4, "resume")], workflow)
    assert resumed.status == back
    assert not [path for path in resumed.values if path.startswith("waiting")]


def test_what_only_waiting_holds_does_not_stay_elsewhere(workflow: Workflow) -> None:
    folded = fold([submit(), event(1, "set", set={"waiting.reason": "customer"})], workflow)
    assert "waiting.reason" not in folded.values


def test_a_move_that_is_not_legal_where_it_lands_is_dead_and_listed(workflow: Workflow) -> None:
    events = [submit(), event(1, "cancel", reason="重复"), event(2, "start", set={"assignee": "x"})]
    folded = fold(events, workflow)
    assert folded.status == "cancelled"
    assert "assignee" not in folded.values
    assert [step.event.do for step in folded.unsettled()] == ["start"]
    settled = fold([*events, event(3, "settle", settles=(events[2].id,))], workflow)
    assert settled.unsettled() == ()


def test_concurrent_values_apply_and_are_listed(workflow: Workflow) -> None:
    one = event(
        1, "assign", set={"status": "assigned", "assignee": "engineer-1"}, was={"status": "new"}
    )
    two = event(
        2, "assign", set={"status": "assigned", "assignee": "engineer-2"}, was={"status": "new"}
    )
    folded = fold([submit(), one, two], workflow)
    assert folded.values["assignee"] == "engineer-2"
    [step] = folded.unsettled()
    assert step.event.id == two.id
    assert step.collisions == {"assignee": (None, "engineer-1")}  # the state stands where wanted


def test_a_state_that_its_author_did_not_see_and_that_stays_is_listed(workflow: Workflow) -> None:
    """Somebody assigns what they saw as new; another had it wait: it is not assigned now."""
    wait = event(1, "wait", set={"status": "waiting", "waiting.reason": "vendor"})
    assign = event(
        2, "assign", set={"status": "assigned", "assignee": "engineer-1"}, was={"status": "new"}
    )
    folded = fold([submit(), wait, assign], workflow)
    assert (folded.status, folded.values["assignee"]) == ("waiting", "engineer-1")
    [step] = folded.unsettled()
    assert step.collisions == {"status": ("new", "waiting")}


def test_a_rejection_of_a_result_that_its_author_did_not_see_is_listed(workflow: Workflow) -> None:
    """Two reject the first result; by the second rejection there is another one: the state is the
    same, the round is not."""
    resolve = {"status": "resolved", "result": "重启数据库服务"}
    seen = {"status": "resolved", "round": 1}
    events = [
        submit(),
        event(1, "start", set={"status": "in_progress"}),
        event(2, "resolve", set=resolve),
        event(3, "reject", set={"status": "in_progress"}, was=seen),
        event(4, "resolve", set=resolve),
        event(5, "reject", set={"status": "in_progress"}, was=seen),
    ]
    folded = fold(events, workflow)
    assert folded.values["round"] == 3
    [step] = folded.unsettled()
    assert (step.event.id, step.collisions) == (events[5].id, {"round": (1, 2)})
    knowing = events[5]._replace(was={"status": "resolved", "round": 2})
    assert fold([*events[:5], knowing], workflow).unsettled() == ()
    of_old = events[5]._replace(was={"status": "resolved"})  # records from before rounds were said
    assert fold([*events[:5], of_old], workflow).unsettled() == ()


def test_the_same_value_twice_is_no_collision(workflow: Workflow) -> None:
    same = {"status": "assigned", "assignee": "engineer-1"}
    folded = fold(
        [
            submit(),
            event(1, "assign", by="a", set=same, was={"status": "new"}),
            event(2, "assign", by="b", set=same, was={"status": "new"}),
        ],
        workflow,
    )
    assert folded.unsettled() == ()


@pytest.mark.parametrize("state", ["resolved", "confirmed", "closed", "cancelled"])
def test_a_customers_no_reopens_from_every_end(workflow: Workflow, state: str) -> None:
    path = {
        "resolved": ["resolve"],
        "confirmed": ["resolve", "confirm"],
        "closed": ["resolve", "confirm", "close"],
        "cancelled": ["cancel"],
    }[state]
    events = [submit(), *(event(n, do) for n, do in enumerate(path, 1))]
    assert fold(events, workflow).status == state
    rejected = fold([*events, event(9, "reject", reason="仍无法登录")], workflow)
    assert rejected.status == "in_progress"
    assert rejected.values["round"] == 2
    assert rejected.unsettled() == ()


def test_a_customers_no_in_an_open_state_stands_as_a_fact(workflow: Workflow) -> None:
    folded = fold([submit(), event(1, "reject", reason="还没好")], workflow)
    assert folded.status == "new"
    assert effects(folded) == [Effect.COUNTED, Effect.COUNTED]


def test_a_voided_event_has_no_effect_and_a_voided_void_none_either(workflow: Workflow) -> None:
    start = event(1, "start", set={"status": "in_progress"})
    void = event(2, "void", void=(start.id,))
    unvoid = event(3, "void", void=(void.id,))
    assert fold([submit(), start, void], workflow).status == "new"
    assert fold([submit(), start, void, unvoid], workflow).status == "in_progress"


def test_of_derived_events_of_one_key_the_lowest_id_counts(workflow: Workflow) -> None:
    key = ("resolution", 1, 1)
    first = event(1, "escalate", by="svcdesk", set={"priority": "P1"}, derived=key)
    second = event(2, "escalate", by="svcdesk", set={"priority": "P2"}, derived=key)
    folded = fold([submit(priority="P3"), second, first], workflow)
    assert folded.values["priority"] == "P1"
    assert folded.effect_of(second.id) is Effect.DUPLICATE
    assert folded.unsettled() == ()


def test_correct_may_set_any_state(workflow: Workflow) -> None:
    folded = fold(
        [submit(), event(1, "correct", set={"status": "closed"}, reason="补录")], workflow
    )
    assert folded.status == "closed"


MOVES = [
    "assign",
    "start",
    "wait",
    "resume",
    "resolve",
    "confirm",
    "reject",
    "close",
    "cancel",
    "note",
]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    moves = draw(st.lists(st.sampled_from(MOVES), max_size=12))
    ticks = draw(st.lists(st.integers(1, 30), min_size=len(moves), max_size=len(moves)))
    return [
        submit(),
        *(
            Event(
                id=ulid(NOW_MS + tick, index.to_bytes(10)),
                at="2024-10-01T09:30:00+08:00",
                by=draw(st.sampled_from(["a", "b", "c"])),
                do=move,
                set={"assignee": draw(st.sampled_from(["a", "b"]))},
                was=draw(st.sampled_from([None, {}, {"assignee": "a"}])),
            )
            for index, (move, tick) in enumerate(zip(moves, ticks, strict=True))
        ),
    ]


@settings(deadline=None, max_examples=int(os.environ.get("SVCDESK_FUZZ", "100")))
@given(history=histories(), seed=st.integers())
def test_the_order_in_the_file_never_matters(
    workflow: Workflow, history: list[Event], seed: int
) -> None:
    shuffled = list(history)
    random.Random(seed).shuffle(shuffled)
    assert fold(shuffled, workflow) == fold(history, workflow)


@settings(deadline=None)
@given(history=histories())
def test_every_state_reached_is_one_of_the_workflows(
    workflow: Workflow, history: list[Event]
) -> None:
    folded = fold(history, workflow)
    assert folded.status in workflow.states
    for step in folded.steps:
        if step.effect is Effect.DEAD:
            assert step.before == step.after
