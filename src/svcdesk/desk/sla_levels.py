"""Escalations that stand in a record and would not come by what is known now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcdesk.i18n import Label, T, Text
from svcdesk.lifecycle.escalations import Escalation, escalations
from svcdesk.model.instants import strict_instant
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.history import History
from svcdesk.sla.ledger import ledger

if TYPE_CHECKING:
    from svcdesk.desk.sla import ServiceLevels
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.model.record import Record


def no_longer_due(sla: ServiceLevels, record: Record, folded: Fold) -> list[Text]:
    """A sentence for each recorded level that would not have come: a merge brought what happened
    before it, it was met earlier than was known, or the policy is another.

    Each is judged by what had happened when it came, without what it did itself.
    """
    told = escalations(record.events, folded)
    if not told:
        return []
    history, _ = history_of(record.id, record.uid, folded)
    return [
        T(
            "{record}: the escalation of {target} at {at} ({event}) is no longer due by what is "
            "known now",
            record=record.id,
            target=Label(sla.rules(record.kind).rules[one.key[0]].labels, one.key[0])
            if one.key[0] in sla.rules(record.kind).rules
            else one.key[0],
            at=one.event.at,
            event=one.event.id,
        )
        for one in told
        if not _is_due(sla, record, folded, history, one)
    ]


def _is_due(
    sla: ServiceLevels, record: Record, folded: Fold, history: History, told: Escalation
) -> bool:
    instant = int(strict_instant(told.event.at).timestamp())
    before = tuple(
        one for one in history.occurrences if one.extra.get("derived") is None or one.when < instant
    )
    policy, earlier = sla.policy_for(folded.values), History(record.id, record.uid, before)
    calendars = sla.calendars
    with sla.placing(policy.name):
        answer = ledger(earlier, sla.rules(record.kind), policy, calendars, instant)
        return any(
            moment.reached and moment.key == tuple(told.key)
            for entry in answer.entries
            for moment in entry.levels
        )
