"""Moves that write documents: handling, delivery and feedback follow the request's id alone."""

from __future__ import annotations

import itertools

import pytest
from lifecycle_builders import KINDS, new

from svcdesk.errors import MissingField
from svcdesk.lifecycle.act import Act, Words
from svcdesk.lifecycle.chain import Chain, Plan, plan_move
from svcdesk.model.kind import Kind
from svcdesk.model.record import Record, Value
from svcdesk.store.schema import load_kinds


class Story:
    """A request and its documents, moved along."""

    def __init__(self, act: Act, needed: frozenset[str] = frozenset({"handling"})) -> None:
        self.kinds = load_kinds({}, KINDS, ())
        self.act = act
        self.needed = needed
        self.request = new(self.kinds["request"].workflow, act, customer="客户A")
        self.documents: dict[str, list[Record]] = {}
        self.serial = itertools.count(1)

    def new_id(self, kind: Kind) -> tuple[str, str]:
        number = next(self.serial)
        return f"{kind.workflow.prefix}-20241001-{number:03}", f"01J92V7KX8S6N8D0ZB5T7R{number:04}"

    def do(self, move: str, words: Words | None = None, **given: Value) -> Plan:
        dotted = {key.replace("__", "."): value for key, value in given.items()}
        chain = Chain(self.kinds, self.documents, self.needed, self.new_id)
        plan = plan_move(self.request, move, dotted, self.act, words, chain)
        self.request = plan.moved.record
        for moved in plan.documents:
            others = [
                one
                for one in self.documents.get(moved.record.kind, [])
                if one.uid != moved.record.uid
            ]
            self.documents[moved.record.kind] = [*others, moved.record]
        return plan


@pytest.fixture
def story(act: Act) -> Story:
    return Story(act)


def test_the_first_step_begins_the_handling_record(story: Story) -> None:
    plan = story.do("step", action="远程登录排查")
    [handling] = story.documents["handling"]
    assert handling.get("request") == {"id": "SR-20241001-001", "uid": story.request.uid}
    assert handling.get("steps") == [
        {
            "id": plan.documents[0].event.id,
            "at": story.act.at,
            "by": "engineer-1",
            "action": "远程登录排查",
        }
    ]
    assert story.request.get("links") == [
        {"rel": "handling", "id": handling.id, "uid": handling.uid}
    ]


def test_the_next_step_goes_on_in_it(story: Story) -> None:
    story.do("step", action="一")
    plan = story.do("step", action="二")
    [handling] = story.documents["handling"]
    assert [item["action"] for item in handling.get("steps")] == ["一", "二"]  # type: ignore[index,union-attr]
    assert len(plan.documents) == 1


def test_the_result_goes_to_the_document_where_there_is_one(story: Story) -> None:
    story.do("step", action="重启")
    story.do("resolve", result="已恢复，观察 30 分钟", root_cause="连接池泄漏")
    assert story.request.status == "resolved"
    assert story.request.get("result") is None
    assert story.documents["handling"][0].get("result") == "已恢复，观察 30 分钟"
    assert story.documents["handling"][0].get("root_cause") == "连接池泄漏"


def test_without_a_document_the_result_stays_with_the_request(act: Act) -> None:
    consultation = Story(act, needed=frozenset())
    plan = consultation.do("resolve", result="告知操作步骤，用户已自行完成")
    assert plan.documents == ()
    assert consultation.request.get("result") == "告知操作步骤，用户已自行完成"


def test_resolving_without_a_result_asks_for_it(story: Story) -> None:
    with pytest.raises(MissingField) as missing:
        story.do("resolve")
    assert missing.value.field == "result"


def test_acceptance_writes_a_delivery_of_the_round(story: Story) -> None:
    story.do("step", action="重启")
    story.do("resolve", result="已恢复，观察 30 分钟")
    story.do(
        "accept",
        deliverables=["报告"],
        criteria=["登录无异常"],
        signature__customer__name="李*",
        signature__customer__at=story.act.at,
    )
    [delivery] = story.documents["delivery"]
    assert story.request.status == "confirmed"
    assert (delivery.get("verdict"), delivery.get("customer")) == ("pass", "客户A")
    assert delivery.get("service_item") == "生产系统无法登录"


def test_each_round_has_a_delivery_of_its_own(act: Act) -> None:
    story = Story(act, needed=frozenset({"handling", "delivery"}))
    story.do("step", action="重启")
    story.do("resolve", result="已恢复，观察 30 分钟")
    story.do(
        "reject", Words(reason="仍超时"), unmet=["登录超时"], corrections=["升级驱动"],
        deliverables=["报告"], criteria=["登录无异常"],
    )  # fmt: skip
    assert (story.request.status, story.request.get("round")) == ("in_progress", 2)
    story.do("resolve", result="已升级驱动，压测 30 分钟")
    story.do(
        "accept", deliverables=["报告"], criteria=["登录无异常"],
        signature__customer__name="李*", signature__customer__at=story.act.at,
    )  # fmt: skip
    verdicts = [(one.get("verdict"), one.get("round")) for one in story.documents["delivery"]]
    assert verdicts == [("fail", 1), ("pass", 2)] or verdicts == [("fail", None), ("pass", 2)]
    assert len(story.documents["handling"]) == 1


def test_feedback_is_taken_once(story: Story) -> None:
    rating: dict[str, Value] = {
        "ratings__timeliness": 5,
        "ratings__effect": 4,
        "ratings__attitude": 5,
    }
    story.do("resolve", result="已升级驱动，压测 30 分钟")
    story.do("rate", **rating)
    again = story.do("rate", **{**rating, "ratings__effect": 2})
    [feedback] = story.documents["feedback"]
    assert feedback.get("ratings.effect") == 2
    assert again.documents[0].event.was == {"ratings.effect": 4, "status": "rated"} | {
        "ratings.timeliness": 5,
        "ratings.attitude": 5,
    }


def test_a_late_no_in_an_open_state_writes_no_form(act: Act) -> None:
    story = Story(act, needed=frozenset({"handling", "delivery"}))
    plan = story.do("reject", Words(reason="还没好"))
    assert plan.documents == ()
    assert story.request.status == "new"
