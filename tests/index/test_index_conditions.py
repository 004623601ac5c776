"""The SQL of a query lets through all that meets it, and for certain only what does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdesk.index.conditions import bounds
from svcdesk.index.entries import ODD
from svcdesk.model.field_info import plain
from svcdesk.query import ValuesSubject
from svcdesk.query.query import Combined, Condition, Negated, Node

STATUS = ("new", "closed", "waiting")
PEOPLE = ("engineer-1", "Engineer-1", "李*", "ｅngineer-1")
VALUES = {
    "kind": st.sampled_from(["request", "handling"]),
    "status": st.sampled_from([*STATUS, None, "", ["new"], 3]),
    "priority": st.sampled_from(["P1", "P2", None, {"a": "P1"}]),
    "assignee": st.sampled_from([*PEOPLE, None, "", ["engineer-1"], 7]),
    "title": st.sampled_from(["数据库", "登录 database", ""]),
}


def _field(path: str, kind: str, words: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    wanted = st.frozensets(st.sampled_from(words), min_size=1, max_size=3)
    return wanted.map(lambda one: Condition("field", path, kind, one, path))  # type: ignore[arg-type]


CONDITIONS = st.one_of(
    _field("status", "choice", (*STATUS, "")),
    _field("priority", "choice", ("P1", "P2", "P3")),
    _field("kind", "choice", ("request", "handling")),
    _field("assignee", "word", (*PEOPLE, "engineer-1", "7", "")),
    _field("title", "part", ("数据", "x")),
    st.sampled_from(["status", "assignee", "title"]).map(
        lambda path: Condition("has", path, "", frozenset(), path)
    ),
    st.just(Condition("flag", "unsettled", "", frozenset(), "is")),
    st.sampled_from(["数", "data", "p1", "%"]).map(
        lambda text: Condition("text", text, "", frozenset(), text)
    ),
    st.just(Condition("sla", "sla", "", frozenset({"breached"}), "sla")),
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    terms = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        inner.filter(lambda one: not isinstance(one, Negated)).map(Negated),  # type: ignore[arg-type]
        st.tuples(st.booleans(), terms).map(lambda pair: Combined(*pair)),
    )


NODES = st.recursive(CONDITIONS, _grown, max_leaves=8)


def column(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else ODD


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE record (id INTEGER, kind, status, priority, assignee, assignee_plain, unsettled)"
    )
    connection.execute("CREATE TABLE words (record INTEGER, text TEXT)")
    yield connection
    connection.close()


@settings(max_examples=800, deadline=None)
@given(NODES, st.fixed_dictionaries(VALUES), st.booleans())
def test_bounds(table: sqlite3.Connection, node: Node, values: dict[str, object], up: bool) -> None:
    subject = ValuesSubject(values, flags=["unsettled"] if up else [], sla="breached")  # type: ignore[arg-type]
    assignee = values["assignee"]
    kept = plain(assignee) if isinstance(assignee, str) else column(assignee)
    names = ("kind", "status", "priority", "assignee")
    table.execute("DELETE FROM record")
    table.execute("DELETE FROM words")
    columns = [column(values[name]) for name in names]
    table.execute("INSERT INTO record VALUES (1, ?, ?, ?, ?, ?, ?)", (*columns, kept, up))
    table.execute("INSERT INTO words VALUES (1, ?)", (subject.text(),))

    found = bounds(node)
    most = table.execute(f"SELECT 1 FROM record WHERE {found.most}", found.most_values).fetchall()
    least = table.execute(
        f"SELECT 1 FROM record WHERE {found.least}", found.least_values
    ).fetchall()
    meets = node.matches(subject)
    assert not meets or most
    assert meets or not least


def test_a_query_of_very_many_terms_is_left_to_the_query_itself() -> None:
    one = Condition("field", "status", "choice", frozenset({"new"}), "")
    for node in (
        Combined(False, (one,) * 10_000),
        Condition("field", "status", "choice", frozenset(map(str, range(9_000))), ""),
    ):
        assert bounds(node).most == "1"
