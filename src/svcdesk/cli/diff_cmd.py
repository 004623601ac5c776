"""`svcdesk diff`: what became of each record between two commits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import command, option
from svcdesk.cli.row_tables import tell_unreadable
from svcdesk.errors import NotFound
from svcdesk.i18n import T, Text

if TYPE_CHECKING:
    from svcdesk.desk.comparing import Compared, Difference
    from svcdesk.model.record import Value
    from svcdesk.model.table import Table


@command(
    "diff",
    help="Say what became of each record between two commits.\n\n"
    "ONE..OTHER, or ONE OTHER; ONE...OTHER is from where the two parted; ONE alone is up to HEAD. "
    "IDs after a range leave out all other records: svcdesk diff HEAD~5..HEAD 001. What is not "
    "committed is not looked at.",
)
@click.argument("revisions", metavar="ONE[..OTHER]")
@click.argument("rest", nargs=-1, metavar="[OTHER] [ID…]")
@option("-q", "--query", metavar="QUERY", help="Only records that QUERY finds; see `list`.")
def _diff(app: App, revisions: str, rest: tuple[str, ...], query: str | None) -> int:
    from svcdesk.store.guard import normalise_short

    named = 0 if ".." in revisions else 1
    head = rest[0] if rest[:named] else None
    ids = rest[named:]
    wanted = [normalise_short(one) for one in ids]
    try:
        compared = app.desk.diff(revisions, head, ids=wanted, query=query or "")
    except NotFound as error:
        if head is not None and error.code == "E_REVISION" and error.hint is None:
            error.hint = T("ids come after a range, as in svcdesk diff HEAD~5..HEAD {id}", id=head)
        raise
    if app.format_name() == "table":
        app.out.out("\n".join(map(str, _lines(compared))), multiline=True, page=True)
    else:
        app.show(_table(compared))
    return tell_unreadable(app, compared.unreadable)


def _lines(compared: Compared) -> Iterator[Text | str]:
    for one in compared.differences:
        title = one.record.title if one.record else ""
        yield (
            T("{record}, new: {title}", record=one.flow.record_id, title=title)
            if one.became == "created"
            else T("{record}: {title}", record=one.flow.record_id, title=title or "–")
        )
        for sentence in one.said:
            yield T("  {sentence}", sentence=sentence)
    if compared.others:
        yield T("other files: {count}", count=compared.others)
    elif not compared.differences:
        yield T("no record is changed")


def _table(compared: Compared) -> Table:
    """A row and an item for each record."""
    from svcdesk.model.table import Cell, Column, Table

    return Table(
        schema="svcdesk/diff/1",
        title=T("what became of each record"),
        columns=[
            Column("id", T("id")),
            Column("title", T("title")),
            Column("became", T("became")),
            Column("said", T("what")),
        ],
        rows=[
            [
                one.flow.record_id,
                one.record.title if one.record else "",
                Cell(one.became, _BECAME[one.became]),
                "; ".join(map(str, one.said)),
            ]
            for one in compared.differences
        ],
        items=[_item(one) for one in compared.differences],
        total=len(compared.differences),
        unreadable=len(compared.unreadable),
        extra={"base": compared.base, "head": compared.head, "other_files": compared.others},
    )


_BECAME = {
    "created": T("created"),
    "changed": T("changed"),
    "deleted": T("deleted"),
    "unreadable": T("cannot be read"),
}


def _item(one: Difference) -> dict[str, Value]:
    from svcdesk.store.codec import encode_event

    record = one.record
    return {
        "id": one.flow.record_id,
        "uid": record.uid if record else None,
        "kind": record.kind if record else None,
        "title": record.title if record else None,
        "path": one.flow.path,
        "became": one.became,
        "formerly": one.flow.former,
        "said": [str(sentence) for sentence in one.said],
        "fields": [{"path": part.path, "old": part.old, "new": part.new} for part in one.fields],
        "events": [encode_event(event) for event in one.flow.events],
        "lost": [encode_event(event) for event in one.lost],
    }


def commands() -> dict[str, click.Command]:
    return {"diff": _diff}
