"""Queries as people type them into a shell: Chinese signs, quotation marks, blanks, slips."""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox


def new(desk: Sandbox, description: str, *more: str) -> None:
    call = ("new", "--channel", "email", "--requester", "李*", "--priority", "P2")
    made = svcdesk(desk.root, *call, "--type", "fault", "--description", description, *more)
    assert made.code == 0, made.err


@pytest.fixture
def opened(desk: Sandbox) -> Sandbox:
    """A desk with two requests; engineer-1 asks."""
    new(desk, "问题1 登录")
    new(desk, '问题2 登录 "no route" 提示“无法 连接”')
    return desk


def count(desk: Sandbox, *query: str) -> int:
    found = svcdesk(desk.root, "list", *query, "--count")
    assert found.code == 0, found.err
    return int(found.out)


# ── one word of the shell with blanks in it ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("优先级：P2 状态：待分配", 2),
        ("问题2 优先级：P2", 1),
        ("“问题2 登录”", 1),
        ("＂问题2 登录＂ priority:P2", 1),
        ('"问题2 登录"', 1),
        ('"no route" status:open', 1),
        ('-"no route"', 1),
        ("问题2 登录", 1),
        ('登录 "no route" 提示', 1),
        ('登录 "no', 1),
        ("提示“无法 连接”", 1),
        ("登录 问题2", 0),
        (" ", 2),
        (" 问题1 ", 1),
    ],
)
def test_a_quoted_word_is_a_query_where_signs_of_one_are_in_it(
    opened: Sandbox, typed: str, number: int
) -> None:
    assert count(opened, typed) == number


def test_every_command_reads_such_a_word_alike(opened: Sandbox) -> None:
    typed = "问题2 优先级：P2"
    for call in (("list",), ("search",), ("board",), ("export", "--columns", "id")):
        found = svcdesk(opened.root, *call, typed)
        assert (found.code, "SR-20241001-002" in found.out) == (0, True), call
        assert "SR-20241001-001" not in found.out


def test_a_wrong_value_behind_a_wide_colon_is_told(opened: Sandbox) -> None:
    refused = svcdesk(opened.root, "list", "登录 状态：瞎写")
    assert (refused.code, "瞎写" in refused.err) == (2, True)


@pytest.mark.parametrize("typed", ["（优先级：P2）", "（登录 OR 打印）", "-（登录 优先级：P2）"])
def test_wide_parentheses_do_not_find_nothing_in_silence(opened: Sandbox, typed: str) -> None:
    refused = svcdesk(opened.root, "list", typed)
    assert (refused.code, "( )" in refused.err) == (2, True)


def test_wide_parentheses_in_a_text_are_searched_for(opened: Sandbox) -> None:
    new(opened, "登录（主）失败，（备）也是")
    assert (count(opened, "登录（主）"), count(opened, "（备）也是")) == (1, 1)


# ── options that are given twice ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "call",
    [
        ("list", "--columns", "id", "--columns", "status"),
        ("list", "--sort", "id", "--sort", "status"),
        ("list", "--group-by", "type", "--group-by", "status"),
        ("export", "--columns", "id", "--columns", "status"),
        ("note", "001", "-m", "先说的", "--message", "后说的"),
    ],
)
def test_an_option_of_one_value_is_not_given_twice(opened: Sandbox, call: tuple[str, ...]) -> None:
    refused = svcdesk(opened.root, *call)
    assert (refused.code, f"{call[-2]} is given 2 times" in refused.err) == (2, True)


def test_a_bulk_by_two_queries_changes_nothing(opened: Sandbox) -> None:
    before = opened.git("rev-parse", "HEAD")
    call = ("set", "-q", "status:resolved", "--query", "priority:P2", "location=X")
    refused = svcdesk(opened.root, *call)
    assert (refused.code, "side by side" in refused.err) == (2, True)
    assert opened.git("rev-parse", "HEAD") == before


def test_what_an_alias_says_of_the_form_may_be_said_anew(opened: Sandbox) -> None:
    said = ("--format", "json", "list", "--format", "csv", "--format", "ids")
    assert svcdesk(opened.root, *said).out.split() == ["SR-20241001-001", "SR-20241001-002"]


