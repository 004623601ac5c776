"""Bulks, plans and undo as somebody meets them who has read the documentation, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

FIRST, SECOND = "SR-20241001-001", "SR-20241001-002"


@pytest.fixture
def two(desk: Sandbox) -> Sandbox:
    """A desk with two new requests, a fault each."""
    for title in ("打印机卡纸", "登录失败"):
        new = ("new", "--title", title, "--description", title, "--requester", "李*")
        assert run(desk, *new, "--channel", "phone", "--type", "fault").code == 0
    return desk


def run(desk: Sandbox, *argv: str, stdin: str | None = None, **said: Any) -> Outcome:
    return svcdesk(desk.root, *argv, stdin=stdin, **said)


def record(desk: Sandbox, ending: str) -> Any:
    return run(desk, "show", ending, "--format", "json").json()["items"][0]["record"]


def plan(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


# ── records that cannot be read ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("argv", [("set", "location=三楼"), ("note", "-m", "已知")])
def test_a_query_that_may_mean_an_unreadable_record_changes_nothing(
    two: Sandbox, argv: tuple[str, ...]
) -> None:
    two.write(two.path_of(FIRST), two.read(FIRST) + "x: [\n")
    two.commit("broken")
    head = two.subjects()
    command = (argv[0], "-q", "type:fault", *argv[1:])
    done = run(two, *command)
    assert done.code == 3
    assert f"unreadable: {two.path_of(FIRST)}:" in done.err
    assert "--keep-going" in done.err
    assert two.subjects() == head
    passed = run(two, *command, "--keep-going")
    assert passed.code == 5, passed.err
    assert two.path_of(FIRST) in passed.err
    assert two.touched() == [two.path_of(SECOND)]
