"""svcdesk: an IT service desk that lives in a git repository.

Importing this package stays cheap; `open_desk` and `hookimpl` load what they need on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from svcdesk.desk import Desk as Desk
    from svcdesk.desk import open_desk as open_desk
    from svcdesk.hookspecs import hookimpl as hookimpl

__version__ = "0.1.0"
__all__ = ["Desk", "__version__", "hookimpl", "open_desk"]

_HOMES = {"open_desk": "svcdesk.desk", "Desk": "svcdesk.desk", "hookimpl": "svcdesk.hookspecs"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
