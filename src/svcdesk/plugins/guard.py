"""Calls into code that is not ours: it may fail, print, exit or scribble, and nothing else breaks.

What it cannot do is hang us in silence for ever being bounded: a plugin that talks to a network
should run a process of its own, as the channel `command` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any

from svcdesk.errors import PluginFailed, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple


class Owner(NamedTuple):
    """A plugin as a sentence names it: its name, and the package that brought it."""

    name: str
    package: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.package})" if self.package else self.name


Twins = dict[int, tuple[object, object]]
"""By identity: what is the same for every record (workflow, facts, people), and its copy."""


def call(
    owner: Owner | str, function: Callable[..., Any], *args: object, twins: Twins | None = None
) -> Any:
    """`function(*args)` on deep copies of the arguments, with standard output kept clean.

    Raises PluginFailed naming the owner for whatever it raises, `sys.exit` included; Ctrl-C passes.
    What it prints goes to standard error, its control characters made visible. With `twins` a
    function that is called for many records gets one copy of what they share.
    """
    known = {} if twins is None else twins
    try:
        with redirect_stdout(_Diverted()):
            return function(*(copied(argument, known) for argument in args))
    except SvcdeskError as error:
        raise _named(owner, error) from error
    except (Exception, SystemExit) as error:
        raise failed(owner, _reason(error)) from error


def failed(owner: Owner | str, why: Text | str) -> PluginFailed:
    """The error that names a plugin and what it did wrong."""
    return PluginFailed(
        T("the plugin {plugin} failed: {why}", plugin=owner, why=why),
        hint=T("`svcdesk plugins` shows where it comes from; `--no-plugins` goes on without it"),
    )


def copied(value: Any, twins: Twins) -> Any:
    """A copy that may be scribbled on: mappings, lists and values made of them, all the way down.

    Functions, streams, dates and other atoms are passed as they are.
    """
    if isinstance(value, Mapping):
        return {key: copied(one, twins) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        if type(value).__name__ not in _SHARED:
            return type(value)(*(copied(one, twins) for one in value))
        if id(value) not in twins:
            made: object = type(value)(*(copied(one, twins) for one in value))
            twins[id(value)] = (value, made)
        return twins[id(value)][1]
    if type(value) in (list, tuple, set):
        return type(value)(copied(one, twins) for one in value)
    if hasattr(type(value), "__dataclass_fields__"):
        from dataclasses import fields

        twin = object.__new__(type(value))
        for one in fields(value):
            object.__setattr__(twin, one.name, copied(getattr(value, one.name), twins))
        return twin
    return value


_SHARED = frozenset({"Workflow", "Facts", "People"})


def _named(owner: Owner | str, error: SvcdeskError) -> PluginFailed:
    """The plugin's own sentence, with its name before it and its places kept."""
    return PluginFailed(
        T("the plugin {plugin} says: {message}", plugin=owner, message=error.message),
        hint=error.hint,
        record=error.record,
        path=error.path,
        line=error.line,
        field=error.field,
    )


def _reason(error: BaseException) -> Text | str:
    if isinstance(error, SystemExit):
        return T("it tried to end the program")
    said = str(error).strip()
    name = type(error).__name__
    return f"{name}: {said.splitlines()[0]}" if said else name


class _Diverted:
    """Stands in for standard output: results are the core's to write there, never a plugin's."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        from svcdesk.terminal import escape

        sys.stderr.write(escape(text, multiline=True))
        return len(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return False
