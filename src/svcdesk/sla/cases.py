"""Works out one stated case of calendar arithmetic, as `sla calc --cases` reads them.

The shape:

    id, kind: add | elapsed | add_days, start, calendar: {timezone, hours, holidays,
    extra_workdays}, pauses: [[from, to], …], and per kind: seconds (or minutes), boundary: tight |
    snap; end; days, mode: keep_time | end_of_day
"""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.sla.arithmetic import SNAP, TIGHT, Pause, add, add_working_days, elapsed
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.calendar_file import parse_calendar
from svcdesk.sla.instants import iso, parse_instant
from svcdesk.sla.reading import Entry

KEEP_TIME = "keep_time"
END_OF_DAY = "end_of_day"


def work_out(case: object) -> str | int:
    """The answer to a case: an ISO instant for `add` and `add_days`, seconds for `elapsed`.

    Keys that begin with `expected` are not looked at. Raises Invalid for what cannot be computed.
    """
    if not isinstance(case, Mapping):
        raise Invalid(T("a case is a mapping of keys to values, which {given} is not", given=case))
    entry = Entry(T("case {id}", id=case.get("id", "–")), case)
    calendar = _calendar(entry)
    start = parse_instant(entry.text("start"), "start")
    pauses = _pauses(entry)
    kind = entry.choice("kind", ("add", "elapsed", "add_days"))
    if kind == "elapsed":
        end = parse_instant(entry.text("end"), "end")
        return elapsed(calendar, start, end, pauses=pauses)
    if kind == "add":
        boundary = entry.choice("boundary", (TIGHT, SNAP), TIGHT)
        due = add(calendar, start, _seconds(entry), boundary=boundary, pauses=pauses)
    else:
        late = entry.choice("mode", (KEEP_TIME, END_OF_DAY), KEEP_TIME) == END_OF_DAY
        due = add_working_days(
            calendar, start, _whole(entry, "days"), end_of_day=late, pauses=pauses
        )
    return iso(due, calendar.zone.tz)


def _seconds(entry: Entry) -> int:
    if entry.has("seconds"):
        return _whole(entry, "seconds")
    minutes = entry.data.get("minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        raise entry.wrong("seconds", T("must be a whole number"))
    return round(minutes * 60)


def _whole(entry: Entry, key: str) -> int:
    value = entry.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise entry.wrong(key, T("must be a whole number"))
    return int(value)


def _pauses(entry: Entry) -> tuple[Pause, ...]:
    found = []
    listed = entry.data.get("pauses") or []
    for pause in listed if isinstance(listed, list) else [listed]:
        if not isinstance(pause, list) or len(pause) != 2:
            raise entry.wrong("pauses", T("must be a list of pairs: from, to"))
        found.append((parse_instant(str(pause[0])), parse_instant(str(pause[1]))))
    return tuple(found)


def _calendar(entry: Entry) -> Calendar:
    """The inline calendar, its closed days and dated hours as overrides."""
    given = entry.below("calendar")
    hours: dict[str, object] = {
        weekday: _windows(given, f"hours.{weekday}", windows)
        for weekday, windows in given.below("hours").data.items()
    }
    overrides: dict[str, dict[str, object]] = {}
    workdays: list[object] = []
    closed, extra = given.data.get("holidays") or [], given.data.get("extra_workdays") or []
    if not isinstance(closed, list) or not isinstance(extra, list):
        raise given.wrong("holidays", T("must be a list"))
    for item in closed:
        day, name = _dated(item, "holiday")
        overrides[day] = {"date": day, "closed": True, "reason": name}
    for item in extra:
        day, name = _dated(item, "make-up day")
        overrides.pop(day, None)
        if isinstance(item, Mapping) and item.get("hours"):
            windows = _windows(given, "extra_workdays", item["hours"])
            overrides[day] = {"date": day, "hours": windows, "reason": name}
        else:
            workdays.append({"date": day, "name": name})
    years: dict[str, list[object]] = {}
    for workday in workdays:
        assert isinstance(workday, dict)
        years.setdefault(str(workday["date"])[:4], []).append(workday)
    data: dict[str, object] = {
        "zone": given.data.get("timezone", "UTC"),
        "hours": hours,
        "overrides": list(overrides.values()),
        "years": [
            {"year": int(year), "source": "case", "workdays": listed}
            for year, listed in years.items()
        ],
    }
    return parse_calendar(data, str(entry.data.get("id", "–")))


def _dated(item: object, default: str) -> tuple[str, str]:
    if isinstance(item, Mapping):
        return str(item.get("date")), str(item.get("name") or item.get("reason") or default)
    return str(item), default


def _windows(entry: Entry, key: str, windows: object) -> list[str]:
    if not isinstance(windows, list) or not all(
        isinstance(pair, list) and len(pair) == 2 for pair in windows
    ):
        raise entry.wrong(key, T("must be a list of pairs: from, to"))
    return [f"{opened}-{closed}" for opened, closed in windows]
