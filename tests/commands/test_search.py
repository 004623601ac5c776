"""`svcdesk search`: words in records and events, each with the line it stands in."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

AT = "2024-10-01T14:30:00+08:00"


@pytest.fixture
def busy(desk: Sandbox) -> Sandbox:
    """001 has a word in its description, 002 in what an event says, 003 nowhere."""
    for description in ("ＯＲＡＣＬＥ 数据库\n无法登录", "打印机缺纸", "网络中断"):
        desk.open().new("request", {"description": description, "requester.name": "李*"})
    svcdesk(desk.root, "note", "002", "-m", "库房没有纸，已向 Oracle 采购", at=AT)
    return desk


def found(desk: Sandbox, *argv: str) -> list[str]:
    done = svcdesk(desk.root, "search", *argv, "--format", "json", at=AT)
    assert done.code == 0, done.err
    return [one["id"][-3:] for one in done.json()["items"]]


@pytest.mark.parametrize(
    ("words", "records"),
    [
        (["库"], ["002", "001"]),
        (["数据"], ["001"]),
        (["oracle"], ["002", "001"]),
        (["ｏｒａｃｌｅ", "采购"], ["002"]),
        (["数据库 无法"], ["001"]),
        (["库", "status:new"], ["002", "001"]),
        (["库", "-缺纸"], ["001"]),
        (["没有的词"], []),
        (["库", "--kind", "request", "--limit", "1"], ["002"]),
    ],
)
def test_words_are_found(busy: Sandbox, words: list[str], records: list[str]) -> None:
    assert found(busy, *words) == records


def test_each_place_is_shown_with_its_words_marked(busy: Sandbox) -> None:
    done = svcdesk(busy.root, "search", "库", at=AT, env={"FORCE_COLOR": "1"})
    marked = "\x1b[1;33m库\x1b[0m"
    assert f"description: ＯＲＡＣＬＥ 数据{marked} 无法登录" in done.out
    assert f"2024-10-01 14:30 engineer-1 internal note: {marked}房没有纸" in done.out
    plain = svcdesk(busy.root, "search", "库", "--limit", "1", at=AT)
    assert "\x1b" not in plain.out
    assert plain.out.endswith("shown 1 of 2\n")


def test_places_as_data(busy: Sandbox) -> None:
    done = svcdesk(busy.root, "search", "oracle", "--format", "json", at=AT).json()
    assert (done["schema"], done["total"], done["shown"]) == ("svcdesk/search/1", 2, 2)
    note, field = (one["places"][0] for one in done["items"])
    assert (field["field"], field["event"], field["text"]) == (
        "description",
        None,
        "ＯＲＡＣＬＥ 数据库 无法登录",
    )
    assert field["marks"] == [[0, 6]]
    assert (note["field"], note["by"]) == (None, "engineer-1")
    assert svcdesk(busy.root, "search", "oracle", "--format", "ids", at=AT).out.splitlines() == [
        "SR-20241001-002",
        "SR-20241001-001",
    ]
    rows = svcdesk(busy.root, "search", "采购", "--format", "csv", at=AT).out.splitlines()
    assert rows[0] == "id,title,where,text"
    assert rows[1].startswith("SR-20241001-002,打印机缺纸,events.")


def test_what_is_said_with_a_reason_is_found_too(busy: Sandbox) -> None:
    busy.open()
    svcdesk(busy.root, "cancel", "003", "--reason", "用户自行恢复", "-m", "电话确认", at=AT)
    assert found(busy, "自行") == ["003"]
    assert found(busy, "电话确认") == ["003"]


def test_a_search_without_a_word_is_refused(busy: Sandbox) -> None:
    done = svcdesk(busy.root, "search", "status:open", at=AT)
    assert done.code == 2
    assert "a word to search for is missing" in done.err
    assert svcdesk(busy.root, "search", at=AT).code == 2
    assert svcdesk(busy.root, "search", "库", "--knd", "x", at=AT).code == 2


def test_what_cannot_be_read_is_named(busy: Sandbox) -> None:
    busy.write("records/requests/2024/10/SR-20241001-009.yaml", "a: [\n")
    done = svcdesk(busy.root, "search", "库", at=AT)
    assert done.code == 5
    assert "SR-20241001-009" in done.err
