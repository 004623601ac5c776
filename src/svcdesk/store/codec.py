"""Between the nested values of a record's file and a `Record`; nothing is lost on the way."""

from __future__ import annotations

from typing import Any

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
_READ: dict[str, tuple[int, type | None]] = {
    key: (at, copied or str) for key, at, copied in _PLACES
}
"""Where an event has the value of a key, and of what type that is in a file."""
_UNKNOWN: tuple[int, type | None] = (0, None)
_IN_WORDS: dict[type, Text] = {
    str: T("a text"),
    dict: T("a mapping"),
    list: T("a list of event ids"),
}
_LEVEL = "derived"
_DERIVED = T("a list of target, cycle and level")
_NEEDED = 4
"""`id`, `at`, `by` and `do`, an event's first fields, are never missing."""
_ABSENT = tuple(Event._field_defaults.get(key) for key in Event._fields)


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
        events=tuple(_event(one, index, path) for index, one in enumerate(events)),
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


def _event(value: Value, index: int, path: str) -> Event:
    """An event. A known key of another type is refused, one that is not known is kept."""
    field = f"events.{index}"
    if not isinstance(value, dict):
        raise _wrong(path, field, T("a mapping"))
    parts: list[Any] = [*_ABSENT]
    extra: dict[str, Value] = {}
    for key, one in value.items():
        place, wanted = _READ.get(key, _UNKNOWN)
        if wanted is None or (isinstance(one, dict) and key in _REDACTABLE and is_tombstone(one)):
            extra[key] = one
        elif not isinstance(one, wanted):
            raise _wrong(path, f"{field}.{key}", _DERIVED if key == _LEVEL else _IN_WORDS[wanted])
        elif wanted is list:
            parts[place] = _list(one, key, field, path)
        else:
            parts[place] = one
    for key, said in zip(Event._fields, parts[:_NEEDED], strict=False):
        if said is None:
            raise Invalid(
                T("{path}: {field} is missing", path=path, field=f"{field}.{key}"),
                path=path,
                field=f"{field}.{key}",
            )
    if not is_ulid(parts[0]):
        raise _wrong(path, f"{field}.id", T("a ULID: 26 letters and digits"))
    parts[-1] = extra
    return Event._make(parts)


def _list(value: Any, key: str, field: str, path: str) -> tuple[Value, ...]:
    if key == _LEVEL:
        return _derived(value, field, path)
    if not all(isinstance(item, str) for item in value):
        raise _wrong(path, f"{field}.{key}", _IN_WORDS[list])
    return tuple(value)


def _derived(value: Value, field: str, path: str) -> tuple[str, int, int]:
    match value:
        case [str(target), int(cycle), int(level)]:
            return target, cycle, level
    raise _wrong(path, f"{field}.{_LEVEL}", _DERIVED)


def _wrong(path: str, field: str, what: Text) -> Invalid:
    return Invalid(
        T("{path}: {field} must be {what}", path=path, field=field, what=what),
        path=path,
        field=field,
    )
