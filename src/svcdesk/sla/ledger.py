"""The ledger: what a record owes by when, what was met, missed and forgiven, as of an instant.

One pure function over what happened, a policy and calendars. The same history, policy, calendars
and instant give the same ledger everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from svcdesk.i18n import T, Text
from svcdesk.sla.calendar import ALWAYS, Calendar
from svcdesk.sla.cycles import Cycle, Outcome, cycles_of
from svcdesk.sla.dues import Calendars, Course, courses, paused_by
from svcdesk.sla.entries import LATE, Entry, Ledger, State
from svcdesk.sla.history import History, Spell, waiting_since, waiting_spells
from svcdesk.sla.policy import Policy, Rule, Version
from svcdesk.sla.targets import TargetRule, TargetRules
from svcdesk.values import NamedTuple

__all__ = ["Entry", "Ledger", "State", "lateness", "ledger"]


def ledger(
    history: History, rules: TargetRules, policy: Policy, calendars: Calendars, at: int
) -> Ledger:
    """The ledger of a record as of an instant; later occurrences are not known yet.

    `calendars` are by name, `24x7` among them (see `with_always` beside `Calendar`). Raises Invalid
    where the policy names a calendar or a target's start that there is not.
    """
    found = _reckoned(history, rules, policy, calendars, at)
    if isinstance(found, Text):
        return Ledger(history.id, at, policy.name, None, "", (), (found,))
    entries = [_entry(cycle, run, found.spells, at) for cycle, run in found.runs]
    last = found.matched[-1]
    return Ledger(
        record=history.id,
        at=at,
        policy=policy.name,
        since=found.version.since,
        rule=last.when if last else "",
        entries=tuple(entries),
        notes=_notes(policy, last, entries, calendars),
    )


def lateness(
    history: History, rules: TargetRules, policy: Policy, calendars: Calendars, at: int
) -> dict[str, bool]:
    """Each judged target that `ledger` has entries of, and whether any of them is late: the
    verdict alone, for many records at once."""
    found = _reckoned(history, rules, policy, calendars, at)
    late: dict[str, bool] = {}
    if isinstance(found, Text):
        return late
    for cycle, run in found.runs:
        if cycle.rule.judged:
            state, _ = _state(cycle, run[-1], found.spells, at)
            name = cycle.rule.name
            late[name] = late.get(name, False) or state in LATE
    return late


class _Reckoned(NamedTuple):
    """What a policy makes of a history: the rule after each occurrence, and each target's cycles
    with their courses."""

    version: Version
    matched: tuple[Rule | None, ...]
    spells: tuple[Spell, ...]
    runs: tuple[tuple[Cycle, tuple[Course, ...]], ...]


def _reckoned(
    history: History, rules: TargetRules, policy: Policy, calendars: Calendars, at: int
) -> _Reckoned | Text:
    """The cycles as of an instant; a sentence where nothing is owed yet, or never was."""
    known = history.until(at)
    submitted = known.submitted
    if submitted is None:
        return T("{record} was not submitted yet", record=history.id)
    day = date.fromordinal(calendars[ALWAYS].date_of(submitted))
    version = policy.in_force(day)
    if version is None:
        return T(
            "no version of the policy {name} was in force on {day}",
            name=policy.name,
            day=day.isoformat(),
        )
    matched = _matched(known, version)
    spells = waiting_spells(known, rules.waiting_states, rules.reason_field)
    asked = version.targets()
    runs = [
        found
        for rule in rules.rules.values()
        if rule.name in asked
        for found in _target(rule, known, matched, spells, rules, calendars, at)
    ]
    return _Reckoned(version, matched, spells, tuple(runs))


def _matched(history: History, version: Version) -> tuple[Rule | None, ...]:
    """The rule that holds after each occurrence."""
    found: list[Rule | None] = []
    for occurrence in history.occurrences:
        if found and not occurrence.changed and occurrence.state_before == occurrence.state_after:
            found.append(found[-1])
        else:
            found.append(version.match(occurrence.values))
    return tuple(found)


def _target(
    rule: TargetRule,
    history: History,
    matched: Sequence[Rule | None],
    spells: tuple[Spell, ...],
    rules: TargetRules,
    calendars: Calendars,
    at: int,
) -> Iterator[tuple[Cycle, tuple[Course, ...]]]:
    terms = [found.terms.get(rule.name) if found else None for found in matched]
    for cycle in cycles_of(rule, history.occurrences, terms, rules.dropped_in):
        run = courses(cycle, spells, calendars, at)
        if run:
            yield cycle, run


def _entry(
    cycle: Cycle,
    run: tuple[Course, ...],
    spells: tuple[Spell, ...],
    at: int,
) -> Entry:
    course = run[-1]
    terms = course.last.terms
    state, stands = _state(cycle, course, spells, at)
    ended = cycle.ended
    if state is State.DROPPED and ended is None:
        ended = cycle.changes[-1].since
    met = ended if state in (State.MET, State.MISSED) and cycle.rule.judged else None
    late = course.due < (at if ended is None else ended) and state is not State.HIDDEN
    changes = [change for change in cycle.changes if change.terms is not None]
    return Entry(
        target=cycle.rule.name,
        cycle=cycle.number,
        labels=cycle.rule.labels,
        state=state,
        began=cycle.began,
        started=course.start,
        due=None if state is State.HIDDEN else course.due,
        met=met,
        ended=ended,
        breached_at=course.due if late and cycle.rule.judged else None,
        remaining=course.left(at) if ended is None else None,
        clock=terms.clock,
        rule=terms.rule,
        cites=terms.cites,
        judged=cycle.rule.judged,
        lacks=cycle.lacks,
        earlier_dues=tuple(
            (change.since, earlier.due)
            for change, earlier in zip(changes[1:], run, strict=False)
            if earlier.due != course.due
        ),
        notes=course.notes,
        course=course,
        spells=spells,
        source=(cycle, at, stands),
    )


def _state(
    cycle: Cycle, course: Course, spells: tuple[Spell, ...], at: int
) -> tuple[State, int | None]:
    """Where a cycle stands, and since when its clock is paused or hidden, if it is."""
    late = (at if cycle.ended is None else cycle.ended) > course.due
    if cycle.outcome is not None:
        return _concluded(cycle, late), None
    if not cycle.rule.judged:
        return State.MET if late else State.RUNNING, None
    terms, since = course.last.terms, waiting_since(spells)
    if cycle.changes[-1].terms is None:
        return State.DROPPED, None
    if since is not None and terms.hidden_while_waiting and course.due >= since:
        return State.HIDDEN, since
    if (
        since is not None
        and paused_by(cycle.rule, terms, spells[-1].reason)
        and course.due >= spells[-1].start
    ):
        return State.PAUSED, spells[-1].start
    return State.BREACHED if late else State.RUNNING, None


def _concluded(cycle: Cycle, late: bool) -> State:
    if cycle.outcome is Outcome.DROPPED or not cycle.rule.judged:
        return State.DROPPED
    if cycle.outcome is Outcome.OVER:
        return State.BREACHED if late else State.DROPPED
    if late:
        return State.MISSED
    return State.DROPPED if cycle.replaced else State.MET


def _notes(
    policy: Policy, matched: Rule | None, entries: Sequence[Entry], calendars: Calendars
) -> tuple[Text, ...]:
    found: list[Text] = []
    if matched is None:
        found.append(T("no rule of the policy {name} matches this record", name=policy.name))
    for name, unknown in sorted(_missing_years(entries).items()):
        found.append(
            T(
                "calendar {name} has no public holidays of {years}, which this answer needs",
                name=name,
                years=", ".join(str(year) for year in sorted(unknown)),
            )
        )
    for entry in entries:
        found.extend(entry.notes)
    return tuple(found)


def _missing_years(entries: Sequence[Entry]) -> dict[str, tuple[int, ...]]:
    """Calendar name → the years of public holidays that it should have for these entries."""
    spans: dict[str, tuple[Calendar, int, int]] = {}
    for entry in entries:
        for leg in entry.course.legs if entry.course else ():
            if leg.calendar.country is None or entry.course is None:
                continue
            end = max(entry.course.due if leg.end is None else leg.end, entry.ended or 0)
            _, low, high = spans.get(leg.calendar.name, (None, leg.start, end))
            spans[leg.calendar.name] = (leg.calendar, min(low, leg.start), max(high, end))
    found = {name: one.missing_years(low, high) for name, (one, low, high) in spans.items()}
    return {name: years for name, years in found.items() if years}
