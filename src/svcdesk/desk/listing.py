"""`list`: the records that a query finds, in the order of what falls due next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.candidates import Owing, find_rows, prepare
from svcdesk.desk.querying import LISTED, understood, vocabulary
from svcdesk.desk.rows import AT_RISK, Ledgers, Row
from svcdesk.errors import Invalid, UsageError
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.fields import FieldTable
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value
from svcdesk.query import Query, ordered
from svcdesk.query.query import Combined, Condition, Node, combined
from svcdesk.query.values import kind_of
from svcdesk.query.vocabulary import STATUS
from svcdesk.store.tickets import Unreadable
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.index.database import Database

__all__ = ["AT_RISK", "OPEN", "Listing", "Row", "list_each", "list_records"]

OPEN = "status:open"
"""What is listed where nothing is asked for."""
_NEVER = 1 << 60


class Listing(NamedTuple):
    """What a list shows. `total` is how many there were before the limit; `documents` how many
    documents of requests' chains met the query too and are left out, as nobody asked for them;
    `notes` say what could not be told, such as due times under a broken policy. `groups`: the
    values that were grouped by, in the order of the rows, with how many there were of each."""

    rows: tuple[Row, ...]
    total: int
    unreadable: tuple[Unreadable, ...] = ()
    documents: int = 0
    notes: tuple[Text, ...] = ()
    groups: tuple[tuple[Value, int], ...] = ()


def list_records(
    desk: Desk,
    query: str = "",
    *,
    kind: str | None = None,
    limit: int | None = None,
    at: datetime | None = None,
    ledgers: Ledgers | None = None,
    sort: str = "",
    group: str = "",
    newest: bool = False,
    within: str = "",
    strictly: bool = False,
    index: Database | None = None,
) -> Listing:
    """The records (of a kind) that meet a query; without one, those that are open.

    They come by next due time, then by id (`newest`: the latest id first), unless the query says
    `sort:`, or `sort` does: fields between commas, each perhaps with `-desc`. `group` is a field:
    records with one value of it come together, and times of one day. `within` is a second query
    that has to hold, instead of being open where there is no first; unless the first asks for
    states itself and it is not meant `strictly`. Documents of requests' chains
    are listed where the query names their kind, a field that only they have, or a text to search.
    `at` asks as of an earlier moment; `ledgers` finds what is owed (default: the desk's policies),
    `index` is what `prepare` gave, where that was called before.
    Raises UsageError for a query that means nothing, NotFound for an unknown kind.
    """
    owed = Owing(desk, ledgers)
    index = index or prepare(desk)
    asked = understood(desk, query.strip() or within or OPEN, due=True, now=at)
    if within and query.strip() and (strictly or not _asks_for_states(asked.node)):
        both = understood(desk, within, due=True, now=at).node
        asked = asked._replace(node=combined(True, [asked.node, both]))
    if sort:
        asked = asked._replace(sort=understood(desk, f"sort:{sort}", due=True).sort)
    grouped_by = grouping(desk, group) if group else None
    kind = desk.kinds.meant(kind) if kind else None
    found = find_rows(desk, asked, owed, kind=kind, at=at, index=index)
    rows = [row for row in found.rows if found.meets(row, asked)]
    kinds = {kind} if kind else _kinds(desk, asked)
    shown = [row for row in rows if row.kind in kinds]
    sorted_rows = _sorted(desk, shown, asked, newest=newest)
    groups: tuple[tuple[Value, int], ...] = ()
    if grouped_by is not None:
        sorted_rows, groups = _grouped(desk, sorted_rows, grouped_by)
    return Listing(
        rows=tuple(sorted_rows[:limit]),
        total=len(shown),
        unreadable=found.unreadable,
        documents=len(rows) - len(shown),
        notes=(*found.notes, *owed.notes.values()),
        groups=groups,
    )


def _sorted(desk: Desk, rows: Sequence[Row], asked: Query, *, newest: bool) -> Sequence[Row]:
    if asked.sort:
        return ordered(rows, asked, vocabulary(desk, due=True))
    if newest:
        return sorted(rows, key=_id_date, reverse=True)
    return sorted(rows, key=_next_due)


def list_each(desk: Desk, queries: Sequence[str]) -> list[Listing]:
    """What `list_records` gives for each of some queries, from one look at the records."""
    owed = Owing(desk)
    index = prepare(desk)
    asked = [understood(desk, one, due=True) for one in queries]
    any_of_them = Query(combined(False, [one.node for one in asked]))
    found = find_rows(desk, any_of_them, owed, index=index)
    listings = []
    for query in asked:
        kinds = _kinds(desk, query)
        rows = [row for row in found.rows if query.matches(row)]
        shown = sorted((row for row in rows if row.kind in kinds), key=_next_due)
        notes = (*found.notes, *owed.notes.values())
        listings.append(
            Listing(tuple(shown), len(shown), found.unreadable, len(rows) - len(shown), notes)
        )
    return listings


def grouping(desk: Desk, name: str) -> FieldInfo:
    """The field that lists may be grouped by. Raises UsageError naming near ones."""
    field = vocabulary(desk, due=True).find(name)
    if field.type in ("group", "link"):
        raise UsageError(
            T("{field} has parts of its own", field=field.path), code="E_FIELD", field=field.path
        )
    return field


def group_of(desk: Desk, row: Row, field: FieldInfo) -> Value:
    """The value by which a row belongs to a group: of a time, its day at the desk."""
    value = row.get(field.path)
    if kind_of(field) == "instant" and isinstance(value, str):
        try:
            return strict_instant(value).astimezone(desk.facts.zone).date().isoformat()
        except Invalid:
            return value
    return None if value in ("", []) else value


def _grouped(
    desk: Desk, rows: Sequence[Row], field: FieldInfo
) -> tuple[list[Row], tuple[tuple[Value, int], ...]]:
    """The rows with those of one value together, and each value with their number.

    The groups come in the order of the field's values, that without one last; in each the rows
    stay in their order.
    """
    by_value = Query(Combined(True, ()), ((field.path, False),))
    groups: dict[str, tuple[Value, list[Row]]] = {}
    for row in ordered(rows, by_value, vocabulary(desk, due=True)):
        value = group_of(desk, row, field)
        groups.setdefault(repr(value), (value, []))[1].append(row)
    places = {id(row): place for place, row in enumerate(rows)}
    together = [
        (value, sorted(found, key=lambda row: places[id(row)])) for value, found in groups.values()
    ]
    return (
        [row for _, found in together for row in found],
        tuple((value, len(found)) for value, found in together),
    )


def _asks_for_states(node: Node) -> bool:
    """Whether whatever meets a query is in states that it names."""
    if isinstance(node, Combined):
        return (any if node.every else all)(map(_asks_for_states, node.terms))
    return isinstance(node, Condition) and node.source == "field" and node.path == STATUS


def _id_date(row: Row) -> str:
    return row.path.rpartition("/")[2].partition("-")[2]


def _next_due(row: Row) -> tuple[int, str]:
    due = row.due if row.is_open else None
    return (int(due.timestamp()) if due else _NEVER, row.head.id)


def _kinds(desk: Desk, query: Query) -> frozenset[str]:
    """The kinds that a query asks for, by the fields that it names."""
    named = query.fields()
    if named & {"kind", "text", "linked"}:
        return frozenset(desk.kinds)
    paths = [path for path in named if not path.startswith("is:") and path not in LISTED]
    fitting = frozenset(
        kind for kind in desk.kinds if all(_has(desk.kinds.fields(kind), path) for path in paths)
    )
    own = fitting - desk.document_kinds
    return own or fitting


def _has(fields: FieldTable, path: str) -> bool:
    return path in fields or path.startswith(("x-", "custom."))
