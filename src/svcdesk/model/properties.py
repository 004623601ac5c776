"""Walks the properties of a composed JSON Schema: its dotted paths, references followed.

A composed schema is self-contained: every `$ref` in it is `#/$defs/NAME`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcdesk.model.record import Value, Values
from svcdesk.values import NamedTuple

LOCAL = "#/$defs/"
TRACKED = "x-svcdesk-tracked"


class Property(NamedTuple):
    """One property: `schema` has the keywords of what it refers to, its own before those.

    `in_list` says that it belongs to the items of a list, as `steps.action` does.
    """

    path: str
    schema: Values
    in_list: bool = False


def resolved(sub: Values, schema: Values) -> Values:
    """The keywords of a subschema with those of what it refers to, the nearer ones first."""
    found = sub
    while isinstance(reference := found.get("$ref"), str):
        definitions = schema.get("$defs")
        target = (
            definitions.get(reference.removeprefix(LOCAL))
            if isinstance(definitions, Mapping)
            else None
        )
        near = {key: value for key, value in found.items() if key != "$ref"}
        found = {**target, **near} if isinstance(target, Mapping) else near
    return found


def walk(schema: Values) -> Iterator[Property]:
    """Every property of a composed schema in its order, those within before those after.

    Events are left out: they are not fields. A definition that holds itself is refused where the
    schema is loaded, so the walk ends.
    """
    yield from _walk(schema, schema, "", in_list=False)


def tracked_paths(schema: Values) -> Iterator[str]:
    """The dotted paths of the properties that carry `x-svcdesk-tracked: true`."""
    return (one.path for one in walk(schema) if one.schema.get(TRACKED) is True)


def references(value: Value | Values) -> Iterator[str]:
    """The names of the definitions that a piece of schema refers to, each as often as it does."""
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _walk(sub: Values, schema: Values, prefix: str, *, in_list: bool) -> Iterator[Property]:
    properties = sub.get("properties")
    if not isinstance(properties, Mapping):
        return
    for name, value in properties.items():
        if name == "events" and not prefix:
            continue
        if not isinstance(value, Mapping):
            continue
        found = resolved(value, schema)
        path = f"{prefix}{name}"
        yield Property(path, found, in_list)
        yield from _walk_below(found, schema, path, in_list=in_list)


def _walk_below(found: Values, schema: Values, path: str, *, in_list: bool) -> Iterator[Property]:
    """What a mapping holds, and what the items of a list hold; a redacted text holds nothing."""
    if found.get("type") == "object":
        yield from _walk(found, schema, f"{path}.", in_list=in_list)
    items: Value = found.get("items")
    if isinstance(items, Mapping):
        item = resolved(items, schema)
        if item.get("type") == "object":
            yield from _walk(item, schema, f"{path}.", in_list=True)
