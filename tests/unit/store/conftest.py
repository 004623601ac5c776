"""Throw-away repositories, and a git that knows nothing of the machine it runs on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from git_clone import Clone, empty


@pytest.fixture(autouse=True)
def _own_git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text("")
    for name in [name for name in os.environ if name.startswith(("GIT_", "EMAIL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "engineer-1")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "engineer-1@example.org")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A repository with two records committed and nothing else."""
    found = empty(tmp_path / "desk")
    found.commit({"records/SR-1.yaml": "id: SR-1\n", "records/SR-2.yaml": "id: SR-2\n"})
    return found


@pytest.fixture
def unborn(tmp_path: Path) -> Clone:
    """A repository without a commit."""
    return empty(tmp_path / "desk")
