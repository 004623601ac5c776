"""Values written as files: our layout, and one reading of it by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml_readers import examples, read_1_1, read_1_2

from svcdesk.errors import Invalid
from svcdesk.store.guard import find_forbidden
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import dump, rewrite
from svcdesk.store.yaml_values import same

RECORD = """\
id: SR-20241001-001
title: 生产系统无法登录
submitted: 2024-10-01T09:30:00+08:00
due: '2024-10-02'
minutes: 90
share: 0.5
open: true
verdict: null
labels: []
extra: {}
requester:
  name: 李*
  contact: '*5678'
description: |
  登录页面提示「数据库连接失败」。

    1. 重启无效
  # 没有注释
cause: |-
  line one
  line two
log: |2+
    indented
  less

steps:
  - one
  - do: two
    by:
      - engineer-1
      - engineer-2
  - - nested
    - list
  - |
    text in a list
events:
  - id: 01J92V7KX8S6N8D0ZB5T7R1XWN
    set:
      requester.audience: external
"""


def test_record_comes_back_in_our_layout() -> None:
    assert dump(parse(RECORD.encode(), path="x").value) == RECORD


@pytest.mark.parametrize(
    "title",
    [
        "no", "No", "on", "OFF", "y", "N", "yes", "true", "null", "~", "", "1e3", "017", "0o17",
        "0x1F", "0b1", "12:30", "1:30:15", "190:20:30.15", "1_000", "1.", ".5", "+.5", "-0",
        "1_0.5", "0.", "3.e4", ".inf", "-.INF", ".nan", "=", "<<", "2024-10-01",
        "2024-1-1", "2024-10-01 09:30:00", "2024-10-01T09:30", "2024-10-01t09:30:00Z",
        "!x", "&x", "*x", "@x", "`x", "%x", "?", "-", "---", "...", "... x", "|", ">", "#",
    ],
)  # fmt: skip
def test_case_14_texts_that_look_like_something_else_stay_texts(title: str) -> None:
    text = dump({"title": title, title or "empty": [title]} if title != "<<" else {"title": title})
    for read in (lambda t: parse(t.encode(), path="x").value, read_1_2, read_1_1):
        found = read(text)
        assert found["title"] == title
        assert type(found["title"]) is str
    assert not text.startswith(f"title: {title}\n")


@pytest.mark.parametrize("time", ["2024-10-01T09:30:00+08:00", "2024-10-01T01:30:00Z"])
def test_times_stay_plain(time: str) -> None:
    assert dump({"at": time}) == f"at: {time}\n"


@pytest.mark.parametrize(
    "title",
    [
        "? b", "- x", ": ", ":", "'", '"', "''", "it's", 'say "x"', "x: y", "x:", "x #y", "#x",
        "[x", "{x", "x, y", " x", "x ", "  ", "登录！", "\\n", "\\", "%TAG", "key: 'x' # y",
        " ".join(["word"] * 200), "x" * 5000, "trailing   ", "a\u200bb", "\u00a0", "x\u3000", "😀",
        "<<<<<<< HEAD", "=======", ">>>>>>> x", "| x", "> x", "--- x",
    ],
)  # fmt: skip
def test_case_20_titles_take_one_line_and_stay_as_they_are(title: str) -> None:
    text = dump({"title": title, "after": [{"title": title}]})
    assert text.count("\n") == 3
    for read in (lambda t: parse(t.encode(), path="x").value, read_1_2, read_1_1):
        assert read(text) == {"title": title, "after": [{"title": title}]}
    assert dump(parse(text.encode(), path="x").value) == text
    assert rewrite(text, parse(text.encode(), path="x").value) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb\n", "t: |\n  a\n  b\n"),
        ("a\nb", "t: |-\n  a\n  b\n"),
        ("a\n\n\n", "t: |+\n  a\n\n\n"),
        ("a\n", "t: |\n  a\n"),
        ("\n\na\n", "t: |\n\n\n  a\n"),
        ("  a\nb\n", "t: |2\n    a\n  b\n"),
        ("\n a", "t: |2-\n\n   a\n"),
        ("# a\n- b: c\n", "t: |\n  # a\n  - b: c\n"),
        ("a \n", "t: |\n  a \n"),
        ("\n", 't: "\\n"\n'),
        ("a\n \nb\n", 't: "a\\n \\nb\\n"\n'),
        ("a\n<<<<<<< b\n", 't: "a\\n<<<<<<< b\\n"\n'),
        ('"\\\n', 't: |\n  "\\\n'),
        ("---\n...\n", "t: |\n  ---\n  ...\n"),
    ],
)
def test_texts_of_lines_are_literal_blocks_where_these_can_hold_them(
    text: str, written: str
) -> None:
    assert dump({"t": text}) == written
    for read in (read_1_2, read_1_1):
        assert read(written) == {"t": text}


def test_floats_are_numbers_for_readers_of_both_versions() -> None:
    numbers = [1.0, -0.5, 1e16, 1.5e300, 1e-7, 5e-324, 123456789.125]
    text = dump({"n": numbers})
    assert read_1_1(text) == read_1_2(text) == {"n": numbers}


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ({"a": {"b": "x\x1b"}}, "E_CTRL", "a.b"),
        ({"a": ["x", "\t"]}, "E_CTRL", "a.1"),
        ({"a": "\ud800"}, "E_CTRL", "a"),
        ({"a": 1 << 63}, "E_NUMBER", "a"),
        ({"a": float("nan")}, "E_NUMBER", "a"),
        ({"a": float("-inf")}, "E_NUMBER", "a"),
        ({"a": {"<<": 1}}, "E_KEY", "a"),
        ({"a": {"k" * 600: 1}}, "E_KEY", "a"),
        ({"x\0": 1}, "E_KEY", "the file"),
    ],
)
def test_what_the_guard_would_refuse_is_not_written(
    value: dict[str, Any], code: str, field: str
) -> None:
    for write in (dump, lambda one: rewrite("a: 1\n", one)):
        with pytest.raises(Invalid) as caught:
            write(value)
        assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": "x" * 70_000}, "E_LINE"),
        ({"a": "xxxxxxx\n" * 150_000}, "E_SIZE"),
        ({"a": list(range(50_001))}, "E_NODES"),
    ],
)
def test_a_write_over_the_limits_is_refused(value: dict[str, Any], code: str) -> None:
    for write in (dump, lambda one: rewrite("a: 1\n", one)):
        with pytest.raises(Invalid) as caught:
            write(value)
        assert caught.value.code == code


def test_a_value_too_deep_is_refused() -> None:
    value: Any = "x"
    for _ in range(60):
        value = [value]
    with pytest.raises(Invalid, match="nested too deep"):
        dump({"a": value})


def test_a_value_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="a\\.0"):
        dump({"a": [object()]})  # type: ignore[list-item]


TEXTS = st.one_of(
    st.text(max_size=20),
    st.text("ab:#-? \n'\"[]{},&*!|>%@`~\\=<0123456789.eE_+xoTZ", max_size=12),
    st.sampled_from(["no", "1e3", "2024-10-01", "数据库连接失败", "a\n\n", "\n b"]),
).filter(lambda text: find_forbidden(text) is None)
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
KEYS = TEXTS.filter(lambda key: key != "<<")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(300), deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_value_is_read_back_by_everybody(value: dict[str, Any]) -> None:
    text = dump(value)
    assert same(parse(text.encode(), path="x").value, value)
    assert dump(parse(text.encode(), path="x").value) == text
    for read in (read_1_2, read_1_1):
        assert same(read(text), value)
