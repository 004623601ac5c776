"""pluggy's manager of our hooks."""

from __future__ import annotations

from types import ModuleType

import pluggy

from svcdesk.hookspecs import Specs

_HOOK = "svcdesk_register_"


class Manager(pluggy.PluginManager):
    """Knows the hooks, and which of them modules of ours implement, by name; what any other plugin
    implements, by pluggy's mark."""

    def __init__(self) -> None:
        super().__init__("svcdesk")
        self._ours: list[ModuleType] = []
        self.add_hookspecs(Specs)

    def register_ours(self, module: ModuleType, name: str) -> None:
        self._ours.append(module)
        self.register(module, name)

    def parse_hookspec_opts(self, module_or_class: object, name: str) -> pluggy.HookspecOpts | None:
        if not name.startswith(_HOOK):
            return None
        return {
            "firstresult": False,
            "historic": False,
            "warn_on_impl": None,
            "warn_on_impl_args": None,
        }

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        if not any(plugin is one for one in self._ours):
            return super().parse_hookimpl_opts(plugin, name)
        if not name.startswith(_HOOK):
            return None
        return {
            "wrapper": False,
            "hookwrapper": False,
            "optionalhook": False,
            "tryfirst": False,
            "trylast": False,
            "specname": None,
        }
