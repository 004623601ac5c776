"""Help pages in the language in use, wrapped by the width that characters really have."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from svcdesk.errors import UsageError
from svcdesk.i18n import T, language, translate
from svcdesk.terminal import pad, width, wrap

_AT_ONCE = {
    "QUERY": T("terms that must all hold stand side by side in one query; else write OR"),
    "A,B…": T("write them all at once, with commas"),
}
"""What to do where an option is given again, by what it takes."""
_GAP = 2
_FIRST_COLUMN = 30
_WIDEST, _NARROWEST, _MARGIN = 80, 50, 2


class Formatter(click.HelpFormatter):
    """click's, with translated headings and Chinese characters counted as two columns.

    The width and the usage line are its own: click's take 7 ms to import what they need for them.
    """

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(indent_increment, width or _page_width(max_width or _WIDEST), max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        usage = translate("Usage:")
        head = f"{usage}{prog} " if usage.endswith("：") else f"{usage} {prog} "
        for line in wrap(args, max(self.width - width(head), 20)) or [""]:
            self.write(f"{head}{line}\n")
            head = " " * width(head)

    def write_heading(self, heading: str) -> None:
        colon = "：" if language() == "zh" else ":"
        self.write(f"{'':>{self.current_indent}}{translate(heading)}{colon}\n")

    def write_text(self, text: str) -> None:
        room = max(self.width - self.current_indent, 20)
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write("\n")
            for line in wrap(" ".join(paragraph.split()), room):
                self.write(f"{'':>{self.current_indent}}{line}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        rows = list(rows)
        first = min(max((width(term) for term, _ in rows), default=0), _FIRST_COLUMN) + _GAP
        indent = " " * self.current_indent
        room = max(self.width - first - self.current_indent, 20)
        for term, text in rows:
            lines = wrap(text, room) or [""]
            if width(term) > first - _GAP:
                self.write(f"{indent}{term}\n")
            else:
                self.write(f"{indent}{pad(term, first)}{lines.pop(0)}\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}\n")


def _page_width(most: int) -> int:
    """The terminal's width, within limits; COLUMNS stands for it as everywhere."""
    try:
        columns = int(
            os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns
        )
    except (ValueError, OSError):  # no terminal, or a caller that put something else in its place
        columns = most
    return max(min(columns, most) - _MARGIN, _NARROWEST)


class Context(click.Context):
    formatter_class = Formatter


class TranslatedOption(click.Option):
    """An option whose help is shown in the language in use. One that takes one value is refused
    where it is given twice: what was said first would be lost. Global ones may be given again, as
    aliases of shells need it; the last one counts."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        if self.multiple or self.count or self.is_flag or not self.expose_value:
            super().add_to_parser(parser, ctx)
        else:
            parser.add_option(
                obj=self, opts=self.opts, dest=self.name, action="append", nargs=self.nargs
            )

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, Any]:
        given = opts.get(self.name or "")
        if isinstance(given, list) and not self.multiple:
            if len(given) > 1 and not ctx.resilient_parsing:
                raise UsageError(
                    T("{option} is given {count} times", option=self.opts[-1], count=len(given)),
                    hint=_AT_ONCE.get(str(self.metavar)) or T("say it once: one of them counts"),
                )
            opts = {**opts, str(self.name): given[-1]}
        return super().consume_value(ctx, opts)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        original = self.help
        self.help = translate(original) if original else original
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = original


class Command(click.Command):
    """A command whose help is shown in the language in use."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:
        return short_help(self.short_help or self.help or "")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(translate(self.help))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.epilog:
            formatter.write_paragraph()
            for line in translate(self.epilog).splitlines():
                formatter.write(f"  {line}\n")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return help_option()


class Group(click.Group):
    """A command with commands of its own, listed as the main page lists its own."""

    context_class = Context
    format_help_text = Command.format_help_text
    get_short_help_str = Command.get_short_help_str

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return help_option()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str()) for name in self.commands]
            )


def short_help(text: str) -> str:
    """The first sentence of a help text, in the language in use."""
    return translate(text).split("\n", 1)[0].rstrip(".。")


def help_option() -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()

    return TranslatedOption(
        ["--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=T("Show this page.").template,
    )
