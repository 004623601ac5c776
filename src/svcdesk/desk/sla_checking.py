"""Which targets of a desk's records are late, at risk or next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.candidates import Owing, Rows, find_rows
from svcdesk.desk.describing import owed_of
from svcdesk.desk.querying import understood
from svcdesk.desk.rows import IndexedRow, Row
from svcdesk.desk.sla_levels import no_longer_due
from svcdesk.i18n import Text
from svcdesk.lifecycle.escalations import Escalation, escalations
from svcdesk.model.instants import strict_instant
from svcdesk.query import Query
from svcdesk.query.query import Combined
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, DROPPED, Target, judged
from svcdesk.store.tickets import Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.index.entries import Owed
    from svcdesk.sla.ledger import Ledger


_EVERYTHING = Query(Combined(True, ()))


@dataclass(frozen=True, slots=True)
class SlaCheck:
    """The targets in question as of `at`, the files that could not be read, and doubts."""

    targets: tuple[Target, ...]
    unreadable: tuple[Unreadable, ...]
    notes: tuple[Text, ...]
    at: datetime

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

    In question are open targets, and those that ended breached since `since` (a moment, or a span
    before `at`); with `everything` all of them. Otherwise the first breach of a desk's life would
    fail for ever. Raises UsageError for a query that means nothing.
    """
    found = _Search(desk, at, within, since, everything, query)
    targets = tuple(found.targets())
    return SlaCheck(targets, tuple(found.unreadable), tuple(found.notes.values()), at)


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
        self.notes: dict[str, Text] = {}

    def targets(self) -> Iterator[Target]:
        asked = (
            understood(self.desk, self.query, due=True, now=self.at) if self.query else _EVERYTHING
        )
        owing = Owing(self.desk, strict=True)
        # With a query, notes of what it leaves out could not be told from those of what it finds.
        horizon = None if self.everything or self.query else self.horizon
        found = find_rows(self.desk, asked, owing, moment=self.at, horizon=horizon)
        self.unreadable += found.unreadable
        self.notes |= {str(note): note for note in found.notes}
        self.notes |= {str(note): note for note in _told(found)}
        learnt: list[tuple[int, Owed]] = []
        for row in found.rows:
            if not self.desk.sla.rules(row.kind).rules:
                continue  # owes nothing
            if asked.matches(row):
                yield from self._of(row, learnt)
        found.keep(learnt)

    def _of(self, row: Row, learnt: list[tuple[int, Owed]]) -> Iterator[Target]:
        answer = row.ledger
        gone = no_longer_due(self.desk.sla, row.record, row.folded) if _is_submitted(answer) else ()
        if isinstance(row, IndexedRow) and (row.owed is None or row.owed.notes is None):
            owed = owed_of(row.record, answer, self.at)
            if owed is not None:
                told_of = [*answer.notes, *gone] if answer and _is_submitted(answer) else []
                learnt.append((row.number, owed._replace(notes=_kept(told_of))))
        if answer is None or not _is_submitted(answer):
            return
        self.notes |= {str(note): note for note in (*answer.notes, *gone)}
        targets = [one for one in judged(row.record, answer, self.within) if self._in_question(one)]
        if not targets:
            return
        told = escalations(row.record.events, row.folded)
        text = (self.desk.read_file(row.path) or b"").decode("utf-8", "replace")
        for target in targets:
            yield _placed(target, row.path, text, told, self.at)

    def _in_question(self, target: Target) -> bool:
        ended = target.entry.ended
        return (
            self.everything or ended is None or (target.group == BREACHED and ended >= self.horizon)
        )


def _kept(notes: Sequence[Text]) -> str | None:
    """Notes as the index keeps them; None where one has parts that are not plain."""
    plain = all(isinstance(part, str | int) for note in notes for part in note.parts.values())
    kept = [[note.template, dict(note.parts)] for note in notes]
    return json.dumps(kept, ensure_ascii=False) if plain else None


def _told(found: Rows) -> Iterator[Text]:
    """The notes of the records that the index left out."""
    for kept in found.answer.notes if found.answer else ():
        yield from (Text(template, parts) for template, parts in json.loads(kept))


def _is_submitted(answer: Ledger | None) -> bool:
    return answer is not None and (bool(answer.entries) or answer.since is not None)


def _placed(
    target: Target, path: str, text: str, told: tuple[Escalation, ...], at: datetime
) -> Target:
    """The target with its place in a file, and with what was said about its escalations."""
    key = (target.entry.target, target.entry.cycle)
    own = [one for one in told if one.key[:2] == key and strict_instant(one.event.at) <= at]
    notes = [
        note
        for one in own
        for note in one.notes
        if target.entry.breached_at is not None
        and target.entry.breached_at <= strict_instant(note.happened).timestamp()
        and strict_instant(note.happened) <= at
    ]
    owed = [one.event.id for one in own if one.owes_note and target.group != DROPPED]
    return replace(
        target,
        path=path,
        line=_line(text),
        explained=min(note.id for note in notes) if notes and target.group == BREACHED else None,
        owed=owed[-1] if owed else None,
    )


def _line(text: str) -> int:
    """The line of the priority, by which the policy judges; found as text, as it must be quick."""
    place = text.find("\npriority:")
    return 1 if place < 0 else text.count("\n", 0, place + 1) + 1
