"""Every test of ours runs with a home and a git configuration of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["svcdesk.testing"]


@pytest.fixture(autouse=True)
def _isolated(isolated: Path) -> Path:
    return isolated
