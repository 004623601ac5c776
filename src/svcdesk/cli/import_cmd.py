"""`svcdesk import`: another system's file, by a mapping."""

from __future__ import annotations

from pathlib import Path

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS
from svcdesk.cli.options import command, option
from svcdesk.i18n import T
from svcdesk.model.table import Column, Table


@command(
    "import",
    help="Import records from another system's file.\n\n"
    "MAP says which column means what. Importing again adds only what is new. Rows that were not "
    "understood are listed with the reason, and the exit code is 1.",
)
@click.argument("file", metavar="FILE")
@option("--mapping", required=True, metavar="MAP", help="The mapping file.")
@option("--dry-run", is_flag=True, help="Say what would be imported; change nothing.")
@option("--no-commit", is_flag=True, help="Change the files and leave them uncommitted.")
@option("--force", metavar="REASON", help="Write what a rule refuses; REASON is recorded.")
def _import(
    app: App, file: str, mapping: str, dry_run: bool, no_commit: bool, force: str | None
) -> int:
    from svcdesk.desk.writing import Options

    options = Options(dry_run=dry_run, no_commit=no_commit, force=force)
    result = app.desk.import_file(Path(file), Path(mapping), options)
    table = Table(
        schema="svcdesk/import/1",
        title=T("rows that were not understood"),
        columns=[
            Column("row", T("row"), right=True),
            Column("key", T("key")),
            Column("why", T("why")),
        ],
        rows=[[one.number, one.key, str(one.why)] for one in result.refusals],
        total=len(result.refusals),
        extra={
            "rows": result.rows,
            "events": result.events,
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "forced": result.forced,
            "commit": result.done.commit,
        },
    )
    if result.refusals or app.format_name() in ("json", "jsonl"):
        app.show(table)
    app.out.err(
        T(
            "{rows} rows, {events} of them events: {created} records new, {updated} longer, "
            "{unchanged} as they were; {refused} rows refused, {forced} forced",
            rows=result.rows,
            events=result.events,
            created=result.created,
            updated=result.updated,
            unchanged=result.unchanged,
            refused=len(result.refusals),
            forced=result.forced,
        )
    )
    return FINDINGS if result.refusals else 0


def commands() -> dict[str, click.Command]:
    return {"import": _import}
