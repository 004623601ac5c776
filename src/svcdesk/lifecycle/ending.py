"""When a record ended: when it came into the state that it is in, and that is not open."""

from __future__ import annotations

from datetime import datetime

from svcdesk.errors import Invalid
from svcdesk.lifecycle.fold import Fold
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Workflow


def ended_at(folded: Fold, workflow: Workflow) -> datetime | None:
    """When that happened, whenever it was recorded, with what corrections say of it; None for a
    record that is open, and where its events do not say."""
    state = workflow.states.get(folded.status or "")
    if state is None or state.is_open:
        return None
    steps = [step for step in folded.steps if step.counts]
    came = next((step.event for step in reversed(steps) if step.after != step.before), None)
    if came is None:
        return None
    times = folded.corrected_times()
    try:
        return strict_instant(times.get(came.id, came.happened))
    except Invalid:
        return None
