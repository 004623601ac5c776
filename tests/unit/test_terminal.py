"""What a terminal is sent: hostile text shown, never obeyed; columns that line up."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from svcdesk import terminal
from svcdesk.terminal import (
    STYLES,
    escape,
    escape_controls,
    escape_styled,
    pad,
    style,
    truncate,
    width,
    wrap,
)
from svcdesk.terminal.tables import Column, Styled, table

TEXTS = st.text(max_size=60)
CHINESE = st.text(st.sampled_from("数据库不可用，（）“”。、：abc d-1…—℃é한ｱ😀"), max_size=60)
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x1b]52;c;aGk=\x1b\\", "\\x1b]52;c;aGk=\\x1b\\"),
        ("\x1b]8;;http://a\x1b\\b\x1b]8;;\x1b\\", "\\x1b]8;;http://a\\x1b\\b\\x1b]8;;\\x1b\\"),
        ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
        ("\x9b31m", r"\x9b31m"),
        ("harmless\rhostile", r"harmless\x0dhostile"),
        ("ring\x07\x08\x7f\x00", r"ring\x07\x08\x7f\x00"),
        ("abc\u202etxt.exe", r"abc\u202etxt.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", r"\u2066a\u2069\u200e\u200f\u061c"),
        ("a\u200bb\u200dc\ufeff\u2060", r"a\u200bb\u200dc\ufeff\u2060"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\ud800", r"\ud800"),
        ("two\nlines\tone tab", r"two\nlines    one tab"),
        ("生产系统　无法登录 😀 é", "生产系统　无法登录 😀 é"),
        ("[link=x] {0.__class__} %(x)s $x", "[link=x] {0.__class__} %(x)s $x"),
        (r"C:\new\x1b", r"C:\new\x1b"),
    ],
)
@pytest.mark.case(65)
def test_hidden_characters_are_shown_by_their_code(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_several_lines_stay_lines_where_that_is_asked_for() -> None:
    assert escape("一\n二\r\n\x1b三", multiline=True) == "一\n二\\x0d\n\\x1b三"


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_nothing_hidden_is_left_and_escaping_again_changes_nothing(
    text: str, multiline: bool
) -> None:
    shown = escape(text, multiline=multiline)
    left = {char for char in shown if unicodedata.category(char) in HIDDEN}
    assert left <= ({"\n"} if multiline else set())
    assert escape(shown, multiline=multiline) == shown


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_clean_text_is_left_alone(text: str) -> None:
    assert escape(text) == text


def test_of_escape_sequences_only_our_own_styles_stay() -> None:
    made = style("late", "breach", colour=True) + " \x1b[2J\x1b[8mhidden\x1b[31m\n"
    assert escape_styled(made, colour=True) == (
        f"{STYLES['breach']}late\x1b[0m \\x1b[2J\\x1b[8mhidden\\x1b[31m\n"
    )
    assert escape_styled(made, colour=False) == "late \\x1b[2J\\x1b[8mhidden\\x1b[31m\n"


def test_data_for_programs_keeps_everything_but_control_characters() -> None:
    text = "\ufeffa,b\r\n👨\u200d👩\t\u202e"
    assert escape_controls(text) == text
    assert escape_controls("\x1b[2J\x9b\x00\x7f") == r"\x1b[2J\x9b\x00\x7f"


def test_no_colour_and_an_unknown_style_add_nothing() -> None:
    assert style("x", "breach", colour=False) == "x"
    assert style("x", "no-such", colour=True) == "x"
    assert style("", "breach", colour=True) == ""


def test_widths_taken_without_wcwidth_are_those_of_wcwidth() -> None:
    known = [
        char
        for char in map(chr, range(0x20, 0x30000))
        if terminal.columns._size_of(char) < terminal.columns._UNSURE
    ]
    assert len(known) > 40_000
    assert [
        char for char in known if terminal.columns._size_of(char) != wcwidth.wcwidth(char)
    ] == []


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("数据库", 6), ("“数据库”…", 9), ("e\u0301", 1), ("😀", 2), ("①℃", 2)],
)
def test_width_is_counted_in_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_everyday_text_does_not_import_wcwidth() -> None:
    code = (
        "import sys; from svcdesk.terminal import width, wrap; "
        "assert width('生产系统无法登录，提示“密码错误”…— → ok') == 39; "
        "wrap('生产系统（财务）', 6); "
        "print('wcwidth' in sys.modules, 'unicodedata' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.split() == ["False", "False"]


@given(TEXTS | CHINESE, st.integers(0, 80))
def test_padding_gives_the_columns_asked_for(text: str, columns: int) -> None:
    shown = escape(text)
    assert width(pad(shown, columns)) == max(width(shown), columns)
    assert width(pad(shown, columns, "right")) == max(width(shown), columns)


@given(TEXTS | CHINESE, st.integers(0, 40))
def test_a_cut_text_fits_and_is_marked(text: str, columns: int) -> None:
    shown = escape(text)
    cut = truncate(shown, columns)
    assert width(cut) <= columns
    assert cut == shown or cut == "" or (cut[-1] == "…" and shown.startswith(cut[:-1]))


def test_a_wide_character_is_never_halved() -> None:
    assert truncate("数据库", 5) == "数据…"
    assert truncate("数据库", 4) == "数…"
    assert truncate("数据库", 6) == "数据库"


@given(TEXTS | CHINESE, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    shown = escape(text, multiline=True)
    lines = wrap(shown, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


def test_chinese_breaks_between_characters_and_keeps_its_marks() -> None:
    assert wrap("生产系统无法登录（财务部），提示“密码错误”。", 18) == [
        "生产系统无法登录",
        "（财务部），提示",
        "“密码错误”。",
    ]
    assert wrap("restart server-01 then\n重试", 10) == ["restart", "server-01", "then", "重试"]
    assert wrap("", 10) == []
    assert wrap("a\n\nb", 10) == ["a", "", "b"]
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_wrapping_a_megabyte_of_brackets_ends() -> None:
    assert len(wrap("（" * 5_000 + "(" * 5_000, 20)) > 500


COLUMNS = [Column("编号"), Column("n", align="right"), Column("title", yields=True)]


def test_a_table_lines_up_and_ends_without_blanks() -> None:
    text = table(COLUMNS, [["SR-1", "2", "数据库"], ["SR-10", "10", ""]])
    assert text == "编号    n  title\nSR-1    2  数据库\nSR-10  10\n"


def test_a_table_is_cut_only_where_a_width_is_given() -> None:
    rows = [["SR-1", "2", "生产系统无法登录，提示密码错误"]]
    assert rows[0][2] in table(COLUMNS, rows)
    cut = table(COLUMNS, rows, max_width=24)
    assert cut.splitlines()[1] == "SR-1  2  生产系统无法登…"
    assert all(width(line) <= 24 for line in cut.splitlines())
    narrow = table(COLUMNS, rows, max_width=1).splitlines()
    assert narrow[1] == "SR-1  2  生产系…"


def test_a_cell_can_neither_break_its_row_nor_command_the_terminal() -> None:
    text = table([Column("a"), Column("b\x07")], [["x\ny", Styled("\x1b[2J", "breach")]])
    assert text == "a     b\\x07\nx\\ny  \\x1b[2J\n"


def test_styles_do_not_move_columns() -> None:
    rows = [[Styled("数据", "risk"), "x"], ["y", "z"]]
    plain = table([Column("a"), Column("b")], rows)
    coloured = table([Column("a"), Column("b")], rows, colour=True)
    assert "\x1b[33m数据\x1b[0m  x\n" in coloured
    assert escape_styled(coloured, colour=False).split() == plain.split()
    assert [line.index("z") for line in coloured.splitlines() if "z" in line] == [6]
