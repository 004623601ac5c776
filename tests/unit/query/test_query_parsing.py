"""What is a query and what is none: grammar, carets, limits, and writing a query back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.query.words import LOGIN, parse

from svcdesk.errors import UsageError
from svcdesk.query import ValuesSubject
from svcdesk.terminal import width


def refused(query: str, **asker: object) -> UsageError:
    with pytest.raises(UsageError) as error:
        parse(query, **asker)  # type: ignore[arg-type]
    assert error.value.exit_code == 2
    return error.value


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("", ""),
        ("  状态：待分配  ", "status:new"),
        ("a b OR c", "(a b) OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("(a b) (c d)", "a b c d"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("a AND b", "a b"),
        ("NOT a b", "-a b"),
        ("NOT (a b)", "-(a b)"),
        ("- a", '"-" a'),
        ("NOT NOT a", "a"),
        ("-(-a)", "a"),
        ('"AND" "a b" "-c" "(d)"', 'and "a b" "-c" "(d)"'),
        ('"a:b" 09:30', '"a:b" "09:30"'),
        ("no:处理人", "no:assignee"),
        ("-no:assignee", "has:assignee"),
        ("is:open,unsettled", "status:open OR is:unsettled"),
        ("x is:open,unsettled", "x (status:open OR is:unsettled)"),
        ("优先级:紧急，P3", "priority:P1,P3"),
        ("priority:P1..紧急", "priority:P1..P1"),
        ("sort:due sort:priority-desc x", "x sort:due-asc sort:priority-desc"),
        ("sort:到期-desc,submitted", "sort:due-desc sort:submitted-asc"),
        ('title:"a..b"', 'title:"a..b"'),
        ('title:"a,b"', 'title:"a,b"'),
        ('customer:"<none>"', 'customer:"<none>"'),
        ("assignee:我", "assignee:me"),
        ("submitted:2024-10..", "submitted:2024-10.."),
        ('submitted:"2024-10-01 09:30"..', 'submitted:"2024-10-01 09:30"..'),
        ("sla:超时", "sla:breached"),
        ("id:sr-１", "id:SR-1"),
    ],
)
def test_a_query_is_written_in_one_form(query: str, written: str) -> None:
    assert str(parse(query)) == written
    assert parse(str(parse(query))) == parse(query)


TERMS = st.sampled_from(
    [
        "数据库", "word", '"a phrase"', '"q\\"uo\\\\te"', "09:30", "status:new", "状态:已分配",
        "status:open,closed", "priority:P1..", "priority:..P2", "submitted:2024-10..yesterday",
        "submitted:2h-ago..", "round:1..3,7", "label:vip", "label:“v i p”", "has:附件", "no:assignee",
        "is:unsettled", "is:open", "sla:risk,ok", "assignee:me", "team:mine", "id:001,SR-1",
        "category:软件/db", "read_back:是", "title:x", 'title:"a..b,c"', "custom.k:v", "links:IR-1",
        "closed_on:2024-10", "effort:..2.5",
    ]
)  # fmt: skip
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        st.lists(inner, min_size=2, max_size=3).map(" AND ".join),
        inner.map(lambda query: f"({query})"),
        inner.map(lambda query: f"NOT ({query})"),
        TERMS.map(lambda term: f"-{term}"),
    ),
    max_leaves=12,
)


@given(QUERIES, st.booleans())
def test_a_query_written_and_read_again_is_equal(query: str, sort: bool) -> None:
    parsed = parse(query + (" sort:due-desc" if sort else ""))
    again = parse(str(parsed))
    assert again == parsed
    assert str(again) == str(parsed)
    subject = ValuesSubject(LOGIN, flags={"unsettled"}, sla="breached")
    assert again.matches(subject) == parsed.matches(subject)


PIECES = '" “ ” ( ) : ： , 、 .. - OR AND NOT \\ < > status new P1 priority is has sort sla me 2024 数据 a'


@given(st.lists(st.sampled_from([*PIECES.split(), " ", " "])).map("".join) | st.text())
def test_anything_is_a_query_or_a_usage_error(text: str) -> None:
    try:
        parsed = parse(text)
    except UsageError as error:
        assert str(error)
        return
    assert parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("query", "message", "hint", "under"),
    [
        ("x priorty:P1", "no field “priorty”", "did you mean priority", "priorty"),
        ("状太:待分配", "no field “状太”", "did you mean 状态?", "状太"),
        ("http://x", "no field “http”", "in quotes", "http"),
        ("已处理：更换", "no field “已处理”", "in quotes", "已处理"),
        ("status:opn", "status is never “opn”", "did you mean open", "opn"),
        ("x status:new,分配", "status is never “分配”", "did you mean", "分配"),
        ("is:unsetled", "is is never", "unsettled", "unsetled"),
        ("sla:late", "sla is never", "breached", "late"),
        ("status:", "no value stands after “status:”", "the shell took it", ""),
        ("status: x", "no value", "quote", " x"),
        ("status:new,", "no value", "quote", ""),
        ("round:..", "beginning or an end", None, ".."),
        ("round:>5", "“>” is not used", "round:5..", ">5"),
        ("submitted:<=2024", "“<=” is not used", "submitted:..2024", "<=2024"),
        ("数据 round>5", "“>” is not used", "round:a..b", ">5"),
        ("round:x", "“x” is not a number", None, "x"),
        ("round:5..x", "“x” is not a number", None, "5..x"),
        ("round:5..3", "backwards", "beginning first", "5..3"),
        ("priority:P3..P1", "backwards", None, "P3"),
        ("submitted:2024-10..2024-09", "backwards", None, "2024-10.."),
        ("submitted:2024-13", "no such time", None, "2024-13"),
        ("submitted:2026-02-30", "no such time", None, "2026"),
        ("submitted:03-04-2024", "could mean", "write one of these", "03-04"),
        ("submitted:gibberish", "not understood", "2h ago", "gibberish"),
        ("title:a..b", "no order", 'title:"a..b"', "a..b"),
        ("read_back:maybe", "is yes or no", "read_back:yes", "maybe"),
        ("requester:李*", "has parts of its own", "requester.name", "requester"),
        ("attachments:x", "has parts of its own", "attachments.name", "attachments"),
        ("custom:x", "has parts of its own", "has:custom", "custom"),
        ('x "数据', "has no end", None, '"数据'),
        ("x “数据\"", "has no end", None, "“数据"),
        ('""', "nothing between", None, '""'),
        ('"a"b', "a space is missing", None, "b"),
        ('title:"a"b', "a space is missing", None, "b"),
        ("(a OR b", "nothing closes", None, "(a"),
        ("a) b", "nothing opens", None, ") b"),
        ("a OR", "a term is missing", "in quotes", ""),
        ("OR a", "a term is missing", None, "OR a"),
        ("a OR OR b", "a term is missing", None, "OR b"),
        ("a AND", "a term is missing", None, ""),
        ("AND a", "a term is missing", None, "AND"),
        ("a AND OR b", "a term is missing", None, "OR b"),
        ("NOT", "a term is missing", None, ""),
        ("a -(b NOT)", "a term is missing", None, ")"),
        ("a ()", "a term is missing", None, ")"),
        ("has:a,b", "one name of a field", None, "b"),
        ("has:labels,assignee", "one name of a field", None, "assignee"),
        ("no:labels..title", "one name of a field", None, "labels"),
        ("(a sort:due)", "orders the whole query", None, "sort:"),
        ("-sort:due", "orders the whole query", None, "sort:"),
        ("sort:nothing", "no field", None, "nothing"),
        ("sort:due..x", "one name", None, "due"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_pointed_at(
    query: str, message: str, hint: str | None, under: str | None
) -> None:
    error = refused(query)
    said, shown, caret = str(error).split("\n")
    assert message in said
    assert hint is None or hint in str(error.hint)
    assert shown == f"  {query}"
    if under is not None:
        place = query.rindex(under) if under else len(query)
        if message in ("“>” is not used",) or " sort" in query:
            place = query.index(under)
        assert caret == " " * (2 + width(query[:place])) + "^"


def test_who_is_unknown_cannot_ask_for_their_own() -> None:
    assert "git identity" in str(refused("assignee:me", me=None))
    assert "you are in none" in str(refused("team:mine", teams=()))


def test_a_long_query_is_shown_around_the_place() -> None:
    error = refused("数据库 " * 100 + "nosuch:1 " + "x " * 100)
    _, shown, caret = str(error).split("\n")
    assert len(shown) < 90
    column = caret.index("^")
    assert shown.startswith("  …")
    assert shown.endswith("…")
    before = next(at for at in range(len(shown)) if width(shown[:at]) == column)
    assert shown[before:].startswith("nosuch:1")


def test_a_hostile_query_is_shown_by_its_codes() -> None:
    _, shown, caret = str(refused("\x1b[2J\n nosuch:1")).split("\n")
    assert shown == r"  \x1b[2J\n nosuch:1"
    assert caret.index("^") == shown.index("nosuch")


@pytest.mark.parametrize(
    ("query", "said", "hint"),
    [
        ("due:..2d", "“2d” could be before now or after it", "write -2d or +2d"),
        ("submitted:两小时..", "“两小时” could be before now or after it", "-两小时 or +两小时"),
        ("submitted:-7d", "“-7d” is one second", "write -7d.. or ..-7d"),
        ("submitted:now+x..", "is not understood", ""),
        ("linked:a..b", "no range", ""),
    ],
)
def test_a_length_of_time_says_in_which_direction(query: str, said: str, hint: str) -> None:
    error = refused(query)
    assert said in str(error.message)
    assert hint in str(error.hint)


def test_many_terms_and_values_work_and_more_are_refused() -> None:
    query = parse(" ".join(f"w{number}" for number in range(500)))
    assert not query.matches(ValuesSubject(LOGIN))
    either = parse(" OR ".join(["nothing"] * 499 + ["登录"]))
    assert either.matches(ValuesSubject(LOGIN))
    assert parse(str(either)) == either
    many = parse("customer:" + ",".join(f"c{number}" for number in range(9_999)) + ",客户A")
    assert many.matches(ValuesSubject(LOGIN))
    assert "500 terms" in str(refused(" ".join(["x"] * 501)))
    assert "10000 values" in str(refused("id:" + ",".join(["1"] * 10_001)))
    assert "too long" in str(refused("x" * 600_000))


def test_nothing_recurses_without_a_bound() -> None:
    assert parse("NOT " * 9_001 + "数据") == parse("-数据")
    assert parse("(" * 50 + "a" + ")" * 50) == parse("a")
    assert "no more than 50" in str(refused("(" * 51 + "a" + ")" * 51))
    assert "no more than 50" in str(refused("-(" * 5_000 + "a"))


def test_the_fields_that_decide_are_known() -> None:
    query = parse("状态:待分配 -(label:vip OR has:附件) is:unsettled is:open sla:ok 词 sort:due")
    assert query.fields() == {"status", "labels", "attachments", "is:unsettled", "sla", "text"}
    assert query.sort == (("due", False),)


def test_a_relative_time_is_settled_when_it_is_parsed() -> None:
    query = parse("submitted:2h-ago..")
    assert query.matches(ValuesSubject({"submitted": "2024-10-02T12:30:15+08:00"}))
    assert not query.matches(ValuesSubject({"submitted": "2024-10-02T12:30:14+08:00"}))
