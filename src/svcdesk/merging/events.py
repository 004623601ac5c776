"""The union of two sets of events. Events are immutable: one id with two contents is a conflict,
unless one of them is the other redacted."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.merging.conflict import ABSENT, Conflict, Held
from svcdesk.merging.redacted import redaction
from svcdesk.merging.three_way import Decide
from svcdesk.model.record import Value, Values

EVENTS = "events"


def united(base: Values, one: Values, other: Values, decide: Decide) -> list[Value]:
    """Every event that either side has, in the order of the fold: by id.

    The arguments are whole documents. An event that was taken out on one side comes back.
    """
    known, left, right = (by_id(side) for side in (base, one, other))
    found: list[Value] = []
    for name in sorted(left.keys() | right.keys()):
        value = _event(name, known, left, right, decide)
        if value is not ABSENT:
            found.append(value)
    return found


def by_id(document: Values) -> dict[str, Value]:
    """The events of a document by their ids.

    Raises Invalid where two events have one id: neither may be dropped.
    """
    events = document.get(EVENTS)
    found: dict[str, Value] = {}
    for event in events if isinstance(events, list) else []:
        if isinstance(event, Mapping) and "id" in event:
            name = str(event["id"])
            if name in found:
                raise Invalid(
                    T("{record}: two events have the id {event}",
                      record=document.get("id"), event=name),
                    hint=T("give the later of them an id of its own, then merge again"),
                    code="E_EVENT_TWICE",
                    field=f"{EVENTS}.{name}",
                )  # fmt: skip
            found[name] = event
    return found


def _event(
    name: str,
    base: Mapping[str, Value],
    one: Mapping[str, Value],
    other: Mapping[str, Value],
    decide: Decide,
) -> Held:
    if name not in one or name not in other:
        return one[name] if name in one else other[name]
    value = redaction(one[name], other[name])
    if value is not ABSENT:
        return value
    return decide(Conflict(f"{EVENTS}.{name}", base.get(name, ABSENT), one[name], other[name]))
