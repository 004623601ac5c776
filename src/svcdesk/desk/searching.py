"""`search`: words in whatever records and their events say, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.candidates import prepare
from svcdesk.desk.listing import list_records
from svcdesk.desk.querying import understood
from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.index.entries import NO_WORDS
from svcdesk.model.record import Event, Record, Value, Values
from svcdesk.query.excerpts import Excerpt, excerpt
from svcdesk.store.tickets import Unreadable
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.rows import Row

LENGTH = 100
"""Characters of an excerpt."""


class Place(NamedTuple):
    """Where words were found: in a field (its dotted path) or in what an event says."""

    excerpt: Excerpt
    field: str = ""
    event: Event | None = None


class Hit(NamedTuple):
    """A record that was found, with every place; none where the words stand in two texts of it."""

    row: Row
    places: tuple[Place, ...]


class Found(NamedTuple):
    """What a search found, the newest records first; `total` is how many before the limit."""

    hits: tuple[Hit, ...]
    total: int
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Text, ...] = ()


def search(
    desk: Desk,
    query: str,
    *,
    kind: str | None = None,
    limit: int | None = None,
    at: datetime | None = None,
) -> Found:
    """The records (of a kind) whose fields or events hold the query's words, and meet its terms.

    Letter case and width do not count. `at` searches what was known at an earlier moment. Raises
    UsageError for a query that means nothing, or has no word.
    """
    index = prepare(desk)
    words = understood(desk, query, due=True, now=at).words()
    if not words:
        raise UsageError(
            T("a word to search for is missing"),
            hint=T("terms such as status:open alone are for `svcdesk list`"),
            code="E_QUERY",
        )
    listing = list_records(desk, query, kind=kind, limit=limit, at=at, newest=True, index=index)
    hits = [Hit(row, tuple(_places(row.record, words))) for row in listing.rows]
    return Found(tuple(hits), listing.total, listing.unreadable, listing.notes)


def _places(record: Record, words: tuple[str, ...]) -> Iterator[Place]:
    for path, text in _texts(record.header):
        found = excerpt(text, words, LENGTH)
        if found is not None:
            yield Place(found, field=path)
    for event in record.events:
        for said in (event.text, event.reason):
            found = excerpt(said, words, LENGTH) if said else None
            if found is not None:
                yield Place(found, event=event)


def _texts(value: Value | Values, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a header with its path; items of a list have that of the list."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key in NO_WORDS:
                continue
            yield from _texts(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, path)
