"""What a shell may complete: ids with titles, people, teams, moves, fields and their values.

Called by shells at every key press: only file names are listed, and of the records only the few
that are shown are opened. Nothing here fails; a shell without an answer shows none.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from svcdesk.cli.app import App
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import pick

MOST = 40
_TITLE = re.compile(r"^(?:title|description): *(?:\|[-+0-9]*\n *)?['\"]?(.+?)['\"]?$", re.MULTILINE)
_CLOSED = re.compile(r"^status: (?:closed|cancelled)$", re.MULTILINE)
Items = list[CompletionItem[str]]


def complete_ids(ctx: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """Records with a part of their id like that, open ones first, each with its title.

    Where ids may be many and another argument comes last, its completions are offered too: only
    whoever types knows whether another id is to come.
    """
    app = ctx.ensure_object(App)
    last = [one for one in ctx.command.params if one.name in ("last", "move")]
    others = [item for one in last for item in one.shell_complete(ctx, incomplete)]
    wanted = incomplete.upper()
    with contextlib.suppress(SvcdeskError, OSError):
        paths = [path for path in app.desk.tickets.paths() if _fits(_stem(path), wanted)]
        newest = sorted(paths, key=_stem, reverse=True)[:MOST]
        found = [(path, _head(app, path)) for path in newest]
        found.sort(key=lambda pair: bool(_CLOSED.search(pair[1])))
        ids = [CompletionItem(_stem(path), help=_title(text)) for path, text in found]
        return [*ids, *others]
    return others


def complete_people(ctx: click.Context, _: click.Parameter, incomplete: str) -> Items:
    app = ctx.ensure_object(App)
    with contextlib.suppress(SvcdeskError, OSError):
        everyone = [one for one in app.desk.people.by_id.values() if one.active]
        return [
            CompletionItem(one.id, help=one.name)
            for one in everyone
            if one.id.startswith(incomplete)
        ]
    return []


def complete_teams(ctx: click.Context, _: click.Parameter, incomplete: str) -> Items:
    app = ctx.ensure_object(App)
    with contextlib.suppress(SvcdeskError, OSError):
        return _plain(app.desk.people.teams(), incomplete)
    return []


def complete_moves(ctx: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """Every move of every kind, with what people call it."""
    app = ctx.ensure_object(App)
    with contextlib.suppress(SvcdeskError, OSError):
        moves = {
            name: pick(move.labels, name)
            for kind in app.desk.kinds.values()
            for name, move in kind.workflow.moves.items()
        }
        return [
            CompletionItem(name, help=label)
            for name, label in moves.items()
            if name.startswith(incomplete)
        ]
    return []


def complete_query(ctx: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """The desk's saved queries, and fields with the colon that their values stand after."""
    app = ctx.ensure_object(App)
    with contextlib.suppress(SvcdeskError, OSError):
        saved = [
            CompletionItem(f"@{name}", help=text) for name, text in app.desk.facts.queries.items()
        ]
        fields = [
            CompletionItem(f"{one.path}:", help=pick(one.labels, one.path))
            for one in app.desk.fields.values()
            if one.type != "group" and not one.in_list
        ]
        every = [*saved, *fields] if incomplete else saved
        return [one for one in every if one.value.startswith(incomplete)]
    return []


def complete_assignments(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """`FIELD=` and then its values; before the first `=`, ids too."""
    app = ctx.ensure_object(App)
    name, equals, begun = incomplete.partition("=")
    with contextlib.suppress(SvcdeskError, OSError):
        if equals:
            return [
                CompletionItem(f"{name}={one.value}", help=pick(one.labels, one.value))
                for one in app.desk.fields.find(name).choices
                if one.value.startswith(begun)
            ]
        fields = [
            CompletionItem(f"{one.path}=", help=pick(one.labels, one.path))
            for one in app.desk.fields.values()
            if one.type != "group" and not one.in_list and one.path.startswith(incomplete)
        ]
        return [*complete_ids(ctx, param, incomplete), *fields] if incomplete else fields
    return []


def _plain(words: Iterable[str], incomplete: str) -> Items:
    return [CompletionItem(one) for one in words if one.startswith(incomplete)]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def _fits(record_id: str, wanted: str) -> bool:
    return f"-{wanted}" in f"-{record_id}" or record_id.endswith(wanted)


def _head(app: App, path: str) -> str:
    """The beginning of a record's file: enough for its title and state."""
    try:
        with (app.desk.root / path).open(encoding="utf-8", errors="replace") as file:
            return file.read(2048)
    except OSError:
        return ""


def _title(text: str) -> str:
    from svcdesk.terminal import escape

    found = _TITLE.search(text)
    return escape(found[1])[:60] if found else ""