# ── words that are no UTF-8 ───────────────────────────────────────────────────────────────────

GBK = "登录".encode("gbk").decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "call",
    [
        ("list", GBK),
        ("list", f"customer:{GBK}"),
        ("search", GBK),
        ("board", GBK),
        ("export", GBK),
        ("sla", "check", GBK),
        ("set", "-q", GBK, "location=X"),
        ("note", "001", "-m", GBK),
        ("show", GBK),
    ],
)
def test_words_in_another_encoding_are_refused_in_words(
    opened: Sandbox, call: tuple[str, ...]
) -> None:
    refused = svcdesk(opened.root, *call)
    assert refused.code in (2, 3)
    assert "UTF-8" in refused.err
    assert "GBK" in refused.err


# ── near names ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["状态:等待", "status:waitin", "is:等待"])
def test_a_state_that_is_nearly_one_is_named_as_it_is_shown(opened: Sandbox, typed: str) -> None:
    for lang in ("en", "zh"):
        refused = svcdesk(opened.root, "list", typed, lang=lang)
        assert (refused.code, "waiting (等待中)" in refused.err) == (2, True)
    assert "open (未完成)" in svcdesk(opened.root, "list", "状态:未完").err
    every = svcdesk(opened.root, "list", "状态:瞎").err
    assert all(word in every for word in ("new (待分配)", "closed (已关闭)", "open (未完成)"))


def test_no_name_is_offered_that_means_nothing_itself(opened: Sandbox) -> None:
    refused = svcdesk(opened.root, "list", "by:engineer-1")
    [hint] = [line for line in refused.err.splitlines() if "→" in line]
    assert (refused.code, "attachments.by?" in hint) == (2, True)


# ── what a list shows can be asked for ────────────────────────────────────────────────────────


def test_a_title_is_what_the_column_of_that_name_shows(opened: Sandbox) -> None:
    new(opened, "打印机卡纸", "--field", "title=财务部报修")
    assert count(opened, "title:登录") == 2
    assert count(opened, '标题:"问题1 登录"') == 1
    assert (count(opened, "title:财务部"), count(opened, "title:打印机")) == (1, 0)
    items = svcdesk(opened.root, "list", "sort:title-desc", "--format", "json").json()["items"]
    assert [item["title"][:3] for item in items] == ["问题2", "问题1", "财务部"]


# ── people whom nobody lists ──────────────────────────────────────────────────────────────────

STRANGER = "records/people.yaml lists no “enginer-1”; did you mean engineer-1"


@pytest.mark.parametrize(
    "call",
    [
        ("list",),
        ("list", "--count"),
        ("search", "登录"),
        ("board",),
        ("export",),
        ("sla", "check"),
    ],
)
def test_a_slip_in_a_persons_name_is_told(opened: Sandbox, call: tuple[str, ...]) -> None:
    found = svcdesk(opened.root, *call, "assignee:enginer-1")
    assert (found.code, STRANGER in found.out + found.err) == (0, True)
    known = svcdesk(opened.root, *call, "assignee:engineer-1,me")
    assert (known.code, "people.yaml" in known.out + known.err) == (0, False)


def test_a_bulk_tells_it_too(opened: Sandbox) -> None:
    found = svcdesk(opened.root, "set", "-q", "处理人:enginer-1", "location=X")
    assert (found.code, STRANGER in found.err) == (0, True)


def test_who_has_left_is_known_from_what_they_had(opened: Sandbox) -> None:
    before = opened.read("records/people.yaml")
    assert svcdesk(opened.root, "people", "add", "engineer-2", "--role", "engineer").code == 0
    assert svcdesk(opened.root, "assign", "001", "engineer-2").code == 0
    (opened.root / "records" / "people.yaml").write_text(before, encoding="utf-8")
    found = svcdesk(opened.root, "list", "assignee:engineer-2")
    assert ("SR-20241001-001" in found.out, found.err) == (True, "")
    gone = svcdesk(opened.root, "list", "assignee:engineer-2 -id:001")
    assert "lists no “engineer-2”" in gone.err
