"""Calendars and histories in a line or two, and random ones, for the tests of this directory."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sla_brute import DAYS, Desk

import svcdesk
from svcdesk.errors import Invalid
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.calendar_file import parse_calendar
from svcdesk.sla.instants import parse_instant
from svcdesk.store.yaml_read import parse

DATA = Path(svcdesk.__file__).parent / "data"

OFFICE = ["09:00-12:00", "13:30-18:00"]

fuzz = settings(
    max_examples=int(os.environ.get("SVCDESK_FUZZ", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # goes forward at midnight: 00:00 does not exist
    "Australia/Lord_Howe",  # changes by half an hour
    "Asia/Kathmandu",
)
# Days around clock changes of these zones, and an ordinary one.
BASES = (
    "2024-03-09", "2024-03-30", "2024-04-06", "2024-09-07", "2024-10-05", "2024-10-26",
    "2024-11-02", "2024-06-12", "2023-12-30",
)  # fmt: skip


def T(text: str) -> int:
    """The instant of `2024-10-01 09:30` in Shanghai, or of a full ISO text."""
    return parse_instant(text if len(text) > 16 else f"{text.replace(' ', 'T')}:00+08:00")


def calendar(name="office", zone="Asia/Shanghai", hours=None, **more):
    hours = dict.fromkeys(DAYS[:5], OFFICE) if hours is None else hours
    return parse_calendar({"zone": zone, "hours": hours, **more}, name)


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}"


def window(opened: int, closed: int) -> str:
    return f"{clock(opened)}-{clock(closed if closed <= 86400 else closed - 86400)}"


@st.composite
def day_windows(draw, unit: int, most: int = 2, overnight: bool = True):
    marks = sorted(draw(st.sets(st.integers(0, 86400 // unit), min_size=0, max_size=most * 2)))
    marks = marks[: len(marks) // 2 * 2]
    windows = [(a * unit, b * unit) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    if overnight and windows and draw(st.integers(0, 9)) == 0:
        opened, _ = windows[-1]
        windows[-1] = (opened, 86400 + draw(st.integers(1, 6 * 3600 // unit)) * unit)
        if windows[-1][1] - 86400 >= opened:
            windows[-1] = (opened, 86400)
    return windows


@st.composite
def desks(draw, unit: int = 900, zones=ZONES):
    """(our calendar, the brute force's desk, an instant near something interesting)."""
    zone = draw(st.sampled_from(zones))
    base = date.fromisoformat(draw(st.sampled_from(BASES)))
    weekly = {day: draw(day_windows(unit)) for day in DAYS}
    dated = {}
    for ahead in draw(st.sets(st.integers(-3, 12), max_size=3)):
        dated[date.fromordinal(base.toordinal() + ahead)] = draw(day_windows(unit))
    data = {
        "zone": zone,
        "hours": {day: [window(*w) for w in windows] for day, windows in weekly.items()},
        "overrides": [
            {"date": day.isoformat(), "reason": "exception"}
            | ({"hours": [window(*w) for w in windows]} if windows else {"closed": True})
            for day, windows in dated.items()
        ],
    }
    if not any(weekly.values()):
        data["hours"]["wed"], weekly["wed"] = ["09:00-17:00"], [(9 * 3600, 17 * 3600)]
    try:
        made = parse_calendar(data, "random")
    except Invalid as refusal:
        assert "overlap" in str(refusal)
        return draw(desks(unit, zones))
    start = (base.toordinal() - 719163) * 86400 // 900 * 900
    return made, Desk(zone, weekly, dated), start


def pauses(unit: int, start: int, span: int, most: int = 3):
    edge = st.integers(-span // 4 // unit, span // unit)
    return st.lists(
        st.tuples(edge, edge).map(
            lambda pair: (start + min(pair) * unit, start + max(pair) * unit)
        ),
        max_size=most,
    ).map(tuple)


def shipped(path: str) -> dict:
    """A data file of the package, as the desk's own reader gives it."""
    found = DATA / path
    return parse(found.read_bytes(), path=path).value


def office() -> Calendar:
    """The working calendar that a desk begins with."""
    return parse_calendar(shipped("calendars/office.yaml"), "office")
