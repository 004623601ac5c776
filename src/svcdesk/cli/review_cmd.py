"""`svcdesk review`: what a branch does to the desk, and what of it must not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.options import command, option
from svcdesk.i18n import T
from svcdesk.model.finding import Severity
from svcdesk.reports.findings import findings_table

if TYPE_CHECKING:
    from svcdesk.desk.reviewing import Reviewed
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table

_LEAST = {"warning": Severity.WARNING, "error": Severity.ERROR, "none": None}


@command(
    "review",
    help="Say what a branch does to each record, and find what must not pass.\n\n"
    "BASE...HEAD is compared as a pull request is: from where the two parted. BASE alone is up to "
    "HEAD; without any, it is the branch that this one follows, or main. People, workflows, "
    "schemas and policies are those of BASE.",
)
@click.argument("revisions", required=False, metavar="[BASE...HEAD]")
@option("--staged", is_flag=True, help="Review what is staged for the next commit.")
@option("--at", metavar="TIME", help="Judge as of TIME, instead of now.")
@option(
    "--fail-on",
    type=click.Choice(list(_LEAST)),
    default="warning",
    help="What ends with exit code 1: warnings and errors, errors alone, or nothing.",
)
def _review(app: App, revisions: str | None, staged: bool, at: str | None, fail_on: str) -> int:
    moment = app.understand(at) if at else None
    reviewed = app.desk.review(revisions, staged=staged, at=moment)
    name = app.format_name()
    if name == "markdown":
        from svcdesk.cli.review_comment import comment

        app.out.out(comment(reviewed), raw=True)
    elif name != "table":
        app.show(_table(reviewed))
    else:
        _print(app, reviewed)
    heavy = sum(one.weight > Severity.NOTE for one in reviewed.findings)
    app.out.err(
        T("{read} records changed, {unreadable} unreadable; {findings} findings, {notes} notes",
          read=reviewed.read, unreadable=reviewed.unreadable, findings=heavy,
          notes=len(reviewed.findings) - heavy)
    )  # fmt: skip
    least = _LEAST[fail_on]
    failed = least is not None and any(one.weight >= least for one in reviewed.findings)
    return FINDINGS if failed else 0


def _print(app: App, reviewed: Reviewed) -> None:
    for one in reviewed.records:
        title = one.record.title or "–"
        app.out.out(
            T("{record}, new: {title}", record=one.record.id, title=title)
            if one.is_new
            else T("{record}: {title}", record=one.record.id, title=title)
        )
        for sentence in one.said:
            app.out.out(T("  {sentence}", sentence=sentence))
    if reviewed.findings:
        if reviewed.records:
            app.out.out("")
        app.show(_table(reviewed))
    elif not reviewed.records:
        app.out.out(T("no record is changed"))


def _table(reviewed: Reviewed) -> Table:
    table = findings_table(
        reviewed.findings,
        schema="svcdesk/review/1",
        title=T("findings"),
        read=reviewed.read,
        unreadable=reviewed.unreadable,
    )
    records: list[Value] = [
        {
            "record": one.record.id,
            "uid": one.record.uid,
            "path": one.path,
            "title": one.record.title,
            "new": one.is_new,
            "said": [str(sentence) for sentence in one.said],
        }
        for one in reviewed.records
    ]
    extra: dict[str, Value] = {"base": reviewed.base, "head": reviewed.head, "records": records}
    return table._replace(extra={**table.extra, **extra})


def commands() -> dict[str, click.Command]:
    return {"review": _review}
