"""Which targets of a desk's records are late, at risk or next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.i18n import Text
from svcdesk.lifecycle.fold import fold
from svcdesk.model.record import Record
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, Target, judged
from svcdesk.store.tickets import Unreadable

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
        return any(one.group == BREACHED for one in self.targets)

    def risky(self) -> bool:
        return self.late() or any(one.group == AT_RISK for one in self.targets)


def check_sla(
    desk: Desk,
    *,
    at: datetime,
    within: timedelta,
    since: timedelta,
    everything: bool = False,
    wanted: Callable[[Record], bool] = lambda _: True,
) -> SlaCheck:
    """Judge the targets of all records that are `wanted`.

    In question are open targets, and those that ended breached within `since` before `at`; with
    `everything` all of them. Otherwise the first breach of a desk's life would fail for ever.
    """
    found: list[Target] = []
    unreadable: list[Unreadable] = []
    notes: dict[str, Text] = {}
    horizon = int((at - since).timestamp())
    for loaded in desk.load_all():
        if isinstance(loaded, Unreadable):
            unreadable.append(loaded)
            continue
        record = loaded.record
        folded = fold(record.events, desk.workflow(record.kind))
        if not wanted(record):
            continue
        answer = desk.sla.ledger(record, at, folded)
        if answer is None or (not answer.entries and answer.since is None):
            continue  # owes nothing, or was not submitted yet
        notes |= {str(note): note for note in answer.notes}
        for target in judged(record, answer, int(within.total_seconds())):
            ended = target.entry.ended
            if everything or ended is None or (target.entry.is_late and ended >= horizon):
                found.append(target)
    return SlaCheck(tuple(found), tuple(unreadable), tuple(notes.values()), at)
