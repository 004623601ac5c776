"""The index narrows questions about links and changes down, and misses none of their answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.index.index_helpers import fill, full, seen

from svcdesk.testing import NOW, Sandbox

QUERIES = (
    "linked:002", "-linked:002", "links:002", "link:SR-20241001-003", "-link:003", "id:002,004",
    "-id:002", "changed:-30m..", "changed:..-30m", "-changed:-30m..", "has:changed",
    "age:0.5..", "linked:002 OR changed:-15m..", "has:sla sort:age", "priority:P1 登录 -手工",
    "ended:-10m..", "ended:..-10m", "-ended:-10m..", "has:ended sort:ended-desc", "no:ended",
    "status:open OR ended:-10m..", "-(status:open OR ended:-10m..)",
    "title:失败", '标题:"登录失败 3"', "-title:3", "has:title sort:title-desc",
)  # fmt: skip

RESULT = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"


@pytest.fixture
def linked(desk: Sandbox) -> Sandbox:
    """Six requests, seven minutes apart, of which 002 is linked with two, one of them later."""
    fill(desk, 6)
    opened = desk.open()
    opened.link("002", "related", "003")
    desk.clock.forward(minutes=30)
    desk.open().link("004", "parent", "002")
    desk.open().move(["001"], "resolve", {"result": RESULT})
    desk.clock.forward(minutes=15)
    desk.open().move(["005"], "assign", {"assignee": "engineer-1"})
    desk.open().move(["005"], "resolve", {"result": RESULT})
    return desk


def test_the_same_is_found_as_by_reading_every_file(linked: Sandbox) -> None:
    for query in QUERIES:
        assert seen(linked.open().find(query)) == seen(full(linked, query)), query


def test_the_same_is_found_at_an_earlier_moment(linked: Sandbox) -> None:
    at = NOW + timedelta(minutes=20)
    for query in ("changed:-8m..", "-changed:-8m..", "age:0.1..", "登录 sort:id", "no:ended"):
        found = linked.open().find(query, at=at)
        assert seen(found) == seen(full(linked, query, at)), query
    found = linked.open().find("changed:-8m..", at=at)
    assert [row.head.id[-3:] for row in found.rows] == ["002"]
