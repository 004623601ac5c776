"""Days, weeks, months and years, as people type them: `明天`, `next monday`, `10月8日`.

Where readings differ, a word is refused and its readings named: a bare weekday that is today or
over (this week's or the next one?), `next friday` on a Wednesday, a date without a year that is
not near in any year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, TypeAlias

from svcdesk.humantime.calendar_words import (
    MONTHS,
    NAMED_DAYS,
    SHIFTS,
    SHORT_DAYS,
    UNITS,
    WEEKDAYS,
    YEARS,
    either,
)
from svcdesk.humantime.local import beyond
from svcdesk.humantime.words import NUMBER, ambiguous, impossible, number
from svcdesk.values import NamedTuple

_DAY: Final = timedelta(days=1)
_HALF_YEAR: Final = timedelta(days=183)
_QUARTER: Final = timedelta(days=92)


class Days(NamedTuple):
    """A stretch of whole days: from `first` to the one before `after`."""

    first: date
    after: date


_Reader: TypeAlias = Callable[[re.Match[str], date], Days]


class Found(NamedTuple):
    """A way to read the beginning of a text: `days` gives the stretch, `rest` what follows."""

    match: re.Match[str]
    reader: _Reader
    rest: str

    def days(self, today: date) -> Days:
        """Raises UsageError for a date that does not exist or could mean several."""
        try:
            return self.reader(self.match, today)
        except OverflowError:
            raise beyond() from None
        except ValueError:
            raise impossible(self.match[0].strip()) from None


def find_days(text: str) -> Iterator[Found]:
    """Every way in which a (normal) text begins with a day or something longer."""
    for pattern, reader in _PATTERNS:
        if match := re.match(pattern, text):  # compiled when it is first needed: half are not
            yield Found(match, reader, text[match.end() :].strip())


def _one(day: date) -> Days:
    return Days(day, day + _DAY)


def _named(found: re.Match[str], today: date) -> Days:
    return _one(today + (NAMED_DAYS | SHORT_DAYS)[found[1]] * _DAY)


def _numeric(found: re.Match[str], today: date) -> Days:
    return _one(date(int(found["y"]), int(found["m"]), int(found["d"])))


def _spelled(found: re.Match[str], today: date) -> Days:
    """A day of a month given by name or by number, with or without its year."""
    month, day = _month_number(found["m"]), _known(found["d"])
    year = _year(found["y"], today)
    if year is not None:
        return _one(date(year, month, day))
    return _one(_nearest(found[0], month, day, today, "%Y-%m-%d"))


def _day_of_month(found: re.Match[str], today: date) -> Days:
    day = _known(found["d"])
    which = found["which"]
    if which:
        return _one(_month(today, SHIFTS[which]).first.replace(day=day))
    here, then = _month(today, 0).first, _month(today, 1).first
    if day < today.day:
        raise ambiguous(found[0].strip(), [_iso(here, day), _iso(then, day)])
    return _one(here.replace(day=day))


def _iso(month: date, day: int) -> str:
    return f"{month:%Y-%m}-{day:02}"


def _weekday(found: re.Match[str], today: date) -> Days:
    groups = found.groupdict()
    at = WEEKDAYS[found["day"]]
    monday = today - today.weekday() * _DAY
    which, week = groups["which"], groups.get("week")
    chinese = not found[0].isascii()
    if week or (which and (chinese or which == "this")):
        return _one(monday + (7 * SHIFTS[week or which] + at) * _DAY)
    ahead = today + ((at - today.weekday() - 1) % 7 + 1) * _DAY
    behind = today - ((today.weekday() - at - 1) % 7 + 1) * _DAY
    readings = {
        "next": {ahead, monday + (7 + at) * _DAY},
        "last": {behind, monday + (at - 7) * _DAY},
        "coming": {ahead},
        None: {ahead, monday + at * _DAY},
    }[which]
    if len(readings) > 1:
        raise ambiguous(found[0].strip(), sorted(day.isoformat() for day in readings))
    return _one(readings.pop())


def _long(found: re.Match[str], today: date) -> Days:
    """A week, month, quarter or year, counted from this one."""
    shift, unit = SHIFTS[found["which"]], UNITS[found["unit"]]
    if unit == "week":
        monday = today + (7 * shift - today.weekday()) * _DAY
        return Days(monday, monday + 7 * _DAY)
    if unit == "month":
        return _month(today, shift)
    if unit == "quarter":
        first = 3 * shift - (today.month - 1) % 3
        return Days(_month(today, first).first, _month(today, first + 3).first)
    return _whole_year(today.year + shift)


def _year_word(found: re.Match[str], today: date) -> Days:
    year = _year(found["y"], today)
    return _whole_year(today.year if year is None else year)


def _month_of_year(found: re.Match[str], today: date) -> Days:
    month, year = _month_number(found["m"]), _year(found["y"], today)
    first = _nearest(found[0], month, 1, today, "%Y-%m") if year is None else date(year, month, 1)
    return _month(first, 0)


def _whole_year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year + 1, 1, 1))


def _month(day: date, shift: int) -> Days:
    """The month of a day, or one that many months away."""
    counted = day.year * 12 + day.month - 1 + shift
    year, month = divmod(counted, 12)
    after, next_month = divmod(counted + 1, 12)
    return Days(date(year, month + 1, 1), date(after, next_month + 1, 1))


def _year(text: str | None, today: date) -> int | None:
    if text is None:
        return None
    return today.year + YEARS[text] if text in YEARS else _known(text)


def _month_number(text: str) -> int:
    return MONTHS[text] if text in MONTHS else _known(text)


def _known(text: str) -> int:
    value = number(text)
    if value is None:
        raise ValueError(text)
    return value


def _nearest(said: str, month: int, day: int, today: date, shown: str) -> date:
    """That day of this year if it is within half a year, or of the next or last within a quarter;
    else refused. A 29 February is this year's."""
    here = date(today.year, month, day)
    if abs(here - today) <= _HALF_YEAR or (month, day) == (2, 29):
        return here
    other = here.replace(year=here.year + (1 if here < today else -1))
    if abs(other - today) <= _QUARTER:
        return other
    raise ambiguous(said.strip(), [one.strftime(shown) for one in sorted((here, other))])


