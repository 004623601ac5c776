"""What each hook must return, how its objects are told apart, and their guarded form.

A guarded object looks like the plugin's own, but every function in it goes through `call`: it
works on copies, cannot end the program, and what it returns is of the promised type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from svcdesk import hookspecs as shape
from svcdesk.i18n import T, Text
from svcdesk.plugins.guard import Owner, Twins, call, failed
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.model.record import Value

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CODE = re.compile(r"[A-Z]{2,12}[0-9]{3,4}")


class Hook(NamedTuple):
    """One hook: what it returns, what that is called, what names it, and its guarded form.

    `vital`: going on without an answer would change what is written or valid, so it is an error.
    """

    name: str
    noun: Text
    vital: bool
    key: Callable[[Any], object]
    guard: Callable[[Owner, Any], Any]
    type: type | None = None


def checked(hook: Hook, owner: Owner, item: object) -> tuple[str, Any]:
    """The name of an object that a plugin registers, and its guarded form.

    Raises PluginFailed where it is not what the hook asks for.
    """
    wanted = hook.type or _command_type()
    if not isinstance(item, wanted):
        raise failed(
            owner,
            T("{hook} gave a {given}, not a {wanted}",
              hook=hook.name, given=type(item).__name__, wanted=wanted.__name__),
        )  # fmt: skip
    key = hook.key(item)
    pattern = _CODE if hook.type is shape.Check else _NAME
    if hook.type is not shape.Fragment and not (isinstance(key, str) and pattern.fullmatch(key)):
        raise failed(
            owner, T("{hook}: {name} cannot be a name", hook=hook.name, name=repr(key)[:60])
        )
    return str(key), hook.guard(owner, item)


def _returned(owner: Owner, what: str, value: Any, wanted: type | tuple[type, ...]) -> Any:
    if not isinstance(value, wanted):
        raise failed(owner, T("{what} gave a {given}", what=what, given=type(value).__name__))
    return value


def _each(owner: Owner, what: str, values: Iterable[object], wanted: type) -> list[Any]:
    return [_returned(owner, what, value, wanted) for value in values]


def _numbering(owner: Owner, item: shape.Numbering) -> shape.Numbering:
    def propose(request: shape.NumberRequest) -> str:
        given = call(owner, item.propose, request)
        return str(_returned(owner, item.name, given, str))

    return item._replace(propose=propose)


def _format(owner: Owner, item: shape.Format) -> shape.Format:
    def render(table: Any, rendering: shape.Rendering) -> str | bytes:
        given = call(owner, item.render, table, rendering)
        made: str | bytes = _returned(owner, item.name, given, bytes if item.binary else str)
        return made

    return item._replace(render=render)


def _channel(owner: Owner, item: shape.Channel) -> shape.Channel:
    def send(notice: shape.Notice, means: shape.Means) -> None:
        call(owner, item.send, notice, means)

    return item._replace(send=send)


def _check(owner: Owner, item: shape.Check) -> shape.Check:
    from svcdesk.model.finding import Finding, Rule

    if not isinstance(item.rule, Rule):
        raise failed(owner, T("its rule is a {given}", given=type(item.rule).__name__))
    twins: Twins = {}

    def find(subject: shape.Subject) -> list[Finding]:
        given = call(owner, lambda one: list(item.find(one)), subject, twins=twins)
        return _each(owner, item.rule.code, given, Finding)

    return item._replace(find=find)


def _report(owner: Owner, item: shape.Report) -> shape.Report:
    from svcdesk.model.table import Table

    def build(request: shape.ReportRequest) -> Table:
        table: Table = _returned(owner, item.name, call(owner, item.build, request), Table)
        if any(len(row) != len(table.columns) for row in table.rows):
            raise failed(owner, T("{what}: a row has more or fewer cells than columns",
                                  what=item.name))  # fmt: skip
        return table

    return item._replace(build=build)


def _importer(owner: Owner, item: shape.Importer) -> shape.Importer:
    suffixes = tuple(_each(owner, item.name, item.suffixes, str))

    def read(data: bytes) -> list[shape.Row]:
        given = call(owner, lambda one: list(item.read(one)), data)
        return _each(owner, item.name, given, shape.Row)

    return item._replace(read=read, suffixes=suffixes)


def _contacts(owner: Owner, item: shape.Contacts) -> shape.Contacts:
    def find(ref: str, means: shape.Means) -> Mapping[str, str] | None:
        given = call(owner, item.find, ref, means)
        if given is None:
            return None
        entry: Mapping[object, object] = _returned(owner, item.name, given, Mapping)
        return {str(key): str(value) for key, value in entry.items()}

    return item._replace(find=find)


def _fragment(owner: Owner, item: shape.Fragment) -> shape.Fragment:
    """Refuses fields whose names are not the plugin's own: `x-`, then the plugin's name."""
    properties: Mapping[str, Value] = _returned(
        owner, "Fragment.properties", item.properties, Mapping
    )
    own = f"x-{owner.name}"
    for name, schema in properties.items():
        if not (isinstance(name, str) and (name == own or name.startswith(f"{own}-"))):
            raise failed(
                owner, T("the field {name} must begin with {own}", name=repr(name), own=own)
            )
        _returned(owner, name, schema, Mapping)
    return item


def _command(owner: Owner, item: Any) -> Any:
    """The command with a crash of its own named as the plugin's, not as a bug of ours."""
    from copy import copy

    import click

    from svcdesk.errors import SvcdeskError

    guarded, invoke = copy(item), item.invoke

    def named(context: click.Context) -> Any:
        try:
            return invoke(context)
        except (SvcdeskError, click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            raise failed(owner, said) from error

    guarded.invoke = named
    return guarded


def _command_type() -> type:
    import click

    return click.Command


def _name(item: Any) -> object:
    return item.name


NUMBERING = Hook(
    "svcdesk_register_numbering", T("numbering scheme"), True, _name, _numbering, shape.Numbering
)
FORMATS = Hook("svcdesk_register_formats", T("format"), False, _name, _format, shape.Format)
CHANNELS = Hook("svcdesk_register_channels", T("channel"), False, _name, _channel, shape.Channel)
CHECKS = Hook(
    "svcdesk_register_checks", T("rule"), False, lambda item: getattr(item.rule, "code", None),
    _check, shape.Check,
)  # fmt: skip
REPORTS = Hook("svcdesk_register_reports", T("report"), False, _name, _report, shape.Report)
COMMANDS = Hook("svcdesk_register_commands", T("command"), False, _name, _command)
SCHEMAS = Hook(
    "svcdesk_register_schemas", T("schema fragment"), True, lambda item: item.kind,
    _fragment, shape.Fragment,
)  # fmt: skip
IMPORTERS = Hook(
    "svcdesk_register_importers", T("importer"), False, _name, _importer, shape.Importer
)
CONTACTS = Hook(
    "svcdesk_register_contacts", T("address book"), False, _name, _contacts, shape.Contacts
)

HOOKS = (
    NUMBERING, FORMATS, CHANNELS, CHECKS, REPORTS, COMMANDS, SCHEMAS, IMPORTERS, CONTACTS,
)  # fmt: skip
