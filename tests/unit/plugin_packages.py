"""Makes installed plugin packages out of a few lines, without an installer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest


class Packages:
    """A folder on the import path that holds packages as an installer would leave them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, code: str, *, package: str | None = None, version: str = "1.0") -> str:
        """Install a package whose entry point `name` is a module with this code; the module."""
        package = package or f"package-{name}"
        module = package.replace("-", "_")
        (self.folder / f"{module}.py").write_text(dedent(code))
        info = self.folder / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(f"[svcdesk]\n{name} = {module}\n")
        return module


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """An empty site folder; what is imported from it is forgotten afterwards."""
    import sys

    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield Packages(folder)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(folder) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
