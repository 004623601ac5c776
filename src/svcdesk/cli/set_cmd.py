"""`svcdesk set`: change fields of records."""

from __future__ import annotations

from typing import Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import chosen_ids, circumstances
from svcdesk.cli.options import bulk, command, later, option, writing
from svcdesk.cli.values import field_values, kind_of
from svcdesk.cli.written import show_done
from svcdesk.errors import UsageError
from svcdesk.i18n import T


@command(
    "set",
    help="Set fields of records: svcdesk set ID… FIELD=VALUE…\n\n"
    "FIELD is a dotted path such as requester.department; FIELD= alone removes the value; "
    "FIELD=@FILE reads it from a file.",
)
@click.argument(
    "words",
    nargs=-1,
    required=True,
    metavar="ID… K=V…",
    shell_complete=later("complete_assignments"),
)
@option("--reason", metavar="TEXT", help="Why.")
@bulk
@writing
def _set(app: App, words: tuple[str, ...], query: str | None, yes: bool, **said: Any) -> int:
    ids = tuple(word for word in words if "=" not in word)
    assignments = tuple(word for word in words if "=" in word)
    if not (ids or query is not None) or not assignments:
        raise UsageError(
            T("`set` takes ids first and then FIELD=VALUE"),
            hint=T("for example: svcdesk set 001 category=network requester.department=财务"),
        )
    chosen, partial = chosen_ids(
        app, ids, query, yes or said["dry_run"], keep_going=said["keep_going"]
    )
    values = field_values(app, {}, assignments, kind_of(app, chosen))
    around = circumstances(app, said)
    done = app.desk.set(chosen, values, around)
    return show_done(app, done, dry_run=around.options.dry_run, partial=partial)


def commands() -> dict[str, click.Command]:
    return {"set": _set}
