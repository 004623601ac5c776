"""Which plugins are installed on this machine, and loading one of them.

An entry point names code that a person installed. What merely lies in the current directory is
not installed, whatever it calls itself: Python puts that directory on its path for `python -m`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "svcdesk"


class Installed(NamedTuple):
    """An entry point of ours: its name, and the package that it came with."""

    name: str
    package: str
    version: str
    location: str
    entry: EntryPoint

    @property
    def source(self) -> str:
        return f"{self.package} {self.version}"

    def load(self) -> object:
        """Import it. Raises whatever the plugin's own code raises."""
        with without_cwd():
            return self.entry.load()


def find_installed() -> list[Installed]:
    """Every plugin that is installed, by name and package. Nothing is imported. About 40 ms."""
    from importlib.metadata import entry_points

    with without_cwd():
        found = [_described(entry) for entry in entry_points(group=GROUP)]
    return sorted(found, key=lambda one: (one.name, one.package))


def lies_within(location: str, root: Path | None) -> bool:
    """Whether a plugin's files are part of the desk's own repository."""
    if root is None or not location:
        return False
    return Path(location).resolve().is_relative_to(root.resolve())


@contextmanager
def without_cwd() -> Iterator[None]:
    """Take the current directory off the front of the import path, where `python -m` put it."""
    first = sys.path[0] if sys.path else None
    unsafe = first is not None and os.path.realpath(first or ".") == os.path.realpath(".")
    if unsafe:
        del sys.path[0]
    try:
        yield
    finally:
        if unsafe and first is not None:
            sys.path.insert(0, first)


def _described(entry: EntryPoint) -> Installed:
    package = entry.dist
    if package is None:
        return Installed(entry.name, "?", "?", "", entry)
    return Installed(
        entry.name,
        package.name,
        package.version,
        _location(package.locate_file(""), package.read_text("direct_url.json")),
        entry,
    )


def _location(folder: object, direct_url: str | None) -> str:
    """Where the package's files are; for an editable install, the folder it was made from."""
    if direct_url:
        import json
        from urllib.parse import urlparse
        from urllib.request import url2pathname

        origin = json.loads(direct_url)
        if origin.get("dir_info", {}).get("editable"):
            return url2pathname(urlparse(origin["url"]).path)
    return str(folder)
