"""A request's whole life through the installed command, in both languages.

Facts are those of norm C's sample, with a first solution that the customer rejects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

SR, IR = "SR-20241010-001", "IR-20241010-001"
SD, FB = "SD-20241010-001", "FB-20241010-001"
FORM = (
    "--service-item",
    "生产系统故障修复",
    "--deliverable",
    "故障原因分析报告",
    "--criterion",
    "登录无异常",
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is typed, by whom and when; which records it may touch, and the state after it."""

    who: str
    at: str
    typed: tuple[str, ...]
    touches: frozenset[str]
    state: str
    subject: str


def step(who: str, at: str, state: str, touches: set[str], subject: str, *typed: str) -> Step:
    return Step(who, f"2024-10-10T{at}:00+08:00", typed, frozenset(touches), state, subject)


LIFE = [
    step("front-1", "09:30", "new", {SR}, "new request", "new", "--channel", "phone", "--read-back",
         "--customer", "客户A", "--requester", "李*", "--contact", "*5678", "--audience", "external",
         "--description", "生产系统无法登录"),
    step("front-1", "09:32", "new", {SR}, "classified fault P1", "classify", "001",
         "--type", "故障", "--category", "software/database", "--priority", "P1"),
    step("dispatcher-1", "09:34", "assigned", {SR}, "assign to engineer-1", "assign", "001", "engineer-1"),
    step("engineer-1", "09:36", "assigned", {SR}, "taken by engineer-1", "take", "001", "--eta", "11:30"),
    step("engineer-1", "09:40", "in_progress", {SR}, "work started", "start", "001"),
    step("engineer-1", "10:15", "in_progress", {SR, IR}, "handling step", "step", "001",
         "-m", "定位为数据库连接超时", "--effort", "0.5"),
    step("engineer-1", "10:20", "waiting", {SR}, "waiting for customer", "wait", "001", "--for", "customer"),
    step("front-1", "10:45", "waiting", {SR}, "message from the customer", "message", "001", "-m", "账号已开通"),
    step("engineer-1", "10:50", "in_progress", {SR}, "resumed", "resume", "001"),
    step("engineer-1", "10:52", "in_progress", {SR}, "reply to the customer", "reply", "001",
         "-m", "正在重启数据库服务，11:30 前恢复", "--eta", "11:30"),
    step("engineer-1", "11:00", "resolved", {SR, IR}, "resolved", "resolve", "001",
         "--result", "重启数据库服务，观察 30 分钟无超时", "--workaround", "重启数据库服务"),
    step("front-1", "13:40", "in_progress", {SR, SD}, "rejected, round 2", "reject", "001", "--via", "phone",
         "--reason", "又出现超时", "--unmet", "登录仍超时", "--correction", "升级数据库驱动", *FORM,
         "--signed-by", "李*"),
    step("engineer-1", "14:10", "in_progress", {SR, IR}, "handling step", "step", "001", "-m", "升级驱动，调大连接池"),
    step("engineer-1", "14:30", "resolved", {SR, IR}, "resolved", "resolve", "001",
         "--result", "已升级驱动，压测 30 分钟无失败", "--root-cause", "连接池泄漏"),
    step("front-1", "15:00", "confirmed", {SR, "SD-20241010-002"}, "delivery accepted", "accept", "001",
         "--via", "signature", *FORM, "--signed-by", "李*", "--signed-at", "2024-10-10 14:55"),
    step("front-1", "15:05", "confirmed", {SR, FB}, "rated", "rate", "001", "--via", "phone", "--timeliness", "5",
         "--effect", "4", "--attitude", "5", "--improvement", "增加预警", "--owner", "engineer-1", "--due", "2024-12-31"),
    step("front-1", "15:10", "closed", {SR}, "closed", "close", "001"),
]  # fmt: skip
SPOKEN = {
    "en": {"committed": "committed as", "legal": "possible now", "vague": "nothing concrete"},
    "zh": {"committed": "已提交", "legal": "现在可以", "vague": "具体"},
}


