"""Redaction: a value that must not be read any more gives way to a tombstone, in every copy.

A tombstone is `redacted: {at, by, why}` in the value's place. Events are immutable but for this:
redacted beats original in every merge, so no stale clone brings the value back.
"""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.errors import NotFound, Refused
from svcdesk.i18n import T
from svcdesk.model.record import BLANK, MARK, Event, Record, Value, Values, is_tombstone

__all__ = [
    "BLANK", "MARK", "findable", "is_tombstone", "redact_event", "redact_field", "sweep",
    "texts_of", "tombstone", "value_in",
]  # fmt: skip

_KEPT = frozenset({"id", "uid", "kind", "status", "formerly", "submitted"})
"""What a record cannot be without; none of it says anything about a person."""
_LABELS = frozenset({"id", "uid", "at", "by", "rel"})
"""What stays in the items of a list: which one it is, who put it there and when."""


def tombstone(at: str, by: str, why: str) -> dict[str, Value]:
    return {MARK: {"at": at, "by": by, "why": why}}


def findable(text: str) -> bool:
    """Whether a text says enough to be looked for inside others: four characters, or two where
    they are not all ASCII (a Chinese name has two or three)."""
    return len(text) >= (4 if text.isascii() else 2)


def value_in(record: Record, path: str) -> Value:
    """The value at a dotted path that may lead through lists (by item id, or place from 0).

    Raises NotFound where there is none, Refused for what a record cannot be without and for
    what is redacted already.
    """
    steps = path.split(".")
    if steps[0] in _KEPT or steps[0] == "events":
        raise Refused(
            T("{record}: {field} cannot be redacted", record=record.id, field=path),
            hint=T("to redact what an event says, give the event's id: `svcdesk log {record}`",
                   record=record.id),
            code="E_REDACT",
            record=record.id,
            field=path,
        )  # fmt: skip
    here: Value = dict(record.header)
    for step in steps:
        here = _below(here, step)
        if here is None:
            raise NotFound(
                T("{record} has no {field}", record=record.id, field=path),
                record=record.id,
                field=path,
            )
    if is_tombstone(here):
        raise Refused(
            T("{record}: {field} is redacted already", record=record.id, field=path),
            code="E_REDACT",
            record=record.id,
            field=path,
        )
    return here


def redact_field(record: Record, path: str, secret: Value, stone: Values) -> Record:
    """The record with the value at `path` gone: there, in every event's `set` and `was`, and
    (for a text that is long enough to be told) wherever another text of the record contains it.

    Of a list or a mapping every text gives way, except what says which item it is, who put it
    there and when.
    """
    header = _with_stone(dict(record.header), path.split("."), stone)
    assert isinstance(header, dict)
    events = tuple(_without_field(event, path, stone) for event in record.events)
    swept = record._replace(header=header, events=events)
    return sweep(swept, secret)


def sweep(record: Record, secret: Value) -> Record:
    """The record with `secret` blanked wherever a text of it contains it."""
    words = _words(secret)
    if not words:
        return record
    header = {
        key: value if key in _KEPT else _blanked(value, words)
        for key, value in record.header.items()
    }
    events = tuple(
        event._replace(
            text=_blanked_text(event.text, words),
            reason=_blanked_text(event.reason, words),
            set=_blanked_values(event.set, words),
            was=None if event.was is None else _blanked_values(event.was, words),
            extra=_blanked_values(event.extra, words),
        )
        for event in record.events
    )
    return record._replace(header=header, events=events)


def redact_event(record: Record, event_id: str, stone: Values) -> tuple[Record, list[str]]:
    """The record with an event's words gone, and the texts that went.

    What the fold stands on (`do`, `set`, `was`, who and when) stays. Raises NotFound.
    """
    found = next((event for event in record.events if event.id == event_id), None)
    if found is None:
        raise NotFound(
            T("{record} has no event {event}", record=record.id, event=event_id),
            hint=T("`svcdesk log {record}` lists them", record=record.id),
            record=record.id,
        )
    gone = [said for said in (found.text, found.reason) if said]
    gone += [value for value in found.extra.values() if isinstance(value, str)]
    bare = found._replace(text=None, reason=None, extra=dict(stone))
    events = tuple(bare if event.id == event_id else event for event in record.events)
    return record._replace(events=events), gone


def texts_of(secret: Value) -> list[str]:
    """Every text in a value, but for what says which item of a list it stands in."""
    if isinstance(secret, str):
        return [secret]
    if isinstance(secret, list):
        return [text for one in secret for text in texts_of(one)]
    if isinstance(secret, Mapping):
        return [text for key, one in secret.items() if key not in _LABELS for text in texts_of(one)]
    return []


def _words(secret: Value) -> list[str]:
    """The texts to look for, longest first."""
    found = {text.strip() for text in texts_of(secret)}
    return sorted(filter(findable, found), key=len, reverse=True)


def _below(value: Value, step: str) -> Value:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list):
        place = _place(value, step)
        return None if place is None else value[place]
    return None


def _place(items: list[Value], step: str) -> int | None:
    """Where in a list the item of that id is, or the item at that place."""
    for index, item in enumerate(items):
        if isinstance(item, Mapping) and item.get("id") == step:
            return index
    return int(step) if step.isascii() and step.isdigit() and int(step) < len(items) else None


def _with_stone(value: Value, steps: list[str], stone: Values) -> Value:
    if not steps:
        return _stones(value, stone)
    head, *rest = steps
    if isinstance(value, list):
        place = _place(value, head)
        return [
            _with_stone(item, rest, stone) if index == place else item
            for index, item in enumerate(value)
        ]
    if isinstance(value, Mapping):
        return {
            key: _with_stone(one, rest, stone) if key == head else one for key, one in value.items()
        }
    return value


def _stones(value: Value, stone: Values) -> Value:
    """A tombstone in place of the value, or of every text in a list or mapping."""
    if isinstance(value, list):
        return [_stones(one, stone) for one in value]
    if isinstance(value, Mapping) and not is_tombstone(value):
        return {key: one if key in _LABELS else _stones(one, stone) for key, one in value.items()}
    return dict(stone)


def _without_field(event: Event, path: str, stone: Values) -> Event:
    def gone(values: Values) -> dict[str, Value]:
        return {
            key: _stones(value, stone)
            if value is not None and (key == path or key.startswith(f"{path}."))
            else value
            for key, value in values.items()
        }

    return event._replace(set=gone(event.set), was=None if event.was is None else gone(event.was))


def _blanked(value: Value, words: list[str]) -> Value:
    if isinstance(value, str):
        return _blanked_text(value, words)
    if isinstance(value, list):
        return [_blanked(one, words) for one in value]
    if isinstance(value, Mapping):
        return value if is_tombstone(value) else _blanked_values(value, words)
    return value


def _blanked_values(values: Values, words: list[str]) -> dict[str, Value]:
    return {key: _blanked(value, words) for key, value in values.items()}


def _blanked_text(text: str | None, words: list[str]) -> str | None:
    if text is not None:
        for word in words:
            text = text.replace(word, BLANK)
    return text
