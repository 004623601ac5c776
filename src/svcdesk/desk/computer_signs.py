"""What `doctor` says of this computer: what is installed, the disk, plugins."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk import __version__
from svcdesk.desk.indexing import index_size
from svcdesk.desk.sign import Sign
from svcdesk.i18n import T
from svcdesk.model.finding import Severity
from svcdesk.plugins.loader import STATES

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_ACCELERATORS = (
    (
        "jsonschema_rs",
        "engine",
        T("the fast schema engine is not installed: large desks are checked more slowly"),
    ),
    (
        "ryaml",
        "reader",
        T("the fast YAML reader is not installed: large desks are read more slowly"),
    ),
)


def installation(desk: Desk) -> Iterator[Sign]:
    """svcdesk itself, what would make it quicker, its index, the user's settings."""
    yield Sign(
        "svcdesk",
        T("svcdesk {version}, Python {python} on {system}",
          version=__version__, python=platform.python_version(), system=platform.system()),
    )  # fmt: skip
    for module, name, lack in _ACCELERATORS:
        if find_spec(module) is None:
            yield Sign(name, lack, Severity.NOTE, T("pip install 'svcdesk[fast]'"))
    kept = index_size(desk)
    if kept is not None:
        size, folder = kept
        yield Sign("index", T("index: {size} MB in {folder}; it may be deleted at any time",
                              size=f"{size / 1e6:.1f}", folder=folder))  # fmt: skip
    yield Sign("settings", T("your own settings: {path}", path=desk.config.path))


def disk(desk: Desk) -> Iterator[Sign]:
    """What the system and the file system under the desk cannot do."""
    if sys.platform == "win32":
        yield Sign(
            "system",
            T("Windows: a write is not forced to the disk with its folder, and the lock is another "
              "one; after a power cut the last command may be missing"),
            Severity.NOTE,
        )  # fmt: skip
    if _folds_case(desk.root):
        yield Sign(
            "file system",
            T("this file system takes A and a for one: `svcdesk check` names records that would "
              "become one file"),
            Severity.NOTE,
        )  # fmt: skip
    if not os.access(desk.root / "records", os.W_OK):
        yield Sign(
            "disk", T("{path} is yours only to read", path=desk.root / "records"), Severity.WARNING
        )


def plugins(desk: Desk) -> Iterator[Sign]:
    """Every plugin that is not ours, with where it comes from (threat case 92)."""
    for one in desk.plugins.listing():
        if one.name.startswith("svcdesk."):
            continue
        origin = f"{one.distribution} {one.version}".strip()
        message = T("plugin {name}: {state}, from {origin} at {location}",
                    name=one.name, state=STATES[one.state], origin=origin or "–",
                    location=one.location or "–")  # fmt: skip
        weight = Severity.WARNING if one.state in ("failed", "not installed") else None
        weight = Severity.NOTE if one.state in ("not trusted", "not named", "off") else weight
        yield Sign("plugin", message, weight, one.why)
    for problem in desk.plugins.problems:
        yield Sign("plugin", problem.message, Severity.WARNING, problem.hint)


def _folds_case(root: Path) -> bool:
    """Whether `RECORDS` is the folder that was made as `records`."""
    try:
        return (root / "RECORDS").samefile(root / "records")
    except OSError:
        return False
