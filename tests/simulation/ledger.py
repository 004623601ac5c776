"""What each command that ended well promised, and every event and uid that was ever seen.

It reads files as plain YAML, by a reader that is not svcdesk's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Fields = dict[str, str]
_NUMBERS = ("].id", "request.id")


@dataclass(frozen=True)
class Promise:
    """After the command that made `commit`, this record's field held this value (None: nothing)."""

    uid: str
    path: str
    value: str | None
    commit: str
    events: frozenset[str]


@dataclass
class Ledger:
    """The account of a run."""

    promises: list[Promise] = field(default_factory=list)
    events: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    """The commit that brought an event, by the event's id."""
    final: dict[str, str] = field(default_factory=dict)
    """The numbers that were said to be final: uid → id."""
    renumbered: list[tuple[str, str]] = field(default_factory=list)
    """(uid, old number), which `formerly` has to remember."""

    def write(self, before: str | None, after: str, commit: str) -> None:
        """Take down what a command did to one file."""
        old, new = (read(text) if text else {} for text in (before, after))
        uid = new["uid"]
        known = {event["id"] for event in old.get("events", ())}
        fresh = self.see(after) - known
        self.commits |= dict.fromkeys(fresh, commit)
        self.promise(uid, differing(flat(old), flat(new)), commit, frozenset(fresh))

    def see(self, text: str) -> set[str]:
        """Every event of a file is one that must never be lost; their ids."""
        document = read(text)
        for event in document["events"]:
            self.events.setdefault((document["uid"], event["id"]), event)
        return {event["id"] for event in document["events"]}

    def promise(
        self, uid: str, fields: dict[str, str | None], commit: str, events: frozenset[str]
    ) -> None:
        for path, value in fields.items():
            self.promises.append(Promise(uid, path, value, commit, events))


def read(text: str) -> dict[str, Any]:
    """A file's document, every scalar as the text that stands there."""
    found = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    assert isinstance(found, dict), text
    return found


def flat(document: dict[str, Any]) -> Fields:
    """The header's fields by path; events are another matter, and so are numbers, in links too."""
    found: Fields = {}
    for key, value in document.items():
        if key not in ("id", "formerly", "events", "uid"):
            _put(found, key, value)
    return {path: value for path, value in found.items() if not path.endswith(_NUMBERS)}


def differing(old: Fields, new: Fields) -> dict[str, str | None]:
    """The fields that a change gave another value, or took away (None)."""
    return {path: new.get(path) for path in old | new if old.get(path) != new.get(path)}


def _put(found: Fields, path: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            _put(found, f"{path}.{key}", below)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                _put(found, f"{path}[{item.get('uid') or item.get('id')}]", item)
            else:
                found[f"{path}[{item}]"] = "in it"
    else:
        found[path] = str(value)
