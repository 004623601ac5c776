"""`svcdesk plugins`: what is loaded, from where, and what is not and why."""

from __future__ import annotations

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import command
from svcdesk.i18n import T
from svcdesk.model.table import Cell, Column, Table


@command(
    "plugins",
    help="List plugins: loaded, from where, which hooks, and what is not and why.\n\n"
    "A plugin runs only if it is installed, named in the desk's desk.yaml, and trusted by you: "
    "`plugins.trust` in your own settings, or SVCDESK_TRUST.",
)
def _plugins(app: App) -> None:
    from svcdesk.plugins.loader import STATES

    listing = app.desk.plugins.listing()
    app.show(
        Table(
            schema="svcdesk/plugins/1",
            title=T("plugins"),
            columns=[
                Column("name", T("name")),
                Column("state", T("state")),
                Column("hooks", T("hooks")),
                Column("package", T("package")),
                Column("location", T("from")),
                Column("why", T("why")),
            ],
            rows=[
                [
                    one.name,
                    Cell(one.state, STATES[one.state]),
                    ", ".join(one.hooks),
                    f"{one.distribution} {one.version}".strip(),
                    one.location,
                    str(one.why or ""),
                ]
                for one in listing
            ],
            total=len(listing),
        )
    )


def commands() -> dict[str, click.Command]:
    return {"plugins": _plugins}
