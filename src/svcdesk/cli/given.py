"""What a command that writes was given: which records, under which circumstances, and what a
terminal was asked for because it was missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from svcdesk.cli.app import App
from svcdesk.errors import MissingField, Refused, UsageError
from svcdesk.i18n import T, pick
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk import Done
    from svcdesk.desk.records import Circumstances
    from svcdesk.model.record import Value

MANY = 20
"""Changing more records than this at once asks first."""


def circumstances(
    app: App, said: dict[str, Any], marks: dict[str, Value] | None = None
) -> Circumstances:
    """What the shared options of writing commands come to; takes them out of `said`."""
    from svcdesk.desk.naming import means_named
    from svcdesk.desk.records import Circumstances
    from svcdesk.desk.writing import Options
    from svcdesk.lifecycle.act import Words
    from svcdesk.store.guard import normalise

    at, message = said.pop("at", None), said.pop("message", None)
    settles: tuple[str, ...] = said.pop("settles", ())
    reason, via = said.pop("reason", None), said.pop("via", None)
    return Circumstances(
        acting_for=said.pop("acting_for", None),
        via=means_named(via) if via else None,
        when=app.understand(at) if at else None,
        settles=None if not settles else () if "all" in settles else settles,
        words=Words(
            text=normalise(message) if message else None,
            reason=normalise(reason) if reason else None,
            marks=marks or {},
        ),
        options=Options(
            dry_run=said.pop("dry_run", False),
            no_commit=said.pop("no_commit", False),
            include_dirty=said.pop("include_dirty", False),
            force=said.pop("force", None),
            keep_going=said.pop("keep_going", False),
        ),
    )


def with_answers(around: Circumstances, given: dict[str, Value]) -> Circumstances:
    """The circumstances with what a terminal was asked for: a text, a reason, a means.

    Takes the answers out of `given`, whose other keys are fields.
    """

    words = around.words
    if "text" in given:
        words = words._replace(text=str(given.pop("text")))
    if "reason" in given:
        words = words._replace(reason=str(given.pop("reason")))
    via = around.via
    if "via" in given:
        from svcdesk.desk.naming import means_named

        via = means_named(str(given.pop("via")))
    return around._replace(words=words, via=via)


class Chosen(NamedTuple):
    """The records to be changed, and whether some may be missing that could not be read."""

    ids: list[str]
    partial: bool = False


def chosen_ids(
    app: App, given: Sequence[str], query: str | None, yes: bool, *, keep_going: bool = False
) -> Chosen:
    """The records to be changed: those named, and those that a query finds, in the order of their
    ids; asks before many.

    A record that cannot be read may be one of those that the query means: raises Refused
    (E_UNREADABLE) then, unless `keep_going` passes over it.
    """
    found = read_ids(given) if given or query is None else []
    partial = False
    if query is not None:
        more, partial = _found(app, query, keep_going)
        found += more
    chosen = list(dict.fromkeys(found))
    confirm_many(chosen, given, yes)
    return Chosen(chosen, partial)


def _found(app: App, query: str, keep_going: bool) -> Chosen:
    from svcdesk.cli.list_cmd import query_text
    from svcdesk.cli.row_tables import tell_unreadable

    if not query.strip():
        raise UsageError(T("the query is empty"), hint=T("for example: -q status:open"))
    listing = app.desk.find(query_text([query]), newest=True)
    for note in listing.notes:
        app.out.err(note)
    if listing.unreadable:
        tell_unreadable(app, listing.unreadable)
        if not keep_going:
            raise Refused(
                T("{count} record(s) cannot be read, and the query may mean them too",
                  count=len(listing.unreadable)),
                hint=T("mend them, or pass over them with --keep-going"),
                code="E_UNREADABLE",
            )  # fmt: skip
    return Chosen(sorted(row.head.id for row in listing.rows), bool(listing.unreadable))


def read_ids(given: Sequence[str]) -> list[str]:
    """The ids named; `-` stands for those on standard input, one a line or apart by spaces."""
    from svcdesk.store.guard import normalise_short

    found: list[str] = []
    for one in given:
        found += sys.stdin.read().split() if one == "-" else [one]
    if not found:
        raise UsageError(T("no ids were given on standard input"))
    return [normalise_short(one) for one in dict.fromkeys(found)]


def confirm_many(ids: Sequence[str], given: Sequence[str], yes: bool) -> None:
    """Ask before changing many records; where nobody can be asked, refuse and name `--yes`."""
    if len(ids) <= MANY or yes:
        return
    question = T("change {count} records?", count=len(ids))
    if "-" in given or not sys.stdin.isatty():
        raise UsageError(question, hint=T("say --yes to change that many without being asked"))
    if not click.confirm(str(question), err=True):
        raise click.Abort


def asking(
    run: Callable[[dict[str, Value]], Done],
    given: dict[str, Value],
    options: Mapping[str, str] | None = None,
) -> Done:
    """Run with the values given; on a terminal, ask for each that is missing and try again.

    Elsewhere the error names the option that gives it: `options` are the command's own, by field.
    """
    answers: dict[str, Value] = dict(given)
    while True:
        try:
            return run(dict(answers))
        except MissingField as missing:
            field = missing.field or ""
            if not field or not sys.stdin.isatty() or field in answers:
                if options and field in options:
                    missing.hint = T("give it with {option}", option=options[field])
                raise
            answers[field] = click.prompt(_asked(field), err=True)


def _asked(path: str) -> str:
    """What a person is asked for: the field by its label, or the words of an event by theirs."""
    field = click.get_current_context().ensure_object(App).desk.fields.get(path)
    words = {
        "via": T("by what means"),
        "reason": T("reason"),
        "text": T("text"),
        "action": T("step"),
    }
    return pick(field.labels, path) if field else str(words.get(path, path))
