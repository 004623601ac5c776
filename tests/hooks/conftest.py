"""The project's plugins, each installed by the ordinary installer into a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"


def install(name: str, folder: Path) -> Path:
    """Install `plugins/NAME` from a copy of its sources; the folder that holds the package."""
    source, target = folder / "source", folder / "site"
    shutil.copytree(
        PLUGINS / name, source, ignore=shutil.ignore_patterns("__pycache__", ".*_cache")
    )
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target), str(source),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def example_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed example package."""
    return install("svcdesk-example", tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def ci_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed package of formats for forges."""
    return install("svcdesk-ci", tmp_path_factory.mktemp("ci"))


@pytest.fixture
def installed(example_site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example on the import path of this process; forgotten afterwards."""
    monkeypatch.syspath_prepend(str(example_site))
    yield example_site
    for name in [one for one in sys.modules if one.partition(".")[0] == "svcdesk_example"]:
        del sys.modules[name]
