"""A country's public holidays written into one of the desk's calendars, by whoever may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.file_edit import FileDone, edit_file
from svcdesk.desk.people import authorise_facts
from svcdesk.errors import Refused
from svcdesk.i18n import T, Text
from svcdesk.store.tickets import CALENDARS
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.writing import Options
    from svcdesk.model.record import Value, Values


class Synced(NamedTuple):
    """What was written (or would be), the days of that year that are no longer in the calendar,
    and what a reviewer should know."""

    done: FileDone
    lost: tuple[str, ...]
    doubts: tuple[Text, ...]


def sync_calendar(desk: Desk, country: str, year: int, name: str, options: Options) -> Synced:
    """Write the public holidays and make-up days of a country's year into a calendar.

    A year of that country that is there already is replaced. Raises NotAllowed without the right
    `people`, Refused for a calendar that follows another country, and what `facts` raises.
    """
    from svcdesk.store.holiday_facts import doubts, facts

    authorise_facts(
        desk, lambda person, roles: T("{person} may not change calendars; roles: {roles}",
                                      person=person, roles=roles)
    )  # fmt: skip
    country, path = country.upper(), f"{CALENDARS}/{name}.yaml"
    found: dict[str, Value] = dict(facts(country, year, desk.facts.language))  # type: ignore[arg-type]
    lost: list[str] = []

    def change(values: Values) -> dict[str, Value]:
        years = [one for one in _list(values.get("years")) if isinstance(one, Mapping)]
        other = values.get("country")
        if other not in (None, country):
            raise _another(name, str(other), country, year, years)
        lost[:] = _lost([one for one in years if one.get("year") == year], found)
        kept: list[Value] = [dict(one) for one in years if one.get("year") != year]
        known = sorted([*kept, found], key=_year)
        return {**values, "country": country, "years": known}

    subject = f"calendar {name}: {country} {year}"
    done = edit_file(desk, path, "calendar", change, subject, options)
    return Synced(done, tuple(lost), doubts(country, year, dict(found)))


def _another(
    name: str, other: str, country: str, year: int, years: Sequence[Mapping[str, Value]]
) -> Refused:
    listed = ", ".join(str(one.get("year")) for one in years) or "–"
    fresh = country.lower()
    return Refused(
        T("the calendar {name} follows {other}, whose holidays it has of {years}: those of "
          "{country} would take their place", name=name, other=other, years=listed,
          country=country),
        code="E_COUNTRY",
        hint=T("make a calendar of its own, {path} (`zone:`, `hours:`, `country: {country}`), and "
               "call `svcdesk calendar sync {country} {year} --calendar {fresh}`",
               path=f"{CALENDARS}/{fresh}.yaml", country=country, year=year, fresh=fresh),
        path=f"{CALENDARS}/{name}.yaml",
        field="country",
    )  # fmt: skip


def _lost(before: Sequence[Mapping[str, Value]], found: Values) -> list[str]:
    """The dated days of a year as it was that the new one does not have, each with its name."""
    kept = {(key, date) for key in _DATED for date, _ in _days(found, key)}
    return [
        f"{date} {name}"
        for one in before
        for key in _DATED
        for date, name in _days(one, key)
        if (key, date) not in kept
    ]


_DATED = ("holidays", "workdays")


def _days(year: Values, key: str) -> list[tuple[str, str]]:
    found = [one for one in _list(year.get(key)) if isinstance(one, Mapping)]
    return [(str(one.get("date")), str(one.get("name") or "")) for one in found]


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _year(entry: Value) -> int:
    year = entry.get("year") if isinstance(entry, Mapping) else None
    return year if isinstance(year, int) else 0
