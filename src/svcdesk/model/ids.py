"""Names of things: record ids, uids and event ids, and the hybrid clock inside an event's id.

An event id is a ULID (26 characters of Crockford's base 32: 48 bits of milliseconds, 80 bits of
chance). Its time part never runs behind the newest event of its record, so sorting by id alone
gives the order in which events were acknowledged, whatever the writers' clocks say.
"""

from __future__ import annotations

import re
from datetime import date

from svcdesk.errors import Refused
from svcdesk.hashes import sha256
from svcdesk.i18n import T

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGIT = {letter: value for value, letter in enumerate(_CROCKFORD)}

_LAST_MS = (1 << 48) - 1
_TIME = 10
"""How many letters of a ULID are its time."""

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
RECORD_ID = re.compile(r"[A-Z]{2,6}(?:-[0-9A-Z]{1,32}){1,3}")
_DATED = re.compile(r"[A-Z]{2,6}-([0-9]{4})([0-9]{2})([0-9]{2})-[0-9A-Z]{3,32}")


def ulid(milliseconds: int, chance: bytes) -> str:
    """The ULID of a time in milliseconds since 1970 and 10 bytes of chance."""
    number = (milliseconds << 80) | int.from_bytes(chance[:10].rjust(10, b"\0"))
    letters = []
    for _ in range(26):
        letters.append(_CROCKFORD[number & 31])
        number >>= 5
    return "".join(reversed(letters))


def milliseconds_of(event_id: str) -> int:
    """The time part of a ULID, in milliseconds since 1970."""
    number = 0
    for letter in event_id[:_TIME]:
        number = (number << 5) | _DIGIT[letter]
    return number


def chance_of(event_id: str) -> str:
    """The part of a ULID that is not its time: of what was imported, the same for the same row."""
    return event_id[_TIME:]


def next_event_id(now_ms: int, newest: str | None, chance: bytes) -> str:
    """The id of a record's next event: now, or a millisecond after the newest event it has."""
    return ulid(max(now_ms, _after(newest)), chance)


def derived_event_id(due_ms: int, began: str, uid: str, key: tuple[str, int, int]) -> str:
    """The id that every clone gives to the same derived event (target, cycle, level).

    `due_ms` is the instant it fell due, `began` the id of the event that began the cycle.
    """
    return ulid(max(due_ms, _after(began)), _sha256("\0".join((uid, *map(str, key)))))


def imported_id(when_ms: int, previous: str | None, source: str) -> str:
    """The id of something imported: the same each time for the same row of the same source.

    `when_ms` is the row's own time, `previous` the event before it in the same record, `source`
    whatever names the row for ever (source name, key, its counter or content, ordinal).
    """
    return ulid(max(when_ms, _after(previous)), _sha256(source))


def _after(event_id: str | None) -> int:
    """The first millisecond after an event's. Raises Refused where ids have no later one."""
    if not event_id:
        return 0
    floor = milliseconds_of(event_id) + 1
    if floor > _LAST_MS:
        raise Refused(
            T("no event can follow {event}: its id stands at the end of time", event=event_id),
            hint=T("somebody typed that id: put the event back as it was (`git log -p FILE`)"),
            code="E_EVENT_ID",
        )
    return floor


def is_ulid(text: object) -> bool:
    return isinstance(text, str) and ULID.fullmatch(text) is not None


def is_record_id(text: object) -> bool:
    """Whether `text` may name a record: capitals, ASCII digits and hyphens only."""
    return isinstance(text, str) and len(text) <= 64 and RECORD_ID.fullmatch(text) is not None


def date_of(record_id: str) -> date | None:
    """The day of registration that the id carries, if its scheme carries one."""
    found = _DATED.fullmatch(record_id)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def serial_of(record_id: str, head: str) -> int:
    """The serial of three to six digits that stands behind `head` in an id; 0 where none does."""
    ending = record_id.removeprefix(head)
    is_serial = ending.isascii() and ending.isdigit() and 3 <= len(ending) <= 6
    return int(ending) if is_serial and record_id.startswith(head) else 0


def prefix_of(record_id: str) -> str:
    return record_id.partition("-")[0]


def relative_path(folder: str, record_id: str, uid: str) -> str:
    """Where a record's file lies below `records/`: decided by its id (and uid) alone."""
    day = date_of(record_id)
    shelf = f"{day.year:04}/{day.month:02}" if day else uid[:2]
    return f"{folder}/{shelf}/{record_id}.yaml"


def _sha256(text: str) -> bytes:
    return sha256(text.encode()).digest()[:10]
