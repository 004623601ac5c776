"""`svcdesk sla`: what is late, what will be, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.given import read_ids
from svcdesk.cli.help import Group
from svcdesk.cli.options import anywhere, asked_at, command, ids_argument, option
from svcdesk.cli.sla_calc import calc
from svcdesk.cli.sla_why import began, explain, forecast, lint, simulate
from svcdesk.errors import placed
from svcdesk.i18n import T, Text
from svcdesk.reports.sla_targets import AT_RISK, BREACHED, OPEN, Target, judged, targets_table

if TYPE_CHECKING:
    from svcdesk.desk.sla_checking import SlaCheck
    from svcdesk.desk.writing import Done
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table
    from svcdesk.store.tickets import Unreadable


_DATA = ("csv", "csv-excel", "xlsx", "parquet")
"""Formats that programs and spreadsheets read, and that have the cells alone."""
_OWED = "DESK701"
_FEW = 3
"""So many notes that are owed are named one by one."""


@command(
    "check",
    help="Say what is breached, at risk and next; exit code 1 if anything is breached.\n\n"
    "In question are the open targets of open records, and what was breached since --since, of the "
    "records that QUERY finds. A breach that a supervisor explained is listed and no failure.",
)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@option(
    "--within", default="2h", metavar="SPAN", help="At risk is what falls due within SPAN (2h)."
)
@option(
    "--since",
    default="24h",
    metavar="SPAN|TIME",
    help="Since when, or how long, a breach counts once its target has ended or its record is "
    "closed (24h): in CI, since the last run.",
)
@option("--all", "everything", is_flag=True, help="Every target, also those met long ago.")
@option(
    "--fail-on",
    type=click.Choice(["breach", "risk", "none"]),
    default="breach",
    help="What makes the exit code 1: breach, risk or none.",
)
@asked_at
def _check(
    app: App,
    query: tuple[str, ...],
    within: str,
    since: str,
    everything: bool,
    fail_on: str,
    at: str | None,
) -> int:
    from svcdesk.cli.list_cmd import query_text
    from svcdesk.cli.row_tables import tell_hidden
    from svcdesk.desk.sla_checking import check_sla
    from svcdesk.humantime import parse_span
    from svcdesk.reports.sla_findings import checked_item

    moment = app.understand(at) if at else app.now
    result = check_sla(
        app.desk,
        at=moment,
        within=parse_span(within),
        since=began(app, since, moment),
        everything=everything,
        query=query_text(query),
    )
    unjudged = (*result.unreadable, *result.hidden)
    app.show(
        targets_table(
            result.targets,
            schema="svcdesk/sla-check/1",
            title=T("service levels"),
            zone=app.zone,
            now=moment,
            unreadable=len(unjudged),
            notes=result.notes,
            item=lambda target: checked_item(target, app.zone),
            more=[
                *(_unreadable_item(one) for one in result.unreadable),
                *(_hidden_item(one) for one in result.hidden),
            ],
            grouped=True,
            whole=app.format_name() in _DATA,
        )
    )
    for one in result.unreadable:
        app.out.err(placed(one.error, one.path))
    tell_hidden(app, result.hidden)
    app.out.err(_counts(result))
    failed = {"breach": result.late(), "risk": result.risky(), "none": False}[fail_on]
    return FINDINGS if failed or unjudged else 0


def _unreadable_item(unreadable: Unreadable) -> dict[str, Value]:
    """A file that could not be read, among the items: it may hide a breach."""
    from svcdesk.desk.checking import of_unreadable
    from svcdesk.reports.findings import finding_item

    return {**finding_item(of_unreadable(unreadable)), "state": "unreadable"}


def _hidden_item(hidden: Unreadable) -> dict[str, Value]:
    """A record that could not be judged, with the place in the policy that is wrong."""
    from svcdesk.desk.check_files import of_error
    from svcdesk.reports.findings import finding_item

    finding = of_error(hidden.error, hidden.path)._replace(record=hidden.record_id)
    return {**finding_item(finding), "state": "unreadable"}


def _counts(result: SlaCheck) -> Text:
    found = result.targets
    return T(
        "{breached} breached ({explained} explained), {risk} at risk, {next} next",
        breached=sum(one.group == BREACHED for one in found),
        explained=sum(one.explained is not None for one in found),
        risk=sum(one.group == AT_RISK for one in found),
        next=sum(one.group == OPEN for one in found),
    )


@command(
    "escalate",
    help="Record every escalation level that has come, each once, and tell the people it names."
    "\n\nCall it as often as you like, from as many clones as you like: what is recorded is not "
    "recorded again, and two clones record the same.",
)
@option("--at", metavar="TIME", help="What had come by TIME, instead of by now.")
@option(
    "--since",
    default="7d",
    metavar="SPAN|TIME",
    help="Since when, or how long, a target may have ended and its levels still count (7d).",
)
@option("--dry-run", is_flag=True, help="Show the diff and the message; change nothing.")
def _escalate(app: App, at: str | None, since: str, dry_run: bool) -> int:
    from svcdesk.cli.row_tables import tell_hidden, tell_unreadable
    from svcdesk.cli.written import show_done
    from svcdesk.desk.escalating import escalate
    from svcdesk.desk.writing import Options

    moment = app.understand(at) if at else app.now
    start = began(app, since, moment)
    result = escalate(app.desk, at=moment, since=start, options=Options(dry_run=dry_run))
    show_done(app, _summed(app, result.done), dry_run=dry_run)
    hidden = tell_hidden(app, result.hidden)
    return tell_unreadable(app, result.passed_over) or hidden


def _summed(app: App, done: Done) -> Done:
    """What was done, with one sentence for many notes that are owed."""
    owed = [one for one in done.findings if one.code == _OWED]
    if len(owed) <= _FEW:
        return done
    app.out.err(
        T("{count} escalations ask for a supervisor's note: `svcdesk check` lists them; `svcdesk "
          "note ID --about all -m …` writes one for all of a request", count=len(owed))
    )  # fmt: skip
    others = tuple(one for one in done.findings if one.code != _OWED)
    return done._replace(findings=others)


@command("show", help="Show every target of records: when it began, is due, was met.")
@ids_argument
@asked_at
def _show(app: App, ids: tuple[str, ...], at: str | None) -> None:
    from svcdesk.desk.owing import standing_of
    from svcdesk.desk.sla_checking import placed
    from svcdesk.lifecycle.fold import fold
    from svcdesk.reports.sla_bar import timeline

    moment = app.understand(at) if at else app.now
    targets: list[Target] = []
    notes: list[Text] = []
    for one in read_ids(ids):
        loaded = app.desk.load(one)
        record = loaded.record
        folded = fold(record.events, app.desk.workflow(record.kind))
        answer = app.desk.sla.ledger(record, moment, folded)
        standing = standing_of(app.desk, record, folded, answer, loaded.document.text.encode())
        if answer is None or standing is None:
            continue
        found = judged(record, answer.entries, answer.at, 0)
        targets += [placed(target, loaded.path, standing) for target in found]
        notes += [T("{record}: policy {policy}", record=record.id, policy=answer.policy)]
        notes += standing.notes or answer.notes
    table = targets_table(
        targets,
        schema="svcdesk/sla-show/1",
        title=T("service levels"),
        zone=app.zone,
        now=moment,
        notes=notes,
        whole=True,
    )
    if app.format_name() != "table" or not targets:
        app.show(table)
    else:
        app.show(_for_people(table, targets))
        lines = timeline(sorted(targets, key=Target.sort_key), app.zone, moment,
                         width=app.out.width, colour=app.out.colour)  # fmt: skip
        app.out.out("\n" + "".join(f"{one}\n" for one in lines), styled=True)


def _for_people(table: Table, targets: Sequence[Target]) -> Table:
    """The table without the columns that say nothing, or for one record the same in each row."""
    records = {target.record.id: target.record for target in targets}
    if all(target.explained is None for target in targets):
        table = table.without({"explained"})
    if len(records) > 1:
        return table
    [record] = records.values()
    about = (record.id, record.get("priority"), record.get("assignee"), record.title)
    title = " · ".join(str(part) for part in about if part)
    return table.without({"record", "priority", "assignee", "title"})._replace(title=title)


@click.group("sla", cls=Group, help="The SLA: what is late, what will be, and why.")
@anywhere
def _sla() -> None:
    pass


for _one in (_check, _show, _escalate, explain, forecast, simulate, lint, calc):
    _sla.add_command(_one)


def commands() -> dict[str, click.Command]:
    return {"sla": _sla}
