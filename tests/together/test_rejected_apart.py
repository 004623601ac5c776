"""Two reject the same result apart, and one of them lands on a result that its author never saw."""

from __future__ import annotations

from clones import Hub, new, sync

from svcdesk.desk import Circumstances
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.fold import fold
from svcdesk.testing import Sandbox

FIRST = "重启了登录服务，观察三十分钟，登录成功率恢复到百分之百"
SECOND = "更换了二号交换机的电源，连续测试三十分钟没有丢包"
WHY = Circumstances(words=Words(reason="隔天又登录不了"), acting_for="requester")


def test_the_later_rejection_is_listed_with_its_round(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    record_id = new(one)
    one.open().move([record_id], "assign", {"assignee": "engineer-1"})
    one.open().move([record_id], "start", {})
    one.open().move([record_id], "resolve", {"result": FIRST})
    sync(one)
    sync(two)
    one.open().move([record_id], "reject", {}, WHY)
    one.open().move([record_id], "resolve", {"result": SECOND})
    two.clock.forward(hours=1)
    two.open().move([record_id], "reject", {}, WHY)
    sync(one)
    sync(two)
    desk = two.open()
    record = desk.load(record_id).record
    assert (record.get("round"), record.status) == (3, "in_progress")
    assert [row.head.id for row in desk.find("is:unsettled").rows] == [record_id]
    [step] = fold(record.events, desk.workflow(record.kind)).unsettled()
    assert step.collisions["round"] == (1, 2)
