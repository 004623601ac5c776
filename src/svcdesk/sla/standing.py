"""A ledger's entries as plain values that hold at any later instant, until the next event.

What an entry says of an open target changes with the clock alone: whether its due time has passed,
how much is left, and while it is paused the due time itself. So what is kept is what these follow
from, and the calendar says the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from svcdesk.i18n import Text
from svcdesk.model.record import Value
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.entries import Entry, State
from svcdesk.sla.way import Way, left
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.sla.dues import Calendars
    from svcdesk.sla.targets import TargetRule


class _Kept(NamedTuple):
    """An entry. `due`: as the ledger had it, also where it is hidden. `start` (None: nothing says
    how much is left) and `pauses` (the last without an end while it lasts) are those of the leg
    that runs; `moving` is the way to the due time of a paused target, and the year of that."""

    target: str
    cycle: int
    labelled: bool
    state: str
    began: int
    started: int
    due: int | None
    met: int | None
    ended: int | None
    breached_at: int | None
    clock: str
    rule: str
    cites: str
    lacks: str | None
    notes: Sequence[Sequence[Value]]
    start: int | None = None
    pauses: Sequence[Sequence[int | None]] = ()
    moving: Sequence[Value] | None = None


def kept(entries: Iterable[Entry], calendars: Calendars) -> list[Value] | None:
    """The judged entries as JSON has them. None where one cannot be kept: it ran on a calendar that
    is not the desk's any more, or its notes have parts that are no plain values."""
    found: list[Value] = []
    for entry in entries:
        if not entry.judged:
            continue
        notes = plain(entry.notes)
        if notes is None:
            return None
        running: tuple[Value, ...] = ()
        if entry.is_open and entry.course is not None:
            last = entry.course.last
            if calendars.get(entry.clock) is not last.calendar:
                return None
            running = (last.start, _pauses(entry), _moving(entry))
        due = entry.course.due if entry.course is not None else entry.due
        found.append(
            [entry.target, entry.cycle, bool(entry.labels), entry.state.value, entry.began,
             entry.started, due, entry.met, entry.ended, entry.breached_at, entry.clock,
             entry.rule, entry.cites, entry.lacks, notes, *running]
        )  # fmt: skip
    return found


def entries_at(
    stored: Iterable[Sequence[Value]],
    rules: Mapping[str, TargetRule],
    calendars: Calendars,
    at: int,
) -> tuple[Entry, ...] | None:
    """The entries that a ledger would have at an instant between the one they were kept at and the
    next event, but for their courses. None where a ledger has to say: a paused target's due time
    has come into another year, of which its calendar may know less."""
    found = []
    for values in stored:
        entry = _entry(_Kept(*values), rules, calendars, at)  # type: ignore[arg-type]
        if entry is None:
            return None
        found.append(entry)
    return tuple(found)


def first_due(stored: Iterable[Sequence[Value]], calendars: Calendars, at: int) -> int | None:
    """When the first of the open entries falls due, of those that `entries_at` would give; None
    where a ledger has to say."""
    entries = entries_at(stored, {}, calendars, at)
    return min((one.due for one in entries or () if one.is_open and one.due), default=None)


def plain(notes: Iterable[Text]) -> list[Value] | None:
    """Sentences as JSON has them: each its template and its parts; None where one has parts that
    are no plain values."""
    found: list[Value] = []
    for note in notes:
        parts = {name: part for name, part in note.parts.items() if isinstance(part, str | int)}
        if len(parts) < len(note.parts):
            return None
        found.append([note.template, {**parts}])
    return found


def sentences(stored: Iterable[Sequence[Value]]) -> tuple[Text, ...]:
    """What `plain` made of sentences, as sentences again."""
    return tuple(Text(template, parts) for template, parts in stored)  # type: ignore[arg-type]


def _pauses(entry: Entry) -> list[Value]:
    """What stopped the clock of an open entry; what still does has no end."""
    from svcdesk.sla.dues import paused_by

    assert entry.course is not None
    assert entry.source is not None
    cycle, at, _ = entry.source
    last = entry.course.last
    since = None
    if entry.spells and entry.spells[-1].end is None:
        spell = entry.spells[-1]
        since = spell.start if paused_by(cycle.rule, last.terms, spell.reason) else None
    found: list[Value] = []
    for begin, end in last.pauses:
        if (begin, end) != (since, at):
            found.append([begin, end])
    if since is not None:
        found.append([since, None])
    return found


def _moving(entry: Entry) -> list[Value] | None:
    if entry.state is not State.PAUSED:
        return None
    from svcdesk.sla.dues import way

    assert entry.course is not None
    found, _ = way(entry.course.legs)
    return [*found, _year(entry.course.last.calendar, entry.course.due)]


def _year(calendar: Calendar, instant: int) -> int | None:
    """The year whose public holidays a due time needs; None for a calendar that knows of none."""
    if calendar.country is None:
        return None
    return date.fromordinal(calendar.date_of(instant)).year


def _entry(
    one: _Kept, rules: Mapping[str, TargetRule], calendars: Calendars, at: int
) -> Entry | None:
    state, due, remaining, breached_at = State(one.state), one.due, None, one.breached_at
    if one.ended is None:
        calendar = calendars[one.clock]
        pauses = [(begin or 0, at if end is None else end) for begin, end in one.pauses]
        if one.moving is not None:
            *followed, year = one.moving
            due = Way(*followed).due(calendar, pauses)  # type: ignore[arg-type]
            if _year(calendar, due) != year:
                return None
        assert due is not None
        if one.start is not None:
            remaining = left(calendar, one.start, due, at, pauses)
        if state in (State.RUNNING, State.BREACHED):
            state = State.BREACHED if due < at else State.RUNNING
        breached_at = due if due < at and state is not State.HIDDEN else None
        due = None if state is State.HIDDEN else due
    rule = rules.get(one.target)
    return Entry(
        target=one.target,
        cycle=one.cycle,
        labels=rule.labels if one.labelled and rule else {},
        state=state,
        began=one.began,
        started=one.started,
        due=due,
        met=one.met,
        ended=one.ended,
        breached_at=breached_at,
        remaining=remaining,
        clock=one.clock,
        rule=one.rule,
        cites=one.cites,
        judged=True,
        lacks=one.lacks,
        notes=sentences(one.notes),
    )
