"""A record and its events, as values.

A record is a header (what the file says above `events:`) and a growing set of immutable events.
Paths into a header are dotted: `requester.audience`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from svcdesk.values import NamedTuple

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Values: TypeAlias = Mapping[str, Value]

SUBMIT = "submit"
CORRECT = "correct"
SET = "set"
VOID = "void"
SETTLE = "settle"
REDACT = "redact"
RENUMBER = "renumber"
STRUCTURAL = frozenset({SUBMIT, CORRECT, SET, VOID, SETTLE, REDACT, RENUMBER})

MARK = "redacted"
"""The one key of a tombstone, which stands where a value was taken out for good."""
BLANK = "[redacted]"
"""What stands in a longer text where the value stood."""


class Event(NamedTuple):
    """Something that happened to a record; never changed once published.

    `at` is the writer's clock and `when` the time it happened, where that was earlier; both are
    ISO 8601 texts with offset. `by` recorded it, on behalf of `on_behalf` (in the file: `for`).
    `set` holds tracked fields by dotted path, `was` what the author saw in them before.
    `extra` keeps every other key as it stands.
    """

    id: str
    at: str
    by: str
    do: str
    on_behalf: str | None = None
    via: str | None = None
    when: str | None = None
    set: Mapping[str, Value] = {}
    was: Values | None = None
    void: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    derived: tuple[str, int, int] | None = None
    times: Mapping[str, str] = {}
    text: str | None = None
    reason: str | None = None
    extra: Mapping[str, Value] = {}

    @property
    def happened(self) -> str:
        """When it happened: `when` where given, else `at`."""
        return self.when or self.at

    @property
    def actor(self) -> str:
        """Whose act it is: the person acted for, else the person who recorded it."""
        return self.on_behalf or self.by

    @property
    def is_redacted(self) -> bool:
        """Whether something that it said gave way to a tombstone."""
        return MARK in self.extra or any(map(is_tombstone, self.extra.values()))


class Record(NamedTuple):
    """One record: `header` holds every key of the file but `events`, in the file's order."""

    header: Values
    events: tuple[Event, ...]

    @property
    def id(self) -> str:
        return str(self.header.get("id", ""))

    @property
    def uid(self) -> str:
        return str(self.header.get("uid", ""))

    @property
    def kind(self) -> str:
        return str(self.header.get("kind", ""))

    @property
    def status(self) -> str:
        return str(self.header.get("status", ""))

    @property
    def title(self) -> str:
        """The title, else the first line of the description (the norm's form has no title).

        BLANK where what it would be was redacted.
        """
        for value in (self.header.get("title"), self.header.get("description")):
            if isinstance(value, str) and value.strip():
                return value.strip().splitlines()[0]
            if is_tombstone(value):
                return BLANK
        return ""

    def get(self, path: str) -> Value:
        """The header's value at a dotted path; None where there is none."""
        return value_at(self.header, path)

    def newest_event_id(self) -> str | None:
        return max((event.id for event in self.events), default=None)

    def with_event(self, event: Event) -> Record:
        return self._replace(events=(*self.events, event))

    def with_fields(self, changes: Values) -> Record:
        """The record with header values set (or removed, where the new value is None)."""
        header: dict[str, Value] = dict(self.header)
        for path, value in changes.items():
            header = with_value(header, path, value)
        return self._replace(header=header)


def is_tombstone(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {MARK}


def value_at(values: Values, path: str) -> Value:
    """The value at a dotted path of nested mappings; None where any step is missing."""
    here: Value | Values = values
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here  # type: ignore[return-value]


def with_value(values: Values, path: str, value: Value) -> dict[str, Value]:
    """A copy with the value at a dotted path set; None removes it, and a mapping left empty."""
    copied = dict(values)
    head, _, rest = path.partition(".")
    if not rest:
        if value is None:
            copied.pop(head, None)
        else:
            copied[head] = value
        return copied
    inner = copied.get(head)
    below = with_value(inner if isinstance(inner, Mapping) else {}, rest, value)
    if below:
        copied[head] = below
    else:
        copied.pop(head, None)
    return copied


def leaves(values: Values, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every (dotted path, value) that is not itself a mapping, in order."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value
