"""A desk made once for all guards, and an environment without anybody's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.generate import environment, generate


@pytest.fixture(scope="session")
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("home")
    return environment(HOME=str(home), SVCDESK_LANG="en")


@pytest.fixture(scope="session")
def small_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk of 60 records that no test changes."""
    desk = tmp_path_factory.mktemp("desk")
    generate(desk, 60)
    return desk
