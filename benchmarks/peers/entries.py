"""The generated records in the words that other programs have: a title, texts, open, urgent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha1
from typing import NamedTuple
from uuid import UUID

from benchmarks.draft import Draft
from benchmarks.generate import stories

CLOSED = ("closed", "cancelled", "rejected")
WORD = "许可证"
"""What is searched for: about one record in sixteen says it."""


class Entry(NamedTuple):
    """A record. `priority` is P1 … P4, or empty; `submitted` in seconds since 1970."""

    id: str
    title: str
    texts: tuple[str, ...]
    is_open: bool
    priority: str
    submitted: int

    @property
    def digest(self) -> str:
        """40 hexadecimal digits that are its own."""
        return sha1(self.id.encode(), usedforsecurity=False).hexdigest()

    @property
    def uuid(self) -> str:
        return str(UUID(self.digest[:32], version=4))


def entries(records: int) -> Iterator[Entry]:
    """What a desk of that many records holds, in the order in which it was submitted."""
    for record in stories(records, seed=1):
        yield _entry(record)


def one_open(records: int) -> Entry:
    """The record that is shown and changed: the newest open one, never the first that is found."""
    return [one for one in entries(records) if one.is_open][-1]


def _entry(record: Draft) -> Entry:
    said = [str(record.header.get("description") or record.header.get("result") or record.id)]
    said += [
        str(event[part]) for event in record.events for part in ("text", "reason") if part in event
    ]
    return Entry(
        id=record.id,
        title=said[0].partition("\n")[0],
        texts=tuple(said),
        is_open=record.header["kind"] == "request" and record.values["status"] not in CLOSED,
        priority=str(record.values.get("priority") or ""),
        submitted=int(datetime.fromisoformat(str(record.events[0]["at"])).timestamp()),
    )
