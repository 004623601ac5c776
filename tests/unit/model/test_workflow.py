"""The shipped workflows hold together: with their schemas, with each other, with the norms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcdesk.model.fields import FieldTable
from svcdesk.model.kind import ACTOR, Kind, Move
from svcdesk.model.record import STRUCTURAL
from svcdesk.store.schema import load_kinds
from svcdesk.store.yaml_read import parse

ROOT = Path(__file__).resolve().parents[3]
KINDS = load_kinds({}, {"request": 1, "handling": 1, "delivery": 1, "feedback": 1})
FORM_STATES = {"待分配", "处理中", "已完成", "已关闭"}
BESIDE_MOVES = STRUCTURAL | {
    "link", "attach", "settle", "adopt", "waive", "import", "force", "people", "reprioritise",
    "approve", "notify", "sync", "act_for_requester", "act_for_staff",
}  # fmt: skip
SAID = {"text", "reason"}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def fields(kind: Kind) -> FieldTable:
    return KINDS.fields(kind.name)


def taken(kind: Kind, move: Move) -> set[str]:
    """The fields that a move takes for itself or for the documents that it writes."""
    found = set(move.sets) | set(move.needs) - SAID
    found |= set(move.appends.fields if move.appends else ())
    for write in move.writes:
        found |= set(write.fields)
    return found


@every_kind
def test_what_a_move_sets_is_tracked(kind: Kind) -> None:
    for move in kind.workflow.moves.values():
        for path in (*move.sets, *move.clears, *filter(None, [move.increments])):
            assert path in kind.workflow.tracked, (move.name, path)
        assert set(move.defaults) | set(move.fills) <= set(move.sets)


@every_kind
def test_every_tracked_field_can_be_set(kind: Kind) -> None:
    """By a move, or at the beginning; else nothing could ever make it an event's to decide."""
    by_moves = {path for move in kind.workflow.moves.values() for path in taken(kind, move)}
    by_moves |= {move.increments for move in kind.workflow.moves.values() if move.increments}
    at_first = {"status", "submitted", "customer", "contract", "round"}
    assert kind.workflow.tracked <= by_moves | at_first


@every_kind
def test_every_field_that_a_workflow_names_exists(kind: Kind) -> None:
    known = set(fields(kind))
    for state in kind.workflow.states.values():
        assert set(state.requires) | set(state.holds) <= known
    for move in kind.workflow.moves.values():
        own = set(move.sets) | set(move.needs) - SAID
        if move.appends:
            assert move.appends.to in known
            own -= set(move.appends.fields)
            for name in move.appends.fields:
                assert f"{move.appends.to}.{name}" in known
        own -= {path for write in move.writes for path in write.fields}
        assert own <= known, move.name
        slots = re.findall(r"{([a-z_.]+)}", move.subject)
        assert set(slots) <= known, move.name
        if move.position:
            assert move.position in move.sets
    assert set(kind.workflow.guards) <= known


@every_kind
def test_documents_are_written_by_moves_that_they_have(kind: Kind) -> None:
    for move in kind.workflow.moves.values():
        for write in move.writes:
            document = KINDS[write.document]
            made = document.workflow.moves[write.do]
            items = made.appends.fields if made.appends else ()
            for path in write.fields:
                assert path in fields(document) or path in items, (move.name, path)
            assert set(made.needs) <= set(write.fields)
            assert set(write.copies) <= set(fields(document))
            assert set(write.copies.values()) <= set(fields(kind))
            assert document.workflow.request_link is not None


@every_kind
def test_what_a_document_needs_always_the_move_asks_for(kind: Kind) -> None:
    for move in kind.workflow.moves.values():
        for write in move.writes:
            if write.when == "always":
                made = KINDS[write.document].workflow.moves[write.do]
                assert set(made.needs) <= set(move.needs), move.name


@every_kind
def test_every_state_has_a_word_on_the_form_and_a_way_in(kind: Kind) -> None:
    workflow = kind.workflow
    reached = {workflow.initial}
    for move in workflow.moves.values():
        reached |= set(move.to.values())
    for name, state in workflow.states.items():
        assert set(state.labels) == {"en", "zh"}
        assert state.form in FORM_STATES or not state.is_open
        assert name in reached, name


@every_kind
def test_moves_and_roles_are_labelled_and_known(kind: Kind) -> None:
    workflow = kind.workflow
    for move in workflow.moves.values():
        assert set(move.labels) == {"en", "zh"}, move.name
    known = set(workflow.moves) | BESIDE_MOVES
    for role, rights in workflow.roles.rights.items():
        assert rights <= known, (role, rights - known)
    assert set(workflow.guards.values()) <= known
    held = {right for rights in workflow.roles.rights.values() for right in rights}
    assert set(workflow.moves) <= held, "a move that nobody may make"


def test_the_norms_roles_are_those_of_a_request() -> None:
    roles = KINDS["request"].workflow.roles.rights
    assert set(roles) == {
        "front_desk", "dispatcher", "engineer", "supervisor", "approver", "requester", "bot",
        "auditor",
    }  # fmt: skip
    assert roles["front_desk"] | roles["dispatcher"] | roles["engineer"] < roles["supervisor"]
    assert not roles["auditor"]
    assert {"confirm", "reject", "accept", "rate"} <= roles["requester"]
    assert "resolve" not in roles["front_desk"]
    assert "confirm" not in roles["engineer"]


def test_the_states_of_a_request_have_the_forms_four_words() -> None:
    states = KINDS["request"].workflow.states
    assert {name: state.form for name, state in states.items()} == {
        "new": "待分配",
        "assigned": "处理中",
        "in_progress": "处理中",
        "waiting": "处理中",
        "resolved": "已完成",
        "confirmed": "已完成",
        "closed": "已关闭",
        "cancelled": "已关闭",
    }
    assert KINDS["request"].workflow.open_states() == {"new", "assigned", "in_progress", "waiting"}


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("new", "assign take start wait resolve cancel"),
        ("assigned", "assign take start wait resolve cancel"),
        ("in_progress", "assign take start wait resolve cancel"),
        ("waiting", "assign take start wait resume resolve cancel"),
        ("resolved", "assign confirm accept reject close reopen"),
        ("confirmed", "reject close reopen"),
        ("closed", "reject reopen"),
        ("cancelled", "reject reopen"),
    ],
)
def test_the_moves_out_of_each_state_of_a_request(state: str, moves: str) -> None:
    assert KINDS["request"].workflow.legal_moves(state) == tuple(moves.split())


def test_a_customers_no_is_never_refused() -> None:
    workflow = KINDS["request"].workflow
    for state in workflow.states:
        assert workflow.moves["reject"].legal(state)


def test_moves_that_are_the_requesters_word() -> None:
    moves = KINDS["request"].workflow.moves
    spoken = {name for name, move in moves.items() if move.speaker == "requester"}
    assert spoken == {"confirm", "accept", "reject", "message", "rate"}
    assert {name for name, move in moves.items() if move.not_by} == {"confirm", "accept"}
    assert moves["take"].defaults == {"assignee": ACTOR}
    assert moves["read_back"].defaults == {"read_back": True}


@every_kind
def test_the_files_are_written_as_the_desk_writes_them(kind: Kind) -> None:
    path = ROOT / "schemas" / f"{kind.name}.workflow.yaml"
    document = parse(path.read_bytes(), path=path.name)
    assert document.value["kind"] == kind.name
    assert "\t" not in document.text
    assert document.text.endswith("\n")
