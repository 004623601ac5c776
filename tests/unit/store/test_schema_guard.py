"""A schema from a pull request is data: it reaches nothing, it ends, it stays small."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schema_examples import ROOT

from svcdesk.errors import Invalid
from svcdesk.store.schema_compose import COMMON, common_definitions
from svcdesk.store.schema_engine import thorough
from svcdesk.store.schema_guard import (
    _KNOWN,
    DRAFT,
    NODE_LIMIT,
    SIZE_LIMIT,
    inspect_schema,
    read_json,
    read_schema,
)


def refusal(schema: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_schema(json.dumps(schema).encode(), path="schemas/loan.schema.json")
    assert caught.value.code == "E_SCHEMA"
    assert caught.value.path == "schemas/loan.schema.json"
    assert caught.value.hint is not None
    return caught.value


@pytest.mark.parametrize(
    "reference",
    [
        "http://127.0.0.1/x.json",
        "https://json-schema.org/draft/2020-12/schema",
        "file:///etc/passwd",
        "../x.json",
        "other.schema.json#/$defs/line",
        "common.schema.json",
        "#",
        "#/properties/a",
        "#line",
        "",
        7,
    ],
)
def test_only_local_definitions_can_be_referred_to(reference: Any) -> None:
    """Cases 23 and 26."""
    assert "may not be referred to" in str(refusal({"properties": {"a": {"$ref": reference}}}))


def test_a_definition_has_to_be_there() -> None:
    assert "no definition “lines”" in str(refusal({"properties": {"a": {"$ref": "#/$defs/lines"}}}))


@pytest.mark.parametrize("schema", [[], "x", 1, None, True])
def test_a_schema_is_an_object(schema: Any) -> None:
    """Case 26."""
    assert "a schema is an object" in str(refusal(schema))


@pytest.mark.parametrize("named", ["http://json-schema.org/draft-07/schema#", "x", None, 1])
def test_another_draft_is_refused(named: Any) -> None:
    """Case 26."""
    assert refusal({"$schema": named}).field == "$schema"


@pytest.mark.parametrize(
    "word", ["$id", "$anchor", "$dynamicRef", "unevaluatedProperties", "tpye", "contentEncoding"]
)
def test_a_keyword_that_is_not_supported_is_named(word: str) -> None:
    assert refusal({"properties": {"a": {word: "x"}}}).field == f"properties/a/{word}"


@pytest.mark.parametrize(
    "definitions",
    [
        {"a": {"$ref": "#/$defs/a"}},
        {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}},
    ],
)
def test_a_definition_may_not_hold_itself(definitions: Any) -> None:
    """Case 26."""
    assert "may not hold itself" in str(refusal({"$defs": definitions}))


def test_references_may_not_unfold_into_a_monster() -> None:
    doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    started = time.process_time()
    assert "unfold" in str(refusal({"$defs": {**doubled, "d40": True}}))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "part",
    [
        {"type": "strng"},
        {"type": []},
        {"required": "a"},
        {"enum": []},
        {"enum": "a"},
        {"maxLength": "3"},
        {"maxLength": -1},
        {"maxLength": True},
        {"format": "email"},
        {"allOf": {}},
        {"items": [True]},
        {"properties": []},
        {"uniqueItems": True},
        {"uniqueItems": True, "maxItems": 100_000},
    ],
)
def test_a_keyword_has_the_value_that_it_wants(part: Any) -> None:
    refusal({"properties": {"a": part}})


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a*)*$",
        "^(a|a)*$",
        "^(a?){60}$",
        "^(a|ab)*c$",
        "^a+a+a+a+a+$",
        "a+$",
        "^([0-9]+-?)+$",
        "(x+x+)+y",
    ],
)
def test_a_pattern_that_may_never_end_is_refused(pattern: str) -> None:
    """Case 24."""
    assert "too long" in str(refusal({"properties": {"a": {"pattern": pattern}}}))


@pytest.mark.parametrize(
    "pattern",
    [r"^\d+$", r"a\Z", r"\bfoo", "(?i)a", "(?P<n>a)", "(?=a)b", "(a)\\1", "^a++$", "(?>a)", "a{,3}",
     "(", "[", "*a", "[a-", "x" * 501, 7],
)  # fmt: skip
def test_a_pattern_that_validators_read_differently_is_refused(pattern: Any) -> None:
    refusal({"properties": {"a": {"pattern": pattern}}})


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [("^[A-Z]{2,6}(-[0-9A-Z]{1,32}){1,3}$", None), ("^[0-9]{4}-[0-9]{2}$", None), ("^x-", None),
     ("^[a-z]+$", None), ("^[A-Z]+-[0-9]+-[0-9]+$", 100), ("^(red|green|blue)$", None),
     (r"^[0-9]+\.[0-9]{2}$", 20), ("^楼层 [0-9]+$", None)],
)  # fmt: skip
def test_an_ordinary_pattern_is_let_in(pattern: str, longest: int | None) -> None:
    part = {"pattern": pattern} | ({"maxLength": longest} if longest else {})
    assert read_schema(json.dumps({"properties": {"a": part}}).encode(), path="x")


def test_what_is_let_in_is_quick_on_the_worst_text() -> None:
    """The bound is a promise: the slowest patterns that pass take no time to speak of."""
    for pattern, text in [
        ("^[a-z]+$", "a" * 10_000 + "!"),
        ("^[a-z]+[a-z]+[a-z]+$", "a" * 200 + "!"),
        ("^(a{1,32}){1,3}$", "a" * 300 + "!"),
    ]:
        part = {"pattern": pattern, "maxLength": len(text)}
        inspect_schema({"properties": {"a": part}}, path="x")
        started = time.process_time()
        assert re.search(pattern, text) is None
        assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"{",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (SIZE_LIMIT + 1),
        b"a: yaml",
    ],
)
def test_json_means_one_thing_or_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_json(data, path="schemas/loan.schema.json")
    assert caught.value.code == "E_SCHEMA"
    assert "schemas/loan.schema.json" in str(caught.value)


ODD_VALUES = [
    None, True, False, -1, 0, 1, 1.5, "", "string", "^a$", [], [1], ["a"], ["a", "a"], ["string"],
    ["string", "string"], [{}], {}, {"a": 1}, {"a": []}, {"a": ["b"]}, {"a": {}}, [True],
]  # fmt: skip


@pytest.mark.parametrize("word", sorted(_KNOWN))
def test_what_is_let_in_is_a_schema(word: str) -> None:
    """Only what is inspected is composed, and no engine looks at the metaschema again."""
    let_in = 0
    for value in ODD_VALUES:
        schema = {"properties": {"a": {word: value, "maxItems": 5}}}
        try:
            inspect_schema(schema, path="x")
        except Invalid:
            continue
        let_in += 1
        Draft202012Validator.check_schema(schema)
        thorough(schema).is_valid({"a": ["b"]})
    assert let_in or word in ("$schema", "$ref", "format", "$defs")


def test_json_that_breaks_off_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid) as caught:
        read_json(b'{\n "a": 1,\n}\n', path="x.schema.json")
    assert caught.value.line == 3


def test_a_schema_of_very_many_parts_is_refused() -> None:
    parts: Any = {f"f{number}": {} for number in range(NODE_LIMIT + 1)}
    assert "parts" in str(refusal({"properties": parts}))


@pytest.mark.parametrize("depth", [80, 400, 3_000])
@pytest.mark.parametrize("word", ["not", "x-note"])
def test_a_deep_schema_is_refused_without_a_traceback(depth: int, word: str) -> None:
    text = f'{{"{word}":' * depth + "true" + "}" * depth
    with pytest.raises(Invalid) as caught:
        read_schema(text.encode(), path="x.schema.json")
    assert caught.value.code == "E_SCHEMA"


def test_the_shipped_schemas_keep_to_the_same_rules() -> None:
    """They are not inspected on each run; so it is done here."""
    paths = sorted((ROOT / "schemas").glob("*.schema.json"))
    assert len(paths) >= 11
    for path in paths:
        value = read_json(path.read_bytes(), path=path.name)
        common = {} if path.name == COMMON else common_definitions()
        inspect_schema(value, path=path.name, common=common)
        assert isinstance(value, dict)
        assert value["$schema"] == DRAFT
