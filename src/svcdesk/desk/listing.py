"""`list`: the records that a query finds, in the order of what falls due next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from svcdesk.desk.querying import DUE, understood, vocabulary
from svcdesk.desk.reading import read_records
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import Text
from svcdesk.lifecycle.as_of import as_of
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.computed import COMPUTED
from svcdesk.model.fields import FieldTable
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value
from svcdesk.query import Query, ordered, values_at
from svcdesk.query import fold as fold_text
from svcdesk.store.tickets import Loaded, Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.sla.ledger import Ledger

OPEN = "status:open"
"""What is listed where nothing is asked for."""
AT_RISK = timedelta(hours=2)
_NEVER = 1 << 60

Ledgers = Callable[[Record, datetime, Fold], "Ledger | None"]


class Row:
    """A record in a list, and what a query may ask of it; due times are found when asked for."""

    def __init__(
        self, record: Record, path: str, workflow: Workflow, at: datetime, ledgers: Ledgers
    ) -> None:
        self.record = record
        self.path = path
        self.workflow = workflow
        self._at = at
        self._ledgers = ledgers

    @cached_property
    def folded(self) -> Fold:
        return fold(self.record.events, self.workflow)

    @cached_property
    def ledger(self) -> Ledger | None:
        """What is owed for it; None for a kind that owes nothing."""
        return self._ledgers(self.record, self._at, self.folded)

    @property
    def is_open(self) -> bool:
        state = self.workflow.states.get(self.record.status)
        return state is not None and state.is_open

    @property
    def due(self) -> datetime | None:
        """When the next of its open targets falls due, or fell due if that is breached."""
        entry = self.ledger.next_due() if self.ledger is not None else None
        if entry is None or entry.due is None:
            return None
        return datetime.fromtimestamp(entry.due, UTC)

    @property
    def is_unsettled(self) -> bool:
        return bool(self.folded.unsettled())

    # ── as a subject of queries ───────────────────────────────────────────────────────────────

    def get(self, path: str) -> Value:
        if path == DUE.path:
            return self.due.isoformat(timespec="seconds") if self.due else None
        if path in COMPUTED:
            return COMPUTED[path](self.record.header)
        return values_at(self.record.header, path)

    def text(self) -> str:
        events = [event.text or event.reason or "" for event in self.record.events]
        return fold_text("\n".join([*_texts(dict(self.record.header)), *events]))

    def flag(self, name: str) -> bool:
        return name == "unsettled" and self.is_unsettled

    def sla(self) -> str | None:
        """The worst of its targets: `breached`, `risk` or `ok`."""
        if self.ledger is None:
            return None
        from svcdesk.reports.sla_targets import AT_RISK as RISK
        from svcdesk.reports.sla_targets import BREACHED, judged

        groups = {
            one.group for one in judged(self.record, self.ledger, int(AT_RISK.total_seconds()))
        }
        if not groups:
            return None
        return "breached" if BREACHED in groups else "risk" if RISK in groups else "ok"


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
    asked = understood(desk, query.strip() or OPEN, due=True)
    moment = at or desk.now()
    owed = _Owed(ledgers or desk.sla.ledger)
    reading = read_records(desk, kind)
    rows = [
        row
        for loaded in reading.loaded
        if (row := _row(desk, loaded, at, moment, owed)) is not None and asked.matches(row)
    ]
    shown = rows if kind else [row for row in rows if row.record.kind in _kinds(desk, asked)]
    sorted_rows = (
        ordered(shown, asked, vocabulary(desk, due=True))
        if asked.sort
        else sorted(shown, key=_next_due)
    )
    return Listing(
        rows=tuple(sorted_rows[:limit]),
        total=len(shown),
        unreadable=reading.unreadable,
        documents=len(rows) - len(shown),
        notes=tuple(owed.notes.values()),
    )


def _row(
    desk: Desk, loaded: Loaded, at: datetime | None, moment: datetime, owed: _Owed
) -> Row | None:
    record: Record | None = loaded.record
    if loaded.record.kind not in desk.kinds:
        return None
    workflow = desk.workflow(loaded.record.kind)
    if at is not None:
        record = as_of(loaded.record, workflow, at)
    return None if record is None else Row(record, loaded.path, workflow, moment, owed)


class _Owed:
    """Finds ledgers, and says once what is wrong where they cannot be found."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers
        self.notes: dict[str, Text] = {}

    def __call__(self, record: Record, at: datetime, folded: Fold) -> Ledger | None:
        try:
            return self._ledgers(record, at, folded)
        except SvcdeskError as error:
            self.notes.setdefault(str(error.message), error.message)
            return None


def _next_due(row: Row) -> tuple[int, str]:
    due = row.due if row.is_open else None
    return (int(due.timestamp()) if due else _NEVER, row.record.id)


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


def _texts(value: Value) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return []
