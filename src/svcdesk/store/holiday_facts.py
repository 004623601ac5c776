"""A country's public holidays and make-up working days of a year, as facts for a calendar file.

The library `holidays` (the extra of that name) is asked once, when a year is written down; what it
says is then reviewed like any record, and its upgrades never change an answer.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from svcdesk.errors import Invalid, Refused
from svcdesk.i18n import T, Text

if TYPE_CHECKING:
    from types import ModuleType

_INSTALL = "pip install 'svcdesk[holidays]'"
_SWAP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORMS = {
    "zh": ("{festival}（与 {other} 对换）", "{festival}调休（换 {other} 休息）", "；"),
    "en": ("{festival} (in exchange for {other})", "{festival}: make-up day for {other}", "; "),
}
_LANGUAGES = {"zh": "zh_CN", "en": "en_US"}


def facts(country: str, year: int, language: str = "zh") -> dict[str, object]:
    """A year's entry of a calendar file: `year`, `source`, `holidays` and `workdays`.

    Days in exchange carry the festival's name. `language` is zh or en; where the library has no
    names in it, the country's own. Raises Refused where the library is not installed, Invalid for
    a country or year that it does not know.
    """
    library = _library()
    table = _table(library, country, (year,), language)
    if not any(day.year == year for day in table):
        raise Invalid(
            T("no public holidays of {country} are known for {year}", country=country, year=year),
            code="E_COUNTRY",
            hint=T("write the days into the calendar by hand"),
        )
    around = _table(library, country, (year - 1, year, year + 1), language)
    swaps = _swaps(around)
    off_form, work_form, joint = _FORMS[language]
    holidays: list[dict[str, str]] = []
    for day in sorted(found for found in table if found.year == year):
        name = table[day].replace("; ", joint)
        if day in swaps:
            name = off_form.format(festival=_festival(day, around, swaps), other=swaps[day])
        holidays.append({"date": day.isoformat(), "name": name})
    workdays: list[dict[str, str]] = []
    for off, worked in sorted(swaps.items(), key=lambda pair: pair[1]):
        if worked.year == year:
            name = work_form.format(festival=_festival(off, around, swaps), other=off)
            workdays.append({"date": worked.isoformat(), "name": name})
    return {
        "year": year,
        "source": f"holidays {library.__version__}, {country}",
        "holidays": holidays,
        "workdays": workdays,
    }


def doubts(country: str, year: int, found: dict[str, object]) -> tuple[Text, ...]:
    """What a reviewer should know: a year that its government has probably not announced yet.

    Where a country's years have make-up days as a rule and this one has none, the library has
    computed it from the festivals alone.
    """
    if found["workdays"]:
        return ()
    before = _table(_library(), country, tuple(range(year - 30, year)), "en")
    if len({off.year for off in _swaps(before)}) < 5:
        return ()
    return (
        T(
            "{year} has no make-up working days, as other years of {country} have: it is probably "
            "not announced yet; write it again when it is",
            year=year,
            country=country,
        ),
    )


def _library() -> ModuleType:
    try:
        import holidays
    except ImportError:
        raise Refused(
            T("public holidays come from the library holidays, which is not installed"),
            code="E_EXTRA",
            hint=T("install it: {command}", command=_INSTALL),
        ) from None
    return holidays


def _table(
    library: ModuleType, country: str, years: tuple[int, ...], language: str
) -> dict[date, str]:
    """Date → name, without the days that the library merely moves to a weekday in other years."""
    known: dict[str, Any] = library.list_supported_countries()
    if country not in known:
        near = difflib.get_close_matches(country.upper(), known, n=3, cutoff=0.5)
        raise Invalid(
            T("no public holidays are known for the country {country}", country=country),
            code="E_COUNTRY",
            field="country",
            hint=T("do you mean {names}?", names=", ".join(near))
            if near
            else T("use its two-letter code, such as CN"),
        )
    wanted = _LANGUAGES[language]
    spoken = getattr(library.country_holidays(country), "supported_languages", ())
    chosen = wanted if wanted in spoken else None
    return dict(library.country_holidays(country, years=years, language=chosen))


def _swaps(table: dict[date, str]) -> dict[date, date]:
    """Day off → the working day that is worked in its place, as the library's names tell them."""
    found = {}
    for off, name in table.items():
        written = _SWAP.search(name) or re.search(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", name)
        if written:
            text = written[0]
            month_first = text.split("/")
            iso = f"{month_first[2]}-{month_first[0]}-{month_first[1]}" if "/" in text else text
            found[off] = date.fromisoformat(iso)
    return found


def _festival(off: date, table: dict[date, str], swaps: dict[date, date]) -> str:
    """The festival that a day off in exchange belongs to: the commonest one of its run of days off.

    Weekends count as days off unless they are worked.
    """
    worked = set(swaps.values())
    names: Counter[str] = Counter()
    for step in (-1, 1):
        day = off + timedelta(days=step)
        while _free(day, table, worked):
            if day in table and day not in swaps:
                names.update(_plain(name) for name in table[day].split("; "))
            day += timedelta(days=step)
    return names.most_common(1)[0][0] if names else table[off]


def _plain(name: str) -> str:
    """A festival's name without “(observed)” and the like."""
    return re.sub(r"[（(].*[）)]", "", name).strip()


def _free(day: date, table: dict[date, str], worked: set[date]) -> bool:
    return day in table or (day.weekday() >= 5 and day not in worked)
