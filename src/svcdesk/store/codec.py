"""Between the nested values of a record's file and a `Record`; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.ids import is_ulid
from svcdesk.model.record import Event, Record, Value, Values, is_tombstone

_PLAIN = {
    "id": "id",
    "at": "at",
    "by": "by",
    "for": "on_behalf",
    "via": "via",
    "when": "when",
    "do": "do",
    "text": "text",
    "reason": "reason",
}
_REDACTABLE = frozenset({"text", "reason"})
"""What a tombstone may stand for; it is kept as it is, and no word is left of what was said."""
_LISTS = ("void", "settles")
_MAPPINGS = ("set", "was", "times")
_ORDER = (
    "id", "at", "when", "by", "for", "via", "do", "derived", "set", "was", "void", "settles",
    "times", "reason", "text",
)  # fmt: skip

_PLACES: tuple[tuple[str, int, type | None], ...] = tuple(
    (
        key,
        Event._fields.index(_PLAIN.get(key, key)),
        dict if key in _MAPPINGS else None if key in _PLAIN else list,
    )
    for key in _ORDER
)
"""The keys in their order: where an event has the value, and of what type a copy is written."""


def decode(value: Values, *, path: str = "") -> Record:
    """A parsed file as a record. Raises Invalid where its shape is not that of any record.

    Only what the fold stands on is looked at: ids, the list of events and what they set. All else
    is the schema's to judge.
    """
    for key in ("id", "uid", "kind"):
        if not isinstance(value.get(key), str):
            raise Invalid(
                T("{path}: “{key}” must be a text", path=path, key=key), path=path, field=key
            )
    events = value.get("events")
    if not isinstance(events, list) or not events:
        raise Invalid(
            T("{path}: “events” must be a list with at least one event", path=path),
            hint=T("every record begins with a `submit` event"),
            path=path,
            field="events",
        )
    header = {key: one for key, one in value.items() if key != "events"}
    return Record(
        header=header,
        events=tuple(_event(one, f"events.{index}", path) for index, one in enumerate(events)),
    )


def encode(record: Record) -> dict[str, Value]:
    """The nested values of a record's file; the inverse of `decode`."""
    return {**record.header, "events": [encode_event(event) for event in record.events]}


def encode_event(event: Event) -> dict[str, Value]:
    """An event's keys, the well-known ones first and in one order."""
    said: dict[str, Value] = {}
    for key, at, copied in _PLACES:
        one: Any = event[at]
        if copied is None:
            if one is not None:
                said[key] = one
        elif one:
            said[key] = copied(one)
        elif key == "was" and one is not None and event.set:
            said[key] = {}
    return {**said, **event.extra} if event.extra else said


def _event(value: Value, field: str, path: str) -> Event:
    if not isinstance(value, Mapping):
        raise _wrong(path, field, T("a mapping"))
    parts: dict[str, object] = {}
    extra: dict[str, Value] = {}
    for key, one in value.items():
        if key in _REDACTABLE and is_tombstone(one):
            extra[key] = one
        elif key in _PLAIN:
            if not isinstance(one, str):
                raise _wrong(path, f"{field}.{key}", T("a text"))
            parts[_PLAIN[key]] = one
        elif key in _MAPPINGS:
            if not isinstance(one, Mapping):
                raise _wrong(path, f"{field}.{key}", T("a mapping"))
            parts[key] = one
        elif key in _LISTS:
            if not isinstance(one, list) or not all(isinstance(item, str) for item in one):
                raise _wrong(path, f"{field}.{key}", T("a list of event ids"))
            parts[key] = tuple(one)
        elif key == "derived":
            parts[key] = _derived(one, field, path)
        else:
            extra[key] = one
    for key in ("id", "at", "by", "do"):
        if key not in parts:
            raise Invalid(
                T("{path}: {field} is missing", path=path, field=f"{field}.{key}"),
                path=path,
                field=f"{field}.{key}",
            )
    if not is_ulid(parts["id"]):
        raise _wrong(path, f"{field}.id", T("a ULID: 26 letters and digits"))
    return Event(**cast("dict[str, object]", {**parts, "extra": extra}))  # type: ignore[arg-type]


def _derived(value: Value, field: str, path: str) -> tuple[str, int, int]:
    match value:
        case [str(target), int(cycle), int(level)]:
            return target, cycle, level
    raise _wrong(path, f"{field}.derived", T("a list of target, cycle and level"))


def _wrong(path: str, field: str, what: Text) -> Invalid:
    return Invalid(
        T("{path}: {field} must be {what}", path=path, field=field, what=what),
        path=path,
        field=field,
    )
