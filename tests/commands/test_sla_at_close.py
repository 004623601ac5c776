"""A closed record keeps what its SLA came to, whatever becomes of policies later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241001-001"
POLICY = "records/policies/delivery-template.yaml"


@pytest.fixture
def closed(desk: Sandbox) -> Sandbox:
    """A P1 request, resolved after three of its four hours and closed the next day."""
    desk.edit("records/desk.yaml", "confirm_own: false", "confirm_own: true")
    desk.commit("a team of one")

    def at(**later: float) -> str:
        return (desk.clock.now + timedelta(**later)).isoformat()

    steps = [
        (("new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
          "--priority", "P1", "--channel", "phone", "--read-back"), at()),
        (("take", ID, "--eta", "12:00"), at(hours=1)),
        (("resolve", ID, "--result", "更换网线后复测 10 分钟无丢包"), at(hours=3)),
        (("confirm", ID), at(hours=4)),
        (("close", ID), at(days=1)),
    ]  # fmt: skip
    for argv, moment in steps:
        done = svcdesk(desk.root, *argv, at=moment)
        assert done.code == 0, (argv, done.err)
    return desk


def states(desk: Sandbox) -> dict[str, str]:
    done = svcdesk(desk.root, "sla", "show", ID, "--format", "json", at="2024-10-03T09:00:00+08:00")
    assert done.code == 0, done.err
    return {item["target"]: item["state"] for item in done.json()["items"]}


def test_a_stricter_policy_does_not_rewrite_history(closed: Sandbox) -> None:
    before = states(closed)
    assert (before["response"], before["resolution"]) == ("met", "met")
    text = closed.read(POLICY)
    stricter = text.replace("duration: 2h", "duration: 5m").replace("duration: 4h", "duration: 10m")
    assert stricter != text
    closed.write(POLICY, stricter)
    assert states(closed) == before
    closed.commit("stricter")
    assert states(closed) == before


def test_an_open_record_follows_the_policy(closed: Sandbox) -> None:
    assert (
        svcdesk(
            closed.root, "reopen", ID, "--reason", "又断了", at="2024-10-02T10:00:00+08:00"
        ).code
        == 0
    )
    text = closed.read(POLICY)
    closed.write(POLICY, text.replace("duration: 4h", "duration: 10m"))
    assert states(closed)["resolution"] == "breached"


def test_without_the_snapshot_the_new_policy_would_judge(closed: Sandbox) -> None:
    # what the first test relies on: the policy edit does change verdicts where nothing was stored
    text = closed.read(ID)
    head, _, tail = text.partition("    snapshot:")
    assert tail, "the closing event carries a snapshot"
    rest = [line for line in tail.splitlines()[1:] if not line.startswith("      ")]
    closed.write(ID, head.rstrip(" ") + "\n".join(rest) + ("\n" if rest else ""))
    closed.write(POLICY, closed.read(POLICY).replace("duration: 4h", "duration: 10m"))
    assert states(closed)["resolution"] == "breached"


def test_a_look_back_before_the_close_uses_the_policy_of_the_close(closed: Sandbox) -> None:
    def due() -> tuple[str, str, str]:
        back = ("sla", "show", ID, "--at", "2024-10-01T11:00:00+08:00", "--format", "json")
        done = svcdesk(closed.root, *back, at="2024-10-03T09:00:00+08:00")
        assert done.code == 0, done.err
        (one,) = [item for item in done.json()["items"] if item["target"] == "resolution"]
        return one["state"], one["due"], done.err

    before = due()
    assert before[0] == "open" and "edited since" not in before[2]
    text = closed.read(POLICY)
    closed.write(POLICY, text.replace("duration: 4h", "duration: 10m"))
    after = due()
    assert after[:2] == before[:2]
    assert "reckoned by the policy and calendars of the close" in after[2]
