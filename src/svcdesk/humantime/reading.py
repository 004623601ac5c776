"""Puts the parts of a typed time together: a day with a time of day, or a distance from now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from svcdesk.errors import UsageError
from svcdesk.humantime.clocks import Clock, parse_clock
from svcdesk.humantime.days import Days, find_days
from svcdesk.humantime.local import beyond, resolve, shown_in
from svcdesk.humantime.spans import Amount, take_amount
from svcdesk.humantime.words import ambiguous, impossible, normal
from svcdesk.i18n import T
from svcdesk.values import NamedTuple

_NOW: Final = frozenset({"now", "现在", "此刻", "刚才", "刚刚"})
_OFFSET: Final = re.compile(
    r"(?P<local>[0-9]{4}.*:[0-9]{2}(?:[.,][0-9]{1,9})?) ?"
    r"(?:z|utc|gmt|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3])(?::?(?P<minutes>[0-5][0-9]))?)"
)
_BEFORE_AMOUNT: Final = re.compile(r"(?P<back>-) ?|(?:in |\+ ?|再?过)")
_AFTER_AMOUNT: Final = re.compile(
    r"(?P<back>ago|earlier|以前|之前|前)|(?:from now|later|以后|之后|后)"
)
_SHORT_DATE: Final = re.compile(
    r"(?P<a>[0-9]{1,2})(?P<s>[-/.])(?P<b>[0-9]{1,2})(?:(?P=s)(?P<c>[0-9]{4}|[0-9]{2}))?"
    r"(?P<rest> .*)?"
)


class Local(NamedTuple):
    """What clocks on the wall show, `end` not included."""

    start: datetime
    end: datetime
    is_day: bool = False

    @property
    def is_long(self) -> bool:
        return self.end - self.start > timedelta(days=1)


def read(text: str, now: datetime, zone: tzinfo) -> datetime | Local:
    """An exact instant (in `zone`, to the second) or a stretch of local time.

    Raises UsageError, naming the readings where there are several.
    """
    said = normal(text)
    here = now.astimezone(zone).replace(microsecond=0)
    if said in _NOW:
        return here
    if with_offset := _OFFSET.fullmatch(said):
        return _at_offset(with_offset, now, zone)
    found = (
        _distance(said, here, zone)
        or _day_and_clock(said, here.date())
        or _clock_and_day(said, here.date())
    )
    if found is None:
        raise _refusal(text.strip(), said, here.date())
    return found


def _at_offset(found: re.Match[str], now: datetime, zone: tzinfo) -> datetime:
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    there = timezone(timedelta(minutes=-minutes if found["sign"] == "-" else minutes))
    local = read(found["local"], now, there)
    instant = resolve(local.start, there).instant if isinstance(local, Local) else local
    return shown_in(instant, zone)


def _distance(said: str, here: datetime, zone: tzinfo) -> datetime | Local | None:
    """`2h ago`, `in 2h`, `+2h`, `两小时后`; `3 days ago 09:30`."""
    before = _BEFORE_AMOUNT.match(said)
    taken = take_amount(said[before.end() :] if before else said)
    if taken is None:
        return None
    amount, rest = taken
    back = before is not None and before["back"] is not None
    after = _AFTER_AMOUNT.match(rest)
    if after:
        back, rest = back or after["back"] is not None, rest[after.end() :].strip()
    elif not before:
        return None
    if not rest:
        return _moved(here, amount, -1 if back else 1, zone)
    clock = parse_clock(rest)
    if clock is None or amount.seconds:
        return None
    day = _moved(here, amount, -1 if back else 1, zone).date()
    return _local(said, Days(day, day + timedelta(days=1)), clock)


def _moved(here: datetime, amount: Amount, sign: int, zone: tzinfo) -> datetime:
    """Months and days on the wall's calendar, at the same time of day; seconds as they elapse."""
    try:
        moved = here
        if amount.months or amount.days:
            local = _months_on(here.replace(tzinfo=None), sign * amount.months)
            moved = resolve(local + timedelta(days=sign * amount.days), zone).instant
        elapsed = timedelta(seconds=sign * amount.seconds)
        return shown_in(moved.astimezone(UTC) + elapsed, zone)
    except OverflowError:
        raise beyond() from None


