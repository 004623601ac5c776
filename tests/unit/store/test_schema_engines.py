"""The fast engine and the thorough one give one verdict, and neither can be kept busy."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from schema_examples import KINDS, VALID, VERSIONS, kind_of

from svcdesk.errors import Invalid
from svcdesk.store import schema_engine
from svcdesk.store.schema_engine import fast_verdict, is_date, is_instant, thorough
from svcdesk.store.schema_quick import surely_valid
from svcdesk.store.schema_validator import MOST, Validator
from svcdesk.store.yaml_read import parse

Path = tuple[str | int, ...]
TOMBSTONE = {"redacted": {"at": "2024-10-01T09:30:00+08:00", "by": "x", "why": "y"}}
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, 10**12, "", " ", "x", "x\n", "x\ny", "*", "P1", "２",
    "SR-20241001-001\n", "SR-２0241001-001", "2024-02-30", "2024-10-01", "2024-02-30T00:00:00Z",
    "2024-10-01T00:00:00Z", "2024-10-01T00:00:00z", "2024-10-01 00:00:00Z", "2024-10-01T24:00:00Z",
    "2024-10-01T23:59:60Z", "2024-10-01T00:00:00+24:00", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00", "01J92V7KX8S6N8D0ZB5T7R1XW2", "x" * 301, "数" * 50_001, [], {},
    [1], [1, 1.0], ["a", "a"], [None], {"a": 1}, {"x-a": 1}, TOMBSTONE, [TOMBSTONE],
    {"redacted": None}, {"redacted": {}},
]  # fmt: skip


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    yield here
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*here, key))


def mutated(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The value with one place put to something odd, taken out, doubled, or joined by a key."""
    result = copy.deepcopy(value)
    *above, last = chance.choice([one for one in places(result) if one])
    parent: Any = result
    for step in above:
        parent = parent[step]
    change = chance.choice(["odd", "odd", "odd", "gone", "more", "twice"])
    if change == "odd":
        parent[last] = copy.deepcopy(chance.choice(ODD))
    elif change == "gone":
        del parent[last]
    elif isinstance(parent, dict):
        parent[chance.choice(["titel", "x-own", "custom", "优先级", "redacted", "title"])] = 1
    else:
        parent.append(copy.deepcopy(parent[last]))
    return result


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_both_engines_and_the_problems_agree(path: Any) -> None:
    pytest.importorskip("jsonschema_rs")
    value = parse(path.read_bytes(), path=path.name).value
    validator = KINDS.validator(kind_of(path))
    fast, slow = fast_verdict(validator.schema), thorough(validator.schema)
    assert fast is not None
    chance = random.Random(path.stem)
    refused = 0
    for _ in range(80):
        other = mutated(value, chance)
        verdict = fast(other)
        assert verdict == slow.is_valid(other), other
        assert verdict == (validator.problems(other) == []), other
        assert verdict or not surely_valid(other, validator.schema), other
        refused += not verdict
    assert 20 < refused < 80


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_record_needs_no_engine(path: Any) -> None:
    validator = KINDS.validator(kind_of(path))
    assert surely_valid(parse(path.read_bytes(), path=path.name).value, validator.schema)


@pytest.mark.parametrize("schema", [
    {"contains": {"type": "string"}}, {"not": {"const": "x"}}, {"anyOf": [True]}, {"oneOf": [True]},
    {"allOf": [True]}, {"multipleOf": 2}, {"exclusiveMinimum": 0}, {"dependentRequired": {}},
    {"format": "email"}, {"const": 1}, {"enum": [1]}, {"$ref": "#/$defs/none"}, {"later": True},
])  # fmt: skip
def test_what_is_seldom_asked_is_left_to_the_engines(schema: dict[str, Any]) -> None:
    assert not surely_valid(1, schema)


