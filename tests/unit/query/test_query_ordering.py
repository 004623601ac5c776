"""The order that a query asks for, and the words that a desk's workflows bring."""

from __future__ import annotations

from tests.unit.query.words import FIELDS, WORDS, parse

from svcdesk.model.record import Value
from svcdesk.query import ValuesSubject, ordered, vocabulary_of

ROWS: list[dict[str, Value]] = [
    {"id": "1", "priority": "P3", "due": "2024-10-02T00:00:00Z", "title": "b", "round": 10},
    {"id": "2", "priority": "P1", "due": "2024-10-02T07:00:00+08:00", "title": "A", "round": 9},
    {"id": "3", "priority": "P1", "due": None, "title": "", "round": 1},
    {"id": "4", "priority": "P9", "due": "never", "title": "数据"},
]


def in_order(query: str) -> str:
    subjects = ordered((ValuesSubject(row) for row in ROWS), parse(query), WORDS)
    return "".join(str(subject.get("id")) for subject in subjects)


def test_without_an_order_things_stay_as_they_came() -> None:
    assert in_order("") == "1234"


def test_times_are_ordered_as_instants_and_what_has_none_comes_last() -> None:
    assert in_order("sort:due") == "2134"
    assert in_order("sort:due-desc") == "1234"


def test_choices_go_by_their_vocabulary_and_ties_by_the_next_field() -> None:
    assert in_order("sort:priority") == "2314"
    assert in_order("sort:priority-asc sort:round") == "3214"
    assert in_order("sort:priority-desc,round") == "4132"


def test_numbers_and_texts() -> None:
    assert in_order("sort:round") == "3214"
    assert in_order("sort:title") == "2143"


def test_open_states_and_form_words_come_from_the_workflows() -> None:
    from svcdesk.store.schema import load_kinds

    shipped = ("request", "handling", "delivery", "feedback")
    kinds = load_kinds({}, dict.fromkeys(shipped, 1))
    words = vocabulary_of(kinds.fields(), [kinds[name].workflow for name in kinds])
    found = words.group("status", "未完成")
    assert found is not None
    assert {"new", "assigned", "in_progress", "waiting"} <= found[1]
    assert "resolved" not in found[1]
    finished = words.group("status", "已完成")
    assert finished is not None
    assert {"resolved", "confirmed"} <= finished[1]
    assert vocabulary_of(FIELDS, []).flag("未定") == "unsettled"
