"""Which targets of a desk's records are late, at risk or next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.candidates import Owing, find_rows, prepare
from svcdesk.desk.owing import Standing, Told, owed_of, standing_of
from svcdesk.desk.querying import understood
from svcdesk.desk.rows import IndexedRow, Row
from svcdesk.desk.sla import of_policy
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import Text
from svcdesk.query import Query
from svcdesk.query.query import Combined
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, DROPPED, Target, judged
from svcdesk.store.tickets import Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.index.entries import Owed


_EVERYTHING = Query(Combined(True, ()))


@dataclass(frozen=True, slots=True)
class SlaCheck:
    """The targets in question as of `at`, the files that could not be read, and doubts.

    `hidden`: the records that were not judged, each with what is wrong in its policy.
    """

    targets: tuple[Target, ...]
    unreadable: tuple[Unreadable, ...]
    notes: tuple[Text, ...]
    at: datetime
    hidden: tuple[Unreadable, ...] = ()

    def late(self) -> bool:
        """Whether a breach is not explained, or an escalation's note is owed."""
        return any(one.failed or one.owed for one in self.targets)

    def risky(self) -> bool:
        return self.late() or any(one.group == AT_RISK for one in self.targets)


def check_sla(
    desk: Desk,
    *,
    at: datetime,
    within: timedelta,
    since: timedelta | datetime,
    everything: bool = False,
    query: str = "",
) -> SlaCheck:
    """Judge the targets of all records that a query finds (without one: of all).

    In question are the open targets of open records, and of all records those that will fall due,
    or that were breached since `since` (a moment, or a span before `at`): one that ended by its
    end, one of a record that is closed (feedback that nobody gave) by when it fell due. With
    `everything` all of them. Otherwise the first breach of a desk's life would fail for ever.
    A policy that is wrong hides its records, and no others. Raises what is wrong where it hides
    all, UsageError for a query that means nothing.
    """
    found = _Search(desk, at, within, since, everything, query)
    targets = tuple(found.targets())
    if found.hidden and not found.judged:
        raise found.hidden[0].error
    return SlaCheck(
        targets, tuple(found.unreadable), tuple(found.notes.values()), at, tuple(found.hidden)
    )


class _Search:
    """One walk through the records."""

    def __init__(
        self,
        desk: Desk,
        at: datetime,
        within: timedelta,
        since: timedelta | datetime,
        everything: bool,
        query: str,
    ) -> None:
        self.desk, self.at, self.everything, self.query = desk, at, everything, query.strip()
        self.within = int(within.total_seconds())
        start = since if isinstance(since, datetime) else at - since
        self.horizon = int(start.timestamp())
        self.unreadable: list[Unreadable] = []
        self.hidden: list[Unreadable] = []
        self.judged = 0
        self.notes: dict[str, Text] = {}

    def targets(self) -> Iterator[Target]:
        index = prepare(self.desk)
        asked = (
            understood(self.desk, self.query, due=True, now=self.at) if self.query else _EVERYTHING
        )
        owing = Owing(self.desk, strict=True)
        horizon = None if self.everything else self.horizon
        found = find_rows(self.desk, asked, owing, moment=self.at, horizon=horizon, index=index)
        self.unreadable += found.unreadable
        self.notes |= {str(note): note for note in found.notes}
        learnt: list[tuple[int, Owed]] = []
        for row in found.rows:
            if not self.desk.sla.rules(row.kind).rules:
                continue
            try:
                if found.meets(row, asked):
                    yield from self._of(row, learnt)
                    self.judged += 1
            except SvcdeskError as error:
                if not of_policy(error):
                    raise
                self.hidden.append(Unreadable(row.path, error))
        found.keep(learnt)

    def _of(self, row: Row, learnt: list[tuple[int, Owed]]) -> Iterator[Target]:
        standing = row.standing if isinstance(row, IndexedRow) else None
        if standing is None:
            data = self.desk.read_file(row.path) or b""
            standing = standing_of(self.desk, row.record, row.folded, row.ledger, data)
            if isinstance(row, IndexedRow) and row.owed is None:
                owed = owed_of(self.desk, row.record, standing, self.at)
                learnt += [] if owed is None else [(row.number, owed)]
        if standing is None:
            return
        targets = [
            one
            for one in judged(standing.record, standing.entries, standing.at, self.within)
            if self._in_question(one, standing.is_open)
            and (self.everything or one.entry.ended is None or not self._is_dropped(row))
        ]
        if targets or standing.is_open:
            self.notes |= {str(note): note for note in standing.notes}
        yield from (placed(target, row.path, standing) for target in targets)

    def _is_dropped(self, row: Row) -> bool:
        """Whether the record was cancelled: what it did not do in time is owed to nobody now."""
        return row.head.status in self.desk.sla.rules(row.kind).dropped_in

    def _in_question(self, target: Target, is_open: bool) -> bool:
        entry = target.entry
        moment = entry.breached_at if entry.ended is None else entry.ended
        if self.everything or (entry.ended is None and (is_open or moment is None)):
            return True
        return target.group == BREACHED and moment is not None and moment >= self.horizon


def placed(target: Target, path: str, standing: Standing) -> Target:
    """The target with its place in a file, and with what was said about its escalations."""
    key = (target.entry.target, target.entry.cycle)
    own = [one for one in standing.told if one[:2] == key and one.came <= standing.at]
    owed = [one.event for one in own if one.owes_note and target.group != DROPPED]
    return target._replace(
        path=path,
        line=standing.line,
        explained=_explained(target, own, standing.at) if target.group == BREACHED else None,
        owed=owed[-1] if owed else None,
    )


def _explained(target: Target, told: list[Told], at: int) -> str | None:
    """The first note about the breach that was written after it happened."""
    breached_at = target.entry.breached_at
    if breached_at is None:
        return None
    notes = [name for one in told for name, came in one.notes if breached_at <= came <= at]
    return min(notes, default=None)
