"""When something may be said to have happened: never ahead of the clock, never out of order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from svcdesk.errors import Refused
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import Fold, Step
from svcdesk.model.instants import strict_instant

AHEAD = ("promise", "waiting.until")
"""Fields that say what is still to come."""
_REASON = "waiting.reason"


def check_when(record: str, folded: Fold, *, is_move: bool, when: datetime, now: datetime) -> None:
    """Refuse a time in the future, a fact before submission, a move before the last move.

    Facts (a reply, a step) may be dated back to submission; the clock of the SLA counts them
    where they happened. Raises Refused with code E_TIME.
    """
    if when > now:
        raise _refused(record, T("{when} has not come yet", when=when.isoformat()))
    floor, name = _floor(folded, is_move)
    if floor is not None and when < floor:
        raise _refused(
            record,
            T(
                "{when} is before the last move, {name} at {floor}",
                when=when.isoformat(),
                name=name,
                floor=floor.isoformat(),
            )
            if is_move
            else T(
                "{when} is before submission at {floor}",
                when=when.isoformat(),
                floor=floor.isoformat(),
            ),
        )


def refuse_past(record: str, given: Mapping[str, object], happens: datetime) -> None:
    """Refuse a promise, or an end of waiting, that lies before the moment at which it is said.

    `given` are field values by dotted path; `happens` is when the event happens, which `--at` may
    date back. Raises Refused with code E_TIME.
    """
    for path in AHEAD:
        value = given.get(path)
        if isinstance(value, str) and strict_instant(value) < happens:
            raise Refused(
                T("{record}: {field} {time} is over already when it is said, at {at}",
                  record=record, field=path, time=value, at=happens.isoformat()),
                hint=T("name a time to come; what was said earlier is dated back with --at"),
                code="E_TIME",
                record=record,
                field=path,
            )  # fmt: skip


def _floor(folded: Fold, is_move: bool) -> tuple[datetime | None, str]:
    submitted = folded.values.get("submitted")
    floor = strict_instant(submitted) if isinstance(submitted, str) else None
    name = "submit"
    if is_move:
        for step in folded.steps:
            if step.counts and step.before is not None and _moved(step):
                happened = strict_instant(step.event.happened)
                if floor is None or happened >= floor:
                    floor, name = happened, step.event.do
    return floor, name


def _moved(step: Step) -> bool:
    """Whether the record's clocks went on otherwise from then on: it came into another state, or
    waits for something else."""
    return step.before != step.after or _REASON in step.event.set


def _refused(record: str, message: object) -> Refused:
    return Refused(
        T("{record}: {message}", record=record, message=message), code="E_TIME", record=record
    )
