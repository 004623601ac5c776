"""Local times that do not exist or come twice, and zones that are not there."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_builders import ZONES

from svcdesk.errors import Invalid
from svcdesk.sla import zones
from svcdesk.sla.instants import iso
from svcdesk.sla.zones import find_zone, resolve_local


@pytest.mark.parametrize(
    ("zone", "reading", "taken", "words"),
    [
        ("Europe/Berlin", "2024-06-01T02:30", "2024-06-01T02:30:00+02:00", None),
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T03:30:00+02:00", "does not exist"),
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T02:30:00+02:00", "comes twice"),
        ("America/Santiago", "2024-09-08T00:30", "2024-09-08T01:30:00-03:00", "does not exist"),
        ("America/Santiago", "2024-04-06T23:30", "2024-04-06T23:30:00-03:00", "comes twice"),
        ("Asia/Shanghai", "2024-03-31T02:30", "2024-03-31T02:30:00+08:00", None),
        ("UTC", "2024-03-31T02:30", "2024-03-31T02:30:00+00:00", None),
    ],
)
def test_which_instant_is_taken_and_what_is_said(zone, reading, taken, words):
    instant, note = resolve_local(datetime.fromisoformat(reading), find_zone(zone))
    assert iso(instant, find_zone(zone).tz) == taken
    assert (note is None) == (words is None)
    if words:
        said = str(note)
        assert words in said and taken.replace("T", " ") in said and zone in said


@given(st.sampled_from(ZONES), st.integers(-(10**9), 2 * 10**9))
def test_offsets_are_those_of_the_zone_database(name, instant):
    zone = find_zone(name)
    shown = datetime.fromtimestamp(instant, ZoneInfo(name))
    assert zone.offset(instant) == shown.utcoffset().total_seconds()
    assert instant in zone.instants(zone.local(instant))


@given(st.sampled_from(ZONES), st.integers(0, 2 * 10**9), st.integers(1, 10**8))
def test_the_pieces_between_clock_changes_cover_everything(name, start, span):
    zone = find_zone(name)
    pieces = zone.changes(start, start + span)
    assert pieces[0][0] == start and pieces[-1][1] == start + span
    for (since, until, offset), following in zip(pieces, [*pieces[1:], None], strict=True):
        assert zone.offset(since) == zone.offset(until - 1) == offset
        assert following is None or (following[0] == until and following[2] != offset)


def test_a_machine_without_the_zone_database_keeps_utc_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr(zones, "available_timezones", set)

    def missing(name):
        raise KeyError(name)

    monkeypatch.setattr(zones, "ZoneInfo", missing)
    assert find_zone("UTC").offset(0) == 0
    with pytest.raises(Invalid) as refusal:
        find_zone("Asia/Shanghai")
    assert "pip install tzdata" in str(refusal.value.hint)


@pytest.mark.parametrize("name", ["", "Mars", "Asia", "/etc/localtime", "Asia/../UTC", "a\0b"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(Invalid) as refusal:
        find_zone(name, "zone")
    assert refusal.value.code == "E_ZONE"
