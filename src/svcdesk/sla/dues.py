"""From a cycle to its due time: which clock ran under which terms, and what paused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.sla.arithmetic import Pause, add, elapsed, shifted, working_day
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.cycles import Cycle
from svcdesk.sla.history import Spell
from svcdesk.sla.openings import DAY
from svcdesk.sla.policy import FORWARD, RETROACTIVE, Terms
from svcdesk.sla.targets import ALL, TargetRule

Calendars = Mapping[str, Calendar]
"""The desk's calendars by name; `24x7` among them, in the desk's zone."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a cycle under one set of terms; the last one has no end of its own."""

    start: int
    end: int | None
    terms: Terms
    calendar: Calendar
    pauses: tuple[Pause, ...]

    def counted(self, until: int) -> int:
        """Seconds that counted in this leg by an instant."""
        end = until if self.end is None else min(self.end, until)
        return elapsed(self.calendar, self.start, end, pauses=self.pauses)


@dataclass(frozen=True, slots=True)
class Course:
    """A cycle's legs and due time, and how the due time came about."""

    legs: tuple[Leg, ...]
    due: int
    notes: tuple[Text, ...] = ()

    @property
    def start(self) -> int:
        return self.legs[0].start

    @property
    def last(self) -> Leg:
        return self.legs[-1]

    def counted(self, until: int) -> int:
        """Seconds that counted from the start to an instant."""
        return sum(leg.counted(until) for leg in self.legs)

    def left(self, at: int) -> int:
        """Open seconds until due at an instant; negative, those since it was due."""
        leg = self.last
        if at <= self.due:
            return elapsed(leg.calendar, max(at, leg.start), self.due, pauses=leg.pauses)
        return -elapsed(leg.calendar, self.due, at, pauses=leg.pauses)


def courses(
    cycle: Cycle, spells: Sequence[Spell], calendars: Calendars, at: int
) -> tuple[Course, ...]:
    """The cycle's course after each change of terms that asked for the target; the last holds.

    A spell of waiting that lasts is taken to end at `at`. Raises Invalid where the terms name a
    calendar that there is not, or no duration where one is needed.
    """
    found: list[Course] = []
    legs: tuple[Leg, ...] = ()
    for change in cycle.changes:
        if change.terms is None:
            continue
        terms = change.terms
        mode = terms.on_priority_change
        pauses = _pauses(cycle, terms, spells, at)
        start = cycle.began if mode == RETROACTIVE else change.since
        leg = Leg(start, None, terms, _calendar(terms, calendars), pauses)
        if mode == FORWARD and legs:
            legs = (*legs[:-1], replace(legs[-1], end=change.since), leg)
        else:
            legs = (leg,)
        try:
            found.append(_course(cycle, legs))
        except Invalid as refusal:
            raise _of_target(refusal, terms) from None
    return tuple(found)


def paused_by(rule: TargetRule, terms: Terms, reason: str) -> bool:
    """Whether a waiting reason stops the clock of a target under its terms."""
    if rule.due:
        return False
    reasons = rule.pauses if terms.pauses is None else terms.pauses
    return ALL in reasons or reason in reasons


def _pauses(cycle: Cycle, terms: Terms, spells: Sequence[Spell], at: int) -> tuple[Pause, ...]:
    """The waiting that stops the clock, as far as the cycle goes, and the times it was met."""
    until = at if cycle.ended is None else cycle.ended
    waited = [
        (spell.start, until if spell.end is None else min(spell.end, until))
        for spell in spells
        if spell.start < until and paused_by(cycle.rule, terms, spell.reason)
    ]
    return tuple(sorted([*waited, *cycle.stopped]))


def _calendar(terms: Terms, calendars: Calendars) -> Calendar:
    found = calendars.get(terms.clock)
    if found is None:
        raise Invalid(
            T(
                "target {target} runs on the calendar {name}, which this desk does not have",
                target=terms.target,
                name=terms.clock,
            ),
            field=f"{terms.at}.clock" if terms.at else f"targets.{terms.target}.clock",
            hint=T("calendars here are {names}", names=", ".join(sorted(calendars))),
        )
    return found


def _of_target(refusal: Invalid, terms: Terms) -> Invalid:
    """The same refusal, saying which target could not be reckoned."""
    return Invalid(
        T("target {target}: {problem}", target=terms.target, problem=refusal.message),
        code=refusal.code,
        field=terms.at or None,
        hint=refusal.hint,
    )


def _course(cycle: Cycle, legs: tuple[Leg, ...]) -> Course:
    terms = legs[-1].terms
    if cycle.promised is not None:
        return Course(legs, cycle.promised)
    if terms.duration is None:
        raise Invalid(
            T("it has no duration"),
            hint=T("give it one, such as 4h or 3wd"),
        )
    if terms.duration.working_days:
        return _by_days(legs, terms.duration.working_days)
    return Course(legs, _by_seconds(legs, terms.duration.seconds))


def _by_seconds(legs: tuple[Leg, ...], quota: int) -> int:
    """What earlier legs counted is spent; what is left runs on the last leg's clock."""
    spent = sum(leg.counted(leg.end) for leg in legs if leg.end is not None)
    last = legs[-1]
    return add(
        last.calendar,
        last.start,
        max(quota - spent, 0),
        boundary=last.terms.boundary,
        pauses=last.pauses,
    )


def _by_days(legs: tuple[Leg, ...], quota: int) -> Course:
    """Working days that passed in earlier legs are spent; the rest follow on the last leg's
    calendar, at the time of day of the start."""
    last = legs[-1]
    left = max(quota - sum(_days_passed(leg) for leg in legs), 0)
    note: Text | None = None
    if left == 0:
        point = last.start
    else:
        anchor = _same_time_on(last.calendar, legs[0].start, last.start)
        point, note = working_day(last.calendar, anchor, left)
    due = shifted(last.calendar, legs[0].start, point, last.terms.end_of_day, last.pauses)
    return Course(legs, due, (note,) if note else ())


def _days_passed(leg: Leg) -> int:
    if leg.end is None:
        return 0
    first, last = leg.calendar.date_of(leg.start), leg.calendar.date_of(leg.end)
    return sum(leg.calendar.works_on(day) for day in range(first + 1, last + 1))


def _same_time_on(calendar: Calendar, origin: int, day_of: int) -> int:
    """The origin's time of day, on the date of another instant."""
    local = calendar.zone.local(day_of) // DAY * DAY + calendar.zone.local(origin) % DAY
    return calendar.zone.instants(local)[0]
