"""The real incidents' service levels by patience: a mark for every second of the year.

Reads the data set itself, with the csv module, and shares no code with the engine: whether the desk
is open is asked of the wall clock minute by minute, and time is counted by counting marks.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Sao_Paulo")
HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2016-01-01", "2016-03-25", "2016-04-21", "2016-05-01", "2016-09-07", "2016-10-12",
        "2016-11-02", "2016-11-15", "2016-12-25", "2017-01-01", "2017-04-14", "2017-04-21",
    )
}  # fmt: skip
BASE = int(datetime(2016, 2, 1, tzinfo=UTC).timestamp())
DAYS = 430
DONE = ("Resolved", "Closed")
LIMITS = {"1": (1, True, 8), "2": (4, False, 16), "3": (8, False, 40), "4": (8, False, 40)}
"""First figure of the priority → hours to respond, whether round the clock, hours to resolve."""


_AHEAD = 60 * 86400
"""Seconds after its end in which a target's due time may still lie."""
TRACKED = ("incident_state", "priority", "assigned_to", "assignment_group", "category")


@dataclass
class Row:
    when: int
    state: str
    priority: str


@dataclass
class Told:
    """What a target came to: instants in seconds since 1970, lengths in seconds."""

    start: int
    ended: int | None
    due: int
    counted: int
    skipped: int
    waited: int
    late: bool


def incidents(data: Path) -> dict[str, list[Row]]:
    """Each incident's changes in the order of the file; a time that goes back before the last
    change is taken for that of the last change."""
    found: dict[str, list[Row]] = defaultdict(list)
    known: dict[str, tuple[str, ...]] = {}
    with data.open(encoding="utf-8", newline="") as source:
        for line in csv.DictReader(source):
            number, now = line["number"], tuple(line[name] for name in TRACKED)
            if known.get(number) == now:
                continue
            known[number], rows = now, found[number]
            when = _instant(line["sys_updated_at"] if rows else line["opened_at"])
            when = max(when, rows[-1].when) if rows else when
            rows.append(Row(when, line["incident_state"], line["priority"][0]))
    return dict(found)


def _instant(text: str) -> int:
    return int(datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=ZONE).timestamp())


class Year:
    """A mark for every second from BASE: 1 where the office is open."""

    def __init__(self) -> None:
        marks = bytearray(DAYS * 86400)
        for minute in range(0, len(marks), 60):
            wall = datetime.fromtimestamp(BASE + minute, UTC).astimezone(ZONE)
            if wall.weekday() < 5 and 8 <= wall.hour < 18 and wall.date() not in HOLIDAYS:
                marks[minute : minute + 60] = b"\1" * 60
        self.open = bytes(marks)
        self.always = b"\1" * len(marks)

    def response(self, rows: list[Row], at: int) -> Told | None:
        """Nothing meets it: it is over when the incident is done for the first time. Nobody is
        owed a response to what is done when it is opened."""
        rows = [row for row in rows if row.when <= at]
        if rows[0].state in DONE:
            return None
        done = next((row for row in rows if row.state in DONE), None)
        before = rows[: rows.index(done)] if done else rows
        hours, always, _ = LIMITS[before[-1].priority]
        ended = done.when if done else None
        return self._told(rows[0].when, ended, at, hours, always, [])

    def resolution(self, rows: list[Row], at: int) -> Told:
        """Stopped while it waits for the user, and while it was done before it came back."""
        rows = [row for row in rows if row.when <= at]
        stops: list[tuple[int, int]] = []
        done: Row | None = None
        held = rows[0].priority
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            if row.state in DONE:
                done = done or row
                if following is not None and following.state not in DONE:
                    stops.append((done.when, following.when))
                    done = None
                continue
            held = row.priority
            if row.state == "Awaiting User Info":
                stops.append((row.when, following.when if following else at))
        _, _, hours = LIMITS[held]
        return self._told(rows[0].when, done.when if done else None, at, hours, False, stops)

    def _told(
        self,
        start: int,
        ended: int | None,
        at: int,
        hours: int,
        always: bool,
        stops: list[tuple[int, int]],
    ) -> Told:
        end = at if ended is None else ended
        low, length = start - BASE, end - start
        marks = bytearray((self.always if always else self.open)[low : low + length + _AHEAD])
        waited = bytearray(length)
        for begin, stop in stops:
            stopped = slice(begin - start, max(min(stop, end), begin) - start)
            blank = stopped.stop - stopped.start
            waited[stopped], marks[stopped] = b"\1" * blank, b"\0" * blank
        counted, waiting = marks.count(1, 0, length), waited.count(1)
        due = self._after(marks, hours * 3600) + start
        skipped = length - counted - waiting
        return Told(start, ended, due, counted, skipped, waiting, due < end)

    def _after(self, marks: bytearray, amount: int) -> int:
        """The second after which so many marks have been counted."""
        at, left = 0, amount
        while left > 3600:  # a stride at a time, as long as it cannot overshoot
            stride = marks.count(1, at, at + 3600)
            at, left = at + 3600, left - stride
        while left:
            left -= marks[at]
            at += 1
        return at
