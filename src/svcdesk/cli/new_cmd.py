"""`svcdesk new`: register a record."""

from __future__ import annotations

from typing import Any

import click

from svcdesk.cli.app import App
from svcdesk.cli.given import asking, circumstances
from svcdesk.cli.options import command, fields_option, option, writing
from svcdesk.cli.values import field_values
from svcdesk.cli.written import show_done
from svcdesk.model.record import Value

_OPTIONS = {
    "title": ("--title", "TEXT", "A short title (else: the description's first line)."),
    "description": ("--description", "TEXT", "What is wrong or wanted, in the customer's words."),
    "customer": ("--customer", "NAME", "The customer."),
    "requester.name": ("--requester", "NAME", "Who asks (masked, such as 李*)."),
    "requester.contact": ("--contact", "TEXT", "How to reach them (masked, such as *5678)."),
    "requester.audience": ("--audience", "WHO", "internal or external."),
    "channel": ("--channel", "MEANS", "phone, desk, email, im, online or onsite."),
    "type": ("--type", "TYPE", "fault, consultation, improvement, delivery or periodic."),
    "category": ("--category", "CATEGORY", "hardware, software, network …, finer after a /."),
    "priority": ("--priority", "P", "P1, P2 or P3."),
    "assignee": ("--assignee", "PERSON", "Whom it is for, if that is known."),
    "expected_by": ("--expected-by", "TIME", "When the customer expects it."),
    "request": ("--request", "ID", "For a document: the request that it belongs to."),
}

_FLAGS = {path: f"{flag} {metavar}" for path, (flag, metavar, _) in _OPTIONS.items()}


@command(
    "new",
    help="Register a new record: a request where no KIND is named.\n\n"
    "On a terminal, what is missing is asked for. With --format ids the new id comes alone.",
)
@click.argument("kind", required=False, default="request", metavar="[KIND]")
@option("--read-back", is_flag=True, help="It was read back to the caller (phone and oral intake).")
@fields_option
@writing
def _new(
    app: App, kind: str, read_back: bool, fields: tuple[str, ...], yes: bool, **said: Any
) -> None:
    texts: dict[str, str | list[str]] = {}
    for path, (flag, _, _) in _OPTIONS.items():
        value = said.pop(flag.strip("-").replace("-", "_"))
        if value is not None:
            texts[path] = value
    known = kind if kind in app.desk.kinds else None
    values = field_values(app, texts, fields, known)
    if read_back:
        values["read_back"] = True
    around = circumstances(app, said)

    def make(given: dict[str, Value]) -> Any:
        return app.desk.new(kind, given, around)

    show_done(app, asking(make, values, _FLAGS), dry_run=around.options.dry_run)


_first = next(place for place, one in enumerate(_new.params) if one.name == "read_back")
_rest = _new.params[_first:]
del _new.params[_first:]
for _flag, _metavar, _help in _OPTIONS.values():
    _new = option(_flag, metavar=_metavar, help=_help)(_new)  # what a request is comes first
_new.params += _rest


def commands() -> dict[str, click.Command]:
    return {"new": _new}
