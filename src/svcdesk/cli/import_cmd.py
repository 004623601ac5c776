"""`svcdesk import`: another system's file by a mapping, or a table that `export` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import FINDINGS, REFUSED
from svcdesk.cli.options import command, option, some_file
from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.model.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from svcdesk.desk.table_importing import TableImport
    from svcdesk.desk.writing import Options
    from svcdesk.importing.differing import Difference

_NAMED = 20
"""So many rows that differ are named; of more, how many they are."""
_LONGEST = 60


@command(
    "import",
    help="Import records from another system's file, or a table that `export` wrote.\n\n"
    "MAP says which column of another system means what. Importing again adds only what is new. "
    "Rows that were not understood are listed with the reason, and the exit code is 1.\n\n"
    "Without MAP the columns are fields, as `export` names them. A row without an id is a new "
    "record; with --update a row with one changes that record, unless it has moved since. Where a "
    "row is refused nothing is written, and the exit code is 3.",
)
@click.argument("file", metavar="FILE", callback=some_file)
@option("--mapping", metavar="MAP", help="The mapping file.")
@option("--update", is_flag=True, help="Change records that are there already.")
@option("--kind", metavar="KIND", help="The kind of new records where no column says it.")
@option("--keep-going", is_flag=True, help="Import the rows that can be, and list the others.")
@option("--dry-run", is_flag=True, help="Say what would be imported; change nothing.")
@option("--no-commit", is_flag=True, help="Change the files and leave them uncommitted.")
@option("--force", metavar="REASON", help="Write what a rule refuses; REASON is recorded.")
def _import(
    app: App,
    file: str,
    mapping: str | None,
    update: bool,
    kind: str | None,
    keep_going: bool,
    dry_run: bool,
    no_commit: bool,
    force: str | None,
) -> int:
    from svcdesk.desk.writing import Options

    options = Options(dry_run=dry_run, no_commit=no_commit, force=force, keep_going=keep_going)
    if mapping is None:
        choices = {"kind": kind} if kind else {}
        return _show_table(
            app, app.desk.import_table(Path(file), options, update=update, **choices)
        )
    if update or keep_going or kind:
        raise UsageError(
            T("--update, --keep-going and --kind are for tables without a mapping"),
            hint=T("a mapping names the kind, and its import always goes on"),
        )
    return _by_mapping(app, Path(file), Path(mapping), options)


def _show_table(app: App, result: TableImport) -> int:
    """Say what came of a table: the refused rows by their cells, and the counts."""
    done = result.done
    table = Table(
        schema="svcdesk/import-table/1",
        title=T("rows that were refused"),
        columns=[
            Column("place", T("cell")),
            Column("record", T("record")),
            Column("field", T("field")),
            Column("why", T("why")),
            Column("hint", T("what to do")),
        ],
        rows=[
            [one.place, one.record, one.field, str(one.why), str(one.hint) if one.hint else None]
            for one in result.refusals
        ],
        total=len(result.refusals),
        extra={
            "rows": result.rows,
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "new": dict(result.new),
            "commit": done.commit if done else None,
        },
    )
    if result.refusals or app.format_name() in ("json", "jsonl"):
        app.show(table)
    for place, record_id in result.new.items():
        app.out.err(
            T("row {row}: {record}", row=place, record=record_id)
            if place.isdigit()
            else T("{place}: {message}", place=place, message=record_id)  # of a sheet: 记录!27
        )
    for note in (*done.notes, *done.untold) if done else ():
        app.out.err(note)
    app.out.err(
        T(
            "{rows} rows: {created} records new, {updated} changed, {unchanged} as they were; "
            "{refused} rows refused",
            rows=result.rows,
            created=result.created,
            updated=result.updated,
            unchanged=result.unchanged,
            refused=len({one.number for one in result.refusals}),
        )
    )
    if done is None:
        app.out.err(T("nothing was written; --keep-going leaves out the rows that are refused"))
        return REFUSED
    return FINDINGS if result.refusals else 0


def _by_mapping(app: App, file: Path, mapping: Path, options: Options) -> int:
    result = app.desk.import_file(file, mapping, options)
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
            "differing": [one._asdict() for one in result.differing],
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
            refused=len({one.number for one in result.refusals}),
            forced=result.forced,
        )
    )
    _tell_differing(app, result.differing)
    return FINDINGS if result.refusals else 0


def _tell_differing(app: App, differing: Sequence[Difference]) -> None:
    """Name the rows that say something else of what was imported before."""
    for one in differing[:_NAMED]:
        app.out.err(
            T("row {row}, {key}: {field} of {record} is “{here}” and “{there}” in the file; it "
              "stays as it is",
              row=one.number, key=one.key, record=one.record, field=one.field,
              here=_short(one.here), there=_short(one.there))
        )  # fmt: skip
    if len(differing) > _NAMED:
        app.out.err(
            T("… and {count} more that differ; --format json lists them all",
              count=len(differing) - _NAMED)
        )  # fmt: skip


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def commands() -> dict[str, click.Command]:
    return {"import": _import}
