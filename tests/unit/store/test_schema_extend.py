"""A desk adds fields, words and kinds without code, and takes nothing away."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from schema_examples import VERSIONS
from tests.kinds_page import documented_files

from svcdesk.errors import Invalid, PluginFailed
from svcdesk.lifecycle.act import Act
from svcdesk.lifecycle.moves import make_move, open_record
from svcdesk.store.codec import encode
from svcdesk.store.schema import Kinds, load_kinds

RECORD: dict[str, Any] = {
    "id": "SR-20241008-001",
    "uid": "01J92V7KX8S6N8D0ZB5T7R1XW2",
    "kind": "request",
    "status": "new",
    "submitted": "2024-10-08T09:00:00+08:00",
    "requester": {"name": "王*"},
    "description": "打印机卡纸",
    "events": [
        {
            "id": "01J92V7KX8S6N8D0ZB5T7R1XA0",
            "at": "2024-10-08T09:00:00+08:00",
            "by": "front-desk-1",
            "do": "submit",
        }
    ],
}


def extended(**properties: Any) -> Kinds:
    return desk({"properties": properties})


def desk(schema: dict[str, Any]) -> Kinds:
    return load_kinds({"request.schema.json": json.dumps(schema).encode()}, VERSIONS)


def fields_refused(kinds: Kinds, **changes: Any) -> list[str]:
    return [one.field for one in kinds.validator("request").problems({**RECORD, **changes})]


def test_the_documented_fields() -> None:
    kinds = load_kinds(documented_files(), VERSIONS)
    assert kinds["request"].origin == "svcdesk+desk"
    assert fields_refused(kinds, floor=3, priority="P4") == []
    assert fields_refused(kinds, floor=99) == ["floor"]
    assert fields_refused(kinds, priority="P5") == ["priority"]
    table = kinds.fields("request")
    assert table.coerce("楼层", "３") == 3
    assert table.coerce("priority", "低") == "P4"
    assert table.coerce("priority", "紧急") == "P1"
    assert list(table)[-1] != "events"


def test_without_the_desks_file_the_field_is_unknown() -> None:
    kinds = load_kinds({}, VERSIONS)
    assert fields_refused(kinds) == []
    assert fields_refused(kinds, floor=3, priority="P4") == ["priority", "floor"]


def test_a_field_inside_a_mapping_and_one_with_a_definition_of_its_own() -> None:
    kinds = desk(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Ours",
            "properties": {
                "requester": {"properties": {"seat": {"$ref": "#/$defs/seat"}}},
                "seen": {"$ref": "common.schema.json#/$defs/instant", "x-svcdesk-tracked": True},
            },
            "$defs": {"seat": {"type": "string", "pattern": "^[A-Z][0-9]{1,3}$"}},
        }
    )
    assert fields_refused(kinds, requester={"name": "王*", "seat": "A12"}) == []
    assert fields_refused(kinds, requester={"name": "王*", "seat": "12"}) == ["requester.seat"]
    assert fields_refused(kinds, requester={"seat": "A12"}) == ["requester.name"]
    assert fields_refused(kinds, seen="2024-02-30T00:00:00Z") == ["seen"]
    assert "seen" in kinds["request"].workflow.tracked


def test_a_field_that_the_desk_requires_is_its_own() -> None:
    kinds = desk({"properties": {"floor": {"type": "integer"}}, "required": ["floor"]})
    assert fields_refused(kinds) == ["floor"]
    assert fields_refused(kinds, floor=1) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"title": {"type": "integer"}}},
        {"properties": {"title": False}},
        {"properties": {"title": {"maxLength": 5}}},
        {"properties": {"priority": {"enum": ["P1", "P2"]}}},
        {"properties": {"priority": {"enum": "P4"}}},
        {"properties": {"requester": {"required": ["department"]}}},
        {"properties": {"requester": {"properties": {"name": {"type": "integer"}}}}},
        {"properties": {"submitted": {"x-svcdesk-tracked": False}}},
        {"properties": {"status": {"enum": ["new"]}}},
        {"required": ["title"]},
        {"additionalProperties": True},
        {"patternProperties": {"^": True}},
        {"allOf": [False]},
        {"type": "array"},
        {"$defs": {"line": {"type": "integer"}}},
        {"x-svcdesk-version": 2},
        {"properties": {"floor": {"$ref": "http://127.0.0.1/x"}}},
        {"properties": {"floor": {"pattern": "^(a+)+$"}}},
    ],
)
def test_what_a_shipped_schema_says_stays(schema: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        desk(schema)["request"]
    assert caught.value.code == "E_SCHEMA"
    assert caught.value.path == "schemas/request.schema.json"


def test_one_desks_fields_are_not_anothers() -> None:
    """The shipped schema is shared between kinds and never changed."""
    assert fields_refused(extended(floor={"type": "integer"}), floor=1) == []
    assert fields_refused(load_kinds({}, VERSIONS), floor=1) == ["floor"]


def test_a_plugin_adds_fields_under_its_own_name() -> None:
    fragment = ("request", {"x-acme-score": {"type": "integer", "maximum": 10}})
    kinds = load_kinds({}, VERSIONS, [fragment])
    assert fields_refused(kinds, **{"x-acme-score": 7}) == []
    assert fields_refused(kinds, **{"x-acme-score": 11}) == ["x-acme-score"]
    assert "x-acme-score" not in kinds.fields("handling")


@pytest.mark.parametrize(
    "properties",
    [
        {"score": {"type": "integer"}},
        {"x-acme": {"$ref": "http://127.0.0.1/"}},
        {"x-acme": []},
    ],
)
def test_a_plugin_that_adds_something_else_is_named(properties: dict[str, Any]) -> None:
    with pytest.raises(PluginFailed) as caught:
        load_kinds({}, VERSIONS, [("request", properties)])["request"]
    assert caught.value.field in properties


def test_two_plugins_do_not_share_a_field() -> None:
    twice = [("request", {"x-acme": {"type": "integer"}})] * 2
    with pytest.raises(PluginFailed):
        load_kinds({}, VERSIONS, twice)["request"]


def test_the_documented_kind_lives_its_life() -> None:
    kinds = load_kinds(documented_files(), VERSIONS)
    kind = kinds["loan"]
    assert kinds.folders["LN"] == "loans"
    assert kind.workflow.tracked == {"status", "due", "condition"}
    counter = itertools.count(1)
    act = Act(
        by="front-desk-1",
        now_ms=1_728_349_200_000,
        at="2024-10-08T09:00:00+08:00",
        chance=lambda: next(counter).to_bytes(10),
    )
    header = {
        "id": "LN-20241008-001",
        "uid": "01J92V7KX8S6N8D0ZB5T7R1XW2",
        "kind": "loan",
        "borrower": "李*",
        "item": "投影仪",
    }
    record = open_record(header, kind.workflow, act).record
    states = [record.status]
    for move, values in (
        ("lend", {"due": "2024-10-31"}),
        ("extend", {"due": "2024-11-15"}),
        ("bring_back", {"condition": kinds.fields("loan").coerce("归还状况", "损坏")}),
    ):
        record = make_move(record, kind.workflow, move, values, act).record
        states.append(record.status)
        assert kinds.validator("loan").problems(encode(record)) == []
    assert states == ["requested", "lent", "lent", "returned"]
    assert (record.get("due"), record.get("condition")) == ("2024-11-15", "damaged")
    broken = encode(record) | {"id": "SR-20241008-001", "borower": "x", "condition": "lost"}
    broken.pop("item")
    found = {one.field for one in kinds.validator("loan").problems(broken)}
    assert found == {"id", "borower", "condition", "item"}


def test_a_kind_of_its_own_may_not_redefine_what_every_record_has() -> None:
    files = documented_files()
    schema = json.loads(files["loan.schema.json"])
    schema["properties"]["events"] = {"type": "array"}
    files["loan.schema.json"] = json.dumps(schema).encode()
    with pytest.raises(Invalid) as caught:
        load_kinds(files, VERSIONS)["loan"]
    assert caught.value.field == "properties.events"
