"""Escalations: the events that a policy's levels make of themselves, and the notes about them.

A level is recorded by a derived event: by `svcdesk`, at the instant at which the level came, with
an id that follows from nothing but the record, the level and that instant. So two clones that
record it make the same bytes, and a merge of them has it once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo

from svcdesk.errors import NotFound
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import Fold
from svcdesk.model.ids import derived_event_id
from svcdesk.model.instants import format_instant, strict_instant
from svcdesk.model.people import BOT, People
from svcdesk.model.record import Event, Value, Values
from svcdesk.values import NamedTuple

ESCALATE = "escalate"
NOTE = "note"
ABOUT = "about"
"""The key of a note that names the escalations it is about."""
EXPLAINS = "explains"
"""The key of a note that names the breaches it explains, as `resolution.1`: target and cycle."""
ALL = "all"
Key = tuple[str, int]
"""A target and its cycle."""
NOTIFIED = "notified"
REQUIRE = "require"
_SUPERVISOR = "supervisor"
_ROLE = "role:"


class Escalation(NamedTuple):
    """A derived event that counts, its place among the record's events, and the notes about it, or
    written since about the breach of its target.

    That a supervisor wrote them is judged where they are written, as every right is.
    """

    event: Event
    place: int
    notes: tuple[Event, ...]

    @property
    def key(self) -> tuple[str, int, int]:
        """Target, cycle and level."""
        assert self.event.derived is not None
        return self.event.derived

    @property
    def owes_note(self) -> bool:
        """Whether its level asks for a note (K4) and nobody has written one."""
        return self.event.extra.get(REQUIRE) == NOTE and not self.notes


def escalations(events: Sequence[Event], folded: Fold) -> tuple[Escalation, ...]:
    """The escalations that count, in fold order. `events` are in the file's order."""
    if not any(event.derived for event in events):
        return ()
    counted = list(folded.counted())
    notes = [event for event in counted if event.do == NOTE and event.extra.get(ABOUT)]
    explaining = breach_notes(events, folded)
    places = {event.id: place for place, event in enumerate(events)}
    return tuple(
        Escalation(
            event,
            places[event.id],
            (
                *(note for note in notes if event.id in _about(note)),
                *(note for note in explaining.get(event.derived[:2], ()) if _since(note, event)),
            ),
        )
        for event in counted
        if event.derived is not None and event.do == ESCALATE
    )


def escalation_event(
    uid: str,
    key: tuple[str, int, int],
    began: str,
    instant: int,
    zone: tzinfo,
    *,
    set: Values,
    notified: Sequence[str],
    require: str | None,
) -> Event:
    """The event that records a level: the same bytes on every clone.

    `began` is the id of the event that began the cycle, `instant` (epoch seconds) when the level
    came, `zone` the desk's.
    """
    extra: dict[str, Value] = {}
    if notified:
        extra[NOTIFIED] = list(notified)
    if require:
        extra[REQUIRE] = require
    return Event(
        id=derived_event_id(instant * 1000, began, uid, key),
        at=format_instant(datetime.fromtimestamp(instant, UTC), zone),
        by=BOT,
        do=ESCALATE,
        set=dict(set),
        derived=key,
        extra=extra,
    )


def people_to_notify(names: Sequence[str], values: Values, people: People) -> list[str]:
    """Whom a level names: ids, each once, in its order. `values` are the record's at that instant.

    `assignee`, `supervisor` (the assignee's, else those of the team, else all), `role:NAME`, or a
    person's id. Where nobody is found, the supervisors: an escalation must reach somebody.
    """
    found: list[str] = []
    for name in names:
        found += _resolved(name, values, people)
    if names and not found:
        found = [one.id for one in people.with_role(_SUPERVISOR)]
    return list(dict.fromkeys(found))


def chosen_events(
    record: str, folded: Fold, wanted: Sequence[str], targets: Collection[str]
) -> tuple[Event, ...]:
    """The events that a note is about, by unique endings of ids. `targets`: what may be named
    beside them, for the advice.

    Raises NotFound where there is no such event.
    """
    counted = list(folded.counted())
    chosen: dict[str, Event] = {}
    for one in wanted:
        ending = [event for event in counted if event.id.endswith(one.upper())]
        if len(ending) != 1:
            from difflib import get_close_matches

            near = get_close_matches(one.lower(), list(targets), n=1, cutoff=0.6)
            raise NotFound(
                T("{record}: “{event}” is none of its events, and no target",
                  record=record, event=one),
                hint=T("do you mean {name}?", name=near[0])
                if near
                else T("`svcdesk log {record}` shows the ids of escalations, `svcdesk sla show "
                       "{record}` the targets", record=record),
                record=record,
            )  # fmt: skip
        chosen[ending[0].id] = ending[0]
    return tuple(chosen.values())


def breach_notes(events: Sequence[Event], folded: Fold) -> dict[Key, tuple[Event, ...]]:
    """The notes that explain breaches, by target and cycle, in fold order."""
    found: dict[Key, tuple[Event, ...]] = {}
    if not any(EXPLAINS in event.extra for event in events):
        return found
    for event in folded.counted():
        named = event.extra.get(EXPLAINS) if event.do == NOTE else None
        for one in named if isinstance(named, list) else ():
            target, _, cycle = str(one).rpartition(".")
            if target and cycle.isdecimal():
                key = target, int(cycle)
                found[key] = (*found.get(key, ()), event)
    return found


def _since(note: Event, event: Event) -> bool:
    """Whether a note was written when the escalation had come."""
    return strict_instant(note.happened) >= strict_instant(event.at)


def _about(note: Event) -> Sequence[Value]:
    named = note.extra.get(ABOUT)
    return named if isinstance(named, list) else ()


def _resolved(name: str, values: Values, people: People) -> list[str]:
    if name.startswith(_ROLE):
        return [one.id for one in people.with_role(name.removeprefix(_ROLE))]
    assignee = people.get(str(values.get("assignee")))
    if name == _SUPERVISOR:
        return _supervisors(assignee.supervisor if assignee else None, values, people)
    person = assignee if name == "assignee" else people.get(name)
    return [person.id] if person is not None and person.active else []


def _supervisors(own: str | None, values: Values, people: People) -> list[str]:
    person = people.get(own) if own else None
    if person is not None and person.active:
        return [person.id]
    everybody = people.with_role(_SUPERVISOR)
    team = [one.id for one in everybody if one.team and one.team == values.get("team")]
    return team or [one.id for one in everybody]
