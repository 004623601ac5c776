"""`sync` and `new` as people call them, on a desk with a remote."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

REQUEST = {"description": "生产系统无法登录", "requester.name": "李*", "channel": "email"}


@pytest.fixture
def shared(desk: Sandbox) -> Sandbox:
    """A desk with the remote `origin`, a bare repository beside it."""
    hub = desk.root.with_name("hub.git")
    desk.git("clone", "--quiet", "--bare", ".", str(hub))
    desk.git("remote", "add", "origin", str(hub))
    return desk


def away(desk: Sandbox) -> None:
    """Take the way to the remote."""
    desk.git("remote", "set-url", "origin", str(desk.root.with_name("nowhere.git")))


def test_a_provisional_number_is_said_to_be_one(shared: Sandbox) -> None:
    words = ("new", "--description", "x", "--requester", "李*", "--channel", "email")
    final = svcdesk(shared.root, *words, "--format", "json").json()
    assert [item["provisional"] for item in final["items"]] == [False]
    away(shared)
    done = svcdesk(shared.root, *words)
    assert (done.code, "SR-20241001-002? is a provisional number" in done.err) == (0, True)
    listed = svcdesk(shared.root, "list", "--format", "json").json()
    marks = {item["id"][-3:]: item["provisional"] for item in listed["items"]}
    assert marks == {"001": False, "002": True}
    for command in (("list",), ("show", "002")):
        assert "SR-20241001-002?" in svcdesk(shared.root, *command).out
    assert "SR-20241001-001?" not in svcdesk(shared.root, "list").out
    assert "002?" not in svcdesk(shared.root, "list", "--format", "csv").out
    [shown] = svcdesk(shared.root, "show", "002", "--format", "json").json()["items"]
    assert shown["provisional"] is True


def test_the_command_says_what_came_and_went(shared: Sandbox) -> None:
    second = shared.root.with_name("second")
    shared.git("clone", "--quiet", str(shared.root.with_name("hub.git")), str(second))
    shared.open().new("request", REQUEST)
    sent = svcdesk(shared.root, "sync")
    assert sent.code == 0, sent.err
    assert "  SR-20241001-001: new, 生产系统无法登录" in sent.out.splitlines()
    got = svcdesk(second, "sync", "--format", "json").json()
    assert (got["schema"], got["pushed"]) == ("svcdesk/sync/1", False)
    assert [(item["direction"], item["id"]) for item in got["items"]] == [("in", "SR-20241001-001")]
    away(shared)
    failed = svcdesk(shared.root, "sync", lang="zh")
    assert failed.code == 3
    assert "连不上" in failed.err
