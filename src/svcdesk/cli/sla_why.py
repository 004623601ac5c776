"""`svcdesk sla explain|lint|simulate|forecast|calc`: why, what if, what next, plain sums."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.list_cmd import tell_unreadable
from svcdesk.cli.options import asked_at, command, id_argument, option, read_ids
from svcdesk.errors import Invalid, NotFound, SvcdeskError, UsageError
from svcdesk.i18n import Label, T
from svcdesk.model.record import Value
from svcdesk.model.table import Cell, Column, Table

if TYPE_CHECKING:
    from svcdesk.sla.duration import Duration


@command(
    "explain",
    help="Say why a deadline is what it is: every counted and skipped interval by name.",
)
@id_argument
@option("--target", metavar="NAME", help="Only this target: response, resolution, promise …")
@asked_at
def explain(app: App, id_: str, target: str | None, at: str | None) -> None:
    from svcdesk.reports.sla_reasons import bar, reasons_table, summary
    from svcdesk.reports.sla_targets import judged

    moment = app.understand(at) if at else app.now
    [chosen] = read_ids([id_])
    record = app.desk.load(chosen).record
    answer = app.desk.sla.ledger(record, moment)
    targets = judged(record, answer, 0) if answer else []
    if target:
        names = sorted({one.entry.target for one in targets})
        targets = [one for one in targets if target in (one.entry.target, str(one.label))]
        if not targets:
            raise NotFound(
                T("{record} has no target “{target}”", record=record.id, target=target),
                hint=T("targets: {names}", names=", ".join(names) or "–"),
                record=record.id,
            )
    seconds = int(moment.timestamp())
    if app.format_name() == "table":
        for one in targets:
            for line in summary(one, app.zone, seconds):
                app.out.out(line)
            app.out.out(f"  {bar(one, seconds)}")
        app.out.out("")
    waits = app.desk.kinds.fields(record.kind).get("waiting.reason")
    words = {one.value: Label(one.labels, one.value) for one in waits.choices} if waits else {}
    app.show(reasons_table(targets, app.zone, seconds, words))
    for note in answer.notes if answer else ():
        app.out.err(note)


@command("lint", help="Find the traps in the desk's policies; exit code 1 for findings.")
def lint(app: App) -> int:
    from svcdesk.desk.sla_trying import lint_policies
    from svcdesk.model.finding import failing
    from svcdesk.reports.findings import findings_table

    findings = lint_policies(app.desk)
    app.show(
        findings_table(
            findings,
            schema="svcdesk/sla-lint/1",
            title=T("policies"),
            read=len(app.desk.sla.policy_names()),
            unreadable=0,
        )
    )
    return FINDINGS if failing(findings) else 0


@command(
    "simulate",
    help="Replay history under another policy: who would have been late, side by side.",
)
@option("--policy", required=True, metavar="NAME|FILE", help="The policy to try.")
@asked_at
def simulate(app: App, policy: str, at: str | None) -> int:
    from svcdesk.desk.sla_trying import Replayed, policy_from, replay

    moment = app.understand(at) if at else app.now
    results = list(replay(app.desk, policy_from(app.desk, policy), at=moment))
    replayed = [one for one in results if isinstance(one, Replayed)]
    unreadable = [one for one in results if not isinstance(one, Replayed)]
    changed = [one for one in replayed if one.changed]
    totals = Counter(
        (late, key)
        for one in replayed
        for key, late in (("now", one.late_now), ("then", one.late_then))
    )
    app.show(
        Table(
            schema="svcdesk/sla-simulate/1",
            title=T("what would be different"),
            columns=[
                Column("record", T("record")),
                Column("target", T("target")),
                Column("now", T("now")),
                Column("then", T("then")),
                Column("title", T("title")),
            ],
            rows=[
                [
                    one.record.id,
                    Cell(one.target, one.label),
                    _verdict(one.late_now),
                    _verdict(one.late_then),
                    one.record.title,
                ]
                for one in changed
            ],
            total=len(changed),
            unreadable=len(unreadable),
            extra={"late_now": totals[True, "now"], "late_then": totals[True, "then"]},
        )
    )
    app.out.err(
        T(
            "{all} targets: {now} late now, {then} late under {policy}",
            all=len(replayed),
            now=totals[True, "now"],
            then=totals[True, "then"],
            policy=policy,
        )
    )
    return tell_unreadable(app, unreadable)


@command("forecast", help="Say what falls due next, by assignee.")
@option("--within", default="1d", metavar="SPAN", help="How far to look ahead.")
@asked_at
def forecast(app: App, within: str, at: str | None) -> int:
    from svcdesk.desk.sla_checking import check_sla
    from svcdesk.humantime import parse_span
    from svcdesk.reports.sla_targets import AT_RISK, targets_table

    moment = app.understand(at) if at else app.now
    span = parse_span(within)
    result = check_sla(app.desk, at=moment, within=span, since=span)
    soon = [one for one in result.targets if one.group == AT_RISK]
    table = targets_table(
        soon,
        schema="svcdesk/sla-forecast/1",
        title=T("due next"),
        zone=app.zone,
        now=moment,
        unreadable=len(result.unreadable),
        notes=result.notes,
    )
    app.show(table)
    loads = Counter(str(one.record.get("assignee") or "–") for one in soon)
    for person, count in loads.most_common():
        app.out.err(T("{person}: {count}", person=person, count=count))
    return tell_unreadable(app, result.unreadable)


@command(
    "calc",
    help="Plain arithmetic of working time, for scripts.\n\n"
    "--from T --add 4h gives an instant, --from T --to T the seconds between. --cases FILE works "
    "out a JSON list of cases and prints a JSON line for each.",
)
@option("--calendar", metavar="NAME|FILE", help="A calendar of the desk, or a calendar file.")
@option("--from", "start", metavar="TIME", help="From when.")
@option("--add", "span", metavar="SPAN", help="A duration: 4h, 90m, 3wd; -2h counts backward.")
@option("--to", "end", metavar="TIME", help="Until when.")
@option("--boundary", type=click.Choice(["tight", "snap"]), default="tight", help="At the edge.")
@option("--end-of-day", is_flag=True, help="Working days end at the last closing.")
@option("--cases", metavar="FILE", help="A JSON list of cases; - reads standard input.")
def calc(app: App, cases: str | None, **said: Any) -> int:
    if cases:
        return _cases(app, cases)
    from svcdesk.sla.arithmetic import add, add_working_days, elapsed

    calendar = _calendar(app, said["calendar"])
    if not said["start"] or bool(said["span"]) == bool(said["end"]):
        raise UsageError(T("`calc` takes --from and either --add or --to"))
    start = _moment(app, said["start"])
    if said["end"]:
        app.out.out(str(elapsed(calendar, start, _moment(app, said["end"]))))
        return 0
    negative = said["span"].startswith("-")
    duration = _duration(said["span"].lstrip("+-"))
    sign = -1 if negative else 1
    if duration.working_days:
        days = sign * duration.working_days
        due = add_working_days(calendar, start, days, end_of_day=said["end_of_day"])
    else:
        due = add(calendar, start, sign * duration.seconds, boundary=said["boundary"])
    from svcdesk.sla.instants import iso

    app.out.out(iso(due, calendar.zone.tz))
    return 0


def _cases(app: App, name: str) -> int:
    """A line for each case: its result, or the error where it cannot be computed."""
    from svcdesk.sla.cases import work_out

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        cases = json.loads(text)
    except (OSError, ValueError) as error:
        raise Invalid(T("{path} is not a list of cases: {why}", path=name, why=error)) from None
    if not isinstance(cases, list):
        raise Invalid(T("{path} is not a list of cases", path=name))
    for case in cases:
        key = case.get("id") if isinstance(case, dict) else None
        try:
            if not isinstance(case, dict):
                raise Invalid(T("a case must be a mapping"))
            line: dict[str, Value] = {"id": key, "result": work_out(case)}
        except SvcdeskError as error:
            line = {"id": key, "error": str(error)}
        app.out.out(json.dumps(line, ensure_ascii=False), raw=True)
    return 0


def _duration(text: str) -> Duration:
    """A duration as policies have it, or as people say it: `4小时`, `两个半小时`, `3个工作日`."""
    from svcdesk.humantime import parse_span
    from svcdesk.model.field_info import half_width
    from svcdesk.sla.duration import Duration, parse_duration

    typed = half_width(text).strip()
    days = re.fullmatch("([0-9]{1,5}) *个?工作日", typed)
    try:
        return parse_duration(f"{days[1]}wd" if days else typed)
    except SvcdeskError as error:
        try:
            return Duration(seconds=int(parse_span(typed).total_seconds()))
        except UsageError:
            raise error from None


def _calendar(app: App, given: str | None) -> Any:
    from svcdesk.sla.calendar import always_open
    from svcdesk.sla.calendar_file import parse_calendar
    from svcdesk.store.yaml_read import parse

    if given is None:
        app.out.err(T("counted round the clock: --calendar NAME counts a calendar's hours"))
    if given is None or given == "24x7":
        return always_open(app.zone.key)
    path = Path(given)
    if path.suffix in (".yaml", ".yml", ".json") or path.is_file():
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NotFound(T("cannot read {path}: {why}", path=path, why=error.strerror)) from None
        return parse_calendar(parse(data, path=str(path)).value, path.stem)
    calendars = app.desk.sla.calendars
    if given not in calendars:
        raise NotFound(
            T("the desk has no calendar “{name}”", name=given),
            hint=T("calendars: {names}", names=", ".join(sorted(calendars))),
            code="E_CALENDAR",
        )
    return calendars[given]


def _moment(app: App, text: str) -> int:
    return int(app.understand(text).timestamp())


def _verdict(late: bool | None) -> Cell:
    if late is None:
        return Cell(None, T("not asked"), "dim")
    return Cell(
        "late" if late else "kept", T("late") if late else T("kept"), "breach" if late else "ok"
    )
