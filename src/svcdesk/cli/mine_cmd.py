"""`svcdesk` alone: what is mine, what matters first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.cli.row_tables import COLUMNS, rows_table, tell_unreadable
from svcdesk.i18n import T, Text

if TYPE_CHECKING:
    from svcdesk.desk.listing import Listing, Row

_MY_OWN = "status:open assignee:me"
_OTHERS = {
    "status:open no:assignee": T("nobody has these"),
    "is:unsettled": T("unsettled: look with `svcdesk log`"),
}
_MINE = ("id", "priority", "status", "due", "title")


def show_mine(app: App) -> int:
    """Show the caller's open records – breached, due today, waiting, the rest –, those that nobody
    has, and what is unsettled. Data formats get the caller's records alone, in that order."""
    from svcdesk.desk.listing import list_each

    person = app.desk.author().person
    as_table = app.format_name() == "table"
    mine, *others = list_each(app.desk, [_MY_OWN, *(_OTHERS if as_table else ())])
    groups = _groups(app, mine)
    if not as_table:
        rows = [row for _, found in groups for row in found]
        app.show(rows_table(app, rows, COLUMNS, len(rows), len(mine.unreadable)))
        return tell_unreadable(app, mine.unreadable)
    app.out.out(
        T(
            "{desk}: {person} has {count} open records",
            desk=app.desk.facts.name,
            person=person.id,
            count=len(mine.rows),
        )
    )
    for title, listing in zip(_OTHERS.values(), others, strict=True):
        groups.append((title, list(listing.rows)))
    for title, found in groups:
        if found:
            app.out.out("")
            app.show(rows_table(app, found, _MINE, len(found), 0, title))
    return tell_unreadable(app, mine.unreadable)


def _groups(app: App, mine: Listing) -> list[tuple[Text, list[Row]]]:
    """The caller's records by what matters first, each in the first group that it fits."""
    midnight = app.now.astimezone(app.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    groups: list[tuple[Text, list[Row]]] = [
        (T("breached"), []),
        (T("due today"), []),
        (T("waiting"), []),
        (T("other open ones"), []),
    ]
    for row in mine.rows:
        if row.sla() == "breached":
            place = 0
        elif row.due is not None and row.due < tomorrow:
            place = 1
        else:
            place = 2 if row.head.status == "waiting" else 3
        groups[place][1].append(row)
    return groups
