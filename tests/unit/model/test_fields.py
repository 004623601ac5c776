"""What people type becomes what is stored; what they mistype is refused with the remedy."""

from __future__ import annotations

import pytest

from svcdesk.errors import UsageError
from svcdesk.model.computed import COMPUTED, satisfaction
from svcdesk.model.fields import FieldTable, table_of, together
from svcdesk.model.properties import tracked_paths
from svcdesk.model.record import Value
from svcdesk.store.schema import load_kinds

KINDS = load_kinds({}, {"request": 1, "handling": 1, "delivery": 1, "feedback": 1})
REQUEST = KINDS.fields("request")
ALL = KINDS.fields()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("priority", "P1", "P1"),
        ("priority", "p1", "P1"),
        ("priority", "Ｐ１", "P1"),
        ("优先级", "紧急", "P1"),
        ("type", "故障类", "fault"),
        ("type", "Fault", "fault"),
        ("问题类型", "咨询", "consultation"),
        ("status", "待分配", "new"),
        ("status", "in progress", "in_progress"),
        ("requester.audience", "外部客户", "external"),
        ("category", "software/database", "software/database"),
        ("category", "软件/数据库", "software/数据库"),
        ("category", "网络", "network"),
        ("category", "Category 55", "Category 55"),
        ("category", "软件／数据库", "software/数据库"),
        ("read_back", "是", True),
        ("read_back", "no", False),
        ("read_back", "TRUE", True),
        ("round", "２", 2),
        ("promise", "2024-10-01T09:30:00+08:00", "2024-10-01T09:30:00+08:00"),
        ("promise", "２０２４-10-01T09:30:00+08:00", "2024-10-01T09:30:00+08:00"),
        ("assignee", " engineer-1 ", "engineer-1"),
        ("assignee", "ｅngineer-１", "engineer-1"),
        ("requester.contact", "＊5678", "*5678"),
        ("title", "打印机（3 楼），卡纸", "打印机（3 楼），卡纸"),
        ("description", "一\n二", "一\n二"),
        ("labels", "vip，月结, 3 楼、急", ["vip", "月结", "3 楼", "急"]),
        ("labels", "vip,", ["vip"]),
        ("title", "", None),
        ("labels", "  ", None),
        ("custom.楼层", "3", "3"),
        ("x-erp", "总账", "总账"),
    ],
)
def test_what_is_typed_for_a_request(field: str, text: str, value: Value) -> None:
    found = REQUEST.coerce(field, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("effort_hours", "2.5", 2.5),
        ("effort_hours", "３", 3),
        ("effort_hours", "90m", 1.5),
        ("effort_hours", "2 h 2 min", 2.0333),
        ("effort_hours", "１小时３０分钟", 1.5),
        ("effort_hours", "2小时", 2),
        ("耗时（小时）", "1", 1),
        ("verdict", "不通过", "fail"),
        ("ratings.effect", "4", 4),
        ("request", "sr-20241001-001", "SR-20241001-001"),
        ("deliverables", "报告，含附录；记录", ["报告，含附录", "记录"]),
        ("improvements", '[{"action": "x"}]', [{"action": "x"}]),
        ("improvements", '{"action": "x"}', [{"action": "x"}]),
        ("improvements.due", "2024-12-31", "2024-12-31"),
    ],
)
def test_what_is_typed_for_a_document(field: str, text: str, value: Value) -> None:
    found = ALL.coerce(field, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("priority", "P9", "P1, P2, P3"),
        ("type", "falt", "fault (故障), consultation (咨询)"),
        ("read_back", "maybe", "yes (是)"),
        ("round", "2.5", "whole number"),
        ("round", "0", "from 1 to 1000"),
        ("round", "two", "not a number"),
        ("effort_hours", "-1", "less than nothing"),
        ("effort_hours", "100001", "from 0"),
        ("effort_hours", "1e3", "no time worked"),
        ("effort_hours", "3 days", "no time worked"),
        ("promise", "2024-02-30T00:00:00Z", "2024-02-30"),
        ("promise", "2024-10-01", "offset"),
        ("improvements.due", "2024-02-30", "is not a day"),
        ("improvements.due", "20240230", "is not a day"),
        ("improvements", "fix it", "list of mappings"),
        ("improvements", "[1]", "list of mappings"),
        ("links", "SR-1", "list of mappings"),
        ("satisfaction", "4.7", "computed"),
        ("requester", "李*", "parts of its own"),
    ],
)
def test_a_value_that_is_none_is_refused(field: str, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ALL.coerce(field, text)
    assert said in str(caught.value)
    assert caught.value.field == field


def test_a_near_word_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        REQUEST.coerce("type", "falt")
    assert "fault" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("prioritty", "priority"),
        ("departmnt", "requester.department"),
        ("requestor.name", "requester.name"),
        ("x.audience", "requester.audience"),
    ],
)
def test_an_unknown_field_is_refused_with_near_names(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        REQUEST.find(name)
    assert near in str(caught.value.hint)
    assert caught.value.exit_code == 2


def test_a_field_like_none_is_refused_without_a_guess() -> None:
    with pytest.raises(UsageError) as caught:
        REQUEST.find("zzzzzz")
    assert "schema show" in str(caught.value.hint)


def test_a_label_finds_the_field_itself_before_its_parts() -> None:
    assert REQUEST.find("处理人").path == "assignee"
    assert REQUEST.find("Priority").path == "priority"
    assert REQUEST.find("department").path == "requester.department"
    assert ALL.find("申请人").path == "requester.name"


def test_the_table_says_what_the_schema_says() -> None:
    assert REQUEST["priority"].tracked
    assert not REQUEST["title"].tracked
    assert REQUEST["labels"].is_list
    assert REQUEST["labels"].merge == "set"
    assert KINDS.fields("handling")["steps"].merge == "key:id"
    assert KINDS.fields("handling")["steps.action"].in_list
    assert REQUEST["assignee"].type == "person"
    assert REQUEST["customer"].type == "customer"
    assert REQUEST["requester"].type == "group"
    assert REQUEST["submitted"].type == "instant"
    assert REQUEST["priority"].norm == "C 2.2"
    assert REQUEST["status"].labels_of("new")["zh"] == "待分配"
    assert KINDS.fields("feedback")["satisfaction"].computed
    assert "events" not in REQUEST


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_field_is_labelled_in_both_languages(kind: str) -> None:
    for path, field in KINDS.fields(kind).items():
        assert set(field.labels) >= {"en", "zh"}, path
        for choice in field.choices:
            assert set(choice.labels) >= {"en", "zh"}, (path, choice.value)
        if field.type == "choice":
            assert field.choices, path


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_two_words_of_a_field_are_the_same(kind: str) -> None:
    for path, field in KINDS.fields(kind).items():
        for choice in field.choices:
            for word in (choice.value, *choice.labels.values(), *choice.aliases):
                assert field.choice(word) == choice, (path, word)


def test_fields_of_several_kinds_stand_together() -> None:
    states = {one.value for one in ALL["status"].choices}
    assert {"new", "signed", "passed", "rated"} <= states
    assert ALL["round"].type == "integer"
    clash = together([REQUEST, FieldTable([KINDS.fields("handling")["steps"]])])
    assert clash["steps"].is_list
    one = table_of({"properties": {"a": {"type": "integer"}}})
    two = table_of({"properties": {"a": {"type": "boolean"}}})
    assert together([one, two])["a"].type == "text"


def test_tracked_fields_are_found_through_references() -> None:
    assert "signature.customer.at" in set(tracked_paths(KINDS["delivery"].schema))
    assert "waiting.reason" in set(tracked_paths(KINDS["request"].schema))
    assert "steps.action" not in set(tracked_paths(KINDS["handling"].schema))


@pytest.mark.parametrize(
    ("ratings", "mean"),
    [
        ({"timeliness": 5, "effect": 4, "attitude": 5}, 4.7),
        ({"timeliness": 5}, 5.0),
        ({"timeliness": 4, "effect": 5}, 4.5),
        ({"a": 1, "b": 1, "c": 1, "d": 2}, 1.3),
        ({"x-acme": 1, "timeliness": 5}, 5.0),
        ({"timeliness": True}, None),
        ({}, None),
        (None, None),
        ([5], None),
    ],
)
def test_satisfaction_is_a_mean_to_one_decimal(ratings: Value, mean: float | None) -> None:
    """Norm C's sample: 5, 4 and 5 give 4.7."""
    assert satisfaction({"ratings": ratings}) == mean


def test_every_computed_field_is_announced_by_a_schema() -> None:
    assert {path for path, field in ALL.items() if field.computed} == set(COMPUTED)
