"""`svcdesk list`: the records that a query finds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from svcdesk.cli.app import App
from svcdesk.cli.options import Whole, asked_at, command, go_to, later, of_revision, option
from svcdesk.cli.row_tables import (
    COLUMNS,
    columns_named,
    grouped_table,
    rows_table,
    tell_unreadable,
)
from svcdesk.errors import UsageError
from svcdesk.i18n import T

query_argument = click.argument(
    "query",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[QUERY…]",
    shell_complete=later("complete_query"),
)
"""A query, word by word: `-label:vip` is one of its terms and no option."""
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_QUOTED_TERM = r'(?:^|[\s(-])(?:"[^"]*"|“[^”]*”|＂[^＂]*＂)(?=[\s)]|$)'
"""A term in quotation marks, with space around it: `"no route" 登录`."""


@command(
    "list",
    help="List records: those open, or those a query finds.\n\n"
    "QUERY is words and field:value, as in: svcdesk list status:open priority:P1,P2 assignee:me "
    "-category:network 数据库. @NAME is a saved query. The next due comes first. Documents of "
    "requests are left out unless the query asks for them.",
    context_settings={"ignore_unknown_options": True},
)
@query_argument
@option("--kind", metavar="KIND", help="Only records of this kind.")
@option("--sort", metavar="A,B…", help="In the order of these fields: due, submitted-desc …")
@option("--group-by", "group_by", metavar="FIELD", help="In groups, each with its number.")
@option("--limit", type=Whole(min=1), metavar="N", help="Show at most N.")
@option("--columns", metavar="A,B…", help="Which columns, by field: id,status,sla,age,due …")
@option("--count", is_flag=True, help="Print only how many there are.")
@of_revision
@asked_at
def _list(
    app: App,
    query: tuple[str, ...],
    kind: str | None,
    sort: str | None,
    group_by: str | None,
    limit: int | None,
    columns: str | None,
    count: bool,
    revision: str | None,
    at: str | None,
) -> int:
    refuse_options(query, "list")
    go_to(app, revision)
    listing = app.desk.find(
        query_text(query),
        kind=kind,
        limit=limit,
        at=app.understand(at) if at else None,
        sort=sort or "",
        group=group_by or "",
    )
    chosen = columns_named(app, columns) if columns else list(COLUMNS)
    if count:
        app.out.out(str(listing.total))
    elif group_by:
        from svcdesk.desk.listing import grouping

        app.show(grouped_table(app, listing, chosen, grouping(app.desk, group_by)))
    else:
        app.show(rows_table(app, listing.rows, chosen, listing.total, len(listing.unreadable)))
    if listing.documents and query:
        app.out.err(
            T(
                "{count} documents of requests met it too; --kind shows them",
                count=listing.documents,
            )
        )
    for note in listing.notes:
        app.out.err(note)
    return tell_unreadable(app, listing.unreadable)


def query_text(words: Sequence[str]) -> str:
    """The query that a shell handed over word by word. A word with blanks was quoted there: it is
    a phrase, unless signs or words of a query stand in it."""
    return " ".join(map(_word, words)).strip()


def _word(word: str) -> str:
    word = word.strip()
    if " " not in word or _is_query(word):
        return word
    return f"query:{_phrase(word[1:])}" if word[0] in "@＠" else _phrase(word)


def _is_query(text: str) -> bool:
    from svcdesk.query.tokens import COLONS

    return (
        any(colon in text for colon in COLONS)
        or not _OPERATORS.isdisjoint(text.split())
        or re.search(_QUOTED_TERM, text) is not None
    )


def _phrase(text: str) -> str:
    """The text as a phrase, in which quotation marks are signs like any other."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def refuse_options(query: Sequence[str], name: str) -> None:
    """Refuse a word of a query that is a slip in an option's name."""
    for word in query:
        if word.startswith("--"):
            raise UsageError(
                T("there is no option {name}", name=word.partition("=")[0]),
                hint=T("`svcdesk {command} --help` shows what it takes", command=name),
            )


def commands() -> dict[str, click.Command]:
    return {"list": _list}
