"""Says that a schema allows a value, for the words that nearly all schemas are made of.

To import an engine takes longer than all else that a call does before it writes, and most records
are valid. So the first few values are looked at here; whatever is not found valid, and whatever a
schema asks in other words, is for the engines of `schema_engine` to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from svcdesk.model.record import Values
from svcdesk.store.schema_engine import FORMATS, matches

_DEFINITION: Final = "#/$defs/"
_SILENT: Final = frozenset({
    "$schema", "$comment", "$defs", "title", "description", "default", "examples", "deprecated",
    "then", "else",  # with their `if`
})  # fmt: skip


def surely_valid(value: object, schema: Values) -> bool:
    """Whether a composed schema allows the value, as far as that can be said here.

    True is certain; False says that an engine has to be asked.
    """
    try:
        return _allowed(value, schema, schema)
    except _Unsure:
        return False


class _Unsure(Exception):
    """A word, or a value in its place, that is not judged here."""


def _allowed(value: Any, schema: Any, root: Values) -> bool:
    if isinstance(schema, bool):
        return schema
    for word, said in schema.items():
        judge = _WORDS.get(word)
        if judge is not None:
            if not judge(value, said, schema, root):
                return False
        elif word not in _SILENT and not word.startswith("x-"):
            raise _Unsure
    return True


def _ref(value: Any, said: Any, schema: Values, root: Values) -> bool:
    found = root.get("$defs")
    name = str(said).removeprefix(_DEFINITION)
    if not isinstance(found, Mapping) or name not in found:
        raise _Unsure
    return _allowed(value, found[name], root)


def _type(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if type(value) is float and value.is_integer():
        raise _Unsure  # 1.0 is an integer, too
    names = said if isinstance(said, list) else [said]
    return any(type(value) in _TYPES.get(name, ()) for name in names)


def _enum(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not isinstance(value, str | None):
        raise _Unsure  # 1, 1.0 and true are told apart differently in Python
    return value in said


def _const(value: Any, said: Any, schema: Values, root: Values) -> bool:
    return _enum(value, [said], schema, root)


def _pattern(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not isinstance(value, str):
        return True
    longest = schema.get("maxLength")
    return not (isinstance(longest, int) and len(value) > longest) and matches(said, value)


def _format(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if said not in FORMATS:
        raise _Unsure
    return FORMATS[said](value)


def _measure(
    kind: type | tuple[type, ...], fits: Callable[[Any, Any], bool]
) -> Callable[[Any, Any, Values, Values], bool]:
    def judge(value: Any, said: Any, schema: Values, root: Values) -> bool:
        return not isinstance(value, kind) or isinstance(value, bool) or fits(value, said)

    return judge


def _required(value: Any, said: Any, schema: Values, root: Values) -> bool:
    return not isinstance(value, dict) or all(name in value for name in said)


def _properties(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not isinstance(value, dict):
        return True
    return all(_allowed(one, said[key], root) for key, one in value.items() if key in said)


def _pattern_properties(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not isinstance(value, dict):
        return True
    return all(
        _allowed(one, inner, root)
        for pattern, inner in said.items()
        for key, one in value.items()
        if matches(pattern, key)
    )


def _additional(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not isinstance(value, dict):
        return True
    known: Any = schema.get("properties") or {}
    patterns: Any = schema.get("patternProperties") or {}
    return all(
        _allowed(one, said, root)
        for key, one in value.items()
        if key not in known and not any(matches(pattern, key) for pattern in patterns)
    )


def _names(value: Any, said: Any, schema: Values, root: Values) -> bool:
    return not isinstance(value, dict) or all(_allowed(key, said, root) for key in value)


def _items(value: Any, said: Any, schema: Values, root: Values) -> bool:
    first: Any = schema.get("prefixItems") or ()
    return not isinstance(value, list) or all(
        _allowed(one, said, root) for one in value[len(first) :]
    )


def _prefix_items(value: Any, said: Any, schema: Values, root: Values) -> bool:
    return not isinstance(value, list) or all(
        _allowed(one, inner, root) for one, inner in zip(value, said, strict=False)
    )


def _unique(value: Any, said: Any, schema: Values, root: Values) -> bool:
    if not said or not isinstance(value, list) or len(value) < 2:
        return True
    if not all(isinstance(one, str) for one in value):
        raise _Unsure
    return len(set(value)) == len(value)


def _if(value: Any, said: Any, schema: Values, root: Values) -> bool:
    return _allowed(
        value, schema.get("then" if _allowed(value, said, root) else "else", True), root
    )


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}
_WORDS: Final[Mapping[str, Callable[[Any, Any, Values, Values], bool]]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minLength": _measure(str, lambda value, least: len(value) >= least),
    "maxLength": _measure(str, lambda value, most: len(value) <= most),
    "minimum": _measure((int, float), lambda value, least: bool(value >= least)),
    "maximum": _measure((int, float), lambda value, most: bool(value <= most)),
    "minItems": _measure(list, lambda value, least: len(value) >= least),
    "maxItems": _measure(list, lambda value, most: len(value) <= most),
    "minProperties": _measure(dict, lambda value, least: len(value) >= least),
    "maxProperties": _measure(dict, lambda value, most: len(value) <= most),
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "prefixItems": _prefix_items,
    "uniqueItems": _unique,
    "if": _if,
}
