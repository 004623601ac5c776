"""A desk of five people and its changes, for the tests of approval through the command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from command_runner import Outcome, svcdesk

from svcdesk.testing import MakeDesk, Sandbox

PEOPLE = """\
people:
  - id: engineer-1
    roles: [engineer, front_desk, dispatcher, supervisor]
    emails: [engineer-1@example.org]
  - id: engineer-2
    roles: [engineer]
    emails: [engineer-2@example.org]
  - id: approver-1
    roles: [approver]
    emails: [approver-1@example.org]
    substitutes:
      - id: supervisor-1
        from: 2024-10-03T00:00:00+08:00
        until: 2024-10-08T00:00:00+08:00
  - id: approver-2
    roles: [approver, engineer]
    emails: [approver-2@example.org]
  - id: supervisor-1
    roles: [supervisor]
    emails: [supervisor-1@example.org]
"""
FIELDS = (
    "justification=高峰期连接数已满，用户反复无法登录",
    "scope=生产数据库服务器的连接池配置",
    "risk_level=medium",
    "risk=内存占用上升约 2 GB，余量 24 GB",
    "plan=1. 备份配置  2. 上限由 100 调至 300  3. 观察 30 分钟",
    "rollback=恢复备份的配置并重启服务",
    "window.start=2024-10-12 22:00",
    "window.end=2024-10-12 23:00",
)
CHANGE = "CR-20241001-001"


def desk_of_five(
    make_desk: MakeDesk, *, people: str = PEOPLE, desk: str = "", name: str = "desk"
) -> Sandbox:
    """A desk with the people above; `desk` is added to its desk.yaml."""
    made = make_desk({"records/people.yaml": people}, name=name)
    if desk:
        made.write("records/desk.yaml", made.read("records/desk.yaml") + desk)
        made.commit("facts of the test")
    return made


def proposed(box: Sandbox, title: str = "数据库连接池上限由 100 调至 300") -> str:
    """A change by engineer-1, filled in and proposed at 09:30; gives its id."""
    given = [word for field in FIELDS for word in ("--field", field)]
    done = svcdesk(box.root, "new", "change", "--title", title, *given, "--format", "json")
    assert done.code == 0, done.err
    change: str = done.json()["items"][0]["id"]
    ok(svcdesk(box.root, "do", change, "propose"))
    return change


def approve(
    box: Sandbox, change: str = CHANGE, who: str = "approver-1", *more: str, **how: Any
) -> Outcome:
    at = how.pop("at", "2024-10-01T10:00:00+08:00")
    return svcdesk(box.root, "approve", change, *more, who=who, at=at, **how)


def start(
    box: Sandbox, change: str = CHANGE, who: str = "engineer-2", at: str = "12:00"
) -> Outcome:
    return svcdesk(box.root, "start", change, who=who, at=f"2024-10-01T{at}:00+08:00")


def ok(done: Outcome) -> Outcome:
    assert done.code == 0, (done.out, done.err)
    return done


def approvals(box: Sandbox, change: str = CHANGE) -> list[dict[str, Any]]:
    """The decisions of a change, as `show` has them for machines."""
    done = ok(svcdesk(box.root, "show", change, "--format", "json"))
    found: list[dict[str, Any]] = json.loads(done.out)["items"][0]["approval"]["decisions"]
    return found


def counts(box: Sandbox, change: str = CHANGE) -> list[bool]:
    return [one["counts"] for one in approvals(box, change)]


def codes(box: Sandbox, *ids: str) -> list[str]:
    """The codes that `check` finds, notes aside."""
    done = svcdesk(box.root, "check", *ids, "--format", "json")
    assert done.code in (0, 1), done.err
    found = json.loads(done.out)["items"]
    return [one["code"] for one in found if one["severity"] != "note"]


def git(root: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", *args], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
