"""`svcdesk calendar`: the desk's working calendars."""

from __future__ import annotations

import calendar as months
from datetime import date

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.help import Group
from svcdesk.cli.options import anywhere, command, option
from svcdesk.errors import NotFound, SvcdeskError, UsageError, placed
from svcdesk.i18n import T
from svcdesk.model.record import Value
from svcdesk.model.table import Cell, Column, Table
from svcdesk.sla.calendar import Calendar, DayKind

_STYLES = {DayKind.HOLIDAY: "breach", DayKind.MAKEUP: "risk", DayKind.OVERRIDE: "strong"}
_WORDS = {
    DayKind.WEEKLY: (T("closed"), T("working day")),
    DayKind.HOLIDAY: (T("public holiday"), T("public holiday")),
    DayKind.MAKEUP: (T("make-up day"), T("make-up day")),
    DayKind.OVERRIDE: (T("closed by exception"), T("other hours")),
}


@command("show", help="Draw a month: working, closed, holiday and make-up days, by name.")
@click.argument("name", required=False, metavar="[NAME]")
@option("--month", metavar="YYYY-MM", help="Which month (else: this one).")
def _show(app: App, name: str | None, month: str | None) -> None:
    chosen = _find(app, name or app.desk.facts.calendar)
    year, number = _month(app, month)
    rows: list[list[Cell | Value]] = []
    for day in range(1, months.monthrange(year, number)[1] + 1):
        when = date(year, number, day)
        entry = chosen.day(when.toordinal())
        word = _WORDS[entry.kind][1 if entry.windows else 0]
        style = _STYLES.get(entry.kind, "" if entry.windows else "dim")
        hours = " ".join(f"{_clock(a)}-{_clock(b)}" for a, b in entry.windows)
        rows.append(
            [
                when.isoformat(),
                _weekday(when),
                Cell(entry.kind.value, word, style),
                hours,
                entry.name,
            ]
        )
    missing = chosen.missing_years(*(int(moment) for moment in _bounds(app, year, number)))
    app.show(
        Table(
            schema="svcdesk/calendar/1",
            title=T("{name}, {month}", name=chosen.name, month=f"{year}-{number:02}"),
            columns=[
                Column("date", T("date")),
                Column("weekday", T("weekday")),
                Column("kind", T("day")),
                Column("hours", T("hours")),
                Column("name", T("name")),
            ],
            rows=rows,
            total=len(rows),
            notes=[
                T("the public holidays of {year} are not in this calendar", year=one)
                for one in missing
            ],
        )
    )


@command(
    "sync",
    help="Write a country's public holidays and make-up days of a year into a calendar.\n\n"
    "They become dated facts, reviewed like any record; an update of a library changes no answer.",
)
@click.argument("country", metavar="COUNTRY")
@click.argument("year", type=int, metavar="YEAR")
@option("--calendar", "name", metavar="NAME", help="Which calendar (else: the desk's).")
@option("--dry-run", is_flag=True, help="Show the diff; change nothing.")
@option("--include-dirty", is_flag=True, help="Take uncommitted edits of the calendar in.")
def _sync(
    app: App, country: str, year: int, name: str | None, dry_run: bool, include_dirty: bool
) -> None:
    from svcdesk.desk.calendars import sync_calendar
    from svcdesk.desk.writing import Options

    chosen = _find(app, name or app.desk.facts.calendar)
    options = Options(dry_run=dry_run, include_dirty=include_dirty)
    synced = sync_calendar(app.desk, country, year, chosen.name, options)
    done = synced.done
    if done.before == done.after:
        app.out.out(T("nothing to change"))
    elif dry_run:
        app.out.out(done.diff(), multiline=True)
    else:
        app.out.out(done.subject)
        if done.commit:
            app.out.out(T("committed as {commit}", commit=done.commit[:10]))
    if synced.lost:
        app.out.err(T("no longer in the calendar: {days}", days=", ".join(synced.lost)))
    for doubt in synced.doubts:
        app.out.err(doubt)


@command("check", help="Check every calendar of the desk; exit code 1 for findings.")
def _check(app: App) -> int:
    from svcdesk.store.tickets import CALENDARS

    bad = 0
    for name in app.desk.sla.calendar_names():
        path = f"{CALENDARS}/{name}.yaml"
        try:
            read = app.desk.sla.calendar(name)
        except SvcdeskError as error:
            bad += 1
            app.out.out(placed(error, path))
            if error.hint is not None:
                app.out.out(T("  → {hint}", hint=error.hint))
            continue
        this_year = app.now.astimezone(app.zone).year
        known = {one.year for one in read.years}
        if read.country and this_year not in known:
            bad += 1
            app.out.out(
                T(
                    "{path}: {year} is missing: svcdesk calendar sync {country} {year}",
                    path=path,
                    year=this_year,
                    country=read.country,
                )
            )
            continue
        app.out.out(T("{path}: good", path=path))
    return FINDINGS if bad else 0


def _find(app: App, name: str) -> Calendar:
    calendars = app.desk.sla.calendars
    if name not in calendars:
        raise NotFound(
            T("the desk has no calendar “{name}”", name=name),
            hint=T("calendars: {names}", names=", ".join(sorted(calendars))),
            code="E_CALENDAR",
        )
    return calendars[name]


def _month(app: App, text: str | None) -> tuple[int, int]:
    if text is None:
        today = app.now.astimezone(app.zone).date()
        return today.year, today.month
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError(T("“{text}” is not a month such as 2024-10", text=text)) from None
    return first.year, first.month


def _bounds(app: App, year: int, month: int) -> tuple[float, float]:
    from datetime import datetime

    first = datetime(year, month, 1, tzinfo=app.zone).timestamp()
    last = months.monthrange(year, month)[1]
    return first, datetime(year, month, last, tzinfo=app.zone).timestamp()


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    shown = f"{hours % 24 if hours > 24 else hours:02}:{rest // 60:02}"
    return str(T("{time} of the next day", time=shown)) if hours > 24 or seconds > 86400 else shown


def _weekday(day: date) -> Cell:
    words = (T("Mon"), T("Tue"), T("Wed"), T("Thu"), T("Fri"), T("Sat"), T("Sun"))
    word = words[day.weekday()]
    return Cell(word.template, word)


@click.group("calendar", cls=Group, help="The desk's working calendars: show, sync, check.")
@anywhere
def _calendar() -> None:
    pass


for _one in (_show, _sync, _check):
    _calendar.add_command(_one)


def commands() -> dict[str, click.Command]:
    return {"calendar": _calendar}
