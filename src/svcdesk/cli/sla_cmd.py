"""`svcdesk sla`: what is late, what will be, and why."""

from __future__ import annotations

from datetime import timedelta

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS, placed
from svcdesk.cli.help import Group
from svcdesk.cli.options import asked_at, command, ids_argument, option, read_ids
from svcdesk.cli.sla_why import calc, explain, forecast, lint, simulate
from svcdesk.i18n import T
from svcdesk.reports.sla_targets import judged, targets_table


@command(
    "check",
    help="Say what is breached, at risk and next; exit code 1 if anything is breached.\n\n"
    "In question are open targets, and those that ended breached within --since.",
)
@option("--within", default="2h", metavar="SPAN", help="At risk is what falls due within SPAN.")
@option("--since", default="24h", metavar="SPAN", help="How long a breach that ended counts.")
@option("--all", "everything", is_flag=True, help="Every target, also those met long ago.")
@option(
    "--fail-on",
    type=click.Choice(["breach", "risk", "none"]),
    default="breach",
    help="What makes the exit code 1: breach, risk or none.",
)
@asked_at
def _check(
    app: App, within: str, since: str, everything: bool, fail_on: str, at: str | None
) -> int:
    from svcdesk.desk.sla_checking import check_sla

    moment = app.understand(at) if at else app.now
    result = check_sla(
        app.desk, at=moment, within=_span(within), since=_span(since), everything=everything
    )
    app.show(
        targets_table(
            result.targets,
            schema="svcdesk/sla-check/1",
            title=T("service levels"),
            zone=app.zone,
            now=moment,
            unreadable=len(result.unreadable),
            notes=result.notes,
        )
    )
    for one in result.unreadable:
        app.out.err(placed(one.error, one.path))
    failed = {"breach": result.late(), "risk": result.risky(), "none": False}[fail_on]
    return FINDINGS if failed or result.unreadable else 0


@command("show", help="Show every target of records: when it started, is due, was met.")
@ids_argument
@asked_at
def _show(app: App, ids: tuple[str, ...], at: str | None) -> None:
    moment = app.understand(at) if at else app.now
    targets, notes = [], []
    for one in read_ids(ids):
        record = app.desk.load(one).record
        answer = app.desk.sla.ledger(record, moment)
        if answer is not None:
            targets += judged(record, answer, 0)
            notes += [T("{record}: policy {policy}", record=record.id, policy=answer.policy)]
            notes += answer.notes
    app.show(
        targets_table(
            targets,
            schema="svcdesk/sla-show/1",
            title=T("service levels"),
            zone=app.zone,
            now=moment,
            notes=notes,
        )
    )


def _span(text: str) -> timedelta:
    from svcdesk.humantime import parse_span

    return parse_span(text)


@click.group("sla", cls=Group, help="The SLA: what is late, what will be, and why.")
def _sla() -> None:
    pass


for _one in (_check, _show, explain, forecast, simulate, lint, calc):
    _sla.add_command(_one)


def commands() -> dict[str, click.Command]:
    return {"sla": _sla}
