"""What holds for every calendar, start, duration and pause: tried on random ones, by number.

More of them, as continuous integration does: `SVCDESK_FUZZ=10000 pytest tests/unit/sla/test_properties.py`.
A failure names its number, which gives the same calendar and times again.
"""

import os
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sla_brute import DAYS
from sla_builders import BASES, ZONES, window

from svcdesk.errors import Invalid
from svcdesk.sla.arithmetic import add, elapsed
from svcdesk.sla.calendar_file import parse_calendar
from svcdesk.sla.instants import iso, parse_instant

EXAMPLES = int(os.environ.get("SVCDESK_FUZZ", "800"))
PARTS = 8
SPAN = 9 * 86400


def windows(chance):
    marks = sorted(chance.sample(range(97), 2 * chance.randint(0, 3)))
    found = [window(a * 900, b * 900) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    if found and chance.random() < 0.1:  # over midnight
        found[-1] = window(marks[-2] * 900, 86400 + chance.randint(1, 12) * 900)
    return found


def calendar(chance):
    """A random calendar with some hours, and midnight of a day near a change of some clock."""
    base = date.fromisoformat(chance.choice(BASES))
    while True:
        hours = {day: windows(chance) for day in DAYS}
        if not any(hours.values()):
            continue
        overrides = []
        for ahead in chance.sample(range(-3, 13), chance.randint(0, 3)):
            day = date.fromordinal(base.toordinal() + ahead).isoformat()
            open_then = windows(chance)
            overrides.append(
                {"date": day, "reason": "exception"}
                | ({"hours": open_then} if open_then else {"closed": True})
            )
        data = {"zone": chance.choice(ZONES), "hours": hours, "overrides": overrides}
        try:
            made = parse_calendar(data, "random")
        except Invalid as refusal:
            assert "overlap" in str(refusal) or "hours" in str(refusal)
            continue
        return made, (base.toordinal() - 719163) * 86400


def pauses(chance, base):
    found = []
    for _ in range(chance.randint(0, 3)):
        begin = base + chance.randint(-SPAN // 2, SPAN)
        found.append((begin, begin + chance.randint(0, SPAN // 3)))
    return tuple(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_working_time_keeps_its_laws(part):
    for number in range(part, EXAMPLES, PARTS):
        try:
            laws(Random(number))
        except AssertionError as error:
            raise AssertionError(f"number {number}: {error}") from error


def laws(chance):
    made, base = calendar(chance)
    first, middle, last = sorted(base + chance.randint(0, SPAN) for _ in range(3))
    stops = pauses(chance, base)
    whole = elapsed(made, first, last, pauses=stops)
    # what has elapsed leads back to no later than the end, and adds up over any split
    assert add(made, first, whole, pauses=stops) <= last, "elapsed leads beyond the end"
    halves = elapsed(made, first, middle, pauses=stops), elapsed(made, middle, last, pauses=stops)
    assert whole == sum(halves), "elapsed does not add up"
    assert 0 <= whole <= last - first
    # a pause moves the due time by exactly its open seconds
    seconds = chance.randint(1, 100_000)
    due = add(made, first, seconds)
    begin = chance.randint(first, due - 1)
    end = begin + chance.randint(0, SPAN)
    moved = add(made, first, seconds, pauses=((begin, end),))
    assert elapsed(made, due, moved) == elapsed(made, begin, end), "a pause moves otherwise"
    assert elapsed(made, first, moved, pauses=((begin, end),)) == seconds
    # the two conventions: due at closing is never later than due at the next opening
    signed = chance.choice((1, -1)) * seconds
    tight, snap = (
        add(made, first, signed, boundary=one, pauses=stops) for one in ("tight", "snap")
    )
    assert tight <= snap if signed > 0 else snap <= tight, "tight is later than snap"
    # backward undoes forward, in open time; the order of the pauses in a file does not matter
    assert elapsed(made, add(made, due, -seconds), due) == seconds, "backward is not forward"
    assert add(made, first, seconds, pauses=stops) == add(made, first, seconds, pauses=stops[::-1])
    # the zone in which an instant is printed never changes it
    for name in ("UTC", "Asia/Shanghai", made.zone.name):
        assert parse_instant(iso(due, ZoneInfo(name))) == due, "printing changes an instant"
