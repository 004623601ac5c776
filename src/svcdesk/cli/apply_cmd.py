"""`svcdesk apply`: a plan of changes, as lines of JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import confirm_many
from svcdesk.cli.options import command, option, some_file
from svcdesk.cli.written import show_done
from svcdesk.errors import NotFound, reason_of
from svcdesk.i18n import T


@command(
    "apply",
    help="Apply a plan: changes of many records, in one commit.\n\n"
    "FILE (- for standard input) holds a line of JSON for each: {id, set|do, was, …}. What "
    "--dry-run --format jsonl prints of a move, a word, approve or set is such a plan; it can be "
    "reviewed before it is applied. A record that changed since is refused by name.",
)
@click.argument("file", metavar="FILE|-", callback=some_file)
@option(
    "--keep-going",
    is_flag=True,
    help="Do what can be done and name the rest; else it is all of them or none.",
)
@option("--dry-run", is_flag=True, help="Show the diff and the message; change nothing.")
@option("--no-commit", is_flag=True, help="Change the files and leave them uncommitted.")
@option("--include-dirty", is_flag=True, help="Take uncommitted edits of the record in.")
@option("--yes", is_flag=True, help="Do not ask before changing many records.")
@option("--force", metavar="REASON", help="Write what a rule refuses; REASON is recorded.")
def _apply(
    app: App,
    file: str,
    keep_going: bool,
    dry_run: bool,
    no_commit: bool,
    include_dirty: bool,
    yes: bool,
    force: str | None,
) -> int:
    from svcdesk.desk.writing import Options

    plan = _read(file)
    lines = [line.decode(errors="replace") for line in plan.splitlines() if line.strip()]
    confirm_many(lines, [file], yes or dry_run)
    options = Options(
        dry_run=dry_run,
        no_commit=no_commit,
        include_dirty=include_dirty,
        force=force,
        keep_going=keep_going,
    )
    return show_done(
        app,
        app.desk.apply(plan, options, source="<stdin>" if file == "-" else file),
        dry_run=dry_run,
    )


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise NotFound(T("cannot read {path}: {why}", path=file, why=reason_of(error))) from None


def commands() -> dict[str, click.Command]:
    return {"apply": _apply}
