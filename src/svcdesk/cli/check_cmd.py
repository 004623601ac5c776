"""`svcdesk check`: is anything wrong?"""

from __future__ import annotations

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.given import read_ids
from svcdesk.cli.options import command, option
from svcdesk.i18n import T
from svcdesk.model.finding import Severity
from svcdesk.reports.findings import findings_table


@command(
    "check",
    help="Check every record and the desk's own files, or the records named.\n\n"
    "Exit code 1 means findings; notes alone are none. `svcdesk explain CODE` says more.",
)
@click.argument("ids", nargs=-1, metavar="[ID…]")
@option("--fix", is_flag=True, help="Mend what needs no judgement, in one commit.")
@option("--quiet", is_flag=True, help="Leave notes out.")
def _check(app: App, ids: tuple[str, ...], fix: bool, quiet: bool) -> int:
    from svcdesk.desk.checking import check_desk

    result = check_desk(app.desk, read_ids(ids) if ids else None, fix=fix)
    if result.mended is not None:
        app.out.err(result.mended.subject)
    shown = [one for one in result.findings if not quiet or one.weight > Severity.NOTE]
    heavy = sum(one.weight > Severity.NOTE for one in result.findings)
    summary = T(
        "{read} records read, {unreadable} unreadable; {findings} findings, {notes} notes",
        read=result.read,
        unreadable=result.unreadable,
        findings=heavy,
        notes=len(result.findings) - heavy,
    )
    if shown or app.format_name() != "table":
        app.show(
            findings_table(
                shown,
                schema="svcdesk/check/1",
                title=T("findings"),
                read=result.read,
                unreadable=result.unreadable,
            )
        )
    app.out.err(summary)
    if result.blocked:
        app.out.err(T("no record was judged: mend the desk's own files first"))
    return FINDINGS if result.failed else 0


def commands() -> dict[str, click.Command]:
    return {"check": _check}
