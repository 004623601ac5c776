"""What belongs to a person and a machine, not to a desk: one table of settings, and their sources.

Order: option on the command line, `SVCDESK_*` in the environment, the user's own file, then
(language alone) the desk. Facts about a desk are never read from here, so the same commit answers
the same everywhere. Help is shown after a look in here: the module stays light.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from svcdesk.errors import UsageError
from svcdesk.i18n import LANGUAGES, T, Text

if TYPE_CHECKING:
    from svcdesk.model.record import Value, Values


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
    Setting("channels.file.path", "text", T("file that the channel `file` appends to")),
    Setting("channels.command.argv", "list", T("program and arguments of the channel `command`")),
    Setting("channels.command.timeout", "number", T("seconds the channel `command` may take")),
)


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
    """The user's settings. Raises UsageError naming file and key for what it does not know."""
    env = dict(os.environ if environment is None else environment)
    path = user_file(env)
    values = read_user_file(path)
    for name in known_problems(values):
        raise UsageError(
            T("{path}: unknown setting “{name}”", path=path, name=name),
            hint=T("settings: {names}", names=", ".join(one.name for one in SETTINGS)),
            path=str(path),
            field=name,
        )
    return Config(path, values, env)


def read_user_file(path: Path) -> Values:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(T("cannot read {path}: {why}", path=path, why=error.strerror)) from error
    if not data.strip():
        return {}
    from svcdesk.store.yaml_read import parse

    return parse(data, path=str(path)).value


def known_problems(values: Values) -> list[str]:
    """Dotted keys of a settings file that no setting has; a channel's own keys are its own."""
    known = {one.name for one in SETTINGS}
    groups = {name.partition(".")[0] for name in known if "." in name}
    wrong = []
    for key, value in values.items():
        if key == "channels" or key in known:
            continue
        if key not in groups or not isinstance(value, Mapping):
            wrong.append(key)
        else:
            wrong += [f"{key}.{inner}" for inner in value if f"{key}.{inner}" not in known]
    return wrong


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
