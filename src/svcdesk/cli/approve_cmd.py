"""`svcdesk approve`: agree to a change as it stands, or reject it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import asking, circumstances, confirm_many, read_ids, with_answers
from svcdesk.cli.options import command, ids_argument, option, writing
from svcdesk.cli.written import show_done
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from svcdesk.desk import Done


@command(
    "approve",
    help="Approve a change as it stands, or reject it.\n\n"
    "The approval is of the fields that the workflow names: whoever changes one of them voids it. "
    "With --as a substitute decides in the place of PERSON.",
)
@ids_argument
@option(
    "--decision",
    metavar="approve|reject",
    default="approve",
    help="What is decided: approve (the default) or reject.",
)
@option("--reason", metavar="TEXT", help="Why; a rejection needs one.")
@writing
def _approve(app: App, ids: tuple[str, ...], decision: str, yes: bool, **said: Any) -> None:
    chosen = read_ids(ids)
    confirm_many(chosen, ids, yes)
    around = circumstances(app, said)

    def make(given: dict[str, Value]) -> Done:
        return app.desk.approve(chosen, decision, with_answers(around, given))

    show_done(app, asking(make, {}), dry_run=around.options.dry_run)


def commands() -> dict[str, click.Command]:
    return {"approve": _approve}
