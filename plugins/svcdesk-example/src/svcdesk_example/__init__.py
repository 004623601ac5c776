"""An example of a svcdesk plugin: the hooks, each handing over what a module here defines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.hookspecs import Channel, Format, Fragment, Numbering, hookimpl
from svcdesk_example.numbering import yearly
from svcdesk_example.outbox import send
from svcdesk_example.tsv import render

if TYPE_CHECKING:
    import click

    from svcdesk.model.record import Value


@hookimpl
def svcdesk_register_numbering() -> Iterable[Numbering]:
    return [Numbering("yearly", "a serial of prefix and year: SR-2026-0001", yearly)]


@hookimpl
def svcdesk_register_channels() -> Iterable[Channel]:
    return [Channel("outbox", "a text file a notice, in a folder", send)]


@hookimpl
def svcdesk_register_formats() -> Iterable[Format]:
    return [Format("tsv", "values separated by tabs", render, data=True)]


@hookimpl
def svcdesk_register_schemas() -> Iterable[Fragment]:
    room: dict[str, Value] = {
        "description": "The room in which somebody waits for a visit, such as A-301.",
        "type": "string",
        "pattern": "^[A-Z]-[0-9]{3,4}$",
    }
    return [Fragment("request", {"x-example-room": room})]


@hookimpl
def svcdesk_register_commands() -> Iterable[click.Command]:
    from svcdesk_example.command import outbox

    return [outbox]
