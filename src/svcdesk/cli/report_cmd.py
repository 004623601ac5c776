"""`svcdesk report`: what plugins make of the desk's records."""

from __future__ import annotations

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import asked_at, command, option
from svcdesk.cli.row_tables import tell_unreadable
from svcdesk.i18n import T
from svcdesk.model.table import Column, Table


@command(
    "report",
    help="Make a report of records; without a name, list the reports there are.",
)
@click.argument("name", required=False, metavar="[NAME]")
@option("--since", metavar="TIME", help="From this day or moment on.")
@option("--until", metavar="TIME", help="Up to this day or moment, not included.")
@asked_at
def _report(
    app: App, name: str | None, since: str | None, until: str | None, at: str | None
) -> int:
    if name is None:
        reports = app.desk.plugins.reports()
        app.show(
            Table(
                schema="svcdesk/reports/1",
                title=T("reports"),
                columns=[Column("name", T("name")), Column("title", T("what it shows"))],
                rows=[[one.name, str(one.title)] for one in reports],
                total=len(reports),
            )
        )
        return 0
    reported = app.desk.report(
        name,
        at=app.understand(at) if at else app.now,
        since=app.understand(since) if since else None,
        until=app.understand(until) if until else None,
    )
    app.show(reported.table)
    return tell_unreadable(app, reported.unreadable)


def commands() -> dict[str, click.Command]:
    return {"report": _report}
