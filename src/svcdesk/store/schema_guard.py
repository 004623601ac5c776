"""What a desk's or a plugin's own JSON Schema may hold: data that can neither reach out nor hang.

Only keywords that every validator understands alike, references to definitions in the schema
itself or in `common.schema.json`, patterns that cannot take forever, bounded sizes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.properties import LOCAL, references
from svcdesk.model.record import Value, Values
from svcdesk.store.schema_compose import COMMON
from svcdesk.store.schema_pattern import LONGEST, inspect_pattern

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SIZE_LIMIT = 256 << 10
NODE_LIMIT = 5_000
DEPTH_LIMIT = 60
EXPANDED_LIMIT = 50_000
UNIQUE_LIMIT = 1_000
FORMATS = ("date-time", "date")

_WORDS = frozenset({
    "$schema", "$comment", "$defs", "$ref", "title", "description", "default", "examples",
    "deprecated", "type", "enum", "const", "required", "format", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "dependentRequired",
})  # fmt: skip
_ONE = frozenset({
    "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
})  # fmt: skip
_MANY = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"properties", "patternProperties", "$defs"})
_COUNTS = frozenset({
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
})  # fmt: skip
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_KNOWN = _WORDS | _ONE | _MANY | _NAMED


def read_schema(data: bytes, *, path: str) -> dict[str, Value]:
    """A schema file's bytes as an object, inspected. Raises Invalid with code E_SCHEMA."""
    return inspect_schema(read_json(data, path=path), path=path)


def read_json(data: bytes, *, path: str) -> Value:
    """JSON that means one thing only: no duplicate keys, no NaN. Raises Invalid."""
    if len(data) > SIZE_LIMIT:
        _refuse(path, "", T("the file has more than {limit} bytes", limit=SIZE_LIMIT))
    try:
        value: Value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except RecursionError:
        _refuse(path, "", T("it is nested too deeply"))
    except json.JSONDecodeError as error:
        raise Invalid(
            T("{path}: line {line}: this is not JSON: {why}", path=path, line=error.lineno,
              why=error.msg),
            code="E_SCHEMA",
            path=path,
            line=error.lineno,
        ) from None  # fmt: skip
    except ValueError as error:
        _refuse(path, "", T("this is not JSON: {why}", why=error))
    if _deeper_than(DEPTH_LIMIT, value):
        _refuse(path, "", T("it is nested too deeply"))
    return value


def inspect_schema(value: Value, *, path: str, common: Values | None = None) -> dict[str, Value]:
    """The schema itself, if it may be used. `path` is what errors call its file.

    `common` are the definitions of `common.schema.json`, whose size counts where they are used.
    Raises Invalid with code E_SCHEMA, naming file and place.
    """
    if not isinstance(value, dict):
        _refuse(path, "", T("a schema is an object, not {kind}", kind=type(value).__name__))
    named = value.get("$schema", DRAFT)
    if named != DRAFT:
        _refuse(
            path,
            "$schema",
            T("“{named}” is not known", named=named),
            T("write “$schema”: “{draft}”, or leave it out", draft=DRAFT),
        )
    inspection = _Inspection(path, value, common or {})
    inspection.subschema(value, "")
    inspection.expansion()
    return value


