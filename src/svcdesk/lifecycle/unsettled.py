"""Which of a record's unsettled events somebody means to settle."""

from __future__ import annotations

from collections.abc import Sequence

from svcdesk.errors import NotFound
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import Fold


def chosen_unsettled(record: str, folded: Fold, wanted: Sequence[str]) -> tuple[str, ...]:
    """The ids of the unsettled events named by unique endings; all of them, if none is named.

    Raises NotFound where there is no such event, or nothing unsettled at all.
    """
    unsettled = [step.event.id for step in folded.unsettled()]
    if not unsettled:
        raise NotFound(T("{record} has nothing unsettled", record=record), record=record)
    if not wanted:
        return tuple(unsettled)
    chosen = []
    for one in wanted:
        found = [event_id for event_id in unsettled if event_id.endswith(one.upper())]
        if len(found) != 1:
            raise NotFound(
                T("{record}: “{event}” is none of its unsettled events", record=record, event=one),
                hint=T("unsettled: {events}", events=", ".join(unsettled)),
                record=record,
            )
        chosen.append(found[0])
    return tuple(dict.fromkeys(chosen))
