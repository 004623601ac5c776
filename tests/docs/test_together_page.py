"""The commands of docs/together.md, run in order, in a clone beside a bare repository."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.commands.command_runner import CONSOLE_SCRIPT, environment

from svcdesk.testing import MakeDesk, Sandbox

PAGE = Path(__file__).parents[2] / "docs" / "together.md"
REQUEST = {
    "description": "生产系统无法登录",
    "requester.name": "李*",
    "channel": "email",
    "priority": "P2",
    "type": "fault",
}


def commands(heading: str) -> list[list[str]]:
    """The commands of each console block below a heading."""
    section = re.split(r"^#+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [text] = [one for one in section if one.startswith(heading)]
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [re.findall(r"^\$ (.*)$", block, re.MULTILINE) for block in blocks]


def run(desk: Sandbox, command: str, **env: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    words[0] = str(CONSOLE_SCRIPT) if words[0] == "svcdesk" else words[0]
    at = desk.clock.forward(minutes=5).isoformat()
    return subprocess.run(
        words, cwd=desk.root, env={**environment(at=at), **env}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def run_all(desk: Sandbox, commands: list[str]) -> None:
    for command in commands:
        done = run(desk, command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@pytest.fixture
def shared(make_desk: MakeDesk) -> Sandbox:
    """A clone with one request, beside a bare repository that has it."""
    desk = make_desk(name="one")
    desk.git("branch", "--move", "main")
    desk.open().new("request", REQUEST)
    hub = desk.root.with_name("hub.git")
    desk.git("clone", "--quiet", "--bare", str(desk.root), str(hub))
    desk.git("remote", "add", "origin", str(hub))
    desk.git("fetch", "--quiet")
    desk.git("branch", "--quiet", "--set-upstream-to=origin/main")
    return desk


def button(desk: Sandbox) -> bool:
    """Whether a forge, which runs no driver, could merge the branch `offer`."""
    place = desk.root.with_name("forge")
    shutil.rmtree(place, ignore_errors=True)
    desk.git("clone", "--quiet", str(desk.root.with_name("hub.git")), str(place))
    merge = ["git", "merge", "--quiet", "--no-edit", "origin/offer"]
    return subprocess.run(merge, cwd=place, env=os.environ, check=False).returncode == 0


def test_a_pull_request_is_made_looked_at_and_merged(shared: Sandbox) -> None:
    offered, taken = commands("A pull request")
    run_all(shared, offered)
    assert button(shared)
    shared.git("switch", "--quiet", "main")
    run_all(shared, ["svcdesk note 001 --message 已联系用户", "svcdesk sync"])
    run_all(shared, taken)
    record = shared.open().load("001").record
    assert record.get("title") == "生产系统登录失败"
    assert shared.git("rev-parse", "HEAD") == shared.git("rev-parse", "origin/main")


def test_an_escalation_on_main_makes_the_button_grey_and_a_merge_helps(shared: Sandbox) -> None:
    offered, _ = commands("A pull request")
    run_all(shared, [*offered[:1], "svcdesk note 001 --message 已联系用户", *offered[2:]])
    shared.git("switch", "--quiet", "main")
    done = run(shared, "svcdesk sla escalate", SVCDESK_NOW="2024-10-15T09:00:00+08:00")
    assert done.returncode == 0, done.stderr
    run_all(shared, ["svcdesk sync"])
    moves = [event.do for event in shared.open().load("001").record.events]
    assert "escalate" in moves, "the request did not fall due: this shows nothing"
    assert not button(shared)
    [helped] = commands("When the button is grey")
    run_all(shared, helped)
    assert button(shared)
    assert {"note", "escalate"} <= {one.do for one in shared.open().load("001").record.events}
