"""Every test of ours runs with a home and a git configuration of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcdesk import i18n

pytest_plugins = ["svcdesk.testing"]


@pytest.fixture(autouse=True)
def _isolated(isolated: Path) -> Path:
    i18n.use("en")  # whatever language an earlier test left in use
    return isolated
