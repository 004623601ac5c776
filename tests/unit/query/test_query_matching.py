"""What a query finds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.query.words import LOGIN, NOW, WORDS, login, parse, printer

from svcdesk.query import ValuesSubject, fold, parse_query, values_at


@pytest.mark.parametrize(
    ("query", "finds_login", "finds_printer"),
    [
        ("", True, True),
        # words
        ("数据库", True, False),
        ("库", True, False),
        ("登录", True, False),
        ("printer", False, True),
        ("ＰＲＩＮＴＥＲ", False, True),
        ("数据库 登录", True, False),
        ("数据库 printer", False, False),
        ('"数据库 不可用"', True, False),
        ("“无法登录”", True, False),
        ('"ORA-12541)"', True, False),
        ("ora-12541", True, False),
        ("engineer", True, False),
        # choices
        ("status:new", False, False),
        ("status:assigned", True, False),
        ("状态:已分配", True, False),
        ("状态：已分配", True, False),
        ("state:ASSIGNED", True, False),
        ("status:open", True, False),
        ("状态:未完成", True, False),
        ("status:closed,open", True, True),
        ("状态：已关闭，已分配", True, True),
        ("状态:已关闭、已分配", True, True),
        ("优先级:紧急", True, False),
        ("priority:Ｐ１", True, False),
        ("priority:P1..P2", True, False),
        ("priority:P2..", False, True),
        ("priority:..P2", True, False),
        ("priority:P1,P3", True, True),
        ("status:new..assigned", True, False),
        ("分类:软件", True, False),
        ("category:software/database", True, False),
        ("category:软件/database", True, False),
        ("category:data", False, False),
        ("category:hardware", False, True),
        # exact words, and parts of texts
        ("customer:客户A", True, False),
        ("customer:客户", False, False),
        ("title:登录", True, False),
        ("requester.department:财务", True, False),
        ("部门:财务", True, False),
        ("deliverables:手册", True, False),
        ("custom.floor:3", True, False),
        ("custom.x.y:deep", True, False),
        ("attachments.name:png", True, False),
        # sets
        ("label:vip", True, False),
        ("labels:VIP,other", True, False),
        ("label:vi", False, False),
        ("标签:oracle", True, False),
        # people and teams
        ("assignee:me", True, False),
        ("assignee:engineer-1", True, False),
        ("assignee:engineer-2", False, False),
        ("处理人:我", True, False),
        ("team:mine", True, False),
        ("team:network", False, False),
        ("assignee:mine", True, False),
        ("处理人:我的", True, False),
        ("assignee:database", True, False),
        ("assignee:database,engineer-9", True, False),
        # ids and links
        ("id:001", True, False),
        ("id:1001-001", True, False),
        ("id:sr-20241001-001", True, False),
        ("id:R-20241001-001", False, False),
        ("id:001,014", True, True),
        ("links:IR-20241001-001", True, False),
        ("link:001", True, False),
        ("link:01J92V7KX8S6N8D0ZB5T7R1XWM", True, False),
        ("link:SR-20241001-001", False, False),
        ("linked:014", False, False),
        ("关联:014", False, False),
        # numbers
        ("round:2", True, False),
        ("round:２", True, False),
        ("round:1..3", True, False),
        ("round:3..", False, False),
        ("effort:2.5", True, False),
        ("effort:..2.4", False, False),
        ("effort:2..2.5", True, False),
        # yes and no
        ("read_back:yes", True, False),
        ("已复述确认:否", False, True),
        # times
        ("submitted:2024", True, True),
        ("submitted:2024-10", True, True),
        ("submitted:2024-10-01", True, False),
        ("submitted:2024-10-02..", False, True),
        ("submitted:..2024-10-01", True, False),
        ("submitted:2024-10-01..2024-10-02", True, True),
        ("submitted:yesterday", True, False),
        ("提交时间:昨天", True, False),
        ("submitted:2024-10-01T09:30", True, False),
        ("submitted:2024-10-01T01:30:00Z", True, False),
        ("submitted:2024-10-01T09:31..", False, True),
        ('submitted:"2024-10-01 09:30".."2024-10-01 10:00"', True, False),
        ("submitted:1d-ago..", False, True),
        ("submitted:2d-ago..now", True, True),
        ("submitted:本周", True, True),
        ("due:..now", True, False),
        ("submitted:-1d..", False, True),
        ("submitted:now-2d..", True, True),
        ("提交时间:现在-1d..now", False, True),
        ("submitted:..-1d", True, False),
        ("submitted:-48h..-1d", True, False),
        ("due:..+2h", True, False),
        ("due:now+1h..", False, False),
        ("closed_on:-1d..", False, True),
        ('"symptom seen at":2024', False, False),
        ("closed_on:2024-10", False, True),
        ("closed_on:today", False, True),
        ("closed_on:2024-10-03..", False, False),
        ("closed_on:..2024-10-02", False, True),
        # presence
        ("has:attachment", True, False),
        ("has:附件", True, False),
        ("has:labels", True, False),
        ("no:assignee", False, True),
        ("无:处理人", False, True),
        ("has:requester.name", True, False),
        ("has:requester", True, False),
        ("has:custom.floor", True, False),
        # flags and SLA
        ("is:unsettled", True, False),
        ("是:未定", True, False),
        ("is:open", True, False),
        ("is:closed", False, True),
        ("is:closed,unsettled", True, True),
        ("sla:breached", True, False),
        ("sla:risk,breached", True, False),
        ("时限:已超时", True, False),
        ("sla:ok", False, False),
        # together
        ("status:closed OR priority:P1", True, True),
        ("status:closed OR priority:P1 assignee:me", True, True),
        ("(status:closed OR priority:P1) assignee:me", True, False),
        ("priority:P1 AND 数据库", True, False),
        ("-label:vip", False, True),
        ("NOT label:vip", False, True),
        ("NOT NOT label:vip", True, False),
        ("--label:vip", True, False),
        ("-(label:vip OR status:closed)", False, False),
        ("NOT label:vip OR label:vip", True, True),
        ("and or not", False, False),
        ("printer sort:due-asc", False, True),
    ],
)
def test_a_query_finds(query: str, finds_login: bool, finds_printer: bool) -> None:
    assert (login(query), printer(query)) == (finds_login, finds_printer)


def test_a_range_of_times_takes_both_ends_whole() -> None:
    def found(query: str, submitted: str) -> bool:
        return parse(query).matches(ValuesSubject({"submitted": submitted}))

    assert found("submitted:2024-10-01..2024-10-07", "2024-10-07T23:59:59+08:00")
    assert not found("submitted:2024-10-01..2024-10-07", "2024-10-08T00:00:00+08:00")
    assert found("submitted:2024-10-01..2024-10-07", "2024-10-07T15:59:59Z")
    assert not found("submitted:2024-10-01..2024-10-07", "2024-09-30T15:59:59Z")
    assert not found("submitted:2024", "yesterday")


def test_whose_time_it_is_depends_on_the_zone() -> None:
    from datetime import UTC

    query = parse_query("submitted:2024-10-01", WORDS, now=NOW, zone=UTC)
    assert query.matches(ValuesSubject({"submitted": "2024-10-02T07:59:59+08:00"}))
    assert not query.matches(ValuesSubject({"submitted": "2024-10-01T07:59:59+08:00"}))


def test_values_of_the_wrong_type_are_not_found_and_break_nothing() -> None:
    odd = ValuesSubject(
        {"round": "2", "submitted": 5, "priority": ["P1"], "labels": "vip", "id": {}}
    )
    assert not parse("round:2").matches(odd)
    assert not parse("submitted:2024").matches(odd)
    assert parse("priority:P1 label:vip").matches(odd)
    assert not parse("id:001").matches(odd)
    assert not parse("round:1").matches(ValuesSubject({"round": True}))


def test_a_linked_record_is_found_from_either_side() -> None:
    query = parse("linked:007")  # whose own links name IR-20241002-001
    assert str(query) == "linked:SR-20241002-007"
    assert query.fields() == {"linked"}
    assert query.matches(ValuesSubject({"id": "IR-20241002-001"}))
    assert query.matches(ValuesSubject({"links": [{"rel": "x", "id": "SR-20241002-007"}]}))
    assert not query.matches(ValuesSubject({"id": "SR-20241002-007"}))
    assert not query.matches(ValuesSubject({"links": [{"rel": "x", "id": "SR-20241001-007"}]}))


def test_flat_and_nested_values_are_found_alike() -> None:
    query = parse("requester.department:财务 custom.x.y:deep")
    assert query.matches(
        ValuesSubject({"requester.department": "财务部", "custom.x": {"y": "deep"}})
    )
    assert values_at(LOGIN, "attachments.name") == ["screen.png", "log.txt"]
    assert values_at(LOGIN, "attachments.nothing") == []
    assert values_at(LOGIN, "title.nothing") is None


def test_ten_thousand_ids_are_looked_up_and_not_walked_through() -> None:
    ids = ",".join(f"SR-20231001-{number:05}" for number in range(9_999))
    query = parse(f"id:{ids}")
    subject = ValuesSubject({"id": "SR-20231001-09998"})
    assert query.matches(subject)
    assert not any(
        query.matches(ValuesSubject({"id": f"SR-20240101-{n:03}"})) for n in range(2_000)
    )


@example("\u0130\u033b")  # wants two rounds
@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=1), st.text(), st.text())
def test_what_stands_in_a_text_is_found_in_it(part: str, before: str, after: str) -> None:
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    if fold(part):
        subject = ValuesSubject({"title": f"{before} {part} {after}"})
        assert parse(f'"{escaped}"').matches(subject)
