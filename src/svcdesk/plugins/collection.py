"""What the plugins of a desk offer, each hook's answers together, ours first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from svcdesk import __version__
from svcdesk.defaults import DEFAULTS, ELSEWHERE, FORMATS
from svcdesk.errors import NotFound, PluginFailed, SvcdeskError, UsageError
from svcdesk.i18n import T, Text
from svcdesk.plugins import shapes
from svcdesk.plugins.guard import Owner, call
from svcdesk.plugins.loader import Listed, Loader, Problem
from svcdesk.plugins.shapes import Hook

if TYPE_CHECKING:
    import click

    from svcdesk.hookspecs import (
        Channel,
        Check,
        Contacts,
        Format,
        Fragment,
        Importer,
        Numbering,
        Report,
    )


class Plugins:
    """What plugins offer, ours first; nothing is imported before it is asked for.

    An accessor by name raises UsageError or NotFound with the names there are; two objects of one
    name raise PluginFailed naming both plugins.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._found: dict[str, list[tuple[Owner, str, Any]]] = {}

    # ── what is offered ─────────────────────────────────────────────────────────────────────────

    def numbering(self, name: str) -> Numbering:
        """The numbering scheme that the desk names. Its ids are the desk's to verify."""
        scheme: Numbering = self._one(shapes.NUMBERING, name, NotFound)
        return scheme

    def formats(self) -> list[Format]:
        return self._all(shapes.FORMATS)

    def format(self, name: str) -> Format:
        if name in FORMATS and not self._loader.has_foreign:
            for _, key, ours in self._from_modules(shapes.FORMATS, (FORMATS[name],)):
                if key == name:
                    return ours  # type: ignore[no-any-return]
        found: Format = self._one(shapes.FORMATS, name, UsageError)
        return found

    def channels(self) -> list[Channel]:
        return self._all(shapes.CHANNELS)

    def channel(self, name: str) -> Channel:
        found: Channel = self._one(shapes.CHANNELS, name, NotFound)
        return found

    def checks(self) -> list[Check]:
        return self._all(shapes.CHECKS)

    def reports(self) -> list[Report]:
        return self._all(shapes.REPORTS)

    def report(self, name: str) -> Report:
        found: Report = self._one(shapes.REPORTS, name, UsageError)
        return found

    def importers(self) -> list[Importer]:
        return self._all(shapes.IMPORTERS)

    def importer(self, name: str) -> Importer:
        found: Importer = self._one(shapes.IMPORTERS, name, UsageError)
        return found

    def importer_for(self, path: str) -> Importer:
        """The importer that a file's ending asks for. Raises UsageError with the endings known."""
        for importer in self.importers():
            if path.casefold().endswith(importer.suffixes):
                return importer
        endings = sorted({one for importer in self.importers() for one in importer.suffixes})
        raise UsageError(
            T("nothing here reads a file like {path}", path=path),
            hint=T("endings that are read: {endings}", endings=", ".join(endings)),
        )

    def contacts(self) -> list[Contacts]:
        return self._all(shapes.CONTACTS)

    def fragments(self) -> list[Fragment]:
        """Further fields. Raises PluginFailed where a plugin that has some cannot give them, and
        for two plugins that define one field: what is valid must not depend on luck."""
        owners: dict[tuple[str, str], Owner] = {}
        for owner, _, fragment in self._collect(shapes.SCHEMAS):
            for field in fragment.properties:
                other = owners.setdefault((fragment.kind, field), owner)
                if other is not owner:
                    raise _two(T("field"), field, other, owner)
        return self._all(shapes.SCHEMAS)

    def commands(self, taken: Collection[str] = ()) -> list[click.Command]:
        """Further commands. One with the name of a command of ours (`taken`), or of another
        plugin's, is left out and becomes a problem: the command line must stay usable."""
        found = self._collect(shapes.COMMANDS)
        owners: dict[str, Owner] = {}
        refused = set(taken)
        for owner, name, _ in found:
            if name in taken:
                self._loader.say(owner.name, _two(T("command"), name, Owner("svcdesk"), owner))
            elif name in owners:
                self._loader.say(owner.name, _two(T("command"), name, owners[name], owner))
                refused.add(name)
            owners.setdefault(name, owner)
        return [command for _, name, command in found if name not in refused]

    # ── what is known about the plugins ─────────────────────────────────────────────────────────

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with plugins, as far as they were needed until now."""
        return tuple(self._loader.problems)

    def listing(self) -> list[Listed]:
        """Every plugin: ours, the desk's, and those that are installed but not in use."""
        for hook in shapes.HOOKS:
            try:
                self._collect(hook)
            except SvcdeskError as error:
                self._loader.say(hook.name, error)
        loader = self._loader
        listed = [
            Listed(
                name, "loaded", __version__, "svcdesk", module.__file__ or "", loader.hooks_of(name)
            )
            for name, module in loader.defaults.items()
        ]
        listed += [one._replace(hooks=loader.hooks_of(one.name)) for one in loader.states.values()]
        return [*listed, *loader.unused()]

    # ── collecting ──────────────────────────────────────────────────────────────────────────────

    def _all(self, hook: Hook) -> list[Any]:
        return [item for _, _, item in self._collect(hook)]

    def _one(self, hook: Hook, name: str, error: type[SvcdeskError]) -> Any:
        known = self._collect(hook)
        for _, key, item in known:
            if key == name:
                return item
        from difflib import get_close_matches

        names = [key for _, key, _ in known]
        near = get_close_matches(name, names, n=1, cutoff=0.7)
        there = ", ".join(dict.fromkeys([*near, *names]))
        missing = [one.name for one in self._loader.states.values() if one.state != "loaded"]
        raise error(
            T("there is no {what} “{name}”", what=hook.noun, name=name),
            hint=T(
                "the plugin {package} has it: install that package, name it in "
                "records/desk.yaml (plugins: [{plugin}]) and trust it; docs/ci.md says how",
                package=f"svcdesk-{ELSEWHERE[name]}",
                plugin=ELSEWHERE[name],
            )
            if hook is shapes.FORMATS and name in ELSEWHERE and ELSEWHERE[name] not in missing
            else T("did you mean {near}? there is: {names}", near=near[0], names=there)
            if near and not missing
            else T("there is: {names}", names=there)
            if not missing
            else T(
                "there is: {names}; plugins of this desk that are not loaded: {missing}"
                " (see `svcdesk plugins`)",
                names=there,
                missing=", ".join(missing),
            ),
        )

    def _collect(self, hook: Hook) -> list[tuple[Owner, str, Any]]:
        """Everything that a hook brings, in order: ours, entry points, extra."""
        if hook.name not in self._found:
            found = [*self._from_modules(hook, DEFAULTS.get(hook.name, ()))]
            for owner, plugin in self._loader.foreign():
                try:
                    found += self._from_plugin(hook, owner, plugin)
                except PluginFailed as error:
                    if hook.vital:
                        raise
                    self._loader.say(owner.name, error)
            if hook not in (shapes.COMMANDS, shapes.SCHEMAS):
                _refuse_twins(hook, found)
            self._found[hook.name] = found
        return self._found[hook.name]

    def _from_modules(self, hook: Hook, names: tuple[str, ...]) -> Iterator[tuple[Owner, str, Any]]:
        for name in names:
            module = import_module(name)
            self._loader.add_default(name, module)
            for item in getattr(module, hook.name)():
                yield Owner(name), str(hook.key(item)), item

    def _from_plugin(
        self, hook: Hook, owner: Owner, plugin: object
    ) -> list[tuple[Owner, str, Any]]:
        caller = getattr(self._loader.manager.hook, hook.name)
        found = []
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                items = call(owner, lambda one: list(one()), implementation.function)
                found += [(owner, *shapes.checked(hook, owner, item)) for item in items]
        return found


def _refuse_twins(hook: Hook, found: list[tuple[Owner, str, Any]]) -> None:
    owners: dict[str, Owner] = {}
    for owner, name, _ in found:
        if name in owners:
            raise _two(hook.noun, name, owners[name], owner)
        owners[name] = owner


def _two(what: Text, name: str, one: Owner, other: Owner) -> PluginFailed:
    return PluginFailed(
        T("two plugins offer the {what} “{name}”: {one} and {other}",
          what=what, name=name, one=one, other=other),
        hint=T("take one of them out of `plugins:` in desk.yaml, or go on with `--no-plugins`"),
    )  # fmt: skip
