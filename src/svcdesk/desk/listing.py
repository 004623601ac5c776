"""`list`: the records that a query finds, in the order of what falls due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.candidates import Owing, ask_early, find_rows
from svcdesk.desk.querying import understood, vocabulary
from svcdesk.desk.rows import AT_RISK, Ledgers, Row
from svcdesk.i18n import Text
from svcdesk.model.fields import FieldTable
from svcdesk.query import Query, ordered
from svcdesk.store.tickets import Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

__all__ = ["AT_RISK", "OPEN", "Listing", "Row", "list_records"]

OPEN = "status:open"
"""What is listed where nothing is asked for."""
_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows. `total` is how many there were before the limit; `documents` how many
    documents of requests' chains met the query too and are left out, as nobody asked for them;
    `notes` say what could not be told, such as due times under a broken policy."""

    rows: tuple[Row, ...]
    total: int
    unreadable: tuple[Unreadable, ...] = ()
    documents: int = 0
    notes: tuple[Text, ...] = ()


def list_records(
    desk: Desk,
    query: str = "",
    *,
    kind: str | None = None,
    limit: int | None = None,
    at: datetime | None = None,
    ledgers: Ledgers | None = None,
) -> Listing:
    """The records (of a kind) that meet a query; without one, those that are open.

    They come by next due time, then by id, unless the query says `sort:`. Documents of requests'
    chains are listed where the query names their kind, a field that only they have, or a text to
    search. `at` asks as of an earlier moment; `ledgers` finds what is owed (default: the desk's
    policies). Raises UsageError for a query that means nothing, NotFound for an unknown kind.
    """
    owed = Owing(desk, ledgers)
    early = ask_early(desk)
    asked = understood(desk, query.strip() or OPEN, due=True)
    found = find_rows(desk, asked, owed, kind=kind, at=at, asked_git=early)
    rows = [row for row in found.rows if asked.matches(row)]
    shown = rows if kind else [row for row in rows if row.kind in _kinds(desk, asked)]
    sorted_rows = (
        ordered(shown, asked, vocabulary(desk, due=True))
        if asked.sort
        else sorted(shown, key=_next_due)
    )
    return Listing(
        rows=tuple(sorted_rows[:limit]),
        total=len(shown),
        unreadable=found.unreadable,
        documents=len(rows) - len(shown),
        notes=(*found.notes, *owed.notes.values()),
    )


def _next_due(row: Row) -> tuple[int, str]:
    due = row.due if row.is_open else None
    return (int(due.timestamp()) if due else _NEVER, row.head.id)


def _kinds(desk: Desk, query: Query) -> frozenset[str]:
    """The kinds that a query asks for, by the fields that it names."""
    named = query.fields()
    if "kind" in named or "text" in named:
        return frozenset(desk.kinds)
    paths = [path for path in named if not path.startswith("is:") and path not in ("sla", "due")]
    fitting = frozenset(
        kind for kind in desk.kinds if all(_has(desk.kinds.fields(kind), path) for path in paths)
    )
    own = fitting - desk.document_kinds
    return own or fitting


def _has(fields: FieldTable, path: str) -> bool:
    return path in fields or path.startswith(("x-", "custom."))
