"""`svcdesk board`: columns of cards, on terminals wide and narrow, in pipes, as data."""

from __future__ import annotations

import pytest
from command_runner import environment, svcdesk
from tests.threats.pseudo_terminal import on_terminal

from svcdesk.terminal import width
from svcdesk.testing import Sandbox

RESULT = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"
AT = "2024-10-01T14:30:00+08:00"


@pytest.fixture
def busy(desk: Sandbox) -> Sandbox:
    """001 to 003 are new, the first late; 004 has somebody; 005 is resolved."""
    for priority in ("P1", "P2", "P3", "P2", "P3"):
        fields = {"description": f"生产系统无法登录，提示“数据库连接失败”（{priority}）"}
        desk.open().new(
            "request",
            {**fields, "requester.name": "李*", "type": "fault", "priority": priority},
        )
    opened = desk.open()
    opened.move(["004", "005"], "assign", {"assignee": "engineer-1"})
    opened.move(["005"], "resolve", {"result": RESULT})
    return desk


def test_a_pipe_gets_plain_lines(busy: Sandbox) -> None:
    done = svcdesk(busy.root, "board", at=AT)
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line and line[0] != " "] == [
        "new: 3",
        "assigned: 1",
        "in progress: 0",
        "waiting: 0",
        "resolved: 1",
    ]
    assert "  SR-20241001-001  P1  生产系统无法登录，提示“数据库连接失败”（P1）  " in done.out
    assert "\x1b" not in done.out


def test_what_ended_long_ago_is_not_there(busy: Sandbox) -> None:
    late = svcdesk(busy.root, "board", at="2024-10-09T10:30:00+08:00")
    assert "resolved" not in late.out
    more = svcdesk(busy.root, "board", "--done", "30", at="2024-10-09T10:30:00+08:00")
    assert "resolved: 1" in more.out
    assert "resolved" not in svcdesk(busy.root, "board", "--done", "0", at=AT).out


def test_what_is_recorded_now_but_ended_long_ago_is_not_there(busy: Sandbox) -> None:
    """As after an import of old records: by when it happened, not by when it was written down."""
    old = ("new", "--channel", "email", "--requester", "李*", "--description", "旧系统的请求")
    assert svcdesk(busy.root, *old, "--at", "2016-03-20 09:00", at=AT).code == 0
    for move in (
        ("assign", "006", "engineer-1", "--at", "2016-03-20 10:00"),
        ("resolve", "006", "--result", RESULT, "--at", "2016-03-25 17:00"),
    ):
        moved = svcdesk(busy.root, *move, at=AT)
        assert moved.code == 0, moved.err
    for call in (("board",), ("board", "--done", "1")):
        shown = svcdesk(busy.root, *call, at=AT)
        assert ("006" in shown.out, "resolved: 1" in shown.out) == (False, True)
    found = svcdesk(busy.root, "list", "ended:2016-03..2016-04", "--format", "ids", at=AT)
    assert found.out.split() == ["SR-20241001-006"]
    said = svcdesk(busy.root, "list", "id:006", "--columns", "ended", "--format", "json", at=AT)
    assert said.json()["items"][0]["ended"] == "2016-03-25T17:00:00+08:00"


def test_a_query_for_states_shows_what_it_finds(busy: Sandbox) -> None:
    later = "2024-12-01T10:30:00+08:00"
    by_person = ("board", "is:resolved", "--group-by", "assignee")
    assert "engineer-1: 1" in svcdesk(busy.root, *by_person, at=later).out
    assert "resolved: 1" in svcdesk(busy.root, "board", "状态：已解决", at=later).out
    assert "005" not in svcdesk(busy.root, "board", "is:resolved", "--done", "7", at=later).out
    assert "005" not in svcdesk(busy.root, "board", "-status:new", at=later).out
    assert "005" not in svcdesk(busy.root, "board", "is:resolved OR 登录", at=later).out


def test_columns_by_another_field_and_a_query(busy: Sandbox) -> None:
    done = svcdesk(busy.root, "board", "--group-by", "处理人", "priority:P2", at=AT)
    assert [line.strip().split("  ")[0] for line in done.out.splitlines() if line] == [
        "engineer-1: 1",
        "SR-20241001-004",
        "none: 1",
        "SR-20241001-002",
    ]
    assert svcdesk(busy.root, "board", "没有的词", at=AT).out == "nothing to show\n"


def test_columns_as_data(busy: Sandbox) -> None:
    board = svcdesk(busy.root, "board", "--limit", "2", "--format", "json", at=AT).json()
    assert (board["schema"], board["records"]) == ("svcdesk/board/1", 5)
    new = board["items"][0]
    assert (new["value"], new["total"], len(new["items"])) == ("new", 3, 2)
    assert new["items"][0]["sla"] == "breached"
    rows = svcdesk(busy.root, "board", "--format", "csv", at=AT).out.splitlines()
    assert rows[0] == "status,id,priority,due,assignee,title"
    assert len(rows) == 6


@pytest.mark.parametrize(("columns", "abreast"), [(140, 5), (80, 3), (30, 1)])
def test_a_terminal_gets_as_many_columns_as_it_has_room_for(
    busy: Sandbox, columns: int, abreast: int
) -> None:
    size = {"COLUMNS": str(columns), "LINES": "200", "NO_COLOR": ""}
    env = {**environment(at=AT), **size}
    with on_terminal(busy.root, ["board", "--limit", "1"], env) as shown:
        shown.end()
    text = shown.shown
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[33m", "\x1b[1;31m"):
        text = text.replace(code, "")
    lines = text.splitlines()
    assert max(width(line) for line in lines) <= columns
    headings = next(line for line in lines if line.startswith("new: 3"))
    assert headings.count(": ") == abreast
    assert "… 2 more" in text
    assert "\x1b[1;31mSR-20241001-001  P1\x1b[0m" in shown.shown
