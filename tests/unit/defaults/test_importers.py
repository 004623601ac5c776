"""Importers: rows out of whatever another system wrote."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Invalid, UsageError
from svcdesk.hookspecs import Row
from svcdesk.plugins import build_plugins

PLUGINS = build_plugins()
REAL = Path(__file__).parents[2] / "data" / "real" / "incident_event_log_600.csv"


def read(text: str | bytes, name: str = "csv", encoding: str = "utf-8") -> list[Row]:
    data = text.encode(encoding) if isinstance(text, str) else text
    return list(PLUGINS.importer(name).read(data))


def test_importers_are_chosen_by_the_files_ending() -> None:
    chosen = {name: PLUGINS.importer_for(name).name for name in ("a.CSV", "b.tsv", "c.ndjson")}
    assert chosen == {"a.CSV": "csv", "b.tsv": "csv", "c.ndjson": "jsonl"}
    with pytest.raises(UsageError, match=r"like a\.docx") as caught:
        PLUGINS.importer_for("a.docx")
    assert ".jsonl" in str(caught.value.hint)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_and_separator_are_found_out(encoding: str, mark: str, end: str) -> None:
    text = end.join([f"编号{mark}标题", f"1{mark}系统，无法登录", ""])
    assert read(text, encoding=encoding) == [
        Row(2, {"编号": "1", "标题": "系统，无法登录"}, grid=True)
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = read('a,b\n1,"two\nlines"\n\n,\n3,4\n')
    assert [(row.number, row.cells) for row in rows] == [
        (2, {"a": "1", "b": "two\nlines"}),
        (5, {"a": "3", "b": "4"}),
    ]


def test_a_separator_inside_quotes_of_the_heading_does_not_count() -> None:
    assert read('"a;b;c",d\n1,2\n') == [Row(2, {"a;b;c": "1", "d": "2"}, grid=True)]


def test_a_row_that_does_not_fit_the_heading_says_so_and_the_others_come() -> None:
    short, long, fine = read("a,b\n1\n1,2,3\n4,5\n")
    assert str(short.problem) == "1 cells, where the heading has 2"
    assert str(long.problem) == "3 cells, where the heading has 2"
    assert fine == Row(4, {"a": "4", "b": "5"}, grid=True)


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("", "no heading", 1),
        ("\n1,2\n", "no heading", 1),
        ("a,,c\n1,2,3\n", "column 2 has no name", 1),
        ("a,b,a\n1,2,3\n", "two columns are called “a”", 1),
        ('a,b\n1,2\n3,"x\n5,6\n', "line 4", 4),
        ('a,b\n1,"x"y\n', "line 2", 2),
        ("a,b\n1," + "x" * 200_000 + "\n", "line 2", 2),
    ],
)
def test_a_file_that_cannot_be_cut_into_rows_is_refused(text: str, why: str, line: int) -> None:
    with pytest.raises(Invalid, match=why) as caught:
        read(text)
    assert (caught.value.code, caught.value.line) == ("E_SOURCE", line)


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(Invalid, match="line 3 is neither") as caught:
        read(b"a,b\n1,2\n\xff\xff,\xff\n")
    assert caught.value.line == 3


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r")),
            min_size=2,
            max_size=2,
        ).filter(any),
        max_size=5,
    )
)
def test_what_pythons_own_writer_wrote_comes_back(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b"], *rows])
    assert [list(row.cells.values()) for row in read(text.getvalue())] == rows


def test_the_real_incidents_are_all_read() -> None:
    rows = read(REAL.read_bytes())
    assert len(rows) == 4137
    assert {row.problem for row in rows} == {None}
    assert rows[0].cells["number"] == "INC0000045"


# ── jsonl ───────────────────────────────────────────────────────────────────────────────────────


def test_values_are_the_text_that_stands_there() -> None:
    (row,) = read(
        '{"n": 1.50, "i": 10000000000000000000000, "b": true, "z": null, "l": [1]}', "jsonl"
    )
    assert row.cells == {
        "n": "1.50",
        "i": "10000000000000000000000",
        "b": "true",
        "z": "",
        "l": "[1]",
    }


def test_a_line_that_cannot_be_read_says_so_and_the_others_come() -> None:
    lines = ['{"a": "1"}', "", "[1]", "{", '{"a": 1, "a": 2}', "[" * 100_000, '{"a": "2"}']
    rows = read("\n".join(lines), "jsonl")
    assert [row.number for row in rows] == [1, 3, 4, 5, 6, 7]
    assert [row.problem is None for row in rows] == [True, False, False, False, False, True]
    assert rows[-1].cells == {"a": "2"}
