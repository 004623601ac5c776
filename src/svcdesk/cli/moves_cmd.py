"""Every move and word of a request, made from the table in move_specs and run in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import asking, chosen_ids, circumstances, with_answers
from svcdesk.cli.move_specs import SPECS, Given, Spec
from svcdesk.cli.options import (
    bulk,
    command,
    fields_option,
    later,
    option,
    settles_option,
    some_ids_argument,
    writing,
)
from svcdesk.cli.values import field_values, kind_of
from svcdesk.cli.written import show_done
from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.model.record import Value

if TYPE_CHECKING:
    from svcdesk.desk import Done


_LAST = {"PERSON": later("complete_people"), "TEAM": later("complete_teams")}


_SPECS = {spec.name: spec for spec in SPECS}


class _Commands(Mapping[str, click.Command]):
    """The commands by name, each made when it is asked for: a call needs one of two dozen."""

    def __getitem__(self, name: str) -> click.Command:
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_SPECS)

    def __len__(self) -> int:
        return len(_SPECS)


def commands() -> Mapping[str, click.Command]:
    return _Commands()


@cache
def _command(name: str) -> click.Command:
    spec = _SPECS[name]

    def run(app: App, ids: tuple[str, ...], fields: tuple[str, ...], **said: Any) -> int:
        return run_move(app, spec.name, ids, fields, said, spec)

    run = bulk(writing(fields_option(settles_option(run))))
    if spec.reason:
        run = option("--reason", metavar="TEXT", help="Why.")(run)
    for given in reversed(spec.options):
        run = option(
            given.flag,
            _parameter(given),
            is_flag=given.switch or None,  # False lets click take no value that begins with “-”
            multiple=given.many,
            metavar=None if given.switch else given.metavar,
            help=given.help,
        )(run)
    if spec.last:
        completion = _LAST.get(spec.last[0])
        run = click.argument("last", metavar=spec.last[0], shell_complete=completion)(run)
    return command(spec.name, help=spec.help)(some_ids_argument(run))


def run_move(
    app: App,
    name: str,
    ids: tuple[str, ...],
    fields: tuple[str, ...],
    said: dict[str, Any],
    spec: Spec | None = None,
) -> int:
    """Make a move on the records named and show what was done; asks for what is missing."""
    query, yes = said.pop("query"), said.pop("yes")
    if not ids and query is None:
        _refuse_none(name, spec, said.get("last"))
    texts: dict[str, str | list[str]] = {}
    marks: dict[str, Value] = {}
    for given in spec.options if spec else ():
        value = said.pop(_parameter(given))
        if value in (None, (), False):
            continue
        if given.mark:
            marks[given.field] = list(value) if given.many else value
        else:
            texts[given.field] = list(value) if given.many else value
    if spec and spec.last:
        texts[spec.last[1]] = said.pop("last")
    if spec and spec.message_field and said.get("message"):
        texts[spec.message_field] = said.pop("message")
    app.desk.ask_git()
    chosen, partial = chosen_ids(
        app, ids, query, yes or said["dry_run"], keep_going=said["keep_going"]
    )
    values = field_values(app, texts, fields, kind_of(app, chosen))
    if spec and spec.finish:
        values = spec.finish(values)
    around = circumstances(app, said, marks)

    def make(given: dict[str, Value]) -> Done:
        return app.desk.move(chosen, name, given, with_answers(around, given))

    done = asking(make, values, _flags(spec))
    return show_done(app, done, dry_run=around.options.dry_run, partial=partial)


def _refuse_none(name: str, spec: Spec | None, word: str | None) -> NoReturn:
    """No records are named. Where one word stands for ids and something after them, say which of
    the two is missing."""
    from svcdesk.store.guard import normalise_short

    last = spec.last[0] if spec and spec.last else ""
    if word is None:
        raise UsageError(
            T("no record is named"),
            hint=T("write svcdesk {command} ID…, or -q QUERY", command=name),
        )
    is_id = re.fullmatch("(?:[A-Z]{2,6}-)?[0-9][0-9A-Z-]*", normalise_short(word)) is not None
    raise UsageError(
        T("{what} is missing: only “{word}” was given", what=last if is_id else "ID", word=word),
        hint=T("write svcdesk {command} ID… {last}", command=name, last=last),
    )


def _parameter(given: Given) -> str:
    return "given_" + given.flag.strip("-").replace("-", "_")


def _flags(spec: Spec | None) -> dict[str, str]:
    """The options of a command by the field that each stands for."""
    if spec is None:
        return {}
    own = {one.field: f"{one.flag} {one.metavar}" for one in spec.options if not one.switch}
    if spec.message_field:
        own[spec.message_field] = "-m TEXT"
    return own
