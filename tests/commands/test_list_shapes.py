"""`svcdesk list` as people shape it: groups, orders, columns, saved queries."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk
from test_completion import complete

from svcdesk.testing import Sandbox

RESULT = "更换 2 号交换机电源，恢复后连续 ping 30 分钟无丢包"


@pytest.fixture
def busy(desk: Sandbox) -> Sandbox:
    """001: P1, 002 and 003: P2, of which 003 is resolved, 004 has no priority; a day apart."""
    for priority, description in (
        ("P1", "数据库无法登录"),
        ("P2", "打印机缺纸"),
        ("P2", "网络中断"),
        (None, "咨询账号"),
    ):
        fields = {"description": description, "requester.name": "李*", "type": "fault"}
        desk.open().new("request", fields | ({"priority": priority} if priority else {}))
        desk.clock.forward(hours=1)
    opened = desk.open()
    opened.move(["003"], "assign", {"assignee": "engineer-1"})
    opened.move(["003"], "resolve", {"result": RESULT})
    desk.edit("records/desk.yaml", "format: 1\n", "format: 1\n" + QUERIES)
    desk.commit("saved queries")
    return desk


QUERIES = """queries:
  急件: priority:P1 OR 登录
  我的急件: assignee:me (@急件 OR status:resolved)
  second ones: id:002
"""


def ask(desk: Sandbox, *argv: str, at: str = "2024-10-01T14:30:00+08:00") -> Outcome:
    return svcdesk(desk.root, *argv, at=at)


def ids(done: Outcome) -> list[str]:
    assert done.code == 0, done.err
    return [one[-3:] for one in done.out.split()]


def test_groups_have_a_heading_and_their_number(busy: Sandbox) -> None:
    done = ask(busy, "list", "kind:request", "--group-by", "优先级", "--columns", "id")
    assert done.out.splitlines() == [
        "records", "", "id", "", "P1: 1", "SR-20241001-001", "", "P2: 2", "SR-20241001-002",
        "SR-20241001-003", "", "none: 1", "SR-20241001-004",
    ]  # fmt: skip


def test_groups_in_data_and_in_documents(busy: Sandbox) -> None:
    query = ("list", "kind:request", "--group-by", "priority", "--columns", "id")
    found = ask(busy, *query, "--limit", "2", "--format", "json").json()
    assert found["groups"] == [
        {"value": "P1", "count": 1},
        {"value": "P2", "count": 2},
        {"value": None, "count": 1},
    ]
    assert (found["group_by"], found["total"], found["shown"]) == ("priority", 4, 2)
    rows = ask(busy, *query, "--format", "csv").out.splitlines()
    assert rows[:2] == ["priority,id", "P1,SR-20241001-001"]
    assert rows[-1] == ",SR-20241001-004"
    by_day = ask(busy, "list", "--group-by", "submitted", "--format", "json").json()
    assert by_day["groups"] == [{"value": "2024-10-01", "count": 3}]
    for field in ("requester", "links"):
        refused = ask(busy, "list", "--group-by", field)
        assert (refused.code, refused.err.count("has parts of its own")) == (2, 1)
    assert "did you mean priority" in ask(busy, "list", "--group-by", "prioritty").err


def test_an_order_of_ones_own(busy: Sandbox) -> None:
    def order(sort: str) -> list[str]:
        return ids(ask(busy, "list", "kind:request", "--sort", sort, "--format", "ids"))

    assert order("submitted-desc") == ["004", "003", "002", "001"]
    assert order("priority-desc,id") == ["002", "003", "001", "004"]
    assert order("age") == ["004", "003", "002", "001"]
    assert order("sla,id")[0] == "001"
    assert "did you mean" in ask(busy, "list", "--sort", "prioritty").err


def test_columns_by_label_and_those_that_are_computed(busy: Sandbox) -> None:
    done = ask(busy, "list", "id:001", "--columns", "状态，sla,age,changed")
    head, row = done.out.splitlines()[2:]
    assert head.split() == ["state", "SLA", "age", "changed"]
    assert row.split("  ")[-3:] == ["breached", "5 h", "5 h ago"]
    item = ask(busy, "list", "id:001", "--columns", "age,changed", "--format", "json").json()
    [one] = item["items"]
    assert (one["age"], one["changed"], one["sla"]) == (
        5.0,
        "2024-10-01T09:30:00+08:00",
        "breached",
    )
    assert "did you mean status" in ask(busy, "list", "--columns", "statuss").err
    assert ask(busy, "list", "--columns", ",").code == 2


def test_how_many_there_are(busy: Sandbox) -> None:
    assert ask(busy, "list", "--count").out == "3\n"
    assert ask(busy, "list", "--count", "@second ones").out == "1\n"
    assert ask(busy, "list", "--count", "kind:request", "--limit", "1").out == "4\n"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("@急件", ["001"]),
        ("query:急件", ["001"]),
        ("@我的急件", ["003"]),
        ("-@急件 kind:request sort:id", ["002", "003", "004"]),
        ("submitted:-2h..", ["004"]),
        ("submitted:..now-4h", ["001"]),
        ("age:4.5..", ["001"]),
        ("changed:-90m.. sort:id", ["003", "004"]),
        ("has:sla -sla:breached sort:id", ["002", "003", "004"]),
    ],
)
def test_what_a_query_finds(busy: Sandbox, query: str, found: list[str]) -> None:
    words = query.split(" ")
    done = ask(busy, "list", *words, "--format", "ids", at="2024-10-01T14:00:00+08:00")
    if "sla" in query:
        assert set(ids(done)) <= set(found)
    else:
        assert ids(done) == found


def test_links_are_found_from_either_side(busy: Sandbox) -> None:
    busy.open().link("001", "related", "002")
    for ending, other in (("001", "002"), ("002", "001")):
        assert ids(ask(busy, "list", f"linked:{ending}", "--format", "ids")) == [other]
    refused = ask(busy, "list", "linked:999")
    assert refused.code == 2
    assert "999" in refused.err
    assert "^" in refused.err


def test_words_and_distances_are_those_of_the_moment_asked_about(busy: Sandbox) -> None:
    done = ask(busy, "list", "submitted:-30m..", "--at", "2024-10-01 09:45", "--format", "ids")
    assert ids(done) == ["001"]


def test_a_saved_query_that_is_not_understood_is_a_finding(busy: Sandbox) -> None:
    assert ask(busy, "check").out.count("DESK024") == 0
    busy.edit("records/desk.yaml", "priority:P1 OR 登录", "priorty:P1")
    done = ask(busy, "check")
    assert done.code == 1
    assert "DESK024" in done.out
    assert "queries.急件" in done.out
    assert "did you mean @我的急件" in ask(busy, "list", "@我的急").err
    said = ask(busy, "list", "@我的急件").err
    assert "in the saved query “急件”: there is no field “priorty”" in said


def test_whoever_git_does_not_know_may_use_what_does_not_ask_for_them(busy: Sandbox) -> None:
    nobody = {
        f"GIT_{role}_{part}": "" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
    }
    assert svcdesk(busy.root, "list", "@急件", "--count", env=nobody).out == "1\n"
    assert svcdesk(busy.root, "list", "@我的急件", env=nobody).code == 3


def test_saved_queries_are_completed(busy: Sandbox) -> None:
    assert complete(busy, "svcdesk list @我") == ["@我的急件"]
    assert "priority:" in complete(busy, "svcdesk list prio")


def test_a_query_of_ten_thousand_terms_is_refused(busy: Sandbox) -> None:
    done = ask(busy, "list", *["x"] * 10_000)
    assert done.code == 2
    assert "no more than 500 terms" in done.err
