"""A record's fold as the history that the ledger reads: what counts, and when.

An event counts from when it happened. Events that change the state or a tracked value never go
back behind one another: a time that would is raised to the one before it. Facts (a reply, a call)
stand where they happened, at the earliest at submission. What a level of escalation did stands
where the level came, or at the next move where that is said to have happened before.
"""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.lifecycle.fold import Fold, Step
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import SUBMIT, Value
from svcdesk.sla.history import History, Occurrence
from svcdesk.values import NamedTuple

_PROMISE = "promise"
_MARKS = ("auto", "plan")
NOTABLE = 60
"""Seconds by which a time may be raised without anybody being told."""


class Raised(NamedTuple):
    """An event whose time was raised, by how many seconds: a clock to look at."""

    event: str
    seconds: int


def history_of(record_id: str, uid: str, folded: Fold) -> tuple[History, tuple[Raised, ...]]:
    """The history of a record, and the events whose times had to be raised notably.

    Raises Invalid for an event whose time is none.
    """
    steps = [step for step in folded.steps if step.counts]
    corrected = folded.corrected_times()
    raised: list[Raised] = []
    timed: list[tuple[int, Step]] = []
    floor = submitted = None
    leveled = False
    for step in steps:
        when = _counted(step, corrected)
        if submitted is None:
            submitted = when
        elif step.event.derived is not None:
            leveled = True  # it comes by the policy: it raises nobody's time
        elif floor is not None and when < floor and _moves(step):
            if floor - when > NOTABLE:
                raised.append(Raised(step.event.id, floor - when))
            when = floor
        when = max(when, submitted)
        if _moves(step) and step.event.derived is None:
            floor = when
        timed.append((when, step))
    if leveled:
        _fit_in_levels(timed)
    timed.sort(key=lambda pair: pair[0])  # stable: moves keep their order
    return History(record_id, uid, tuple(_occurrences(timed))), tuple(raised)


def _fit_in_levels(timed: list[tuple[int, Step]]) -> None:
    """Keep what levels set in the order of the fold: between the moves before and after it."""
    ceiling: int | None = None
    for place in range(len(timed) - 1, -1, -1):
        when, step = timed[place]
        if not _moves(step):
            continue
        if step.event.derived is None:
            ceiling = when
        elif ceiling is not None and when > ceiling:
            timed[place] = (ceiling, step)
    floor = 0
    for place, (when, step) in enumerate(timed):
        if _moves(step):
            floor = max(floor, when)
            timed[place] = (floor, step)


def _occurrences(timed: list[tuple[int, Step]]) -> list[Occurrence]:
    values: dict[str, Value] = {}
    state: str | None = None
    made = []
    for when, step in timed:
        before, event = state, step.event
        for path, value in step.changes.items():
            if value is None:
                values.pop(path, None)
            else:
                values[path] = value
        status = values.get("status")
        state = status if isinstance(status, str) else None
        made.append(
            Occurrence(
                id=event.id,
                when=when,
                by=event.by,
                do=event.do,
                state_before=before,
                state_after=state,
                for_=event.on_behalf,
                values=dict(values),
                changed=step.changes,
                auto=event.extra.get("auto") is True,
                plan=event.extra.get("plan") is True,
                extra=_extra(step),
            )
        )
    return made


def _extra(step: Step) -> Mapping[str, Value]:
    extra = {key: value for key, value in step.event.extra.items() if key not in _MARKS}
    if step.event.derived is not None:
        extra["derived"] = list(step.event.derived)
    return extra


def _counted(step: Step, corrected: Mapping[str, str]) -> int:
    """The second that an event counts from; for the submission the submitted time."""
    text = corrected.get(step.event.id, step.event.happened)
    if step.event.do == SUBMIT and step.event.id not in corrected:
        given = step.event.set.get("submitted")
        text = given if isinstance(given, str) else text
    return int(strict_instant(text).timestamp())


def _moves(step: Step) -> bool:
    """Whether the order of this event among others matters: it changes more than a promise."""
    return any(path != _PROMISE for path in step.changes)
