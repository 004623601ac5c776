"""Which targets of a desk's records are late, at risk or next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.listing import Row
from svcdesk.desk.querying import understood
from svcdesk.desk.sla_levels import no_longer_due
from svcdesk.i18n import Text
from svcdesk.lifecycle.escalations import Escalation, escalations
from svcdesk.model.instants import strict_instant
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, DROPPED, Target, judged
from svcdesk.store.tickets import Loaded, Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


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
        asked = understood(self.desk, self.query, due=True) if self.query else None
        for loaded in self.desk.load_all():
            if isinstance(loaded, Unreadable):
                self.unreadable.append(loaded)
                continue
            record = loaded.record
            if not self.desk.sla.rules(record.kind).rules:
                continue  # owes nothing
            workflow = self.desk.workflow(record.kind)
            row = Row(record, loaded.path, workflow, self.at, self.desk.sla.ledger)
            if asked is None or asked.matches(row):
                yield from self._of(row, loaded)

    def _of(self, row: Row, loaded: Loaded) -> Iterator[Target]:
        answer = row.ledger
        if answer is None or (not answer.entries and answer.since is None):
            return  # not submitted yet
        gone = no_longer_due(self.desk.sla, row.record, row.folded)
        self.notes |= {str(note): note for note in (*answer.notes, *gone)}
        told: tuple[Escalation, ...] | None = None
        for target in judged(row.record, answer, self.within):
            if not self._in_question(target):
                continue
            told = escalations(row.record.events, row.folded) if told is None else told
            yield _placed(target, loaded, told, self.at)

    def _in_question(self, target: Target) -> bool:
        ended = target.entry.ended
        return (
            self.everything or ended is None or (target.group == BREACHED and ended >= self.horizon)
        )


def _placed(target: Target, loaded: Loaded, told: tuple[Escalation, ...], at: datetime) -> Target:
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
        path=loaded.path,
        line=_line(loaded.document.text),
        explained=min(note.id for note in notes) if notes and target.group == BREACHED else None,
        owed=owed[-1] if owed else None,
    )


def _line(text: str) -> int:
    """The line of the priority, by which the policy judges; found as text, as it must be quick."""
    place = text.find("\npriority:")
    return 1 if place < 0 else text.count("\n", 0, place + 1) + 1
