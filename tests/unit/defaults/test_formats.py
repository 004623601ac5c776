"""Formats: what a table becomes, and that nothing in a record is obeyed by what reads it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from svcdesk import i18n
from svcdesk.errors import UsageError
from svcdesk.hookspecs import Rendering
from svcdesk.i18n import T
from svcdesk.model.table import Cell, Column, Table
from svcdesk.plugins import build_plugins

PLUGINS = build_plugins()
NAMES = [one.name for one in PLUGINS.formats() if one.name != "github" and not one.binary]
"""The texts for any table; `github`, for findings alone, and those of bytes have other files."""
TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def table(*titles: object, **keys: object) -> Table:
    rows = [[f"SR-20241001-{at:03}", title] for at, title in enumerate(titles, start=1)]
    columns = [Column("id", T("id")), Column("title", T("title"))]
    return Table("svcdesk/list/1", keys.pop("title", ""), columns, rows, **keys)


def render(name: str, given: Table, **how: object) -> str:
    return PLUGINS.format(name).render(given, Rendering(**how))


def test_the_formats_are_those_that_are_promised() -> None:
    assert NAMES == ["table", "json", "jsonl", "csv", "csv-excel", "markdown", "html", "ids"]
    assert [one.name for one in PLUGINS.formats()] == [*NAMES, "github", "xlsx", "parquet"]


def test_each_is_found_by_its_name_without_importing_the_others() -> None:
    for name in NAMES:
        assert build_plugins().format(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_each_ends_in_a_line_break_or_is_empty(name: str) -> None:
    for shown in (table(), table("a"), table("a", title="t", total=7, notes=["n"])):
        text = render(name, shown)
        assert text == "" or text.endswith("\n")


@pytest.mark.parametrize("name", NAMES)
@given(title=TEXT, value=TEXT)
def test_no_control_or_hidden_character_leaves_any_format(
    name: str, title: str, value: str
) -> None:
    """Cases 65, 66 and 74: tabs in CSV cells are data, everything else that hides is shown."""
    given = table(value, Cell(1, value), title=title, notes=[value])
    text = render(name, given).removeprefix("\ufeff")
    allowed = "\n\t" if name.startswith("csv") else "\n"
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    found = [one for one in text if one not in allowed and unicodedata.category(one) in hidden]
    assert found == []
    text.encode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_markup_of_templates_and_terminals_stays_as_it_is_written(name: str) -> None:
    """Case 67."""
    text = render(name, table("[link=x] {0.__class__} %(x)s $x {{7*7}}"))
    if name != "ids":
        assert "0.\\_\\_class\\_\\_" in text if name == "markdown" else "{0.__class__}" in text
        assert "7*7" in text or "7\\*7" in text


# ── table ───────────────────────────────────────────────────────────────────────────────────────


def test_columns_line_up_in_chinese() -> None:
    text = render("table", table("生产系统无法登录", "ok", Cell("new", T("no"))))
    assert text == (
        "id               title\n"
        "SR-20241001-001  生产系统无法登录\n"
        "SR-20241001-002  ok\n"
        "SR-20241001-003  no\n"
    )


def test_what_a_limit_left_out_is_said() -> None:
    for name in ("table", "markdown", "html"):
        assert "shown 2 of 1,204" in render(name, table("a", "b", total=1204))
        assert "shown" not in render(name, table("a", "b", total=2))
        assert "3 record(s) could not be read" in render(name, table("a", unreadable=3))


def test_formats_for_people_say_notes_and_formats_for_programs_leave_them_to_the_command() -> None:
    given = table("a", notes=[T("no calendar for {year}", year=2031)])
    for name in NAMES:
        assert ("2031" in render(name, given)) is not PLUGINS.format(name).data


def test_only_a_terminal_is_cut_and_coloured() -> None:
    long = "很长的标题" * 20
    assert long in render("table", table(long))
    cut = render("table", table(long), width=40)
    assert long not in cut
    assert "…" in cut
    assert "SR-20241001-001" in cut
    late = table(Cell("x", "3 h", "breach"))
    assert "\x1b[1;31m3 h\x1b[0m" in render("table", late, colour=True)
    assert "\x1b" not in render("table", late)


def test_an_empty_table_says_so_to_people() -> None:
    assert render("table", table()) == "nothing to show\n"


def test_values_are_shown_in_words() -> None:
    shown = render("table", table(True, None, ["a", "b"], 2.5, {"a": 1}))
    assert [line[15:].strip() for line in shown.splitlines()[1:]] == [
        "yes", "", "a, b", "2.5", '{"a": 1}',
    ]  # fmt: skip


# ── json, jsonl ─────────────────────────────────────────────────────────────────────────────────


def test_json_has_the_promised_shape() -> None:
    given = table("a", "b", total=9, unreadable=1, extra={"at": "2024-10-01"})
    assert json.loads(render("json", given)) == {
        "schema": "svcdesk/list/1",
        "total": 9,
        "shown": 2,
        "unreadable": 1,
        "at": "2024-10-01",
        "items": [
            {"id": "SR-20241001-001", "title": "a"},
            {"id": "SR-20241001-002", "title": "b"},
        ],
    }
    assert list(json.loads(render("json", given)))[:4] == [
        "schema", "total", "shown", "unreadable",
    ]  # fmt: skip


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(render("json", table()))["items"] == []
    assert render("jsonl", table()) == ""


def test_json_gives_complete_items_where_there_are_some() -> None:
    items = [{"id": "SR-1", "events": [{"do": "submit"}]}]
    given = table("shown to people", items=items)
    assert json.loads(render("json", given))["items"] == items
    assert json.loads(render("jsonl", given)) == items[0]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=8,
    )
)
@example({"NaN": [math.nan, math.inf], "\ud800": "\ud800"})
def test_json_is_always_valid_and_loses_nothing_but_what_json_cannot_say(value: object) -> None:
    """Case 74: not a number is null, half a character is shown by its code."""
    line = render("jsonl", table(items=[{"x": value}]))
    assert line.count("\n") == 1
    back = json.loads(line.encode("utf-8").decode("utf-8"), parse_constant=pytest.fail)
    assert back == {"x": sayable(value)}


def sayable(value: object) -> object:
    """What JSON can say of a value."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [sayable(one) for one in value]
    if isinstance(value, dict):
        return {sayable(key): sayable(one) for key, one in value.items()}
    return value


