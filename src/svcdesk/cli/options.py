"""Options and arguments that many commands share, each defined once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from svcdesk.cli.app import App, pass_app
from svcdesk.cli.help import Command, TranslatedOption
from svcdesk.errors import UsageError
from svcdesk.i18n import T

_F = TypeVar("_F", bound=Callable[..., Any])
_PLACES = frozenset({"FILE", "DIR", "MAP"})


def option(*names: str, **settings: Any) -> Callable[[_F], _F]:
    """`click.option` whose help is translated when shown; one that takes a TIME, or the name of a
    file or folder, needs one."""
    if settings.get("metavar") == "TIME":
        settings.setdefault("callback", _some_time)
    elif _PLACES.intersection((settings.get("metavar") or "").split("|")):
        settings.setdefault("callback", some_file)
    return click.option(*names, cls=TranslatedOption, **settings)


def _some_time(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """An empty time is a slip, often a variable of a script that is not set: it is not now."""
    if value is not None and not value.strip():
        raise UsageError(
            T("{option} names no time", option=param.opts[0]),
            hint=T("leave {option} out, or say when", option=param.opts[0]),
            code="E_TIME",
        )
    return value


def some_file(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """An empty name is a slip, too: it does not mean the folder that one happens to be in."""
    if value is not None and not value.strip():
        name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
        raise UsageError(
            T("{option} names no file", option=name),
            hint=T("it is empty; a variable of a script may not be set"),
        )
    return value


class Whole(click.IntRange):
    """A whole number within bounds, refused in a sentence."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        name = param.opts[0] if param else ""
        try:
            number = int(value)
        except ValueError:
            raise UsageError(
                T("{option} takes a whole number, not “{value}”", option=name, value=value)
            ) from None
        low, high = self.min, self.max
        if (low is not None and number < low) or (high is not None and number > high):
            raise UsageError(
                T("{option} is at least {low}, not {value}", option=name, low=low, value=value)
                if high is None
                else T("{option} is from {low} to {high}, not {value}", option=name,
                       low="–" if low is None else low, high=high, value=value)
            )  # fmt: skip
        return number


def later(name: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """A completion that is imported only when a shell asks for it."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        from svcdesk.cli import completing

        return getattr(completing, name)(ctx, param, incomplete)

    return complete


def command(name: str, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """`click.command` whose help is translated, with the options that every command has."""

    def make(function: Callable[..., Any]) -> click.Command:
        return click.command(name, cls=Command, **settings)(pass_app(anywhere(function)))

    return make


def anywhere(function: _F) -> _F:
    """The options that every command and every group of commands has."""
    for decorate in (_format, _lang, _debug):
        function = decorate(function)
    return function


def _store(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Keep a global option, wherever on the line it stands."""

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        app = ctx.ensure_object(App)
        if value is not None and value is not False:
            setattr(app.said, name, value)
            if name in ("lang", "directory"):  # another desk may speak another language
                app.use_language()
        return value

    return keep


def _global(name: str, *names: str, **settings: Any) -> Callable[[_F], _F]:
    return option(*names, expose_value=False, callback=_store(name), **settings)


_format = _global(
    "format",
    "--format",
    metavar="NAME",
    help="How to print: table, json, jsonl, csv, csv-excel, markdown, html, ids; into a file: "
    "xlsx, parquet; findings also: github; or a plugin's.",
)
_lang = _global(
    "lang", "--lang", is_eager=True, metavar="en|zh", help="Language of sentences and labels."
)
_debug = _global("debug", "--debug", is_flag=True, help="Show the traceback of a bug of ours.")
directory = _global(
    "directory",
    "-C",
    is_eager=True,
    metavar="DIR",
    help="Use the desk at DIR, or in a folder above it (else: SVCDESK_DIR, else here).",
)
no_plugins = _global("no_plugins", "--no-plugins", is_flag=True, help="Load no plugin but ours.")
no_pager = _global("no_pager", "--no-pager", is_flag=True, help="Never page long output.")
GLOBAL = (directory, _lang, _format, no_plugins, no_pager, _debug)

ids_argument = click.argument(
    "ids", nargs=-1, required=True, metavar="ID…", shell_complete=later("complete_ids")
)
some_ids_argument = click.argument(
    "ids", nargs=-1, metavar="ID…", shell_complete=later("complete_ids")
)
"""Ids before another argument, where the command itself says that they are missing."""
id_argument = click.argument("id_", metavar="ID", shell_complete=later("complete_ids"))
asked_at = option("--at", metavar="TIME", help="Answer as of TIME instead of now.")
of_revision = option(
    "--rev",
    "revision",
    metavar="REV",
    help="As the commit, branch or tag REV has it, instead of the working tree.",
)


def go_to(app: App, revision: str | None) -> None:
    """Let the call work on the desk of a commit; nothing of it is checked out."""
    if revision is not None:
        from svcdesk.desk.revision import DeskAt

        app.desk = DeskAt(app.desk, revision)


def writing(function: _F) -> _F:
    """The options of everything that writes."""
    for decorate in (
        option("--force", metavar="REASON", help="Write what a rule refuses; REASON is recorded."),
        option("--yes", is_flag=True, help="Do not ask before changing many records."),
        option("--include-dirty", is_flag=True, help="Take uncommitted edits of the record in."),
        option("--no-commit", is_flag=True, help="Change the files and leave them uncommitted."),
        option("--dry-run", is_flag=True, help="Show the diff and the message; change nothing."),
        option(
            "--via", metavar="MEANS", help="By what means it came: phone, email, im, signature…"
        ),
        option(
            "--as",
            "acting_for",
            metavar="PERSON",
            shell_complete=later("complete_people"),
            help="Act for PERSON, or for `requester`.",
        ),
        option("--at", metavar="TIME", help="It happened at TIME, not now."),
        option("-m", "--message", metavar="TEXT", help="What is said, or noted, along with it."),
    ):
        function = decorate(function)
    return function


def bulk(function: _F) -> _F:
    """The options of what can be done to many records at once."""
    for decorate in (
        option(
            "--keep-going",
            is_flag=True,
            help="Do what can be done and name the rest; else it is all of them or none.",
        ),
        option("-q", "--query", metavar="QUERY", help="All records that QUERY finds; see `list`."),
    ):
        function = decorate(function)
    return function


def settles_option(function: _F) -> _F:
    return option(
        "--settles",
        metavar="EVENT|all",
        multiple=True,
        help="Settle unsettled events with it: all, or by the ending of an event's id.",
    )(function)


def fields_option(function: _F) -> _F:
    return option(
        "--field",
        "fields",
        multiple=True,
        metavar="K=V",
        shell_complete=later("complete_assignments"),
        help="Any field by its dotted path; K=@FILE reads the value. Can be repeated.",
    )(function)
