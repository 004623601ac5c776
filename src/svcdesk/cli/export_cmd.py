"""`svcdesk export` and `svcdesk events`: everything there is to know, for files and programs."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.list_cmd import query_text, refuse_options
from svcdesk.cli.options import asked_at, command, option
from svcdesk.cli.row_tables import tell_unreadable
from svcdesk.errors import Refused, SvcdeskError, UsageError, reason_of
from svcdesk.i18n import T

if TYPE_CHECKING:
    from svcdesk.hookspecs import Format
    from svcdesk.model.table import Table

_FALLBACK = "csv"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@command(
    "export",
    help="Export records whole: every field, in any format.\n\n"
    "QUERY is that of `list`; without one it is all records but documents of requests. The ending "
    "of FILE chooses the format where --format does not. A folder gets two files: records, and "
    "events with one row each. `svcdesk import` reads what it wrote back.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY…]")
@option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    help="Write to FILE (- for standard output), or two files into DIR.",
)
@option("--kind", metavar="KIND", help="Only records of this kind.")
@option("--columns", metavar="A,B…", help="Which columns, by field: id,status,requester.name …")
@asked_at
def _export(
    app: App,
    query: tuple[str, ...],
    output: str | None,
    kind: str | None,
    columns: str | None,
    at: str | None,
) -> int:
    refuse_options(query, "export")
    output = None if output == "-" else output
    folder = _folder(output)
    chosen = _format(app, None if folder else output, folder)
    if output is None and chosen.binary:
        app.out.refuse_terminal(chosen.name)
    exported = app.desk.export(
        query_text(query),
        kind=kind,
        columns=[one.strip() for one in columns.split(",")] if columns else None,
        events=folder is not None,
        at=app.understand(at) if at else None,
    )
    if folder is not None and exported.events is not None:
        _make(folder)
        ending = chosen.suffix or f".{chosen.name}"
        _write(app, folder / f"records{ending}", chosen, exported.records)
        _write(app, folder / f"events{ending}", chosen, exported.events)
    elif output is not None:
        _write(app, Path(output), chosen, exported.records)
    else:
        app.said.format = chosen.name
        app.show(exported.records)
    for note in exported.notes:
        app.out.err(note)
    return tell_unreadable(app, exported.unreadable)


def _folder(output: str | None) -> Path | None:
    """The folder that the output names: one that is there, or a name that ends like one."""
    if output is None:
        return None
    path = Path(output)
    return path if path.is_dir() or output.endswith(("/", os.sep)) or not path.suffix else None


def _format(app: App, output: str | None, folder: Path | None) -> Format:
    """The format asked for, else the one that the file's ending asks for."""
    if app.said.format:
        return app.plugins.format(app.said.format)
    if folder is not None:
        return app.plugins.format("parquet")
    if output is None:
        return app.plugins.format(_FALLBACK)
    ending = Path(output).suffix.lower()
    endings = {one.suffix: one for one in app.plugins.formats() if one.suffix}
    if ending not in endings:
        raise UsageError(
            T("no format is known by the ending of {path}", path=output),
            hint=T("endings known: {endings}; or name one with --format",
                   endings=", ".join(endings)),
        )  # fmt: skip
    return endings[ending]


def _make(folder: Path) -> None:
    """Make the folder asked for, but none above it: a name that leads nowhere is a slip."""
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise _no_folder(folder.parent) from None
    except OSError as error:
        raise _not_written(folder, error) from None


def _not_written(path: Path, error: OSError) -> Refused:
    return Refused(
        T("cannot write {path}: {why}", path=path, why=reason_of(error)),
        code="E_OUTPUT",
        path=str(path),
    )


def _no_folder(folder: Path) -> Refused:
    return Refused(
        T("there is no folder {path}", path=folder),
        hint=T("make it first, or look for a slip in the name"),
        code="E_OUTPUT",
        path=str(folder),
    )


def _write(app: App, path: Path, chosen: Format, table: Table) -> None:
    """Write the file whole or not at all: what is there stays until the new one is complete."""
    from svcdesk.terminal import escape_styled

    made = chosen.render(table, app.rendering()._replace(colour=False, width=None))
    if isinstance(made, bytes):
        data = made
    else:
        data = (made if chosen.data else escape_styled(made, colour=False)).encode(
            "utf-8", "backslashreplace"
        )
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if not path.parent.is_dir():
            raise _no_folder(path.parent) from None
        raise _not_written(path, error) from None
    app.out.err(T("{path}: {count} rows", path=path, count=len(table.rows)))


@command(
    "events",
    help="Print what happened to all records, event by event, for whatever follows the desk.\n\n"
    "Only what is committed. --since REV gives what came in after that commit, whatever its time; "
    "the last event carries `next`, to be given as REV the next time.",
)
@option("--since", metavar="REV|TIME", help="After the commit REV, or recorded at TIME or later.")
def _events(app: App, since: str | None) -> int:
    from svcdesk.desk.feeding import EVENT_COLUMNS, items
    from svcdesk.model.table import Table

    revision, moment = None, None
    if since is not None:
        revision = _revision(app, since)
        moment = None if revision else app.understand(since)
    fed = app.desk.events(since=revision, since_time=moment)
    shown = [place for place, one in enumerate(EVENT_COLUMNS) if one.name in _PEOPLES]
    is_data = app.plugins.format(app.format_name()).data
    app.show(
        Table(
            schema="svcdesk/events/1",
            title=T("events"),
            columns=EVENT_COLUMNS if is_data else [EVENT_COLUMNS[place] for place in shown],
            rows=fed.rows if is_data else [[row[place] for place in shown] for row in fed.rows],
            items=items(fed),
            total=len(fed.rows),
            unreadable=len(fed.unreadable),
            extra={"next": fed.next},
        )
    )
    return tell_unreadable(app, fed.unreadable)


_PEOPLES = frozenset({"record", "when", "by", "for", "do", "effect", "after", "text"})
"""The columns that people see."""


def _revision(app: App, since: str) -> str | None:
    """What was said, if it is a revision; None for what can only be a time.

    What looks like the id of a commit is one, so that a cursor never becomes a time.
    """
    try:
        return app.desk.repository.resolve(since)
    except SvcdeskError:
        if _COMMIT.fullmatch(since) and not since.isdecimal():
            raise
        return None


def commands() -> dict[str, click.Command]:
    return {"export": _export, "events": _events}
