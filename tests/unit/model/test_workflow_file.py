"""A workflow that contradicts itself is refused, naming the place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from svcdesk.errors import Invalid
from svcdesk.model.kind import PREVIOUS
from svcdesk.model.workflow_file import parse_workflow

SCHEMA: dict[str, Any] = {
    "properties": {
        "status": {"x-svcdesk-tracked": True},
        "who": {"type": "object", "properties": {"name": {"x-svcdesk-tracked": True}}},
    }
}
LEAST: dict[str, Any] = {
    "kind": "loan",
    "version": 1,
    "prefix": "LN",
    "folder": "loans",
    "initial": "out",
    "states": {"out": {"open": True}, "held": {"waits": True}, "back": None},
    "moves": {
        "hold": {"from": ["out"], "to": "held"},
        "resume": {"from": ["held"], "to": "previous"},
        "return": {"from": ["out"], "to": "back", "sets": ["who.name"]},
        "note": {},
    },
    "roles": {
        "one": {"may": ["hold"], "includes": ["two"]},
        "two": {"may": ["note"], "includes": ["one"]},
    },
}


def changed(place: str, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(LEAST)
    *above, last = place.split(".")
    here = data
    for step in above:
        here = here.setdefault(step, {})
    if value is None:
        here.pop(last, None)
    else:
        here[last] = value
    return data


def test_the_least_that_a_workflow_needs() -> None:
    workflow = parse_workflow(LEAST, SCHEMA, path="x")
    assert workflow.tracked == {"status", "who.name"}
    assert workflow.open_states() == {"out"}
    assert workflow.moves["resume"].to == {"held": PREVIOUS}
    assert workflow.moves["note"].is_fact
    assert workflow.moves["note"].subject == "note"
    assert workflow.states["back"].form == "back"
    assert workflow.roles.rights["one"] == workflow.roles.rights["two"] == {"hold", "note"}
    assert workflow.request_link is None


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("prefix", None, "prefix"),
        ("version", "1", "version"),
        ("version", True, "version"),
        ("initial", "gone", "initial"),
        ("states.out.opne", True, "states.out.opne"),
        ("moves.hold.form", "x", "moves.hold.form"),
        ("moves.hold.from", ["gone"], "moves.hold.from"),
        ("moves.hold.from", "out", "moves.hold.from"),
        ("moves.hold.to", "gone", "moves.hold.to"),
        ("moves.hold.to", {"gone": "out"}, "moves.hold.to"),
        ("moves.hold.to", {"out": 1}, "moves.hold.to.out"),
        ("moves.hold.elsewhere", "x", "moves.hold.elsewhere"),
        ("moves.hold.writes", {}, "moves.hold.writes"),
        ("moves.hold.writes", [{"do": "x"}], "moves.hold.writes[0].document"),
        (
            "moves.hold.writes",
            [{"document": "x", "do": "x", "when": "often"}],
            "moves.hold.writes[0].when",
        ),
        ("moves.hold.appends", {"fields": ["a"]}, "moves.hold.appends.to"),
        ("moves.hold.sets", "who.name", "moves.hold.sets"),
        ("roles.one.includes", ["three"], "roles.one.includes"),
        ("roles.one.can", ["hold"], "roles.one.can"),
        ("guards.status", 1, "guards.status"),
        ("label", 1, "label"),
        ("colour", "red", "colour"),
        ("states", [], "states"),
    ],
)
def test_what_is_wrong_is_named(place: str, value: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_workflow(changed(place, value), SCHEMA, path="schemas/loan.workflow.yaml")
    assert caught.value.field == field
    assert caught.value.code == "E_WORKFLOW"
    assert "schemas/loan.workflow.yaml" in str(caught.value)
    assert "docs/kinds.md" in str(caught.value.hint)


def test_keys_of_a_desks_own_pass() -> None:
    assert parse_workflow(changed("x-colour", "red"), SCHEMA, path="x").kind == "loan"
