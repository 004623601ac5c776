"""The use cases: what can be done with a desk. `open_desk` is the door for programs.

Reading never imports what writes: a record is shown, or a list, in half the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from svcdesk.desk.desk import Desk, find_root, open_desk

if TYPE_CHECKING:
    from svcdesk.desk.records import Circumstances as Circumstances
    from svcdesk.desk.writing import Done as Done
    from svcdesk.desk.writing import Options as Options

__all__ = ["Circumstances", "Desk", "Done", "Options", "find_root", "open_desk"]

_HOMES = {
    "Circumstances": "svcdesk.desk.records",
    "Done": "svcdesk.desk.writing",
    "Options": "svcdesk.desk.writing",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
