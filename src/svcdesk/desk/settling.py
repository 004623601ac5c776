"""`settle`: somebody has looked at events that crossed each other, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.moves import append
from svcdesk.lifecycle.rights import authorise
from svcdesk.lifecycle.unsettled import chosen_unsettled
from svcdesk.model.record import SETTLE, Record

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def settle(desk: Desk, ending: str, event_ids: Sequence[str] | None, around: Circumstances) -> Done:
    """Declare a record's unsettled events – all, or those named by a unique ending – looked at.

    Their effect stays what the fold made of it. Raises NotFound where there is no such event, or
    none that is unsettled.
    """
    author = desk.author(around.acting_for)

    def build(draft: Draft) -> Story:
        record = draft.record(ending)
        workflow = desk.workflow(record.kind)
        authorise("settle", workflow.roles, author.person, author.principal, record=record.id)
        before = fold(record.events, workflow)
        chosen = chosen_unsettled(record.id, before, event_ids or ())
        act = desk.act(author, when=around.when, via=around.via)
        event = act.event(SETTLE, record.newest_event_id(), settles=chosen, words=around.words)
        draft.keep(append(record, before, workflow, event))
        return Story(f"{record.id}: settle {_listed(record, chosen)}", [], SETTLE)

    return perform(desk, build, around.options)


def _listed(record: Record, chosen: Sequence[str]) -> str:
    """What is settled, in the words of the commit: `assign by engineer-1`."""
    events = {event.id: event for event in record.events}
    return ", ".join(f"{events[one].do} by {events[one].by}" for one in chosen)
