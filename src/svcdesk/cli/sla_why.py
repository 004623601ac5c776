"""`svcdesk sla explain|lint|simulate|forecast`: why, what if, what next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.given import read_ids
from svcdesk.cli.options import asked_at, command, id_argument, option
from svcdesk.cli.row_tables import tell_hidden, tell_unreadable
from svcdesk.errors import NotFound, UsageError
from svcdesk.i18n import Label, T
from svcdesk.model.table import Cell, Column, Table

if TYPE_CHECKING:
    from svcdesk.desk.sla_trying import Replayed
    from svcdesk.model.record import Value


@command(
    "explain",
    help="Say why a deadline is what it is: every counted and skipped interval by name.\n\n"
    "As far as the due time, also what is still to come. Many ordinary working days in a row are "
    "one line; --all, and every format but the table, has each.",
)
@id_argument
@option("--target", metavar="NAME", help="Only this target: response, resolution, promise …")
@option("--all", "every", is_flag=True, help="Each interval by itself, also of ordinary days.")
@asked_at
def explain(app: App, id_: str, target: str | None, every: bool, at: str | None) -> None:
    from svcdesk.reports.sla_bar import bar, legend
    from svcdesk.reports.sla_reasons import reasons_table, summary
    from svcdesk.reports.sla_targets import judged

    moment = app.understand(at) if at else app.now
    [chosen] = read_ids([id_])
    record = app.desk.load(chosen).record
    answer = app.desk.sla.ledger(record, moment)
    targets = judged(record, answer.entries, answer.at, 0) if answer else []
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
            app.out.out(f"  {bar(one, seconds, colour=app.out.colour)}\n", styled=True)
        if targets:
            app.out.out(f"{legend()}\n\n", styled=True)
    waits = app.desk.kinds.fields(record.kind).get("waiting.reason")
    words = {one.value: Label(one.labels, one.value) for one in waits.choices} if waits else {}
    every = every or app.format_name() != "table"
    app.show(reasons_table(targets, app.zone, seconds, words, every=every))
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
    help="Replay history under another policy: who would have been late, side by side.\n\n"
    "Of the requests that QUERY finds; without one, of all. They are judged as if the policy had "
    "been in force when they were submitted.",
)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@option("--policy", required=True, metavar="NAME|FILE", help="The policy to try.")
@option(
    "--since",
    metavar="SPAN|TIME",
    help="Only what was submitted since then, or within that long.",
)
@asked_at
def simulate(
    app: App, query: tuple[str, ...], policy: str, since: str | None, at: str | None
) -> int:
    from svcdesk.cli.list_cmd import query_text
    from svcdesk.desk.sla_trying import Replayed, as_in_force, policy_from, replay

    moment = app.understand(at) if at else app.now
    tried, later = as_in_force(policy_from(app.desk, policy), moment.astimezone(app.zone).date())
    results = list(
        replay(
            app.desk,
            tried,
            at=moment,
            query=query_text(query),
            since=began(app, since, moment) if since else None,
        )
    )
    replayed = [one for one in results if isinstance(one, Replayed)]
    unreadable = [one for one in results if not isinstance(one, Replayed)]
    late_now = sum(one.late_now is True for one in replayed)
    late_then = sum(one.late_then is True for one in replayed)
    table = _difference(app, [one for one in replayed if one.changed])
    late: dict[str, Value] = {"late_now": late_now, "late_then": late_then}
    app.show(table._replace(unreadable=len(unreadable), extra=late))
    app.out.err(
        T(
            "{all} targets: {now} late now, {then} late under {policy}",
            all=len(replayed),
            now=late_now,
            then=late_then,
            policy=policy,
        )
    )
    if later is not None:
        app.out.err(T("{policy} comes into force on {day}; all is judged as if it had been before",
                      policy=policy, day=later.isoformat()))  # fmt: skip
    early = len({one.record for one in replayed if one.early})
    if early:
        app.out.err(T("from before {policy} came into force, judged by its first version: {count} "
                      "requests", count=early, policy=policy))  # fmt: skip
    _tell_traps(app, policy)
    return tell_unreadable(app, unreadable)


def _tell_traps(app: App, policy: str) -> None:
    """What is unwise in a policy of a file that is tried; those of the desk are for `lint`."""
    from pathlib import Path

    from svcdesk.desk.sla_trying import lint_file

    if Path(policy).is_file():
        for one in lint_file(app.desk, Path(policy)):
            app.out.err(T("note: {code}: {message}", code=one.code, message=one.message))


def _difference(app: App, changed: Sequence[Replayed]) -> Table:
    """The targets that another policy would judge otherwise, each with both verdicts."""
    rules = app.desk.sla.rules("request").rules
    return Table(
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
                one.record,
                Cell(one.target, Label(rules[one.target].labels, one.target)),
                _verdict(one.late_now),
                _verdict(one.late_then),
                one.title,
            ]
            for one in changed
        ],
        total=len(changed),
    )


@command("forecast", help="Say what falls due next, by assignee.")
@option("--within", default="1d", metavar="SPAN", help="How far to look ahead (1d).")
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
        unreadable=len(result.unreadable) + len(result.hidden),
        notes=result.notes,
    )
    app.show(table)
    app.out.err(T("due within {span}, as of {moment}", span=within,
                  moment=moment.astimezone(app.zone).strftime("%Y-%m-%d %H:%M")))  # fmt: skip
    loads = Counter(str(one.record.get("assignee") or "–") for one in soon)
    for person, count in loads.most_common():
        app.out.err(T("{person}: {count}", person=person, count=count))
    hidden = tell_hidden(app, result.hidden)
    return tell_unreadable(app, result.unreadable) or hidden


def began(app: App, text: str, moment: datetime) -> datetime:
    """What `--since` means: a span back from a moment, or a moment itself."""
    from svcdesk.humantime import parse_span

    try:
        return moment - parse_span(text)
    except UsageError:
        return app.understand(text)
    except OverflowError:
        raise UsageError(T("“{text}” is longer than time goes back", text=text)) from None


def _verdict(late: bool | None) -> Cell:
    if late is None:
        return Cell(None, T("not asked"), "dim")
    return Cell(
        "late" if late else "kept", T("late") if late else T("kept"), "breach" if late else "ok"
    )
