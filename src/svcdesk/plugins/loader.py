"""The plugins of a desk: which are loaded, which are not and why, and what is wrong with them.

Installed, named by the desk and trusted by the user: only then is a plugin's code run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from svcdesk.errors import PluginFailed, SvcdeskError
from svcdesk.hookspecs import Specs
from svcdesk.i18n import T, Text
from svcdesk.plugins.guard import Owner, call, failed
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from types import ModuleType

    from svcdesk.plugins.installed import Installed
    from svcdesk.plugins.manager import Manager

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")

State = Literal["loaded", "not named", "not trusted", "not installed", "failed", "off"]
STATES: Mapping[State, Text] = {
    "loaded": T("loaded"),
    "not named": T("not named"),
    "not trusted": T("not trusted"),
    "not installed": T("not installed"),
    "failed": T("failed"),
    "off": T("off"),
}


class Problem(NamedTuple):
    """Something about a plugin that a person should know; the rest goes on without it."""

    plugin: str
    message: Text
    hint: Text | None = None


class Listed(NamedTuple):
    """A line of `svcdesk plugins`. `distribution` is the package, `location` where its files lie,
    `hooks` what it implements (known once it is loaded), `why` the reason of its state."""

    name: str
    state: State
    version: str
    distribution: str
    location: str
    hooks: tuple[str, ...] = ()
    why: Text | None = None


class Loader:
    """Registers plugins with pluggy, one by one, and remembers what became of each."""

    def __init__(
        self,
        named: Sequence[str],
        trusted: Collection[str],
        *,
        entry_points: bool,
        extra: Sequence[object],
        root: Path | None,
    ) -> None:
        self.named = tuple(dict.fromkeys(named))
        self._trusted = frozenset(trusted)
        self._entry_points = entry_points
        self._extra = tuple(extra)
        self._root = root
        self._foreign: list[tuple[Owner, object]] | None = None
        self.defaults: dict[str, ModuleType] = {}
        self.states: dict[str, Listed] = {}
        self.problems: list[Problem] = []

    @cached_property
    def manager(self) -> Manager:
        from svcdesk.plugins.manager import Manager

        return Manager()

    @property
    def has_foreign(self) -> bool:
        """Whether there is any plugin that is not ours (loaded or not)."""
        return bool(self._extra) or (self._entry_points and bool(self.named))

    def add_default(self, name: str, module: ModuleType) -> None:
        """Keep a module of ours under its full path. pluggy gets to know it only when it is asked
        about it: its functions are called directly, and to register a module takes 0.3 ms."""
        self.defaults[name] = module

    def say(self, plugin: str, error: SvcdeskError) -> None:
        """Remember an error that did not stop anything."""
        self._note(Problem(plugin, error.message, error.hint))

    def hooks_of(self, name: str) -> tuple[str, ...]:
        """The hooks that a registered plugin implements."""
        if name in self.defaults and not self.manager.has_plugin(name):
            self.manager.register_ours(self.defaults[name], name)
        plugin = self.manager.get_plugin(name)
        callers = self.manager.get_hookcallers(plugin) if plugin is not None else None
        return tuple(sorted(one.name for one in callers or () if one.has_spec()))

    def unused(self) -> list[Listed]:
        """Plugins that are installed and that the desk does not name."""
        if not self._entry_points:
            return []
        from svcdesk.plugins.installed import find_installed

        return [
            self._listed("not named", one, T("`plugins:` in desk.yaml does not name it"))
            for one in find_installed()
            if one.name not in self.named
        ]

    def foreign(self) -> list[tuple[Owner, object]]:
        """The plugins that are not ours, registered: the desk's, then those given in code."""
        if self._foreign is None:
            self._foreign = []
            for name in self.named:
                self._keep(self._load(name))
            for one in self._extra:
                name, plugin = one if isinstance(one, tuple) else (_own_name(one), one)
                listed = Listed(self._free_name(name), "loaded", "", "", "")
                self._keep(self._register(Owner(listed.name), plugin, listed))
        return self._foreign

    def _load(self, name: str) -> Listed:
        """Load one plugin that the desk names, if it is installed and trusted."""
        if not self._entry_points:
            return Listed(name, "off", "", "", "", why=T("plugins are switched off"))
        from svcdesk.plugins.installed import find_installed

        if _NAME.fullmatch(name) is None:
            return Listed(name, "failed", "", "", "", why=T("that cannot be a plugin's name"))
        found = [one for one in find_installed() if one.name == name]
        if not found:
            brought = [one.name for one in find_installed() if one.package == name]
            why = T("no package here brings it")
            if brought:
                why = T("that is a package; the plugin that it brings is called {name}",
                        name=", ".join(brought))  # fmt: skip
            return Listed(name, "not installed", "", name if brought else "", "", why=why)
        if len(found) > 1:
            packages = ", ".join(one.source for one in found)
            why = T("several packages bring it: {packages}", packages=packages)
            return self._listed("failed", found[0], why)
        if name not in self._trusted:
            return self._listed("not trusted", found[0], T("you have not trusted it"))
        listed = self._listed("loaded", found[0])
        owner = Owner(name, found[0].source)
        try:
            plugin = call(owner, found[0].load)
        except PluginFailed as error:
            return listed._replace(state="failed", why=_why(error))
        return self._register(owner, plugin, listed)

    def _register(self, owner: Owner, plugin: object, listed: Listed) -> Listed:
        try:
            call(owner, lambda: self.manager.register(plugin, owner.name))
        except PluginFailed as error:
            return listed._replace(state="failed", why=_why(error))
        assert self._foreign is not None
        self._foreign.append((owner, plugin))
        why = self._misspelt(owner, plugin)
        if why is not None:
            self.say(owner.name, failed(owner, why))
        return listed._replace(why=why or listed.why)

    def _misspelt(self, owner: Owner, plugin: object) -> Text | None:
        """What is wrong with the names of a plugin's hooks, if anything."""
        callers = self.manager.get_hookcallers(plugin) or []
        for caller in callers:
            if not caller.has_spec():
                from difflib import get_close_matches

                known = [name for name in vars(Specs) if name.startswith("svcdesk_")]
                return T(
                    "{name} is not a hook (there is {near})",
                    name=caller.name,
                    near=", ".join(get_close_matches(caller.name, known, n=1) or known),
                )
        return None if callers else T("it implements no hook: is @hookimpl missing?")

    def _listed(self, state: State, one: Installed, why: Text | None = None) -> Listed:
        from svcdesk.plugins.installed import lies_within

        if why is None and lies_within(one.location, self._root):
            why = T("its files lie in this repository")
        return Listed(one.name, state, one.version, one.package, one.location, why=why)

    def _free_name(self, given: str) -> str:
        """The name, or with a number after it where another plugin has it."""
        name = given
        number = 1
        while name in self.defaults or self.manager.has_plugin(name):
            number += 1
            name = f"{given}-{number}"
        return name

    def _keep(self, listed: Listed) -> None:
        """Remember what became of a plugin. One that the desk asks for and does not get is a
        problem, unless it was switched off."""
        self.states[listed.name] = listed
        if listed.state not in ("loaded", "off"):
            message = T("the plugin {name} is not loaded: {why}", name=listed.name, why=listed.why)
            self._note(Problem(listed.name, message, _remedy(listed)))

    def _note(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _own_name(plugin: object) -> str:
    """A name for a plugin without an entry point: its module's or class's."""
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _why(error: SvcdeskError) -> Text:
    """The reason inside a PluginFailed, without the plugin's name before it."""
    why = error.message.parts.get("why", error.message)
    return why if isinstance(why, Text) else T("{why}", why=why)


def _remedy(listed: Listed) -> Text | None:
    if listed.state == "not trusted":
        return T(
            "look where it comes from with `svcdesk plugins`, then trust it in your own"
            " configuration (`plugins.trust`) or with SVCDESK_TRUST={name}",
            name=listed.name,
        )
    if listed.state == "not installed" and listed.distribution:
        return T("write that name under `plugins:` in desk.yaml")
    if listed.state == "not installed":
        return T("install the package that brings it, or take it out of `plugins:` in desk.yaml")
    return T("tell its author; `--no-plugins` goes on without it")