@pytest.fixture
def team(desk: Sandbox) -> Sandbox:
    for person, role in (("front-1", "front_desk"), ("dispatcher-1", "dispatcher")):
        email = f"{person}@example.org"
        added = svcdesk(desk.root, "people", "add", person, "--role", role, "--email", email)
        assert added.code == 0, added.err
    facts = desk.read("records/desk.yaml").replace(
        "fault:\n    - handling\n", "fault:\n    - handling\n    - delivery\n"
    )
    desk.write("records/desk.yaml", facts)
    desk.commit("faults are delivered, too")
    return desk


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_from_the_first_call_to_the_last_word(team: Sandbox, lang: str) -> None:
    def call(one: Step) -> Outcome:
        return svcdesk(team.root, *one.typed, who=one.who, at=one.at, lang=lang)

    for one in LIFE:
        done = call(one)
        assert done.code == 0, (one.typed, done.err)
        assert SPOKEN[lang]["committed"] in done.out
        # the commit is for everybody's eyes, in one language whoever made it
        assert team.subjects()[0] == f"{SR}: {one.subject}"
        touched = {path.rpartition("/")[2].removesuffix(".yaml") for path in team.touched()}
        assert touched == one.touches, one.typed
        assert team.status() == ""
        shown = svcdesk(team.root, "show", SR, "--format", "json", at=one.at)
        assert shown.json()["items"][0]["record"]["status"] == one.state

    checked = svcdesk(team.root, "check", "--quiet", at="2024-10-10T16:00:00+08:00", lang=lang)
    assert checked.code == 0, checked.out
    log = svcdesk(team.root, "log", SR, "--format", "json").json()
    moves = [item["do"] for item in log["items"] if item["record"] == SR]
    assert moves == ["submit", *(one.typed[0] for one in LIFE[1:])]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_refused_says_why_and_changes_nothing(team: Sandbox, lang: str) -> None:
    for one in LIFE[:5]:
        assert svcdesk(team.root, *one.typed, who=one.who, at=one.at).code == 0
    head = team.git("rev-parse", "HEAD")
    at = "2024-10-10T11:00:00+08:00"

    illegal = svcdesk(
        team.root, "confirm", "001", "--via", "phone", who="front-1", at=at, lang=lang
    )
    assert illegal.code == 3
    assert SPOKEN[lang]["legal"] in illegal.err
    assert "resolve" in illegal.err

    vague = svcdesk(team.root, "resolve", "001", "--result", "已处理", at=at, lang=lang,
                    who="engineer-1")  # fmt: skip
    assert vague.code == 3
    assert SPOKEN[lang]["vague"] in vague.err

    missing = svcdesk(team.root, "resolve", "001", at=at, lang=lang)
    assert missing.code == 3
    assert "result" in missing.err

    stranger = svcdesk(team.root, "assign", "001", "engineer-1", who="stranger", at=at, lang=lang)
    assert stranger.code == 3
    assert "stranger@example.org" in stranger.err

    clerk = svcdesk(team.root, "assign", "001", "engineer-1", who="front-1", at=at, lang=lang)
    assert clerk.code == 3
    assert "dispatcher" in clerk.err

    unknown = svcdesk(
        team.root, "assign", "999", "engineer-1", who="dispatcher-1", at=at, lang=lang
    )
    assert unknown.code == 3
    nobody = svcdesk(
        team.root, "assign", "001", "engineer-99", who="dispatcher-1", at=at, lang=lang
    )
    assert nobody.code == 3
    assert "engineer-1" in nobody.err

    assert team.git("rev-parse", "HEAD") == head
    assert team.status() == ""


def test_whoever_resolved_does_not_confirm(team: Sandbox) -> None:
    for one in LIFE[:11]:
        svcdesk(team.root, *one.typed, who=one.who, at=one.at)
    at = "2024-10-10T12:00:00+08:00"
    own = svcdesk(team.root, "confirm", "001", "--via", "phone", who="engineer-1", at=at)
    assert own.code == 3
    assert "confirm_own" in own.err
    assert svcdesk(team.root, "confirm", "001", "--via", "phone", who="front-1", at=at).code == 0


def test_full_width_digits_are_understood_in_ids_and_dates(team: Sandbox) -> None:
    for one in LIFE[:3]:
        svcdesk(team.root, *one.typed, who=one.who, at=one.at)
    done = svcdesk(
        team.root,
        "take",
        "００１",
        "--eta",
        "２０２４-１０-１０ １１:３０",
        at="2024-10-10T09:36:00+08:00",
    )
    assert done.code == 0, done.err
    assert re.search(r"promise: 2024-10-10T11:30:00\+08:00", team.read(SR))


def test_dry_run_shows_the_diff_and_writes_nothing(team: Sandbox) -> None:
    svcdesk(team.root, *LIFE[0].typed, who="front-1", at=LIFE[0].at)
    head = team.git("rev-parse", "HEAD")
    done = svcdesk(team.root, "assign", "001", "engineer-1", "--dry-run", at=LIFE[1].at)
    assert done.code == 0
    assert "+assignee: engineer-1" in done.out
    assert "Svcdesk-Record: SR-20241010-001" in done.out
    assert (team.git("rev-parse", "HEAD"), team.status()) == (head, "")


def test_ids_come_in_by_a_pipe_and_go_out_alone(team: Sandbox) -> None:
    made = [
        svcdesk(
            team.root,
            "new",
            "--format",
            "ids",
            "--requester",
            "李*",
            "--description",
            f"第 {n} 个问题",
        )
        for n in range(3)
    ]
    assert all(one.code == 0 for one in made), made
    ids = "".join(one.out for one in made)
    assert ids.split() == ["SR-20241001-001", "SR-20241001-002", "SR-20241001-003"]
    done = svcdesk(team.root, "assign", "-", "engineer-1", stdin=ids)
    assert done.code == 0, done.err
    assert team.subjects()[0] == "3 records: assign to engineer-1"
    assert len(team.touched()) == 3
