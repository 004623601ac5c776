"""Adds to a schema: plugins' fields, the desk's own fields, kinds of the desk's own.

Adding is all: fields, and words to a vocabulary. What a shipped schema says of a field stays, so
no record that was valid becomes invalid through a desk's file.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from typing import NoReturn

from svcdesk.errors import Invalid, PluginFailed
from svcdesk.i18n import T
from svcdesk.model.record import Value, Values
from svcdesk.store.schema_compose import COMMON, common_definitions
from svcdesk.store.schema_guard import inspect_schema
from svcdesk.store.schema_sources import refuse

_BASE = ("id", "uid", "formerly", "kind", "title", "status", "links", "labels", "attachments",
         "custom", "events")  # fmt: skip
_REQUIRED = ("id", "uid", "kind", "status", "events")
_BESIDE_FIELDS = frozenset({"$schema", "$comment", "title", "description", "properties",
                            "required", "$defs", "x-svcdesk-computed"})  # fmt: skip
_ADDED_WORDS = frozenset({"enum", "x-svcdesk-choices"})


def new_schema(own: Values, path: str) -> dict[str, Value]:
    """The schema of a kind of the desk's own: what every record has, then its own fields."""
    schema: dict[str, Value] = _localised(own, path)
    properties = _mapping(schema.get("properties"), "properties", path)
    taken = [name for name in _BASE if name in properties and name != "title"]
    if taken:
        refuse(path, f"properties.{taken[0]}", T("every record has this field already"))
    first = {name: _base(name) for name in _BASE if name not in ("custom", "events")}
    last = {name: _base(name) for name in ("custom", "events")}
    required = _names(schema.get("required"))
    schema["type"] = "object"
    schema["properties"] = {**first, **properties, **last}
    schema["required"] = [*_REQUIRED, *(name for name in required if name not in _REQUIRED)]
    schema["patternProperties"] = {"^x-": True}
    schema["additionalProperties"] = False
    return schema


def extended(schema: dict[str, Value], own: Values, path: str) -> dict[str, Value]:
    """The schema with the desk's own fields; what the shipped one says of a field must stand."""
    added = _localised(own, path)
    for word, value in added.items():
        if word not in _BESIDE_FIELDS and schema.get(word) != value:
            refuse(
                path,
                word,
                T("a desk adds fields to a shipped kind and changes nothing else of it"),
                T("take “{word}” out", word=word),
            )
    result = copy.deepcopy({key: value for key, value in schema.items() if key != "$defs"})
    own_properties = _mapping(added.get("properties"), "properties", path)
    _add_properties(result, own_properties, "properties", path)
    known = set(_names(schema.get("required")))
    old = _mapping(schema.get("properties"), "properties", path)
    more = [name for name in _names(added.get("required")) if name not in known]
    for name in more:
        if name in old:
            refuse(
                path,
                "required",
                T("“{name}” is optional in the shipped kind", name=name),
                T("let the workflow ask for it: `requires` of a state"),
            )
    result["required"] = [*_names(schema.get("required")), *more]
    result["$defs"] = added["$defs"]
    return result


def with_fragments(
    schema: dict[str, Value], fragments: Iterable[Values], kind: str
) -> dict[str, Value]:
    """The schema with the fields of plugins, whose names begin with `x-`.

    Raises PluginFailed for other names, for a name taken, and for what a schema may not hold.
    """
    properties = dict(_mapping(schema.get("properties"), "properties", kind))
    for fragment in fragments:
        for name, value in fragment.items():
            if not name.startswith("x-") or name in properties:
                raise PluginFailed(
                    T("a plugin's field “{name}” of {kind} must begin with x- and the plugin's "
                      "name, and not be there already", name=name, kind=kind),
                    field=name,
                )  # fmt: skip
            try:
                inspect_schema({"properties": {name: value}}, path=f"plugin:{kind}")
            except Invalid as error:
                raise PluginFailed(error.message, hint=error.hint, field=name) from error
            properties[name] = value
    return {**schema, "properties": properties}


def _base(name: str) -> Value:
    """What every record's schema says of one of the fields that every record has."""
    labels: dict[str, dict[str, Value]] = {
        "id": {"$ref": "#/$defs/record_id", "x-svcdesk-label": {"en": "id", "zh": "编号"}},
        "kind": {"x-svcdesk-label": {"en": "kind", "zh": "类别"}},
        "status": {
            "x-svcdesk-tracked": True,
            "x-svcdesk-type": "choice",
            "x-svcdesk-label": {"en": "state", "zh": "状态"},
        },
    }
    return dict(labels.get(name, {"$ref": f"#/$defs/{name}"}))


def _localised(own: Values, path: str) -> dict[str, Value]:
    """The desk's schema with its references to the common file made local, inspected."""
    common = common_definitions()
    inspect_schema(dict(own), path=path, common=common)
    text = json.dumps(own, ensure_ascii=False).replace(f'"{COMMON}#/', '"#/')
    schema: dict[str, Value] = json.loads(text)
    definitions = _mapping(schema.get("$defs"), "$defs", path)
    for name, value in definitions.items():
        if name in common and common[name] != value:
            refuse(path, f"$defs.{name}", T("{file} has a definition of that name", file=COMMON))
    schema["$defs"] = {**common, **definitions}
    return schema


def _add_properties(into: dict[str, Value], own: Values, place: str, path: str) -> None:
    """Add properties that are new; go into mappings; let vocabularies grow; refuse the rest."""
    properties = into.setdefault("properties", {})
    assert isinstance(properties, dict)
    for name, value in own.items():
        here = f"{place}.{name}"
        known = properties.get(name)
        if known is None:
            properties[name] = value
        elif known != value:
            if not isinstance(value, Mapping) or not isinstance(known, dict):
                _changed(path, here)
            _grow(known, value, here, path)


def _grow(known: dict[str, Value], own: Values, here: str, path: str) -> None:
    for word, value in own.items():
        if known.get(word) == value:
            continue
        if word == "properties" and known.get("type") == "object":
            _add_properties(known, _mapping(value, here, path), f"{here}.properties", path)
        elif word == "enum" and isinstance(known.get("enum"), list):
            before = known["enum"]
            assert isinstance(before, list)
            if not isinstance(value, list) or any(one not in value for one in before):
                refuse(path, f"{here}.enum", T("a vocabulary may grow, not shrink"))
            known["enum"] = [*before, *(one for one in value if one not in before)]
        elif word == "x-svcdesk-choices":
            before_choices = _mapping(known.get(word), here, path)
            known[word] = {**_mapping(value, here, path), **before_choices}
        else:
            _changed(path, f"{here}.{word}")


def _changed(path: str, here: str) -> NoReturn:
    refuse(
        path,
        here,
        T("this changes a field of the shipped kind"),
        T("add a field of your own instead, with another name"),
    )


def _mapping(value: Value, field: str, path: str) -> Values:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        refuse(path, field, T("must be an object"))
    return value


def _names(value: Value) -> list[Value]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
