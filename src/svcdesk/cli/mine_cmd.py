"""`svcdesk` alone: what is mine, what matters first."""

from __future__ import annotations

from datetime import timedelta

from svcdesk.cli.app import App
from svcdesk.cli.list_cmd import COLUMNS, rows_table, tell_unreadable
from svcdesk.i18n import T

_MINE = ("id", "priority", "status", "due", "title")


def show_mine(app: App) -> int:
    """Show the caller's open records – breached, due today, waiting on them, the rest –, those
    that nobody has, and what is unsettled."""
    author = app.desk.author()
    mine = app.desk.find("status:open assignee:me")
    unassigned = app.desk.find("status:open no:assignee")
    unsettled = app.desk.find("is:unsettled")
    today = app.now.astimezone(app.zone).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    late = [row for row in mine.rows if row.sla() == "breached"]
    due = [row for row in mine.rows if row not in late and row.due and row.due < today]
    waiting = [row for row in mine.rows if row.record.status == "waiting"]
    known = {id(row) for row in (*late, *due, *waiting)}
    groups = [
        (T("breached"), late),
        (T("due today"), due),
        (T("waiting"), [row for row in waiting if row not in late and row not in due]),
        (T("other open ones"), [row for row in mine.rows if id(row) not in known]),
    ]
    app.out.out(
        T(
            "{desk}: {person} has {count} open records",
            desk=app.desk.facts.name,
            person=author.person.id,
            count=len(mine.rows),
        )
    )
    for title, rows in groups:
        if rows:
            app.out.out("")
            app.out.out(title, style="strong")
            app.show(rows_table(app, rows, _MINE, len(rows), 0))
    if unassigned.rows:
        app.out.out("")
        app.out.out(T("nobody has these"), style="strong")
        app.show(rows_table(app, unassigned.rows, COLUMNS[:4], unassigned.total, 0))
    if unsettled.rows:
        app.out.out("")
        app.out.out(T("unsettled: look with `svcdesk log`"), style="strong")
        app.show(rows_table(app, unsettled.rows, _MINE, unsettled.total, 0))
    return tell_unreadable(app, mine.unreadable)
