"""Records as queries and lists see them: read from a file, or known from the index."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from svcdesk.desk.querying import AGE, CHANGED, DUE, ENDED, SLA
from svcdesk.errors import Invalid
from svcdesk.index.entries import NO_WORDS
from svcdesk.model.computed import COMPUTED
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Record, Value
from svcdesk.query import fold as fold_text
from svcdesk.query import values_at

if TYPE_CHECKING:
    from svcdesk.desk.candidates import Owing
    from svcdesk.desk.owing import Standing
    from svcdesk.index import Owed
    from svcdesk.index.database import Row as Found
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.model.kind import Words, Workflow
    from svcdesk.sla.ledger import Ledger
    from svcdesk.store.schema import Kinds

AT_RISK = timedelta(hours=2)
_MOMENTS = frozenset({DUE.path, CHANGED.path, ENDED.path})

Ledgers = Callable[[Record, datetime, "Fold"], "Ledger | None"]
_judged: list[object] = []
"""The row that a query judges now, and its text: each term asks for it, and no other row does."""


class Row:
    """A record in a list, and what a query may ask of it; due times are found when asked for."""

    blob = ""
    """The id that git gives the content it was read from; empty where that is not known."""

    def __init__(
        self, record: Record, path: str, kinds: Kinds, at: datetime, ledgers: Ledgers
    ) -> None:
        self._record: Record | None = record
        self.kind = record.kind
        self.path = path
        self._kinds = kinds
        self._at = at
        self._ledgers = ledgers

    @cached_property
    def head(self) -> Record:
        """The record, for what its header says: its events may be missing."""
        return self.record

    @property
    def record(self) -> Record:
        """The whole record."""
        assert self._record is not None
        return self._record

    @property
    def words(self) -> Words:
        """What its kind and the states of that are called."""
        return self._kinds.words(self.kind)

    @property
    def workflow(self) -> Workflow:
        return self._kinds[self.kind].workflow

    @cached_property
    def folded(self) -> Fold:
        from svcdesk.lifecycle.fold import fold

        return fold(self.record.events, self.workflow)

    @cached_property
    def ledger(self) -> Ledger | None:
        """What is owed for it; None for a kind that owes nothing."""
        return self._ledgers(self.record, self._at, self.folded)

    @property
    def is_open(self) -> bool:
        state = self.words.states.get(self.head.status)
        return state is not None and state.is_open

    @cached_property
    def due(self) -> datetime | None:
        """When the next of its open targets falls due, or fell due if that is breached."""
        entry = self.ledger.next_due() if self.ledger is not None else None
        if entry is None or entry.due is None:
            return None
        return datetime.fromtimestamp(entry.due, UTC)

    @property
    def is_unsettled(self) -> bool:
        return bool(self.folded.unsettled())

    @property
    def changed(self) -> datetime | None:
        """When something was recorded of it last; None where its events do not say."""
        try:
            return max(strict_instant(event.at) for event in self.record.events)
        except (Invalid, ValueError):
            return None

    @property
    def ended(self) -> datetime | None:
        """When it came into the state that it is in, if that is not open; None where it is, or
        its events do not say."""
        from svcdesk.lifecycle.ending import ended_at

        return ended_at(self.folded, self.workflow)

    @property
    def age(self) -> float | None:
        """The hours since it was submitted, to one decimal; None where that is not known."""
        try:
            began = strict_instant(str(self.head.get("submitted")))
        except Invalid:
            return None
        return round((self._at - began).total_seconds() / 3600, 1)

    # ── as a subject of queries ───────────────────────────────────────────────────────────────

    def get(self, path: str) -> Value:
        if path in _MOMENTS:
            moment: datetime | None = getattr(self, path)
            return moment.isoformat(timespec="seconds") if moment else None
        if path == SLA.path:
            return self.sla()
        if path == AGE.path:
            return self.age
        if path == "title":  # as it is shown: a request is called by what it describes
            return self.head.title or None
        if path in COMPUTED:
            return COMPUTED[path](self.head.header)
        return values_at(self.head.header, path)

    def text(self) -> str:
        """All that a search looks at, folded."""
        if _judged[:1] != [self]:
            _judged[:] = [self, self._text()]
        return str(_judged[1])

    def _text(self) -> str:
        return text_of(self.record)

    def flag(self, name: str) -> bool:
        return name == "unsettled" and self.is_unsettled

    def sla(self) -> str | None:
        """The worst of its targets: `breached`, `risk` or `ok`."""
        if self.ledger is None:
            return None
        from svcdesk.reports.sla_targets import AT_RISK as RISK
        from svcdesk.reports.sla_targets import BREACHED, judged

        within = int(AT_RISK.total_seconds())
        targets = judged(self.record, self.ledger.entries, self.ledger.at, within)
        groups = {one.group for one in targets}
        if not groups:
            return None
        return "breached" if BREACHED in groups else "risk" if RISK in groups else "ok"


class IndexedRow(Row):
    """A record that the index knows: its file is read only for what the index does not hold.

    `owed` is what the index keeps of its targets, if that holds at the moment in question.
    """

    def __init__(
        self,
        found: Found,
        kinds: Kinds,
        at: datetime,
        owing: Owing,
        load: Callable[[Found], Record],
        owed: Owed | None,
    ) -> None:
        self._record = None
        self.kind = found.kind
        self.path = found.path
        self._kinds = kinds
        self._at = at
        self._ledgers = self._owing = owing
        self._found = found
        self.blob = found.blob.hex()
        self._load = load
        self._now = int(at.timestamp())
        self.number = found.number
        self.owed = owed if owed is not None and owed.since <= self._now else None

    @cached_property
    def head(self) -> Record:
        from svcdesk.index.files import Unusable

        try:
            return Record(json.loads(self._found.header()), ())
        except Unusable:  # it has been damaged; this record's file has not
            return self.record

    @property
    def record(self) -> Record:
        if self._record is None:
            self._record = self._load(self._found)
        return self._record

    @cached_property
    def standing(self) -> Standing | None:
        """Its targets, where the index keeps them."""
        if self.owed is None or self.owed.standing is None:
            return None
        return self._owing.restored(self.kind, self.owed.standing, self._now)

    @cached_property
    def due(self) -> datetime | None:
        if self.owed is None:
            return super().due
        due = self.owed.due
        if self.owed.moves:
            kept = self.owed.standing
            due = self._owing.next_due(kept, self._now) if kept is not None else None
            if due is None:
                return super().due
        return None if due is None else datetime.fromtimestamp(due, UTC)

    @property
    def changed(self) -> datetime | None:
        newest = self._found.newest
        return super().changed if newest is None else datetime.fromtimestamp(newest, UTC)

    @property
    def ended(self) -> datetime | None:
        ended = self._found.ended
        return None if ended is None else datetime.fromtimestamp(ended, UTC)

    @property
    def is_unsettled(self) -> bool:
        return self._found.unsettled

    def _text(self) -> str:
        from svcdesk.index.files import Unusable

        try:
            return self._found.text()
        except Unusable:
            return text_of(self.record)

    def sla(self) -> str | None:
        if self.owed is None:
            return super().sla()
        state, due = self.owed.state, self.owed.due
        if state == "ok" and due is not None:
            left = due - self._at.timestamp()
            if due < self._now:
                return "breached"
            if left <= AT_RISK.total_seconds():
                return "risk"
        return state


def text_of(record: Record) -> str:
    """All that a search looks at, folded."""
    events = [said for event in record.events for said in (event.text, event.reason) if said]
    return fold_text("\n".join([*_texts(dict(record.header)), *events]))


def _texts(value: Value) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, one in value.items() if key not in NO_WORDS for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return []
