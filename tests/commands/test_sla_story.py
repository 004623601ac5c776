"""The words and moves of a request's life: each starts, meets or pauses exactly its targets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241010-001"
POLICY = """\
from: 2000-01-01
targets:
  response: {}
  start: {}
  assessment: {}
  update: {}
  progress: {}
  resolution: {}
  feedback: {}
  handover: {}
  check_back: {}
  retention: {}
  promise: {}
""".replace("{}", "\n    duration: 8h\n    clock: 24x7").replace(
    "  promise: \n    duration: 8h\n    clock: 24x7", "  promise:\n    clock: 24x7"
)

RUNS, PAUSED, MET, DROPPED = "running", "paused", "met", "dropped"


def at(clock: str) -> str:
    return f"2024-10-10T{clock}:00+08:00"


class Story:
    """A request whose targets are looked at after every step."""

    def __init__(self, desk: Sandbox) -> None:
        self.desk = desk
        self.seen: dict[str, str] = {}

    def step(self, clock: str, *argv: str, **changed: str) -> None:
        """Do it, and expect exactly these targets to have changed. Cycles: `update_2`."""
        done = svcdesk(self.desk.root, *argv, at=at(clock))
        assert done.code == 0, (argv, done.err)
        now = self.targets(clock)
        assert {k: v for k, v in now.items() if self.seen.get(k) != v} == changed, argv
        assert set(self.seen) <= set(now)
        self.seen = now

    def items(self, clock: str) -> list[dict[str, Any]]:
        shown = svcdesk(self.desk.root, "sla", "show", ID, "--format", "json", at=at(clock))
        assert shown.code == 0, shown.err
        return list(json.loads(shown.out)["items"])

    def targets(self, clock: str) -> dict[str, str]:
        return {
            one["target"] + (f"_{one['cycle']}" if one["cycle"] > 1 else ""): one["detail"]
            for one in self.items(clock)
        }

    def due(self, target: str, clock: str) -> str | None:
        return [one["due"] for one in self.items(clock) if one["target"] == target][-1]


@pytest.fixture
def story(desk: Sandbox) -> Story:
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.edit("records/desk.yaml", "confirm_own: false", "confirm_own: true")
    desk.commit("every target there is")
    return Story(desk)


def test_each_word_starts_meets_or_pauses_exactly_its_targets(story: Story) -> None:
    step = story.step
    step("09:00", "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
         "--priority", "P2", "--channel", "phone", "--read-back",
         response=RUNS, assessment=RUNS, resolution=RUNS, handover=RUNS)  # fmt: skip
    # the customer's message waits for an answer; a second one does not move it
    step("09:10", "message", ID, "-m", "还在等", update=RUNS)
    step("09:20", "message", ID, "-m", "有人吗")
    assert story.due("update", "09:20") == at("17:10")
    # an automatic reply answers nobody
    step("09:25", "reply", ID, "--auto", "-m", "已收到您的来信")
    step("09:26", "note", ID, "-m", "先查网络")
    # assigned: handed over, and somebody has to start
    step("09:30", "assign", ID, "engineer-1", handover=MET, start=RUNS)
    # accepted with an expected time: responded, and that time is a promise
    step("09:40", "take", ID, "--eta", "11:00", response=MET, promise=RUNS)
    assert story.due("promise", "09:40") == at("11:00")
    # a human reply answers the message, keeps the promise, and begins the interval of reports
    step("10:00", "reply", ID, "-m", "已安排工程师处理", update=MET, promise=MET, progress=RUNS)
    step("10:05", "assess", ID, "-m", "看起来是网络问题")
    step("10:10", "assess", ID, "--plan", "-m", "先换交换机端口，再测", assessment=MET)
    step("10:20", "start", ID, start=MET)
    # an agent's promise is a target of its own
    step("10:30", "promise", ID, "12:00", promise_2=RUNS)
    # waiting for the customer pauses what the table says: the resolution, not the promise
    step("10:40", "wait", ID, "--for", "customer", resolution=PAUSED)
    step("10:50", "message", ID, "-m", "账号已开通", update_2=PAUSED)
    step("11:00", "resume", ID, resolution=RUNS, update_2=RUNS)
    assert story.due("resolution", "11:00") == at("17:20")
    step("11:10", "wait", ID, "--for", "approval", update_2=PAUSED)
    step("11:20", "resume", ID, update_2=RUNS)
    step("11:30", "reply", ID, "-m", "端口已换，正在复测",
         update_2=MET, promise_2=MET, progress=MET, progress_2=RUNS)  # fmt: skip
    step("11:40", "resolve", ID, "--result", "更换交换机端口，复测 10 分钟无丢包",
         resolution=MET, progress_2=DROPPED, check_back=RUNS)  # fmt: skip
    step("11:50", "call", ID, "-m", "用户确认恢复正常", check_back=MET)
    step("12:00", "confirm", ID, feedback=RUNS)
    step("12:10", "rate", ID, "--timeliness", "5", "--effect", "5", "--attitude", "5",
         "--comments", "及时", feedback=MET)  # fmt: skip
    step("12:20", "close", ID)


def test_handing_over_to_a_team_meets_the_handover_alone(story: Story) -> None:
    story.step("09:00", "new", "--requester", "李*", "--description", "登录失败", "--type",
               "consultation", "--priority", "P2", "--channel", "phone", "--read-back",
               response=RUNS, assessment=RUNS, resolution=RUNS, handover=RUNS)  # fmt: skip
    story.step("09:30", "handover", ID, "network", handover=MET)


def test_a_first_reply_meets_the_response_and_lacks_its_time(story: Story) -> None:
    story.step("09:00", "new", "--requester", "李*", "--description", "登录失败", "--type",
               "consultation", "--priority", "P2", "--channel", "phone", "--read-back",
               response=RUNS, assessment=RUNS, resolution=RUNS, handover=RUNS)  # fmt: skip
    story.step("09:10", "reply", ID, "-m", "收到，正在看", response=MET, progress=RUNS)
    (response,) = [one for one in story.items("09:10") if one["target"] == "response"]
    assert response["lacks"] == "promise"


def test_a_promise_kept_late_is_seen(story: Story) -> None:
    story.step("09:00", "new", "--requester", "李*", "--description", "登录失败", "--type",
               "consultation", "--priority", "P2", "--channel", "phone", "--read-back",
               response=RUNS, assessment=RUNS, resolution=RUNS, handover=RUNS)  # fmt: skip
    story.step("09:10", "promise", ID, "10:00", promise=RUNS)
    assert story.targets("10:30")["promise"] == "breached"
    done = svcdesk(story.desk.root, "reply", ID, "-m", "抱歉，晚了", at=at("10:31"))
    assert done.code == 0
    assert story.targets("10:32")["promise"] == "missed"
