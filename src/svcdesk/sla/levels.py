"""Escalation: the instants of a target's levels, and which of them have come."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.sla.arithmetic import add, elapsed, working_day
from svcdesk.sla.cycles import Cycle
from svcdesk.sla.dues import Course
from svcdesk.sla.policy import Level
from svcdesk.values import NamedTuple

Key = tuple[str, int, int]
"""Target, cycle and the level's place in the policy (from 0): what happens exactly once."""


class LevelMoment(NamedTuple):
    """A level of one cycle, when it comes, and whether it has come."""

    key: Key
    level: Level
    instant: int
    reached: bool


def moments(
    cycle: Cycle, course: Course, at: int, standing_since: int | None
) -> tuple[LevelMoment, ...]:
    """Every level of a cycle as of an instant, in the policy's order.

    A level comes only before its target is met or ends. `standing_since`: since when the clock is
    paused or hidden; until it goes on, a level that would come later has not come. A level that
    new terms put before the change that brought them comes one second after that change, where
    the change was itself the work of a level: so that no level brings on another in one instant.
    Raises Invalid, naming the level, for one that lies beyond what its calendar reaches.
    """
    found = []
    change = cycle.changes[-1]
    for place, level in enumerate(course.last.terms.levels):
        instant = max(_placed(course, level), course.start)
        if change.by_level and instant <= change.since:
            instant = change.since + 1
        reached = (
            instant <= at
            and (cycle.ended is None or instant < cycle.ended)
            and (standing_since is None or instant < standing_since)
        )
        key = (cycle.rule.name, cycle.number, place)
        found.append(LevelMoment(key, level, instant, reached))
    return tuple(found)


def newly_reached(
    levels: Iterable[LevelMoment], recorded: Collection[Key]
) -> tuple[LevelMoment, ...]:
    """The levels that have come and are not recorded yet, in the order in which they came.

    Take them all from one ledger: what a level sets changes later ledgers, never this answer.
    """
    new = [moment for moment in levels if moment.reached and moment.key not in recorded]
    return tuple(sorted(new, key=lambda moment: (moment.instant, moment.key)))


def _placed(course: Course, level: Level) -> int:
    try:
        return level_instant(course, level)
    except Invalid as refusal:
        raise Invalid(
            T("target {target}: the level {level}: {problem}",
              target=course.last.terms.target, level=level.at, problem=refusal.message),
            code=refusal.code,
            field=f"{level.place}.at" if level.place else None,
            hint=refusal.hint,
        ) from None  # fmt: skip


def level_instant(course: Course, level: Level) -> int:
    """When a level comes by the due time alone."""
    leg = course.last
    if level.share is not None:
        return _after(course, level)
    if level.working_days:
        return working_day(leg.calendar, course.due, level.working_days)[0]
    return add(leg.calendar, course.due, level.seconds, pauses=leg.pauses)


def _after(course: Course, level: Level) -> int:
    """When a share of the allowed time has counted, rounded up to the second."""
    assert level.share is not None
    duration = course.last.terms.duration
    if duration is not None and duration.seconds:
        allowed = duration.seconds
    else:
        allowed = course.counted(course.due)
    amount = -(-allowed * level.share.numerator // level.share.denominator)
    for leg in course.legs:
        if leg.end is None:
            break
        spent = elapsed(leg.calendar, leg.start, leg.end, pauses=leg.pauses)
        if amount <= spent:
            return add(leg.calendar, leg.start, amount, pauses=leg.pauses)
        amount -= spent
    return add(course.last.calendar, course.last.start, amount, pauses=course.last.pauses)
