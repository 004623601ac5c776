"""Queries with a name: used by it, inside others, in no circle, within the limits."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.unit.query.words import LOGIN, parse

from svcdesk.errors import UsageError
from svcdesk.query import ValuesSubject

SAVED = {
    "我的超时": "assignee:me sla:breached",
    "vip": "label:vip OR priority:P1",
    "late vips": "@vip @我的超时 sort:submitted-desc",
}


def refused(query: str, saved: Mapping[str, str] = SAVED) -> str:
    with pytest.raises(UsageError) as error:
        parse(query, saved=saved)
    assert error.value.code == "E_QUERY"
    return f"{error.value.message} | {error.value.hint}"


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("@我的超时", "assignee:me sla:breached"),
        ("＠我的超时", "assignee:me sla:breached"),
        ("query:我的超时 数据库", "assignee:me sla:breached 数据库"),
        ("查询：VIP", "labels:vip OR priority:P1"),
        ("@vip status:new", "(labels:vip OR priority:P1) status:new"),
        ("-@vip", "-(labels:vip OR priority:P1)"),
        ("query:vip,我的超时", "labels:vip OR priority:P1 OR (assignee:me sla:breached)"),
        (
            'query:"late vips"',
            "(labels:vip OR priority:P1) assignee:me sla:breached sort:submitted-desc",
        ),
        (
            'query:"late vips" sort:id',
            "(labels:vip OR priority:P1) assignee:me sla:breached sort:id-asc",
        ),
        ('"@vip"', '"@vip"'),
        ("@", '"@"'),
    ],
)
def test_a_saved_query_stands_for_its_text(query: str, written: str) -> None:
    found = parse(query, saved=SAVED)
    assert str(found) == written
    assert parse(str(found), saved=SAVED) == found


def test_a_name_that_none_has_is_pointed_at_with_near_ones() -> None:
    said = refused("status:new @我的超市")
    assert "there is no saved query “我的超市”" in said
    assert "\n             ^" in said
    assert "did you mean @我的超时?" in said
    assert "@late vips, @vip, @我的超时" in refused("@zzz")
    assert "records/desk.yaml" in refused("@x", {})
    assert "no range" in refused("query:a..b")


def test_no_query_is_part_of_itself() -> None:
    assert "uses itself: a → b → a" in refused("@a", {"a": "x @b", "b": "NOT @A"})
    assert "uses itself: a → a" in refused("@a", {"a": "@a"})


def test_what_is_wrong_in_a_saved_query_is_shown_with_its_name_and_text() -> None:
    said = refused("x @outer", {"outer": "@inner", "inner": "priorty:P1"})
    assert "in the saved query “inner”: there is no field “priorty”\n  priorty:P1\n  ^" in said
    assert "did you mean priority" in said


def test_saved_queries_cannot_grow_without_a_bound() -> None:
    doubling = {"q0": "a b c d"} | {f"q{n}": f"(x OR @q{n - 1}) @q{n - 1}" for n in range(1, 40)}
    assert "deep in one another" in refused("@q39", doubling)
    wide = {"base": " ".join(f"w{n}" for n in range(100))}
    assert parse("@base " * 4, saved=wide).matches(ValuesSubject(LOGIN)) is False
    assert "500 terms" in refused("@base " * 6, wide)
