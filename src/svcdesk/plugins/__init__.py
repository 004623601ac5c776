"""Plugins: found, trusted or not, loaded, and guarded, so that the desk stands whatever they do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from svcdesk.plugins.collection import Plugins
from svcdesk.plugins.loader import Listed, Loader, Problem

__all__ = ["Listed", "Plugins", "Problem", "build_plugins"]


def build_plugins(
    *,
    named: Sequence[str] = (),
    trusted: Collection[str] = (),
    entry_points: bool = True,
    extra: Sequence[object] = (),
    root: Path | None = None,
) -> Plugins:
    """The plugins of a desk: ours, then the installed ones that the desk has `named` and the user
    has `trusted`, then `extra` ones (for tests and programs): modules or
    other objects with hooks, or pairs of name and object.

    Nothing is imported yet: each hook's modules are when it is first asked for, and installed
    packages are looked through only if the desk names a plugin. `entry_points=False` leaves those
    out; `root` is the desk's repository, for saying that a plugin's files lie in it. Nothing in a
    repository is ever run for lying there.
    """
    return Plugins(Loader(named, trusted, entry_points=entry_points, extra=extra, root=root))
