"""Reads the shape of `records/calendars/NAME.yaml`, and refuses what is not of it.

The shape, in full:

    zone: Asia/Shanghai
    country: CN                  # follows its public holidays: a year not listed warns
    hours:                       # a weekday not named is closed
      mon:
        - 09:00-12:00
        - 13:30-18:00            # 22:00-06:00 crosses midnight; 24:00 is the end of the day
    years:
      - year: 2024
        source: …
        holidays:
          - date: 2024-10-01
            name: 国庆节
        workdays:                # make-up days, with the hours of an ordinary working day
          - date: 2024-10-12
            name: 国庆节调休
    overrides:                   # the desk's own; they win over holidays and make-up days
      - date: 2024-12-31
        hours:
          - 09:00-12:00
        reason: 年终盘点
      - date: 2025-01-02
        closed: true
        reason: 搬迁
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from svcdesk.i18n import T
from svcdesk.sla.calendar import Calendar, Day, DayKind, Year
from svcdesk.sla.openings import DAY, FIRST_YEAR, LAST_YEAR, Window
from svcdesk.sla.reading import Entry
from svcdesk.sla.zones import find_zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TOP = {"label", "zone", "country", "hours", "years", "overrides"}
_WINDOW = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?-([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_COUNTRY = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


def parse_calendar(data: Mapping[str, object], name: str) -> Calendar:
    """The calendar that a file holds. Raises Invalid, naming the field, for anything wrong with
    it: unknown zone, bad or overlapping windows, a date given twice, no hours at all."""
    top = Entry(T("calendar {name}", name=name), data)
    top.known(_TOP)
    zone = top.made("zone", lambda: find_zone(top.text("zone")))
    if top.has("country") and not _COUNTRY.fullmatch(top.text("country")):
        raise top.wrong("country", T("must be a country's code, such as CN"))
    hours = top.below("hours")
    hours.known(WEEKDAYS)
    weekly = tuple(Day(_windows(hours, weekday)) for weekday in WEEKDAYS)
    ordinary = next((day.windows for day in weekly if day.windows), ())
    dated: dict[int, Day] = {}
    years = tuple(_year(entry, ordinary, dated) for entry in top.items("years"))
    if len({year.year for year in years}) < len(years):
        raise top.wrong("years", T("a year is listed twice"))
    dated.update(_overrides(top))
    if not any(day.windows for day in (*weekly, *dated.values())):
        raise top.wrong(
            "hours",
            T("this calendar has no hours at all, so nothing would ever fall due"),
            T("name at least one weekday with a window such as 09:00-18:00"),
        )
    calendar = Calendar(
        name=name,
        zone=zone,
        weekly=weekly,
        dated=dated,
        country=top.text("country") if top.has("country") else None,
        years=years,
        labels=top.labels("label"),
    )
    _refuse_overlaps_across_midnight(top, calendar)
    return calendar


def _year(entry: Entry, ordinary: tuple[Window, ...], dated: dict[int, Day]) -> Year:
    entry.known({"year", "source", "holidays", "workdays"})
    year = entry.data.get("year")
    if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise entry.wrong("year", T("must be a year, such as 2024"))
    for key, kind in (("holidays", DayKind.HOLIDAY), ("workdays", DayKind.MAKEUP)):
        for item in entry.items(key):
            item.known({"date", "name"} | ({"hours"} if kind is DayKind.MAKEUP else set()))
            ordinal = _date(item)
            if date.fromordinal(ordinal).year != year:
                raise item.wrong("date", T("is not in {year}", year=year))
            if ordinal in dated:
                raise item.wrong("date", T("this date is listed twice"))
            windows = () if kind is DayKind.HOLIDAY else _windows(item, "hours") or ordinary
            dated[ordinal] = Day(windows, kind, item.text("name"))
    return Year(year, entry.text("source"))


def _overrides(top: Entry) -> dict[int, Day]:
    found: dict[int, Day] = {}
    for item in top.items("overrides"):
        item.known({"date", "hours", "closed", "reason"})
        ordinal = _date(item)
        if ordinal in found:
            raise item.wrong("date", T("this date is listed twice"))
        windows = _windows(item, "hours")
        if bool(windows) == item.flag("closed"):
            raise item.wrong("hours", T("an override has either hours or closed: true"))
        found[ordinal] = Day(windows, DayKind.OVERRIDE, item.text("reason"))
    return found


def _date(item: Entry) -> int:
    text = item.text("date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or len(text) != 10 or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise item.wrong("date", T("must be a date, such as 2024-10-01"))
    return day.toordinal()


def _windows(entry: Entry, key: str) -> tuple[Window, ...]:
    """The windows of a day in order; one that ends at or before its start crosses midnight."""
    windows = sorted(_window(entry, key, text) for text in entry.texts(key))
    for (_, closed), (opened, _) in pairwise(windows):
        if opened < closed:
            raise entry.wrong(key, T("windows overlap at {time}", time=_clock(opened)))
    return tuple(windows)


def _window(entry: Entry, key: str, text: str) -> Window:
    match = _WINDOW.fullmatch(text.replace(" ", ""))
    if match is None:
        raise entry.wrong(
            key, T("“{text}” is not a window", text=text), T("write it as in 09:00-18:00")
        )
    numbers = [int(part or 0) for part in match.groups()]
    opened, closed = (h * 3600 + m * 60 + s for h, m, s in (numbers[:3], numbers[3:]))
    fine = all(part < 60 for part in (*numbers[1:3], *numbers[4:6]))
    if not fine or opened >= DAY or closed > DAY:
        raise entry.wrong(
            key,
            T("“{text}” has a time that no clock shows", text=text),
            T("times go from 00:00 to 24:00"),
        )
    if opened == closed:
        raise entry.wrong(
            key, T("“{text}” is empty", text=text), T("write 00:00-24:00 for a whole day")
        )
    return opened, closed if closed > opened else closed + DAY


def _clock(second: int) -> str:
    return f"{second // 3600 % 24:02d}:{second % 3600 // 60:02d}"


def _refuse_overlaps_across_midnight(top: Entry, calendar: Calendar) -> None:
    """A night shift must be over when the next day opens, in every pair of days there can be."""
    monday = date(2024, 1, 1).toordinal()
    week = {day: calendar.weekly[(day - 1) % 7] for day in range(monday, monday + 8)}
    pairs = [("hours", week[day], week[day + 1]) for day in range(monday, monday + 7)]
    for ordinal in calendar.dated:
        for first in (ordinal - 1, ordinal):
            label = date.fromordinal(ordinal).isoformat()
            pairs.append((label, calendar.day(first), calendar.day(first + 1)))
    for label, day, following in pairs:
        if day.windows and following.windows and day.windows[-1][1] - DAY > following.windows[0][0]:
            raise top.wrong(
                "hours" if label == "hours" else "overrides",
                T(
                    "{where}: a window across midnight overlaps the next day's at {time}",
                    where=label,
                    time=_clock(following.windows[0][0]),
                ),
            )
