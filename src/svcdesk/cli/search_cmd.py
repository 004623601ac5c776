"""`svcdesk search`: words in whatever records say, each with the line it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.list_cmd import query_text, refuse_options
from svcdesk.cli.options import Whole, asked_at, command, go_to, later, of_revision, option
from svcdesk.cli.row_tables import tell_unreadable, title_of
from svcdesk.i18n import T, pick
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from svcdesk.desk.searching import Found, Hit, Place
    from svcdesk.model.table import Table
    from svcdesk.query import Excerpt

LIMIT = 20
_PLACES = 3
"""Places of a record that are shown to people."""


@command(
    "search",
    help="Search all records and events for words, and show where they stand.\n\n"
    "All of the words must be there, in fields or in what events say; letter case and width aside. "
    "Terms of queries narrow it: svcdesk search 数据库 status:open. The newest records come first.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument(
    "query",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    metavar="WORD…",
    shell_complete=later("complete_query"),
)
@option("--kind", metavar="KIND", help="Only records of this kind.")
@option("--limit", type=Whole(min=1), metavar="N", default=LIMIT, help="Show at most N (else: 20).")
@of_revision
@asked_at
def _search(
    app: App,
    query: tuple[str, ...],
    kind: str | None,
    limit: int,
    revision: str | None,
    at: str | None,
) -> int:
    refuse_options(query, "search")
    go_to(app, revision)
    moment = app.understand(at) if at else None
    found = app.desk.search(query_text(query), kind=kind, limit=limit, at=moment)
    if app.format_name() == "table":
        app.out.out("".join(_lines(app, found)), styled=True, page=True)
    else:
        app.show(_table(app, found))
    for note in found.notes:
        app.out.err(note)
    return tell_unreadable(app, found.unreadable)


def _lines(app: App, found: Found) -> Iterator[str]:
    """A line for each record, below it one for each place."""
    from svcdesk.defaults.formats.cells import remarks
    from svcdesk.terminal import escape, style

    colour = app.out.colour
    for hit in found.hits:
        head = hit.row.head
        state = hit.row.words.states.get(head.status)
        shown = pick(state.labels, head.status) if state else head.status
        name = style(escape(app.shown_id(head.id)), "strong", colour=colour)
        yield f"{name}  {escape(shown)}  {escape(title_of(hit.row))}\n"
        for place in hit.places[:_PLACES]:
            yield f"  {escape(_where(app, hit, place))}: {_marked(place.excerpt, colour)}\n"
        more = len(hit.places) - _PLACES
        if more > 0:
            yield f"  {T('… {count} more', count=more)}\n"
    if not found.hits:
        yield f"{T('nothing to show')}\n"
    for remark in remarks(_table(app, found)):
        yield f"{escape(remark)}\n"


def _marked(excerpt: Excerpt, colour: bool) -> str:
    """The excerpt with its words marked, as far as a terminal can."""
    from svcdesk.terminal import escape, style

    parts, at = [], 0
    for first, end in excerpt.marks:
        parts.append(escape(excerpt.text[at:first]))
        parts.append(style(escape(excerpt.text[first:end]), "match", colour=colour))
        at = end
    return "".join([*parts, escape(excerpt.text[at:])])


def _where(app: App, hit: Hit, place: Place) -> str:
    """A field by its label; an event by when, by whom and what."""
    event = place.event
    if event is None:
        field = app.desk.kinds.fields(hit.row.kind).get(place.field)
        return pick(field.labels, place.field) if field else place.field
    move = hit.row.workflow.moves.get(event.do)
    what = pick(move.labels, event.do) if move else event.do
    return f"{event.happened[:16].replace('T', ' ')} {event.by} {what}"


def _table(app: App, found: Found) -> Table:
    """A row for each place, for the format `ids` one for each record; an item for each record,
    with its places."""
    from svcdesk.model.table import Cell, Column, Table

    once = app.format_name() == "ids"
    return Table(
        schema="svcdesk/search/1",
        title=T("found"),
        columns=[
            Column("id", T("id")),
            Column("title", T("title")),
            Column("where", T("where")),
            Column("text", T("text")),
        ],
        rows=[
            [
                Cell(hit.row.head.id, app.shown_id(hit.row.head.id)),
                hit.row.head.title,
                Cell(_key(place), _where(app, hit, place)) if place else None,
                place.excerpt.text if place else None,
            ]
            for hit in found.hits
            for place in (hit.places[:1] if once else hit.places) or (None,)
        ],
        items=[_item(hit) for hit in found.hits],
        total=found.total,
        unreadable=len(found.unreadable),
    )


def _key(place: Place) -> str:
    return place.field if place.event is None else f"events.{place.event.id}"


def _item(hit: Hit) -> dict[str, Value]:
    head = hit.row.head
    return {
        "id": head.id,
        "kind": hit.row.kind,
        "title": head.title,
        "status": head.status,
        "path": hit.row.path,
        "places": [
            {
                "field": place.field or None,
                "event": place.event.id if place.event else None,
                "by": place.event.by if place.event else None,
                "at": place.event.happened if place.event else None,
                "text": place.excerpt.text,
                "marks": [list(mark) for mark in place.excerpt.marks],
            }
            for place in hit.places
        ],
    }


def commands() -> dict[str, click.Command]:
    return {"search": _search}