@pytest.mark.parametrize(("schema", "value"), [
    ({"type": "integer"}, True), ({"type": "number"}, False), ({"enum": [True, "a"]}, 1),
    ({"pattern": "^a$"}, "a\n"), ({"maxLength": 1, "pattern": "a"}, "aa"), ({"minLength": 2}, "a"),
    ({"minimum": 2}, 1), ({"maximum": 2}, 3), ({"minItems": 1}, []), ({"maxItems": 1}, [1, 2]),
    ({"minProperties": 1}, {}), ({"maxProperties": 0}, {"a": 1}), ({"required": ["a"]}, {}),
    ({"properties": {"a": {"type": "string"}}}, {"a": 1}),
    ({"patternProperties": {"^x-": False}}, {"x-a": 1}),
    ({"additionalProperties": False, "patternProperties": {"^x-": True}}, {"a": 1}),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}), ({"items": {"type": "null"}}, [None, 1]),
    ({"prefixItems": [{"type": "null"}]}, [1]), ({"uniqueItems": True}, ["a", "a"]),
    ({"prefixItems": [True], "items": False}, [1, 2]), ({"format": "date"}, "2024-02-30"),
    ({"if": {"type": "string"}, "then": {"maxLength": 1}}, "ab"),
    ({"if": {"type": "string"}, "else": False}, 1), ({"const": "a"}, "b"),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}, 1),
])  # fmt: skip
def test_what_is_not_allowed_is_never_let_through(schema: dict[str, Any], value: Any) -> None:
    assert not surely_valid(value, schema)
    assert not thorough(schema).is_valid(value)


def test_without_the_fast_engine_the_thorough_one_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    kind = KINDS["feedback"]
    assert fast_verdict(kind.schema) is None
    validator = Validator(kind.schema, KINDS.fields("feedback"))
    for path in VALID:
        if kind_of(path) == "feedback":
            value = parse(path.read_bytes(), path=path.name).value
            assert validator.is_valid(value)
            assert not validator.is_valid({**value, "status": "gone"})


@pytest.mark.parametrize("kind", VERSIONS)
@pytest.mark.parametrize("broken", [{}, {"events": {}}, {"events": [1]}, {"id": []}])
def test_the_least_and_the_oddest_records_are_judged(kind: str, broken: dict[str, Any]) -> None:
    validator = KINDS.validator(kind)
    assert not validator.is_valid(broken)
    fields = {one.field for one in validator.problems(broken)}
    assert {"uid", "status"} <= fields


def test_a_list_over_its_limit_is_not_compared_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case 25: 3,000 labels, and 10,000 events, are refused by their number."""

    def fail(_: Any) -> str:
        raise AssertionError("compared")

    monkeypatch.setattr(schema_engine, "_canonical", fail)
    validator = KINDS.validator("request")
    problems = validator.problems({"labels": [{"a": number} for number in range(3_000)]})
    assert ("SCHEMA_LIMIT", "labels") in {(one.code, one.field) for one in problems}
    many = {"events": [{"id": "x"} for _ in range(10_000)]}
    found = validator.problems(many)
    assert len(found) <= MOST
    assert not validator.is_valid(many)


def test_no_more_problems_are_told_than_anybody_reads() -> None:
    value = {f"key{number}": number for number in range(1_000)}
    assert len(KINDS.validator("request").problems(value)) == MOST


def test_a_remote_reference_is_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 23, in the engines: even a schema that was never inspected reaches nothing."""
    import socket
    import urllib.request

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "create_connection", fail)
    monkeypatch.setattr(urllib.request, "urlopen", fail)
    for reference in ("http://127.0.0.1:9/x.json", "file:///etc/passwd", "../x.json"):
        schema = {"properties": {"a": {"$ref": reference}}}
        with pytest.raises(Exception, match="Unresolvable"):
            thorough(schema).is_valid({"a": 1})
        with pytest.raises(Invalid):
            fast_verdict(schema)


@pytest.mark.parametrize("text", ["2024-02-29T23:59:59+08:00", "2024-10-01T00:00:00Z"])
def test_a_time_that_exists(text: str) -> None:
    assert is_instant(text)


@pytest.mark.parametrize("text", ["2023-02-29T00:00:00Z", "2024-10-01T23:59:60Z", "x", ""])
def test_a_time_that_does_not(text: str) -> None:
    assert not is_instant(text)


@pytest.mark.parametrize("text", ["20241001", "2024-W40-2", "2023-02-29", "２０２４-10-01", ""])
def test_a_day_that_does_not_exist(text: str) -> None:
    assert not is_date(text)
