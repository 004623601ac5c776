"""A record while its story is told: the header, the values that its events make, the events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from svcdesk.model.ids import milliseconds_of, relative_path, ulid
from svcdesk.model.record import Value, Values, with_value

ZONE = timezone(timedelta(hours=8))
"""Asia/Shanghai has had no other offset in the years that the desks span."""

_ORDER = (
    "id", "at", "by", "for", "via", "do", "set", "was", "reason", "text",
)  # fmt: skip


@dataclass(slots=True)
class Said:
    """Who acts and what is said along with it; `on_behalf` and `via` as in an event."""

    by: str
    on_behalf: str | None = None
    via: str | None = None
    reason: str | None = None
    text: str | None = None


@dataclass(slots=True)
class Draft:
    """A record to be. `header` holds untracked values, `values` the tracked ones by dotted path."""

    header: dict[str, Value]
    chance: Random
    values: dict[str, Value] = field(default_factory=dict)
    events: list[dict[str, Value]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.header["id"])

    @property
    def uid(self) -> str:
        return str(self.header["uid"])

    def event(self, at: int, do: str, said: Said, changes: Mapping[str, Value]) -> str:
        """Add an event at `at` (seconds since 1970) that sets tracked fields; gives its id."""
        event: dict[str, Value] = {
            "id": self._next_id(at),
            "at": instant(at),
            "by": said.by,
            "for": said.on_behalf,
            "via": said.via,
            "do": do,
            "set": dict(changes) or None,
            "reason": said.reason,
            "text": said.text,
        }
        if changes and do != "submit":
            event["was"] = {path: self.values[path] for path in changes if path in self.values}
        self.values.update(changes)
        self.events.append({key: event[key] for key in _ORDER if event.get(key) is not None})
        return str(event["id"])

    def value(self, order: Mapping[str, int]) -> Values:
        """The nested values of the file, keys in the order of the kind's schema, events last."""
        header: dict[str, Value] = dict(self.header)
        for path, value in self.values.items():
            header = with_value(header, path, value)
        known = sorted(header, key=lambda key: order[key])
        return {**{key: header[key] for key in known}, "events": list(self.events)}

    def _next_id(self, at: int) -> str:
        now = at * 1000 + self.chance.randrange(1000)
        if self.events:
            now = max(now, milliseconds_of(str(self.events[-1]["id"])) + 1)
        return new_ulid(now, self.chance)


def new_ulid(milliseconds: int, chance: Random) -> str:
    return ulid(milliseconds, chance.getrandbits(80).to_bytes(10, "big"))


def instant(seconds: int) -> str:
    """Seconds since 1970 as a record's file has them."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).isoformat()


def path_of(record: Draft, folder: str) -> str:
    """Where the record lies, relative to the desk's root."""
    return f"records/{relative_path(folder, record.id, record.uid)}"
