"""Writers whose clocks are off by minutes and hours, on one record: what was acknowledged counts."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from command_runner import svcdesk

from svcdesk import open_desk
from svcdesk.config import Config
from svcdesk.desk import Desk
from svcdesk.errors import SvcdeskError
from svcdesk.lifecycle.fold import Effect, fold
from svcdesk.testing import NOW, Sandbox

OFFSETS = {
    "slow": timedelta(hours=-3),
    "right": timedelta(0),
    "fast": timedelta(hours=3, minutes=7),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.case(64)
def test_every_acknowledged_command_counts(desk: Sandbox, seed: int) -> None:
    chance = random.Random(seed)
    everyone = [f"engineer-{number}" for number in range(1, 9)]
    listed = "".join(f"  - id: {one}\n    roles:\n      - engineer\n" for one in everyone[1:])
    desk.write("records/people.yaml", desk.read("records/people.yaml").rstrip("\n") + "\n" + listed)
    desk.commit("more engineers")
    ticks = [NOW]

    def writer(offset: timedelta) -> Desk:
        return open_desk(
            desk.root, clock=lambda: ticks[0] + offset, config=Config(desk.root, {}, {})
        )

    first = writer(OFFSETS["right"]).new(
        "request",
        {
            "description": "登录失败",
            "requester.name": "李*",
            "type": "consultation",
            "priority": "P2",
        },
    )
    [record_id] = first.ids
    promised: list[tuple[str, str, object]] = []
    acknowledged = 0
    for number in range(40):
        ticks[0] += timedelta(seconds=chance.randint(1, 90))
        acting = writer(OFFSETS[chance.choice(sorted(OFFSETS))])
        move, fields = chance.choice(
            [
                ("assign", {"assignee": chance.choice(everyone)}),
                ("start", {}),
                ("wait", {"waiting.reason": chance.choice(["customer", "vendor"])}),
                ("resume", {}),
                ("classify", {"priority": chance.choice(["P1", "P2", "P3"])}),
                ("resolve", {"result": f"第 {number} 次处理：更换网线并复测 10 分钟"}),
                ("reopen", {}),
            ]
        )
        try:
            done = acting.move([record_id], move, fields, _because(move))
        except SvcdeskError:
            continue
        if not done.changes:  # what changes nothing writes nothing
            continue
        acknowledged += 1
        [change] = done.changes
        event = change.moves[-1].event
        promised.append((event.id, move, fields))
        after = {path: change.record.get(path) for path in fields}
        assert after == fields, (move, after)

    record = open_desk(desk.root).load(record_id).record
    folded = fold(record.events, open_desk(desk.root).workflow("request"))
    effects = {step.event.id: step.effect for step in folded.steps}
    assert acknowledged > 10
    assert [effects[event_id] for event_id, _, _ in promised] == [Effect.COUNTED] * acknowledged
    assert folded.unsettled() == ()
    assert [event_id for event_id, _, _ in promised] == sorted(e for e, _, _ in promised)


def _because(move: str) -> object:
    from svcdesk.desk import Circumstances
    from svcdesk.lifecycle.act import Words

    return Circumstances(words=Words(reason="测试") if move == "reopen" else Words())


def test_check_finds_what_is_dated_more_than_a_day_ahead(desk: Sandbox) -> None:
    new = ("new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
           "--priority", "P3", "--channel", "online")  # fmt: skip
    assert svcdesk(desk.root, *new, at="2024-10-12T09:30:00+08:00").code == 0

    def found(now: str) -> list[tuple[str, int | None]]:
        items = svcdesk(desk.root, "check", "--format", "json", at=now).json()["items"]
        return [(one["record"], one["line"]) for one in items if one["code"] == "DESK028"]

    text = desk.read("SR-20241012-001").splitlines()
    line = next(n for n, one in enumerate(text, 1) if one.startswith("    at:"))
    assert found("2024-10-11T09:00:00+08:00") == [("SR-20241012-001", line)]
    assert found("2024-10-11T10:00:00+08:00") == []  # less than a day: clocks may differ
