"""A desk that is shared: a bare repository and two clones of it."""

from __future__ import annotations

import pytest
from clones import Hub, git

from svcdesk.testing import MakeDesk, Sandbox


@pytest.fixture
def hub(make_desk: MakeDesk) -> Hub:
    """A bare repository with the desk, and the clone that it was made from."""
    desk = make_desk(name="one")
    branch = desk.git("branch", "--show-current").strip()
    if branch != "main":
        desk.git("branch", "--move", "main")
    path = desk.root.with_name("hub.git")
    git(desk.root.parent, "clone", "--quiet", "--bare", str(desk.root), str(path))
    desk.git("remote", "add", "origin", str(path))
    desk.git("fetch", "--quiet", "origin")
    desk.git("branch", "--quiet", "--set-upstream-to=origin/main")
    return Hub(path, desk, [desk])


@pytest.fixture
def one(hub: Hub) -> Sandbox:
    return hub.first


@pytest.fixture
def two(hub: Hub) -> Sandbox:
    return hub.clone("two")
