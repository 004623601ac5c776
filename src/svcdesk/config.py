"""What belongs to a person and a machine, not to a desk: one table of settings, and their sources.

Order: option on the command line, `SVCDESK_*` in the environment, the user's own file, then
(language alone) the desk. Facts about a desk are never read from here, so the same commit answers
the same everywhere. Help is shown after a look in here: the module stays light.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.errors import UsageError, reason_of
from svcdesk.i18n import LANGUAGES, T, Text
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.model.record import Value, Values
    from svcdesk.store.yaml_read import Document


class Setting(NamedTuple):
    """`name` is the dotted key in the user's file; `variable` overrides it."""

    name: str
    type: str
    help: Text
    variable: str | None = None
    choices: tuple[str, ...] = ()


SETTINGS = (
    Setting("language", "text", T("language of sentences and labels"), "SVCDESK_LANG", LANGUAGES),
    Setting("format", "text", T("output format where none is asked for"), "SVCDESK_FORMAT"),
    Setting("pager", "text", T("program that shows long output"), "SVCDESK_PAGER"),
    Setting("editor", "text", T("program that `edit` opens a record in"), "SVCDESK_EDITOR"),
    Setting("plugins.trust", "list", T("installed plugins that may run"), "SVCDESK_TRUST"),
    Setting("contacts.book", "text", T("address book"), "SVCDESK_CONTACTS"),
    Setting("approval.key", "text", T("SSH key that signs your approvals"), "SVCDESK_APPROVAL_KEY"),
    Setting(
        "sync.timeout",
        "number",
        T("seconds that one fetch or push may take (60)"),
        "SVCDESK_SYNC_TIMEOUT",
    ),
    Setting("channels.file.path", "text", T("file that the channel `file` appends to")),
    Setting("channels.command.argv", "list", T("program and arguments of the channel `command`")),
    Setting("channels.command.timeout", "number", T("seconds the channel `command` may take")),
)


_TYPES: dict[str, tuple[tuple[type, ...], Text]] = {
    "text": ((str,), T("a text")),
    "list": ((list, str), T("a list")),
    "number": ((int, float), T("a number")),
}


class Config(NamedTuple):
    """The user's settings as found; `path` is the file they may come from."""

    path: Path
    values: Values
    environment: Mapping[str, str]

    def get(self, name: str) -> Value:
        """The value of a setting: from the environment, else from the file, else None."""
        setting = _setting(name)
        given = self.environment.get(setting.variable or "")
        if given:
            if setting.type == "list":
                return [part.strip() for part in given.split(",") if part.strip()]
            return given
        return _value_at(self.values, name)

    def text(self, name: str) -> str | None:
        value = self.get(name)
        return value if isinstance(value, str) and value else None

    def names(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        if isinstance(value, str):
            value = [value]
        return tuple(str(one) for one in value) if isinstance(value, list) else ()

    def channel(self, name: str) -> Values:
        """What the user's file says about a channel, whatever keys that channel has."""
        found = _value_at(self.values, f"channels.{name}")
        return found if isinstance(found, Mapping) else {}

    def source(self, name: str) -> str:
        """Where a setting's value comes from: `environment`, `file` or `default`."""
        setting = _setting(name)
        if self.environment.get(setting.variable or ""):
            return "environment"
        return "default" if _value_at(self.values, name) is None else "file"


def user_file(environment: Mapping[str, str]) -> Path:
    """The user's own file: `SVCDESK_CONFIG`, else below the platform's folder for settings."""
    if environment.get("SVCDESK_CONFIG"):
        return Path(environment["SVCDESK_CONFIG"])
    if os.name == "nt":
        base = Path(environment.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "svcdesk" / "config.yaml"


def load_config(environment: Mapping[str, str] | None = None) -> Config:
    """The user's settings. Raises UsageError naming file, line and key for what it does not know,
    and FileRefused for a file that cannot be read as YAML."""
    env = dict(os.environ if environment is None else environment)
    path = user_file(env)
    document = _read(path)
    if document is None:
        return Config(path, {}, env)
    for name, message in wrong_settings(document.value):
        near = _near(name)
        raise UsageError(
            message,
            hint=T("did you mean {names}?", names=", ".join(near))
            if near
            else T("settings: {names}", names=", ".join(one.name for one in SETTINGS)),
            path=str(path),
            line=document.line_near(name),
            field=name,
        )
    return Config(path, document.value, env)


def without_settings() -> Config:
    """The settings of somebody whose file says nothing."""
    env = dict(os.environ)
    return Config(user_file(env), {}, env)


def _read(path: Path) -> Document | None:
    """The user's file; None where there is none, or nothing in it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(T("cannot read {path}: {why}", path=path, why=reason_of(error))) from error
    if not data.strip():
        return None
    from svcdesk.store.yaml_read import parse

    return parse(data, path=str(path))


def wrong_settings(values: Values) -> Iterator[tuple[str, Text]]:
    """Each dotted key that no setting has, or whose value is of another type, with what is wrong.

    A channel's own keys are its own.
    """
    known = {one.name: one for one in SETTINGS}
    for name, value in _flat(values):
        setting = known.get(name)
        if setting is None:
            if not name.startswith("channels."):
                yield name, T("there is no setting “{name}”", name=name)
            continue
        types, what = _TYPES[setting.type]
        if not isinstance(value, types) or isinstance(value, bool):
            yield name, T("“{name}” must be {what}", name=name, what=what)


def _flat(values: Values, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """The settings of a file by their dotted keys; those without a value are left out."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", value


def _near(name: str) -> list[str]:
    from difflib import get_close_matches

    known = [one.name for one in SETTINGS]
    return [] if name in known else get_close_matches(name, known, n=3, cutoff=0.6)


def _setting(name: str) -> Setting:
    for setting in SETTINGS:
        if setting.name == name:
            return setting
    raise UsageError(
        T("there is no setting “{name}”", name=name),
        hint=T("settings: {names}", names=", ".join(one.name for one in SETTINGS)),
    )


def _value_at(values: Values, name: str) -> Value:
    from svcdesk.model.record import value_at

    return value_at(values, name)