def _months_on(local: datetime, months: int) -> datetime:
    """The same day some months on, or that month's last where it has no such day."""
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    for day in range(local.day, local.day - 4, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise beyond()


def _day_and_clock(said: str, today: date) -> Local | None:
    for found in find_days(said):
        clock = parse_clock(found.rest) if found.rest else None
        if clock is not None or not found.rest:
            return _local(said, found.days(today), clock)
    return None


def _clock_and_day(said: str, today: date) -> Local | None:
    """A time of day, today's; or one before its day, as in `3pm tomorrow`."""
    clock = parse_clock(said)
    if clock is not None:
        return _local(said, Days(today, today + timedelta(days=1)), clock)
    for clock_words, day_words in _splits(said):
        for found in find_days(day_words.removeprefix("on ")):
            if not found.rest and (clock := parse_clock(clock_words)) is not None:
                return _local(said, found.days(today), clock)
    return None


def _splits(said: str) -> Iterator[tuple[str, str]]:
    words = said.split(" ")
    for at in range(1, len(words)):
        yield " ".join(words[:at]), " ".join(words[at:])


def _local(said: str, days: Days, clock: Clock | None) -> Local:
    start, end = datetime.combine(days.first, time()), datetime.combine(days.after, time())
    one_day = end - start == timedelta(days=1)
    if clock is None:
        return Local(start, end, is_day=one_day)
    if not one_day:
        raise UsageError(
            T("“{text}” names more than one day: a time of day does not fit", text=said),
            code="E_TIME",
        )
    try:
        begin = start + timedelta(seconds=clock.second)
        return Local(begin, begin + timedelta(seconds=clock.lasts))
    except OverflowError:
        raise beyond() from None


def _refusal(text: str, said: str, today: date) -> UsageError:
    """The error for what was not understood: its readings, where it has some."""
    short = _SHORT_DATE.fullmatch(said)
    if short:
        readings = sorted(_short_dates(short, today))
        return ambiguous(text, readings) if readings else impossible(text)
    taken = take_amount(said)
    if taken and not taken[1]:
        forms = ("in {}", "{} ago") if said.isascii() else ("{}后", "{}前")
        return ambiguous(text, [form.format(said) for form in forms])
    if said.isascii() and said.isdecimal() and len(said) <= 4:
        readings = _number_readings(said, today)
        if readings:
            return ambiguous(text, readings)
    return UsageError(
        T("the time “{text}” is not understood", text=text),
        hint=T(
            "write it as in {examples}",
            examples="2024-10-01 09:30, 2h ago, in 90 min, tomorrow 15:00, 明天下午3点, 下周一",
        ),
        code="E_TIME",
    )


def _short_dates(found: re.Match[str], today: date) -> set[str]:
    """The dates that day, month and year in an unknown order can be."""
    a, b, c = int(found["a"]), int(found["b"]), found["c"]
    if c is None:
        orders = [(today.year, a, b), (today.year, b, a)]
    else:
        year = int(c) if len(c) == 4 else 2000 + int(c)
        orders = [(year, a, b), (year, b, a)]
        if len(c) == 2:
            orders.append((2000 + a, b, int(c)))
    readings = set()
    for year, month, day in orders:
        try:
            readings.add(f"{date(year, month, day).isoformat()}{found['rest'] or ''}")
        except ValueError:
            continue
    return readings


def _number_readings(said: str, today: date) -> list[str]:
    value = int(said)
    readings = []
    if len(said) > 2 and value // 100 < 24 and value % 100 < 60:
        readings.append(f"{value // 100:02}:{value % 100:02}")
    if len(said) <= 2 and value < 24:
        readings.append(f"{value:02}:00")
    if len(said) <= 2 and 1 <= value <= 31:
        readings.append(f"{today:%Y-%m}-{value:02}")
    return readings
