"""`svcdesk do`: any move of any kind of record, those of a desk's own kinds among them."""

from __future__ import annotations

from typing import Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.moves_cmd import run_move
from svcdesk.cli.options import (
    bulk,
    command,
    fields_option,
    later,
    option,
    settles_option,
    some_ids_argument,
    writing,
)


@command(
    "do",
    help="Make any move of any kind of record: svcdesk do ID… MOVE --field K=V\n\n"
    "The moves of a kind stand in its workflow: `svcdesk schema show KIND` lists them. "
    "MOVE may be a move's label too.",
)
@some_ids_argument
@click.argument("move", metavar="MOVE", shell_complete=later("complete_moves"))
@option("--reason", metavar="TEXT", help="Why.")
@fields_option
@settles_option
@bulk
@writing
def _do(app: App, ids: tuple[str, ...], move: str, fields: tuple[str, ...], **said: Any) -> int:
    return run_move(app, move, ids, fields, said)


def commands() -> dict[str, click.Command]:
    return {"do": _do}
