"""The ledger: what a record owes by when, what was met, missed and forgiven, as of an instant.

One pure function over what happened, a policy and calendars. The same history, policy, calendars
and instant give the same ledger everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from svcdesk.i18n import T, Text
from svcdesk.sla.calendar import ALWAYS, Calendar, always_open
from svcdesk.sla.cycles import Cycle, Outcome, cycles_of
from svcdesk.sla.dues import Calendars, Course, courses, paused_by
from svcdesk.sla.explain import Interval, WorkingDay, explain, working_days
from svcdesk.sla.history import History, Spell, waiting_since, waiting_spells
from svcdesk.sla.levels import LevelMoment, moments
from svcdesk.sla.policy import Policy, Rule, Version
from svcdesk.sla.targets import TargetRule, TargetRules


class State(Enum):
    """Where a target stands."""

    RUNNING = "running"
    PAUSED = "paused"
    HIDDEN = "hidden"
    MET = "met"
    MISSED = "missed"
    """Met, but late."""
    BREACHED = "breached"
    """Late and not met, whether it is still open or not."""
    DROPPED = "dropped"
    """Owed no more: the record was cancelled, went on, or the policy asks no longer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cycle of one target as of the ledger's instant. Instants are epoch seconds.

    `started`: from when its clock counts (a later one than `began` where terms reset it). `due`:
    None while it is hidden; while it is paused, what it would be if the waiting ended now.
    `met`: when it was met. `ended`: when it was met or ceased to be owed. `breached_at`: the due
    time that passed; kept when it was met late, and for information when it was dropped late.
    `remaining`: seconds on its clock until due, negative after; None once it has ended.
    `lacks`: the field that meeting it should have given (an expected time: A 3.2).
    `earlier_dues`: (until when, the due time that held till then), where terms changed.
    """

    target: str
    cycle: int
    labels: Mapping[str, str]
    state: State
    began: int
    started: int
    due: int | None
    met: int | None
    ended: int | None
    breached_at: int | None
    remaining: int | None
    clock: str
    rule: str
    cites: str
    judged: bool
    levels: tuple[LevelMoment, ...] = ()
    lacks: str | None = None
    earlier_dues: tuple[tuple[int, int], ...] = ()
    notes: tuple[Text, ...] = ()
    course: Course | None = field(default=None, repr=False, compare=False)
    spells: tuple[Spell, ...] = field(default=(), repr=False, compare=False)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def is_late(self) -> bool:
        """Breached, or met late."""
        return self.state in (State.BREACHED, State.MISSED)

    def intervals(self, at: int) -> tuple[Interval, ...]:
        """Every counted, skipped and waited interval from the start to its end, else to `at`."""
        if self.course is None:
            return ()
        return explain(self.course, self.spells, self.ended if self.ended is not None else at)

    def days(self, at: int) -> tuple[WorkingDay, ...]:
        """The working days counted until it ended or was due, else to `at`."""
        if self.course is None:
            return ()
        end = self.ended if self.ended is not None else max(at, self.course.due)
        return working_days(self.course, min(end, self.course.due))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything owed for one record, as of `at`. `entries` are in the table's order, then by
    cycle; `notes` say what could make an answer doubtful or why there is none."""

    record: str
    at: int
    policy: str
    since: date | None
    rule: str
    entries: tuple[Entry, ...]
    notes: tuple[Text, ...] = ()

    def entry(self, target: str, cycle: int | None = None) -> Entry | None:
        """The target's entry: of that cycle, else its latest."""
        found = [
            entry
            for entry in self.entries
            if entry.target == target and cycle in (None, entry.cycle)
        ]
        return found[-1] if found else None

    def next_due(self) -> Entry | None:
        """The judged, open target that falls due first; a breached one comes before all."""
        waiting = [entry for entry in self.entries if entry.is_open and entry.judged and entry.due]
        return min(waiting, key=lambda entry: entry.due or 0, default=None)


def ledger(
    history: History, rules: TargetRules, policy: Policy, calendars: Calendars, at: int
) -> Ledger:
    """The ledger of a record as of an instant; later occurrences are not known yet.

    `calendars` are by name, `24x7` among them (see `with_always`). Raises Invalid where the policy
    names a calendar or a target's start that there is not.
    """
    known = history.until(at)
    submitted = known.submitted
    if submitted is None:
        note = T("{record} was not submitted yet", record=history.id)
        return Ledger(history.id, at, policy.name, None, "", (), (note,))
    day = date.fromordinal(calendars[ALWAYS].date_of(submitted))
    version = policy.in_force(day)
    if version is None:
        note = T(
            "no version of the policy {name} was in force on {day}",
            name=policy.name,
            day=day.isoformat(),
        )
        return Ledger(history.id, at, policy.name, None, "", (), (note,))
    matched = _matched(known, version)
    spells = waiting_spells(known, rules.waiting_states, rules.reason_field)
    asked = version.targets()
    entries = [
        entry
        for rule in rules.rules.values()
        if rule.name in asked
        for entry in _target(rule, known, matched, spells, rules, calendars, at)
    ]
    last = matched[-1]
    return Ledger(
        record=history.id,
        at=at,
        policy=policy.name,
        since=version.since,
        rule=last.when if last else "",
        entries=tuple(entries),
        notes=_notes(policy, last, entries, calendars),
    )


def with_always(calendars: Mapping[str, Calendar], zone: str) -> dict[str, Calendar]:
    """The calendars with the built-in `24x7` in the desk's zone."""
    return {**calendars, ALWAYS: always_open(zone)}


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
) -> list[Entry]:
    terms = [found.terms.get(rule.name) if found else None for found in matched]
    entries = []
    for cycle in cycles_of(rule, history.occurrences, terms, rules.dropped_in):
        run = courses(cycle, spells, calendars, at)
        if run:
            entries.append(_entry(cycle, run, spells, at))
    return entries


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
        levels=moments(cycle, course, at, stands) if terms.levels else (),
        lacks=cycle.lacks,
        earlier_dues=tuple(
            (change.since, earlier.due)
            for change, earlier in zip(changes[1:], run, strict=False)
            if earlier.due != course.due
        ),
        notes=course.notes,
        course=course,
        spells=spells,
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
    missing: dict[str, set[int]] = {}
    for entry in entries:
        if entry.course is None:
            continue
        for leg in entry.course.legs:
            end = entry.course.due if leg.end is None else leg.end
            years = leg.calendar.missing_years(leg.start, max(end, entry.ended or end))
            if years:
                missing.setdefault(leg.calendar.name, set()).update(years)
    for name, unknown in sorted(missing.items()):
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
