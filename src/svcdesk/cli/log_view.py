"""What happened to a record, event by event, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.cli.views import EFFECTS, local_time, worded
from svcdesk.i18n import T, pick
from svcdesk.lifecycle.move_names import move_name
from svcdesk.model.people import REQUESTER
from svcdesk.model.record import BLANK, Value
from svcdesk.model.table import Cell
from svcdesk.store import codec

if TYPE_CHECKING:
    from svcdesk.desk.showing import LogEntry

_ENDING = 8
"""So much of an id is enough to name an event."""


def log_item(entry: LogEntry) -> dict[str, Value]:
    """An event as the promised JSON shape has it, with what became of it."""
    return {
        **codec.encode_event(entry.step.event),
        "record": entry.record_id,
        "effect": entry.step.effect.value,
        "settled": entry.settled,
        "before": entry.step.before,
        "after": entry.step.after,
        "counts": entry.approval.counts if entry.approval else None,
        "why_not": str(entry.approval.problem.said)
        if entry.approval and entry.approval.problem
        else None,
    }


def log_row(app: App, entry: LogEntry) -> list[Cell | Value]:
    """An event as a row: for people in their words, for programs in the record's own."""
    event, step = entry.step.event, entry.step
    workflow = app.desk.workflow(entry.kind)
    what = str(move_name(event.do, workflow))
    behalf = T("requester") if event.on_behalf == REQUESTER else event.on_behalf
    state = step.after if step.after != step.before else None
    label = pick(workflow.states[state].labels, state) if state else ""
    gone = BLANK if event.is_redacted else None
    said = [one for one in (event.text, event.reason, gone, *entry.words) if one]
    effect, decision = str(EFFECTS[step.effect]), _escalated(app, entry)
    if entry.approval is not None:
        from svcdesk.cli.approval_view import decided, verdict

        effect, decision = str(verdict(entry.approval)), [decided(entry.approval)]
    shown = "; ".join([*decision, *said, *_changes(app, entry.kind, event.set)])
    stored = "; ".join([*said, *(f"{k}={_stored(v)}" for k, v in _told(event.set))])
    return [
        Cell(event.happened, local_time(app, event.happened)),
        entry.record_id,
        Cell(event.do, what),
        Cell(*(f"{event.by} ({one})" if one else event.by for one in (event.on_behalf, behalf))),
        Cell(state, label),
        Cell(
            stored if step.counts else f"[{step.effect.value}] {stored}",
            f"[{effect}] {shown}" if effect else shown,
        ),
    ]


def _escalated(app: App, entry: LogEntry) -> list[str]:
    """Which level of which target an escalation of the SLA is, whom it tells, and the ending of its
    id, by which a note names it."""
    event = entry.step.event
    if event.derived is None:
        return []
    from svcdesk.lifecycle.escalations import NOTIFIED

    target, _, level = event.derived
    rule = app.desk.sla.rules(entry.kind).rules.get(target)
    notified = event.extra.get(NOTIFIED)
    named = ", ".join(map(str, notified)) if isinstance(notified, list) else ""
    said = T("{target}, level {level}, event {ending}", target=pick(rule.labels, target)
             if rule else target, level=level + 1, ending=event.id[-_ENDING:])  # fmt: skip
    return [str(said), str(T("tells {people}", people=named))] if named else [str(said)]


def _changes(app: App, kind: str, values: Mapping[str, Value]) -> list[str]:
    """What an event set, by labels, as one text or none."""
    fields = app.desk.kinds.fields(kind)
    said = []
    for path, value in _told(values):
        field = fields.get(path)
        name = pick(field.labels, path) if field else path
        said.append(f"{name}: {'–' if value is None else worded(app, value, field)}")
    return [", ".join(said)] if said else []


def _told(values: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """What an event set beside the state, which has a column of its own."""
    return [(path, value) for path, value in values.items() if path not in ("status", "submitted")]


def _stored(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
