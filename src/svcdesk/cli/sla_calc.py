"""`svcdesk sla calc`: plain sums of working time, for scripts."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import PARTIAL
from svcdesk.cli.options import command, option
from svcdesk.errors import Invalid, NotFound, SvcdeskError, UsageError, reason_of
from svcdesk.i18n import T
from svcdesk.model.record import Value
from svcdesk.model.table import Column, Table
from svcdesk.sla.instants import iso

if TYPE_CHECKING:
    from svcdesk.sla.calendar import Calendar
    from svcdesk.sla.duration import Duration


@command(
    "calc",
    help="Plain arithmetic of working time, for scripts.\n\n"
    "--from T --add 4h gives an instant, --from T --to T the seconds between. Without --calendar "
    "it counts round the clock, in any desk and outside of one.\n\n"
    "--cases FILE works out a JSON list of cases and prints a JSON line for each, with its result "
    "or its error; exit code 5 if any has an error. docs/sla.md has the format.",
)
@option(
    "--calendar",
    metavar="NAME|FILE",
    help="A calendar of the desk, or a calendar file; else 24x7, round the clock.",
)
@option("--from", "start", metavar="TIME", help="From when.")
@option("--add", "span", metavar="SPAN", help="A duration: 4h, 90m, 3wd; -2h counts backward.")
@option("--to", "end", metavar="TIME", help="Until when.")
@option("--boundary", type=click.Choice(["tight", "snap"]), default="tight", help="At the edge.")
@option("--end-of-day", is_flag=True, help="Working days end at the last closing.")
@option("--cases", metavar="FILE", help="A JSON list of cases; - reads standard input.")
def calc(app: App, cases: str | None, **said: Any) -> int:
    if cases:
        _refuse_beside_cases(app, said)
        return _cases(app, cases)
    from svcdesk.sla.arithmetic import elapsed

    calendar = _calendar(app, said["calendar"])
    if not said["start"] or bool(said["span"]) == bool(said["end"]):
        raise UsageError(T("`calc` takes --from and either --add or --to"))
    start = _moment(app, said["start"])
    if said["end"]:
        end = _moment(app, said["end"])
        if end < start:
            raise UsageError(
                T("--to {end} lies before --from {start}", end=said["end"], start=said["start"]),
                hint=T("swap the two; `--add -2h` counts backward"),
                code="E_TIME",
            )
        seconds = elapsed(calendar, start, end)
        _show(app, calendar, str(seconds), {"from": start, "to": end}, {"seconds": seconds})
    else:
        end = _due(calendar, start, said)
        _show(app, calendar, iso(end, calendar.zone.tz), {"from": start, "to": end},
              {"add": said["span"]})  # fmt: skip
    _tell_missing(app, calendar, start, end)
    return 0


def _due(calendar: Calendar, start: int, said: dict[str, Any]) -> int:
    """When the duration that was typed is over, or with a minus sign when it began."""
    from svcdesk.sla.arithmetic import add, add_working_days

    duration = _duration(said["span"].lstrip("+-"))
    sign = -1 if said["span"].startswith("-") else 1
    if duration.working_days:
        days = sign * duration.working_days
        return add_working_days(calendar, start, days, end_of_day=said["end_of_day"])
    return add(calendar, start, sign * duration.seconds, boundary=said["boundary"])


def _show(
    app: App,
    calendar: Calendar,
    answer: str,
    instants: dict[str, int],
    amounts: dict[str, Value],
) -> None:
    """The answer alone, as scripts want it; in a format that was asked for, with what it is of."""
    if app.said.format in (None, "table"):
        app.out.out(answer)
        return
    shown = {name: iso(instant, calendar.zone.tz) for name, instant in instants.items()}
    row: dict[str, Value] = {"calendar": calendar.name, **shown, "add": None, "seconds": None}
    row |= amounts
    labels = {"calendar": T("calendar"), "from": T("start"), "to": T("end"),
              "add": T("added"), "seconds": T("seconds")}  # fmt: skip
    columns = [Column(name, labels[name]) for name in row]
    app.show(Table("svcdesk/sla-calc/1", T("working time"), columns, [list(row.values())], [row],
                   total=1))  # fmt: skip


def _tell_missing(app: App, calendar: Calendar, start: int, end: int) -> None:
    missing = calendar.missing_years(start, end)
    if missing:
        years = ", ".join(map(str, missing))
        app.out.err(
            T("calendar {name} has no public holidays of {years}, which this answer needs",
              name=calendar.name, years=years)
        )  # fmt: skip


def _refuse_beside_cases(app: App, said: dict[str, Any]) -> None:
    """Each case says for itself what it is reckoned with, and each answer is a JSON line."""
    names = {"calendar": "--calendar", "start": "--from", "span": "--add", "end": "--to",
             "end_of_day": "--end-of-day"}  # fmt: skip
    beside = [name for key, name in names.items() if said[key]]
    beside += ["--boundary"] if said["boundary"] != "tight" else []
    if beside:
        raise UsageError(
            T("--cases takes no {options}: each case has its own", options=", ".join(beside)),
            hint=T("write `calendar`, `start`, `seconds` and the like into the cases"),
        )
    if app.said.format not in (None, "jsonl"):
        raise UsageError(T("--cases prints JSON lines and has no other format"))


def _cases(app: App, name: str) -> int:
    """A line for each case: its result, or the error where it cannot be computed."""
    from svcdesk.sla.cases import work_out

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(T("cannot read {path}: {why}", path=name, why=reason_of(error))) from None
    except UnicodeDecodeError:
        raise Invalid(T("{path} is not UTF-8", path=name)) from None
    try:
        cases = json.loads(text)
    except ValueError as error:
        raise Invalid(T("{path} is not a list of cases: {why}", path=name, why=error)) from None
    if not isinstance(cases, list):
        raise Invalid(T("{path} is not a list of cases", path=name))
    wrong = 0
    for case in cases:
        key = case.get("id") if isinstance(case, dict) else None
        try:
            if not isinstance(case, dict):
                raise Invalid(T("a case must be a mapping"))
            line: dict[str, Value] = {"id": key, "result": work_out(case)}
        except SvcdeskError as error:
            wrong += 1
            line = {"id": key, "error": str(error)}
        app.out.out(json.dumps(line, ensure_ascii=False), raw=True)
    if wrong:
        app.out.err(T("{count} of {total} cases have an error", count=wrong, total=len(cases)))
    return PARTIAL if wrong else 0


def _calendar(app: App, given: str | None) -> Calendar:
    from svcdesk.sla.calendar import always_open
    from svcdesk.sla.calendar_file import parse_calendar
    from svcdesk.store.yaml_read import parse

    if given is None:
        _tell_clock(app)
    if given is None or given == "24x7":
        return always_open(app.zone.key)
    path = Path(given)
    if path.suffix in (".yaml", ".yml", ".json") or path.is_file():
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NotFound(
                T("cannot read {path}: {why}", path=path, why=reason_of(error))
            ) from None
        document = parse(data, path=str(path))
        return document.understood(lambda value: parse_calendar(value, path.stem))
    calendars = app.desk.sla.calendars
    if given not in calendars:
        raise NotFound(
            T("the desk has no calendar “{name}”", name=given),
            hint=T("calendars: {names}", names=", ".join(sorted(calendars))),
            code="E_CALENDAR",
        )
    return calendars[given]


def _tell_clock(app: App) -> None:
    try:
        name = app.desk.facts.calendar
    except SvcdeskError:  # outside of a desk, or in one that is in disorder
        app.out.err(T("counted round the clock: --calendar NAME counts a calendar's hours"))
        return
    app.out.err(T("counted round the clock: --calendar {name} counts the hours of the desk's "
                  "calendar", name=name))  # fmt: skip


def _duration(text: str) -> Duration:
    """A duration as policies have it, or as people say it: `4小时`, `两个半小时`, `3个工作日`.

    Days alone are refused as a policy refuses them: they could be 24 hours each, or working days.
    """
    from svcdesk.humantime import parse_span
    from svcdesk.model.field_info import half_width
    from svcdesk.sla.duration import Duration, parse_duration

    typed = half_width(text).strip()
    days = re.fullmatch("([0-9]{1,5}) *个?工作日", typed)
    try:
        return parse_duration(f"{days[1]}wd" if days else typed)
    except Invalid as error:  # of the call, not of a file
        refusal = UsageError(error.message, hint=error.hint, code=error.code)
    if typed.isascii() or re.search("[天日]", typed):
        raise refusal
    try:
        return Duration(seconds=int(parse_span(typed).total_seconds()))
    except UsageError:
        raise refusal from None


def _moment(app: App, text: str) -> int:
    return int(app.understand(text).timestamp())
