"""The command `svcdesk`: which commands there are, and where each is found when it is called.

The table is all that `--help` reads: no command's module is imported for it.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

import click

import svcdesk
from svcdesk.cli.app import App
from svcdesk.cli.boundary import guarded, leave
from svcdesk.cli.help import Command, Context, TranslatedOption, help_option, short_help
from svcdesk.cli.options import GLOBAL
from svcdesk.errors import SvcdeskError, UsageError
from svcdesk.i18n import T, translate

# group → (command, module below svcdesk.cli, what it does)
COMMANDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Desk": (
        ("init", "init", "Make a desk here, or put back what is missing in it."),
        ("check", "check", "Check every record and the desk's own files."),
        ("explain", "explain", "Say what a finding's or an error's code means, and what to do."),
        (
            "doctor",
            "doctor",
            "Examine the installation and the desk; finish or undo what broke off.",
        ),
        ("adopt", "hands", "Record edits made by hand as events."),
        ("settle", "hands", "Declare concurrent or ineffective events looked at."),
        ("people", "people", "List the desk's people, or add one."),
        ("schema", "schema", "List, show or export the schemas of records."),
        ("plugins", "plugins", "List plugins: loaded, from where, and what is not and why."),
        ("config", "config", "Show your own settings and where each comes from."),
        ("completion", "completion", "Print the script for your shell's completion."),
        ("demo", "demo", "Show the whole life of a request in a desk made for it."),
    ),
    "Records": (
        ("new", "new", "Register a new record (a request where no kind is named)."),
        ("list", "list", "List records: those open, or those a query finds."),
        ("search", "search", "Search all records and events for words, and show where they stand."),
        ("board", "board", "Show open records as cards in columns, by state or another field."),
        ("show", "show", "Show records whole."),
        ("log", "show", "Show what happened to a record, event by event."),
        ("diff", "diff", "Say what became of each record between two commits."),
        ("edit", "hands", "Edit a record in your editor; what you change is recorded."),
        ("set", "set", "Set fields of records."),
        ("apply", "apply", "Apply a plan: changes of many records, in one commit."),
        ("undo", "undo", "Take back your own last operation."),
        ("link", "hands", "Link two records."),
        ("attach", "hands", "Attach files to a record."),
        ("redact", "hands", "Take a value out of a record, leaving a mark that it was there."),
        ("import", "import", "Import records from another system's file."),
        ("export", "export", "Export records whole, in any format."),
        ("events", "export", "Print what happened to all records, for whatever follows the desk."),
        ("report", "report", "Make a report of records."),
    ),
    "Words": (
        ("message", "moves", "Record a message from the customer."),
        ("reply", "moves", "Record a reply to the customer."),
        ("note", "moves", "Add an internal note."),
        ("step", "moves", "Record a handling step (in the request's handling record)."),
        ("assess", "moves", "Record the first assessment, with a plan."),
        ("promise", "moves", "Promise the customer a time."),
        ("call", "moves", "Record the check-back call."),
    ),
    "Moves": (
        ("classify", "moves", "Classify: type, category, priority and what it follows from."),
        ("assign", "moves", "Assign to a person."),
        ("take", "moves", "Accept the job and say when it will be done."),
        ("start", "moves", "Start working."),
        ("wait", "moves", "Wait for the customer, a vendor, an approval …"),
        ("resume", "moves", "Go on after waiting."),
        ("resolve", "moves", "Resolve, with a concrete result."),
        ("confirm", "moves", "Record that the user confirms the solution."),
        ("accept", "moves", "Record that the customer accepts the delivery."),
        ("reject", "moves", "Record that the customer rejects it; work goes on, a round later."),
        ("rate", "moves", "Record the customer's ratings."),
        ("close", "moves", "Close."),
        ("reopen", "moves", "Open again."),
        ("cancel", "moves", "Cancel."),
        ("handover", "moves", "Hand over to another team."),
        ("escalate", "moves", "Escalate."),
        ("approve", "approve", "Approve a change as it stands, or reject it."),
        ("do", "do", "Make any move of any kind of record."),
    ),
    "Together": (
        ("sync", "sync", "Take in what others published, and publish what is here."),
        ("renumber", "sync", "Give a record that is not published another number."),
        ("merge", "merge", "Merge branches, records by their events and fields."),
        ("review", "review", "Say what a branch does to records, and find what must not pass."),
        (
            "merge-driver",
            "merge",
            "Set up how git merges records in this clone, or say how it is set up.",
        ),
    ),
    "Time": (
        ("sla", "sla", "The SLA: what is late, what will be, and why."),
        ("calendar", "calendar", "The desk's working calendars: show, sync, check."),
    ),
}
_GARBAGE = 50_000
"""So many new objects before the first look for garbage: a call ends before that is worth it."""
_PLACES = {name: module for group in COMMANDS.values() for name, module, _ in group}
_HELP = {name: text for group in COMMANDS.values() for name, _, text in group}


class Svcdesk(click.Group):
    """Finds commands by the table; those of plugins only when a name is not in it."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _PLACES.get(cmd_name)
        if module is not None:
            found: Any = import_module(f"svcdesk.cli.{module}_cmd")
            command: click.Command = found.commands()[cmd_name]
            return command
        return self._of_plugins(ctx).get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "help":  # as many tools have it
            args = [*args[1:], "--help"]
            if len(args) == 1:
                click.echo(ctx.get_help())
                ctx.exit()
        found = self.get_command(ctx, args[0])
        if found is None:
            from difflib import get_close_matches

            near = get_close_matches(args[0], list(_PLACES), n=3, cutoff=0.5)
            raise UsageError(
                T("there is no command “{name}”", name=args[0]),
                hint=T("did you mean {names}?", names=", ".join(near))
                if near
                else T("`svcdesk --help` lists all commands"),
            )
        return args[0], found, args[1:]

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """The table's commands, without importing a single one of them."""
        from click.shell_completion import CompletionItem

        known = {name: short_help(text) for name, text in _HELP.items()}
        known |= {n: c.get_short_help_str() for n, c in self._of_plugins(ctx).items()}
        items = [CompletionItem(n, help=h) for n, h in known.items() if n.startswith(incomplete)]
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for group, commands in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl([(name, short_help(text)) for name, _, text in commands])
        others = self._of_plugins(ctx)
        if others:
            with formatter.section("Plugins"):
                formatter.write_dl([(n, c.get_short_help_str()) for n, c in others.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Command.format_help_text(self, ctx, formatter)  # type: ignore[arg-type]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return help_option()

    def _of_plugins(self, ctx: click.Context) -> dict[str, click.Command]:
        app = ctx.ensure_object(App)
        if not app.names_plugins():
            return {}
        try:
            return {one.name: one for one in app.desk.plugins.commands(_PLACES) if one.name}
        except SvcdeskError:
            return {}  # help works without a desk; the command that needs one says what is wrong


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"svcdesk {svcdesk.__version__}")
        ctx.exit()


@click.group(
    "svcdesk",
    cls=Svcdesk,
    invoke_without_command=True,
    help="An IT service desk that lives in a git repository.\n\n"
    "Called alone, it shows what is yours: breached, due today, waiting on you.",
)
@click.pass_context
def svcdesk_command(ctx: click.Context) -> int | None:
    if ctx.invoked_subcommand is None:
        from svcdesk.cli.mine_cmd import show_mine

        return show_mine(ctx.ensure_object(App))
    return None


for _decorate in reversed(GLOBAL):
    svcdesk_command = _decorate(svcdesk_command)
svcdesk_command.params.append(
    TranslatedOption(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
        help="Show the version.",
    )
)  # fmt: skip


def run(arguments: list[str] | None = None) -> None:
    """The entry point of the console script: never returns."""
    gc.set_threshold(_GARBAGE)
    leave(guarded(svcdesk_command, App(), arguments))


def known_help() -> dict[str, str]:
    """Command → its line in the list of commands, as written (for the documentation's tests)."""
    return {name: translate(text) for name, text in _HELP.items()}
