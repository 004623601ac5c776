"""The dry run of every move and word, in JSON lines, applied: the same records as without it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from change_stories import CHANGE, FIELDS, PEOPLE
from command_runner import svcdesk

from svcdesk.cli.move_specs import SPECS
from svcdesk.testing import MakeDesk, Sandbox, act_as

NEW, WORK, WAIT, SOLVED, CONFIRMED, CLOSED = (f"SR-20241001-00{one}" for one in range(1, 7))
LATER = "2024-10-01T11:00:00+08:00"
FRONT = """\
  - id: front-1
    roles: [front_desk]
    emails: [front-1@example.org]
    team: support
"""
RESULT = "重启服务后正常，观察三十分钟无异常"
FORM = ("--service-item", "登录", "--deliverable", "说明书", "--criterion", "能够登录")

CASES: dict[str, tuple[str, ...]] = {
    "message": (NEW, "-m", "还是不行", "--via", "phone", "--at", "10:30"),
    "reply": (NEW, "-m", "已收到", "--auto", "--eta", "in 4h"),
    "note": (NEW, WORK, "-m", "已知问题", "--as", "engineer-2"),
    "step": (NEW, WORK, "-m", "排查了日志", "--root-cause", "连接池泄漏", "--effort", "1h30m"),
    "assess": (WORK, "-m", "先看日志，再重启", "--plan", "--complexity", "complex"),
    "promise": (WORK, "tomorrow 10:00"),
    "call": (SOLVED, "-m", "用户说可以了", "--via", "phone"),
    "classify": (NEW, "--type", "咨询", "--priority", "P1", "--audience", "internal"),
    "assign": (NEW, WORK, "engineer-2", "--team", "support"),
    "take": (NEW, "--eta", "in 2h"),
    "start": (NEW,),
    "wait": (WORK, "--for", "customer", "--until", "tomorrow 09:00"),
    "resume": (WAIT,),
    "resolve": (WORK, "--result", RESULT, "--step", "看了设置", "--effort", "2"),
    "confirm": (SOLVED, "--via", "phone"),
    "accept": (SOLVED, "--via", "signature", *FORM, "--signed-by", "李*", "--signed-at", "10:00"),
    "reject": (SOLVED, "--via", "phone", "--reason", "又出现", "--unmet", "登录仍超时", "--correction", "升级", *FORM),
    "rate": (CONFIRMED, "--via", "phone", "--timeliness", "5", "--effect", "4", "--attitude", "5",
             "--improvement", "增加预警", "--owner", "engineer-2", "--due", "2024-12-31"),
    "close": (CONFIRMED,),
    "reopen": (CLOSED, "--reason", "又出现"),
    "cancel": (NEW, "--reason", "重复登记"),
    "handover": (WORK, "support", "--assignee", "front-1"),
    "escalate": (NEW, WORK, "--reason", "客户催促", "--to", "supervisor", "--priority", "P1"),
    "do": (WORK, "read_back", "-m", "已复述", "--via", "phone"),
    "set": (NEW, WORK, "location=三楼", "priority=P1", "custom.note=甲"),
    "approve": (CHANGE,),
}  # fmt: skip
WHO = dict.fromkeys(("confirm", "accept", "reject", "rate", "close", "call"), "front-1") | {
    "approve": "approver-1"
}


@pytest.fixture
def states(make_desk: MakeDesk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a request in each state and a change to be approved; made once."""
    template = tmp_path_factory.getbasetemp() / "a-request-in-each-state"
    if template.exists():
        return template
    made = make_desk({"records/people.yaml": PEOPLE + FRONT}, name="first")
    desk = made.open()
    for ending in range(1, 7):
        fields = {"description": f"登录失败 {ending}", "requester.name": "李*", "channel": "phone"}
        desk.new("request", {**fields, "type": "fault", "priority": "P2", "customer": "客户A"})
    desk.move([WORK, WAIT, SOLVED, CONFIRMED, CLOSED], "start")
    desk.move([WAIT], "wait", {"waiting.reason": "customer"})
    given = {"result": RESULT, "action": "看了日志"}
    desk.move([SOLVED, CONFIRMED, CLOSED], "resolve", given)
    change = dict(one.split("=") for one in FIELDS)
    for edge in ("window.start", "window.end"):
        change[edge] = change[edge].replace(" ", "T") + ":00+08:00"
    desk.new("change", {"title": "连接池上限", **change})
    desk.move([CHANGE], "propose")
    with pytest.MonkeyPatch.context() as patch:
        act_as(patch, "front-1")
        made.open().move([CONFIRMED, CLOSED], "confirm")
        made.open().move([CLOSED], "close")
    shutil.copytree(made.root, template)
    return template


def test_this_table_knows_every_move_and_word() -> None:
    assert {spec.name for spec in SPECS} | {"do", "set", "approve"} == set(CASES)


@pytest.mark.parametrize("command", CASES)
def test_the_plan_does_what_the_command_does(states: Path, tmp_path: Path, command: str) -> None:
    planned, direct = (Sandbox(tmp_path / name) for name in ("planned", "direct"))
    for box in (planned, direct):
        shutil.copytree(states, box.root)
    argv, how = (command, *CASES[command]), {"who": WHO.get(command, "engineer-1"), "at": LATER}

    dry = svcdesk(planned.root, *argv, "--dry-run", "--format", "jsonl", **how)
    assert dry.code == 0, dry.err
    assert "no plan" not in dry.err
    applied = svcdesk(planned.root, "apply", "-", stdin=dry.out, **how)
    assert applied.code == 0, (applied.err, dry.out)
    done = svcdesk(direct.root, *argv, **how)
    assert done.code == 0, done.err

    assert planned.subjects()[0] == direct.subjects()[0]
    assert records(planned) == records(direct)


@pytest.mark.parametrize(
    "argv",
    [
        ("link", NEW, "related", WORK),
        ("attach", NEW, "records/desk.yaml"),
        ("new", "--description", "x", "--requester", "李*", "--channel", "phone"),
    ],
)
def test_what_is_no_plan_says_so(states: Path, argv: tuple[str, ...]) -> None:
    dry = svcdesk(states, *argv, "--dry-run", "--format", "jsonl")
    assert dry.code == 0, dry.err
    assert "this is no plan" in dry.err
    assert svcdesk(states, "apply", "-", "--dry-run", stdin=dry.out).code == 3


def records(box: Sandbox) -> dict[str, str]:
    """Every record's text, with the ids that chance gave, or time, in one form."""
    return {
        path.name: re.sub("[0-9A-HJKMNP-TV-Z]{26}", "ULID", path.read_text(encoding="utf-8"))
        for path in (box.root / "records").rglob("*.yaml")
        if path.name != "desk.yaml"
    }
