"""From a cycle to its due time: which clock ran under which terms, and what paused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.sla.arithmetic import Pause, elapsed, working_day
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.cycles import Cycle
from svcdesk.sla.history import Spell
from svcdesk.sla.openings import DAY
from svcdesk.sla.policy import FORWARD, RETROACTIVE, Terms
from svcdesk.sla.targets import ALL, TargetRule
from svcdesk.sla.way import Way, left
from svcdesk.values import NamedTuple

Calendars = Mapping[str, Calendar]
"""The desk's calendars by name; `24x7` among them, in the desk's zone."""


class Leg(NamedTuple):
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


class Course(NamedTuple):
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
        return left(self.last.calendar, self.last.start, self.due, at, self.last.pauses)


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
            legs = (*legs[:-1], legs[-1]._replace(end=change.since), leg)
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
    if cycle.promised is not None:
        return Course(legs, cycle.promised)
    found, note = way(legs)
    due = found.due(legs[-1].calendar, legs[-1].pauses)
    return Course(legs, due, (note,) if note else ())


def way(legs: Sequence[Leg]) -> tuple[Way, Text | None]:
    """What the due time of legs follows from, and a sentence where a time of day is doubtful.

    Raises Invalid where their terms say no duration.
    """
    terms = legs[-1].terms
    if terms.duration is None:
        raise Invalid(
            T("it has no duration"),
            hint=T("give it one, such as 4h or 3wd"),
        )
    if terms.duration.working_days:
        return _by_days(legs, terms.duration.working_days)
    return _by_seconds(legs, terms.duration.seconds), None


def _by_seconds(legs: Sequence[Leg], quota: int) -> Way:
    """What earlier legs counted is spent; what is left runs on the last leg's clock."""
    spent = sum(leg.counted(leg.end) for leg in legs if leg.end is not None)
    last = legs[-1]
    return Way(last.start, max(quota - spent, 0), None, last.terms.boundary, False)


def _by_days(legs: Sequence[Leg], quota: int) -> tuple[Way, Text | None]:
    """Working days that passed in earlier legs are spent; the rest follow on the last leg's
    calendar, at the time of day of the start."""
    first, last = legs[0], legs[-1]
    remaining = max(quota - sum(_days_passed(leg) for leg in legs), 0)
    point, note = last.start, None
    if remaining:
        anchor = _same_time_on(last.calendar, first.start, last.start)
        point, note = working_day(last.calendar, anchor, remaining)
    return Way(first.start, 0, point, last.terms.boundary, last.terms.end_of_day), note


def _days_passed(leg: Leg) -> int:
    if leg.end is None:
        return 0
    first, last = leg.calendar.date_of(leg.start), leg.calendar.date_of(leg.end)
    return sum(leg.calendar.works_on(day) for day in range(first + 1, last + 1))


def _same_time_on(calendar: Calendar, origin: int, day_of: int) -> int:
    """The origin's time of day, on the date of another instant."""
    local = calendar.zone.local(day_of) // DAY * DAY + calendar.zone.local(origin) % DAY
    return calendar.zone.instants(local)[0]
