"""Lengths of time, as people type them: `2h`, `1h30m`, `half an hour`, `两个半小时`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from svcdesk.errors import UsageError
from svcdesk.humantime.words import NUMBER, ambiguous, normal, number
from svcdesk.i18n import T
from svcdesk.values import NamedTuple

_SECONDS: Final = {
    1: "s sec secs second seconds 秒 秒钟",
    60: "m min mins minute minutes 分 分钟",
    900: "刻 刻钟",
    3600: "h hr hrs hour hours 小时 钟头",
}
_DAYS: Final = {1: "d day days 天 日", 7: "w wk wks week weeks 周 星期 礼拜"}
_MONTHS: Final = {1: "mo month months 个月", 12: "y yr yrs year years 年"}
_WORKING: Final = "wd|working ?days?|business ?days?|workdays?|工作日"


def _units(table: dict[int, str]) -> dict[str, int]:
    return {word: size for size, words in table.items() for word in words.split()}


_SECOND_UNITS: Final = _units(_SECONDS)
_DAY_UNITS: Final = _units(_DAYS)
_MONTH_UNITS: Final = _units(_MONTHS)
_UNIT_WORDS: Final = "|".join(
    sorted([*_SECOND_UNITS, *_DAY_UNITS, *_MONTH_UNITS], key=len, reverse=True)
)
_PART: Final = re.compile(
    rf"(?P<number>[0-9]{{1,6}}\.[0-9]{{1,3}}|{NUMBER}|half an?|半|(?:one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve|an?)(?= ))"
    rf" ?(?:个(?!月))?(?P<half>半)? ?(?P<unit>{_UNIT_WORDS}|{_WORKING})(?![a-z])"
    r"(?: and |, | |零)?"
)


class Amount(NamedTuple):
    """A length of time by what it is counted in: calendar months, calendar days, seconds."""

    months: int
    days: int
    seconds: int


def parse_span(text: str) -> timedelta:
    """The length that `2h`, `90m`, `1d` (24 hours), `1w`, `1h30m` or `两小时` names.

    Raises UsageError for anything else: a number without a unit, months and years (they have no
    fixed length), working days (they need a calendar).
    """
    said = normal(text)
    taken = take_amount(said)
    if re.fullmatch(rf"[0-9]{{7,}} ?(?:{_UNIT_WORDS})", said):
        raise UsageError(
            T("“{text}” is longer than is counted here", text=text.strip()),
            hint=T("a number has up to six digits; days, weeks and years are units too"),
            code="E_TIME",
        )
    if taken is None or taken[1]:
        raise UsageError(
            T("“{text}” is not a length of time", text=text.strip()),
            hint=T("write it as in {examples}", examples="2h, 90m, 1d, 两小时"),
            code="E_TIME",
        )
    amount = taken[0]
    if amount.months:
        raise UsageError(
            T("“{text}” has no fixed length", text=text.strip()),
            hint=T("count it in days or weeks"),
            code="E_TIME",
        )
    return timedelta(days=amount.days, seconds=amount.seconds)


def take_amount(text: str) -> tuple[Amount, str] | None:
    """The length that a (normal) text begins with, and the rest of the text; None without one."""
    months = days = seconds = at = 0
    while found := _PART.match(text, at):
        if re.fullmatch(_WORKING, found["unit"]):
            raise UsageError(
                T("“{text}” needs a calendar: working days are not counted here", text=text),
                hint=T("write hours or days"),
                code="E_TIME",
            )
        part = _amount(found["number"], bool(found["half"]), found["unit"])
        if part is None:
            return None
        months, days, seconds = months + part[0], days + part[1], seconds + part[2]
        at = found.end()
    return (Amount(months, days, seconds), text[at:].strip()) if at else None


def _amount(count: str, half: bool, unit: str) -> Amount | None:
    halves = _halves(count, half)
    if halves is None:  # decimals: only where seconds are counted
        size = _SECOND_UNITS.get(unit) or 86400 * _DAY_UNITS.get(unit, 0)
        whole, _, parts = count.partition(".")
        thousandths = int(whole) * 1000 + int(parts.ljust(3, "0")) if parts else 0
        return Amount(0, 0, thousandths * size // 1000) if size and parts and not half else None
    if unit in _SECOND_UNITS:
        return Amount(0, 0, halves * _SECOND_UNITS[unit] // 2)
    if halves % 2:
        if unit in ("天", "day"):
            raise ambiguous(count + unit, ["12h", "4h"])
        return None
    if unit in _DAY_UNITS:
        return Amount(0, halves // 2 * _DAY_UNITS[unit], 0)
    return Amount(halves // 2 * _MONTH_UNITS[unit], 0, 0)


def _halves(count: str, half: bool) -> int | None:
    """Twice the number (`half an`, `半` are one half); None for what is not a whole or a half."""
    if count in ("半", "half a", "half an"):
        return None if half else 1
    value = number(count)
    return None if value is None else 2 * value + half
