"""What a record owes, as an SLA check needs it and as the index keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.errors import Invalid
from svcdesk.i18n import Text
from svcdesk.index.entries import Owed
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Event, Record, Value
from svcdesk.sla.entries import Entry, State
from svcdesk.sla.standing import entries_at, first_due, kept, plain, sentences
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.sla.ledger import Ledger

_SHOWN = ("priority", "assignee")
_NEVER = 1 << 60


class Told(NamedTuple):
    """A recorded escalation of a target's cycle: its event, when it came, whether it asks for a
    note that nobody has written, and each note about it with the time it happened. Notes about a
    breach itself are one of their own, without an event and as of ever."""

    target: str
    cycle: int
    event: str
    came: float
    owes_note: bool
    notes: tuple[tuple[str, float], ...]


class Standing(NamedTuple):
    """A record's targets as of an instant (epoch seconds).

    `record` has what is shown of it, `notes` say what makes the answer doubtful, `line` is the one
    of its priority in its file. `is_open`: the record's state is.
    """

    record: Record
    at: int
    entries: tuple[Entry, ...]
    notes: tuple[Text, ...]
    told: tuple[Told, ...]
    line: int
    is_open: bool


def standing_of(
    desk: Parts, record: Record, folded: Fold, answer: Ledger | None, data: bytes
) -> Standing | None:
    """What a ledger says of a record, whose file holds `data`; None for a kind that owes nothing.

    A record that was not submitted yet has no targets, and nothing about it is doubtful.
    """
    if answer is None:
        return None
    from svcdesk.desk.sla_levels import no_longer_due

    submitted = bool(answer.entries) or answer.since is not None
    gone = no_longer_due(desk.sla, record, folded) if submitted else ()
    state = desk.workflow(record.kind).states.get(record.status)
    return Standing(
        record,
        answer.at,
        answer.entries,
        (*answer.notes, *gone) if submitted else (),
        tuple(_told(record, folded)),
        _line(data),
        state is not None and state.is_open,
    )


def owed_of(desk: Parts, record: Record, standing: Standing | None, now: datetime) -> Owed | None:
    """What holds of a record that stood so at `now`, until its next event; None where events are
    still to come by then, or their times are none."""
    try:
        since = max(
            int(strict_instant(time).timestamp())
            for event in record.events
            for time in _times(event)
        )
    except (Invalid, TypeError):
        return None
    if since > now.timestamp():
        return None
    if standing is None:
        return Owed(since, None, False, None)
    entries = [entry for entry in standing.entries if entry.judged]
    running = [entry for entry in entries if entry.is_open]
    dues = [entry.due for entry in running if entry.due and entry.state is not State.PAUSED]
    late = [entry.ended for entry in entries if entry.is_late and entry.ended is not None]
    return Owed(
        since=since,
        due=min(dues, default=None),
        moves=any(entry.state is State.PAUSED and entry.due for entry in running),
        state="breached" if late else "ok" if entries else None,
        is_open=standing.is_open,
        last=max([*late, *dues, *([_NEVER] if len(dues) < len(running) else [])], default=None),
        standing=_as_json(desk, standing) if standing.is_open else None,
    )


def restored(desk: Parts, kind: str, stored: str, at: int) -> Standing | None:
    """What `owed_of` kept of a record's targets, as of a later instant; None where a ledger has to
    say it."""
    found = json.loads(stored)
    rules = desk.sla.rules(kind).rules
    entries = entries_at(found["entries"], rules, desk.sla.calendars, at)
    if entries is None:
        return None
    told = tuple(Told._make((*one, tuple(map(tuple, notes)))) for *one, notes in found["told"])
    record = Record(found["shown"], ())
    notes = sentences(found["notes"])
    return Standing(record, at, entries, notes, told, found["line"], found["open"])


def next_due(desk: Parts, stored: str, at: int) -> int | None:
    """When the first of the open targets that `owed_of` kept falls due; None where a ledger has to
    say it."""
    return first_due(json.loads(stored)["entries"], desk.sla.calendars, at)


def _as_json(desk: Parts, standing: Standing) -> str | None:
    entries, notes = kept(standing.entries, desk.sla.calendars), plain(standing.notes)
    if entries is None or notes is None:
        return None
    record = standing.record
    shown: dict[str, Value] = {"id": record.id, "title": record.title}
    shown |= {path: record.get(path) for path in _SHOWN}
    found = {
        "shown": shown,
        "line": standing.line,
        "open": standing.is_open,
        "notes": notes,
        "told": standing.told,
        "entries": entries,
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _told(record: Record, folded: Fold) -> Iterator[Told]:
    from svcdesk.lifecycle.escalations import breach_notes, escalations

    for one in escalations(record.events, folded):
        target, cycle, _ = one.key
        notes = tuple((note.id, _seconds(note.happened)) for note in one.notes)
        yield Told(target, cycle, one.event.id, _seconds(one.event.at), one.owes_note, notes)
    for (target, cycle), said in breach_notes(record.events, folded).items():
        notes = tuple((note.id, _seconds(note.happened)) for note in said)
        yield Told(target, cycle, "", 0.0, False, notes)


def _seconds(text: str) -> float:
    return strict_instant(text).timestamp()


def _line(data: bytes) -> int:
    """The line of the priority, by which the policy judges; found as text, as it must be quick."""
    place = data.find(b"\npriority:")
    return 1 if place < 0 else data.count(b"\n", 0, place + 1) + 1


def _times(event: Event) -> Iterator[str]:
    """Every time that an event states, of itself or of another one."""
    yield event.at
    yield event.happened
    submitted = event.set.get("submitted")
    if isinstance(submitted, str):
        yield submitted
    yield from event.times.values()