def test_every_hidden_character_of_unicode_stands_as_a_code_in_json() -> None:
    hidden = "".join(
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}
    )
    line = render("jsonl", table(hidden))
    assert line[:-1].isascii()
    assert json.loads(line)["title"] == hidden


def test_half_a_character_is_shown_as_text() -> None:
    assert json.loads(render("json", table("a\ud800b")))["items"][0]["title"] == "a\\ud800b"


# ── csv ─────────────────────────────────────────────────────────────────────────────────────────


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_has_stable_names_and_quotes_what_needs_it() -> None:
    i18n.use("zh")
    try:
        text = render("csv", table('say "hi", 你好', "two\nlines", None, True))
    finally:
        i18n.use("en")
    assert text.splitlines()[0] == "id,title"
    assert [row[1] for row in cells(text)[1:]] == ['say "hi", 你好', "two\nlines", "", "true"]
    assert "\r" not in text


@pytest.mark.parametrize(
    ("title", "harmless"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        ("  =1", "  '=1"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ('a"=1', "a\"'=1"),
        ("a;\t@x", "a;\t'@x"),
        ("\r=1", "\\x0d=1"),
        ("5-1=4", "5-1=4"),
        ("电话 - 二号", "电话 - 二号"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(title: str, harmless: str) -> None:
    """Case 68."""
    assert cells(render("csv", table(title)))[1][1] == harmless


def test_numbers_stay_numbers() -> None:
    assert render("csv", table(-5, -2.5, Cell(-1, "minus one"))).splitlines()[1:] == [
        "SR-20241001-001,-5",
        "SR-20241001-002,-2.5",
        "SR-20241001-003,-1",
    ]


@given(TEXT)
def test_no_text_cell_begins_a_formula_however_it_is_cut(text: str) -> None:
    (_, (_, cell)) = cells(render("csv", table(text)))
    for piece in re.split(r"[;\t\n\"]", cell):
        assert not piece.strip(" \u3000").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_excels_csv_is_the_same_behind_a_mark() -> None:
    given = table("你好")
    assert render("csv-excel", given) == "\ufeff" + render("csv", given)


# ── markdown ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("title", "neutral"),
    [
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("![](https://evil.example/b.png)", "\\!\\[\\](`https://evil.example/b.png`)"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("ask @team now", "ask `@team` now"),
        ("fixes #1", "fixes `#1`"),
        ("see owner/name#12, !3", "see `owner/name#12,` `!3`"),
        ("GH-12", "`GH-12`"),
        ("a@example.com", "`a@example.com`"),
        ("www.example.com", "`www.example.com`"),
        ("deadbeef12", "`deadbeef12`"),
        ("a | b", "a \\| b"),
        ("one\ntwo", "one<br>two"),
        ("`code` *bold* _it_", "\\`code\\` \\*bold\\* \\_it\\_"),
        ("`@team`", "\\``@team`\\`"),
        ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
        ("请 @李工，看 #7。", "请 `@李工`，看 `#7`。"),
        ("20241001 13800", "20241001 13800"),
    ],
)
def test_nothing_in_a_record_acts_in_markdown(title: str, neutral: str) -> None:
    """Case 71."""
    line = render("markdown", table(title)).splitlines()[2]
    assert line.split("|", 2)[2].rstrip(" |").strip() == neutral


def test_markdown_lines_up_and_keeps_texts_that_look_like_numbers() -> None:
    assert render("markdown", table("中文", title="T")) == (
        "## T\n\n"
        "| id              | title   |\n"
        "|:----------------|:--------|\n"
        "| SR-20241001-001 | 中文    |\n"
    )
    assert "| 1e3     |\n| SR-20241001-002 | 007     |" in render("markdown", table("1e3", "007"))


def test_a_word_of_a_page_takes_no_time() -> None:
    """A pattern that tried every place of it would take minutes."""
    assert len(render("markdown", table("长" * 60_000, "#" * 60_000, "a" * 60_000 + "@"))) > 180_000


# ── html ────────────────────────────────────────────────────────────────────────────────────────


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(text: str) -> Page:
    found = Page()
    found.feed(text)
    return found


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        '" onmouseover="x',
        "</title><script>x</script>",
        "<svg onload=x>",
        "javascript:alert(1)",
        "<!-- ",
        "]]>",
        "&#60;script&#62;",
    ],
)
def test_nothing_in_a_record_becomes_markup(title: str) -> None:
    """Case 70: the same tags as for a harmless title, and the text as it was."""
    harmless = page(render("html", table("a", title="a", notes=["a"])))
    hostile = page(render("html", table(title, title=title, notes=[title])))
    assert hostile.tags == harmless.tags
    assert "".join(hostile.text).count(title) == 4  # title, caption, cell, note


def test_the_page_runs_and_loads_nothing_and_can_be_read_by_everybody() -> None:
    found = page(render("html", table("a", title="list")))
    names = [tag for tag, _ in found.tags]
    assert not {"script", "img", "link", "iframe", "a", "form"} & set(names)
    policy = next(a["content"] for t, a in found.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert ("html", {"lang": "en"}) in found.tags
    assert [a for t, a in found.tags if t == "th"] == [{"scope": "col"}] * 2
    assert "caption" in names
    assert "main" in names


def test_the_pages_policy_allows_exactly_its_style() -> None:
    import base64
    import hashlib

    text = render("html", table("a"))
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"sha256-{digest}" in text


def test_the_page_says_its_language() -> None:
    i18n.use("zh")
    try:
        assert '<html lang="zh-Hans">' in render("html", table("a"))
    finally:
        i18n.use("en")


# ── ids ─────────────────────────────────────────────────────────────────────────────────────────


def test_ids_alone_wherever_their_column_stands() -> None:
    given = Table("t/1", "", [Column("title", "t"), Column("id", "i")], [["a", "SR-1"], ["b", 2]])
    assert render("ids", given) == "SR-1\n2\n"


def test_a_table_without_ids_has_none_to_give() -> None:
    with pytest.raises(UsageError, match="have no ids"):
        render("ids", Table("t/1", "", [Column("name", "n")], [["a"]]))