_ZH_YEAR: Final = (
    rf"(?:(?P<y>[0-9]{{4}}|[零〇一二三四五六七八九]{{4}}|{either(YEARS)})(?: ?年|(?<=年)) ?)"
)
_ZH_WEEK: Final = r"(?:周|星期|礼拜)"
_MONTH: Final = rf"(?P<m>{either(MONTHS)})(?![a-z])\.?"
_EN_DAY: Final = r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?(?![0-9:])"
_EN_YEAR: Final = r"(?P<y>[0-9]{4})(?![0-9:])"
_WHICH: Final = r"(?P<which>上上|上|本|这|下下|下)个?"
_WEEKDAY: Final = either(name for name in WEEKDAYS if name.isascii() and name.isalpha())
_EN_WEEKDAY: Final = (
    rf"(?:on )?(?:(?P<which>next|last|this|coming) )?(?P<day>{_WEEKDAY})(?![a-z])"
    r"(?: (?P<week>next|last|this) week)?"
)
_PATTERNS: Final[tuple[tuple[str, _Reader], ...]] = (
    (rf"({either(NAMED_DAYS)})(?![a-z])", _named),
    (rf"({either(SHORT_DAYS)})(?=[早晚夜晨])", _named),
    (r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})(?![0-9])t?", _numeric),
    (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?![0-9])t?", _numeric),
    (rf"{_ZH_YEAR}?(?P<m>{NUMBER}) ?月 ?(?P<d>(?!两){NUMBER}) ?[日号]", _spelled),
    (rf"(?:{_WHICH}月 ?)?(?P<d>(?!两){NUMBER}) ?[日号]", _day_of_month),
    (rf"{_MONTH} {_EN_DAY}(?:,? {_EN_YEAR})?", _spelled),
    (rf"{_EN_DAY} (?:of )?{_MONTH}(?:,? {_EN_YEAR})?", _spelled),
    (rf"(?:{_WHICH})?{_ZH_WEEK} ?(?P<day>[一二三四五六日天1-7])", _weekday),
    (_EN_WEEKDAY, _weekday),
    (r"(?P<which>last|this|next) (?P<unit>week|month|quarter|year)", _long),
    (rf"{_WHICH}(?P<unit>周|星期|礼拜|月|季度)", _long),
    (rf"{_ZH_YEAR}?(?P<m>{NUMBER}) ?月份?", _month_of_year),
    (rf"{_MONTH}(?: {_EN_YEAR})?", _month_of_year),
    (r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})(?![0-9])", _month_of_year),
    (_ZH_YEAR, _year_word),
    (r"(?P<y>(?:19|20)[0-9]{2})(?![0-9])", _year_word),
)