class _Inspection:
    """One walk over a schema, with what it has met."""

    def __init__(self, path: str, schema: Values, common: Values) -> None:
        self.path = path
        self.nodes = 0
        own = schema.get("$defs", {})
        if not isinstance(own, Mapping):
            self.refuse("$defs", T("must be an object"))
        self.definitions: dict[str, Value] = {**common, **own}
        self.schema = schema

    def refuse(self, place: str, what: Text, hint: Text | None = None) -> NoReturn:
        _refuse(self.path, place, what, hint)

    def subschema(self, value: Value, place: str) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            self.refuse(place, T("the schema has more than {limit} parts", limit=NODE_LIMIT))
        if isinstance(value, bool):
            return
        if not isinstance(value, Mapping):
            self.refuse(place, T("a schema is an object, true or false"))
        for word, inner in value.items():
            here = f"{place}/{word}"
            if word.startswith("x-"):
                continue
            if word not in _KNOWN:
                self.refuse(
                    here,
                    T("the keyword is not supported in a desk's schema"),
                    T("supported: {words}", words=", ".join(sorted(_KNOWN))),
                )
            self._keyword(word, inner, here)
        self._limits(value, place)

    def _keyword(self, word: str, inner: Value, here: str) -> None:
        if word in _ONE:
            self.subschema(inner, here)
        elif word in _MANY:
            if not isinstance(inner, list) or not inner:
                self.refuse(here, T("must be a list of schemas"))
            for index, one in enumerate(inner):
                self.subschema(one, f"{here}/{index}")
        elif word in _NAMED:
            if not isinstance(inner, Mapping):
                self.refuse(here, T("must be an object"))
            for name, one in inner.items():
                if word == "patternProperties":
                    inspect_pattern(name, LONGEST, lambda what: self.refuse(here, what))
                self.subschema(one, f"{here}/{name}")
        elif word == "$ref":
            self._reference(inner, here)
        else:
            wrong = _wrong_value(word, inner)
            if wrong is not None:
                self.refuse(here, wrong)

    def _reference(self, reference: Value, here: str) -> None:
        """Only `#/$defs/NAME`, here or in the common file: nothing is ever fetched."""
        name = None
        if isinstance(reference, str):
            name = reference.removeprefix(COMMON)
            name = name.removeprefix(LOCAL) if name.startswith(LOCAL) else None
        if name is None:
            self.refuse(
                here,
                T("“{reference}” may not be referred to", reference=reference),
                T("refer to “#/$defs/NAME” or “{file}#/$defs/NAME”", file=COMMON),
            )
        if name not in self.definitions:
            self.refuse(here, T("there is no definition “{name}”", name=name))

    def _limits(self, value: Values, place: str) -> None:
        if "pattern" in value:
            longest = value.get("maxLength")
            inspect_pattern(
                value["pattern"],
                longest if isinstance(longest, int) else LONGEST,
                lambda what: self.refuse(f"{place}/pattern", what),
            )
        if value.get("uniqueItems"):
            most = value.get("maxItems")
            if not isinstance(most, int) or most > UNIQUE_LIMIT:
                self.refuse(
                    f"{place}/uniqueItems",
                    T("needs a maxItems of at most {limit} beside it", limit=UNIQUE_LIMIT),
                )

    def expansion(self) -> None:
        """Refuse a definition that holds itself, and one that unfolds into a monster."""
        sizes: dict[str, int] = {}
        open_now: set[str] = set()

        def size_of(name: str) -> int:
            if name in open_now:
                self.refuse(f"/$defs/{name}", T("a definition may not hold itself"))
            if name not in sizes:
                open_now.add(name)
                sizes[name] = unfolded(self.definitions[name])
                open_now.discard(name)
            return sizes[name]

        def unfolded(value: Value) -> int:
            total = 1 + sum(size_of(name) for name in references(value))
            if total > EXPANDED_LIMIT:
                self.refuse("", T("its references unfold into more than {limit} parts",
                                  limit=EXPANDED_LIMIT))  # fmt: skip
            return total

        for name in self.definitions:
            size_of(name)
        unfolded({key: value for key, value in self.schema.items() if key != "$defs"})


def _wrong_value(word: str, value: Value) -> Text | None:
    """What is wrong with the value of a keyword that holds no schema, if anything."""
    if word == "$schema" and value != DRAFT:
        return T("must be “{draft}”", draft=DRAFT)
    if word == "format" and value not in FORMATS:
        return T("only {names} are supported", names=", ".join(FORMATS))
    if word in _COUNTS and not (type(value) is int and value >= 0):
        return T("must be a whole number, zero or more")
    if word in _NUMBERS and type(value) not in (int, float):
        return T("must be a number")
    if word == "multipleOf" and not (type(value) in (int, float) and float(str(value)) > 0):
        return T("must be a number above zero")
    if word == "type" and not _are_types(value):
        return T("only {names} are types", names=", ".join(sorted(_TYPES)))
    if word == "required" and not _are_names(value):
        return T("must be a list of names, each once")
    if word == "dependentRequired" and not (
        isinstance(value, Mapping) and all(_are_names(one) for one in value.values())
    ):
        return T("must be lists of names, each once")
    if word in ("enum", "examples") and (not isinstance(value, list) or not value):
        return T("must be a list of what is allowed")
    if word in ("uniqueItems", "deprecated") and not isinstance(value, bool):
        return T("must be true or false")
    if word in ("title", "description", "$comment") and not isinstance(value, str):
        return T("must be a text")
    return None


def _are_types(value: Value) -> bool:
    if isinstance(value, list):
        return bool(value) and _are_names(value) and all(one in _TYPES for one in value)
    return isinstance(value, str) and value in _TYPES


def _are_names(value: Value) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(one, str) for one in value)
        and len(set(map(str, value))) == len(value)
    )


def _deeper_than(limit: int, value: Value) -> bool:
    level: list[Value] = [value]
    for _ in range(limit):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(str(T("“{key}” stands twice in one object", key=key)))
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(str(T("{name} is not a JSON number", name=name)))


def _refuse(path: str, place: str, what: Text, hint: Text | None = None) -> NoReturn:
    where = place.lstrip("/") or "schema"
    raise Invalid(
        T("{path}: {where}: {what}", path=path, where=where, what=what),
        hint=hint or T("see docs/kinds.md for what a desk's schema may hold"),
        code="E_SCHEMA",
        path=path,
        field=where,
    )
