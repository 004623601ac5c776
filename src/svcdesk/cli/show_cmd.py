"""`svcdesk show` and `svcdesk log`: records whole, and what happened to them."""

from __future__ import annotations

import click

from svcdesk.cli.app import App
from svcdesk.cli.boundary import PARTIAL
from svcdesk.cli.given import read_ids
from svcdesk.cli.options import asked_at, command, go_to, ids_argument, of_revision, option
from svcdesk.cli.row_tables import tell_unreadable
from svcdesk.cli.views import view_item, view_lines
from svcdesk.i18n import T

_READ_BY_PEOPLE = "table"


@command(
    "show",
    help="Show records whole, each with the documents of its chain and those it is linked with.\n\n"
    "A link that only the other record has: `svcdesk list linked:ID`.",
)
@ids_argument
@option("--contact", is_flag=True, help="Show the full contact, from the address book outside git.")
@of_revision
@asked_at
def _show(
    app: App, ids: tuple[str, ...], contact: bool, revision: str | None, at: str | None
) -> int:
    from svcdesk.desk.showing import contact_of

    moment = app.understand(at) if at else None
    go_to(app, revision)
    views = [app.desk.show(one, at=moment) for one in read_ids(ids)]
    contacts = [contact_of(app.desk, view.record) if contact else None for view in views]
    for view, found in zip(views, contacts, strict=True):
        if contact and found is None:
            app.out.err(
                T("{record} has no requester.ref: no address book can know the contact",
                  record=view.record.id)
            )  # fmt: skip
    if app.format_name() == _READ_BY_PEOPLE:
        lines: list[str] = []
        for view, found in zip(views, contacts, strict=True):
            lines += ["", *(str(line) for line in view_lines(app, view, found))]
        app.out.out("\n".join(lines[1:]), multiline=True, page=True)
    else:
        from svcdesk.model.table import Column, Table

        items = [view_item(app, view, found) for view, found in zip(views, contacts, strict=True)]
        app.show(
            Table(
                schema="svcdesk/show/1",
                title=T("records"),
                columns=[Column("id", T("id")), Column("path", T("file"))],
                rows=[[view.record.id, view.main.path] for view in views],
                items=items,
                total=len(items),
                unreadable=sum(len(view.unreadable) for view in views),
            )
        )
    worst = max((tell_unreadable(app, view.unreadable) for view in views), default=0)
    return PARTIAL if worst else 0


@command("log", help="Show what happened to a record and its documents, event by event.")
@ids_argument
@of_revision
def _log(app: App, ids: tuple[str, ...], revision: str | None) -> None:
    from svcdesk.cli.log_view import log_item, log_row
    from svcdesk.model.table import Column, Table

    go_to(app, revision)
    entries = [entry for one in read_ids(ids) for entry in app.desk.log(one)]
    app.show(
        Table(
            schema="svcdesk/log/1",
            title=T("events"),
            columns=[
                Column("happened", T("when")),
                Column("record", T("record")),
                Column("do", T("move")),
                Column("by", T("by")),
                Column("after", T("state")),
                Column("said", T("what")),
            ],
            rows=[log_row(app, entry) for entry in entries],
            items=[log_item(entry) for entry in entries],
            total=len(entries),
        )
    )


def commands() -> dict[str, click.Command]:
    return {"show": _show, "log": _log}
