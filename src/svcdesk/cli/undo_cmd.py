"""`svcdesk undo`: take back one's own last operation."""

from __future__ import annotations

from typing import Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import circumstances, confirm_many
from svcdesk.cli.options import command, option
from svcdesk.cli.written import show_done


@command(
    "undo",
    help="Take back your own last operation: a move, changed fields, a new record, or all of a "
    "bulk.\n\n"
    "What nobody else can have seen is put back as it was. What was pushed is taken back by an "
    "event that says so, a new record by cancelling it. Where later events rest on it, it is "
    "refused, and they are named. Said again, it goes one operation further back.",
)
@option("--reason", metavar="TEXT", help="Why.")
@option("--dry-run", is_flag=True, help="Show the diff and the message; change nothing.")
@option("--yes", is_flag=True, help="Do not ask before changing many records.")
@option("--no-commit", is_flag=True, help="Change the files and leave them uncommitted.")
def _undo(app: App, yes: bool, **said: Any) -> int:
    from svcdesk.desk.undoing import undo

    around = circumstances(app, said)
    agreed = yes or around.options.dry_run
    done = undo(app.desk, around, ask=lambda ids: confirm_many(ids, (), agreed))
    return show_done(app, done, dry_run=around.options.dry_run)


def commands() -> dict[str, click.Command]:
    return {"undo": _undo}
