"""A record as it was known at an earlier moment."""

from __future__ import annotations

from datetime import datetime

from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import project
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record


def as_of(record: Record, workflow: Workflow, moment: datetime) -> Record | None:
    """The record with the events that were recorded by then; None where there was none yet.

    Fields that no event decides are as they are now: nothing says how they were.
    """
    known = tuple(event for event in record.events if strict_instant(event.at) <= moment)
    if not known:
        return None
    if len(known) == len(record.events):
        return record
    earlier = record._replace(events=known)
    return project(earlier, fold(known, workflow), workflow)
