"""Every command of the command line with its sub-commands, for tests and for the translations."""

from __future__ import annotations

from collections.abc import Iterator

import click

from svcdesk.cli.app import App
from svcdesk.cli.main import svcdesk_command

Words = tuple[str, ...]


def every_command() -> dict[Words, click.Command]:
    """The words that call a command → the command; `()` is `svcdesk` itself."""
    return dict(_below((), svcdesk_command))


def _below(words: Words, command: click.Command) -> Iterator[tuple[Words, click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name="svcdesk", obj=App())
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, f"{' '.join((*words, name))} is listed and not there"
            yield from _below((*words, name), inner)
