"""A changed value changes only the lines that it must, in our layout and in others."""

from __future__ import annotations

import copy
import difflib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from svcdesk.errors import FileRefused
from svcdesk.store import yaml_rewrite
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import rewrite

CANONICAL = """\
# 登录故障
id: SR-20241001-001
status: assigned   # see the events
priority: P1
requester:
  name: 李*
  contact: '*5678'

labels:
  - database
  - login
description: |
  第一行
  第二行

  第四行
# what happened
events:
  - id: E1
    by: front-desk-1
    set:
      status: new
  # after the call
  - id: E2
    by: dispatcher-1
    set:
      status: assigned
"""

BY_HAND = """\
---
id:  "SR-20241001-001"
status: 'assigned' # see the events
priority : P1
requester: {name: 李*, contact: "*5678"}
labels: [
  database, # the first
  login
]
description: >
    第一行
    第二行

    第四行

x-unknown:
    deep:
        deeper: 1   # why not

# what happened
events:
-   id: E1
    by: front-desk-1
    set:
        status: new

-   id: E2
    by: dispatcher-1
    set: {status: assigned}
# the end"""

EVENT = {"id": "E3", "by": "engineer-1", "set": {"status": "closed"}, "text": "a\nb\n"}

Change = Callable[[dict[str, Any]], object]


def rewritten(text: str, change: Change) -> str:
    value: dict[str, Any] = copy.deepcopy(parse(text.encode(), path="x").value)
    change(value)
    found = rewrite(text, value)
    assert parse(found.encode(), path="x").value == value
    assert rewrite(found, value) == found
    return found


def changed(text: str, change: Change) -> tuple[str, str]:
    """The lines taken out and the lines put in, each joined by LF."""
    after = rewritten(text, change)
    diff = list(
        difflib.unified_diff(text.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    )[2:]
    return (
        "".join(line[1:] for line in diff if line.startswith("-")),
        "".join(line[1:] for line in diff if line.startswith("+")),
    )


@pytest.fixture
def by_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact lines have to do; ruamel is not there to help out."""
    monkeypatch.setattr(yaml_rewrite, "round_trip", lambda *_: None)


@pytest.mark.parametrize("text", [CANONICAL, BY_HAND], ids=["canonical", "by-hand"])
def test_the_same_value_changes_nothing(text: str) -> None:
    assert rewrite(text, parse(text.encode(), path="x").value) == text


def test_an_event_is_appended_as_lines_only() -> None:
    assert rewritten(CANONICAL, lambda v: v["events"].append(EVENT)) == CANONICAL + (
        "  - id: E3\n    by: engineer-1\n    set:\n      status: closed\n"
        "    text: |\n      a\n      b\n"
    )


def test_an_event_is_appended_in_the_layout_of_the_file() -> None:
    out, into = changed(BY_HAND, lambda v: v["events"].append(EVENT))
    assert out == ""
    assert into == (
        "-   id: E3\n    by: engineer-1\n    set:\n        status: closed\n"
        "    text: |\n        a\n        b\n"
    )


def test_an_event_is_appended_without_ruamel() -> None:
    code = f"""
import sys
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import rewrite
text = {CANONICAL!r}
value = parse(text.encode(), path="x").value
value["events"].append({EVENT!r})
assert rewrite(text, value).startswith(text)
sys.exit("ruamel.yaml" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.usefixtures("by_lines")
@pytest.mark.parametrize(
    ("text", "change", "out", "into"),
    [
        (CANONICAL, lambda v: v.update(status="closed"),
         "status: assigned   # see the events\n", "status: closed   # see the events\n"),
        (BY_HAND, lambda v: v.update(status="closed"),
         "status: 'assigned' # see the events\n", "status: 'closed' # see the events\n"),
        (BY_HAND, lambda v: v.update(id="SR-2"), 'id:  "SR-20241001-001"\n', 'id:  "SR-2"\n'),
        (BY_HAND, lambda v: v.update(priority=2), "priority : P1\n", "priority : 2\n"),
        (BY_HAND, lambda v: v["x-unknown"]["deep"].update(deeper=True),
         "        deeper: 1   # why not\n", "        deeper: true   # why not\n"),
        (BY_HAND, lambda v: v["requester"].update(contact="*9"),
         'requester: {name: 李*, contact: "*5678"}\n', 'requester: {name: 李*, contact: "*9"}\n'),
        (BY_HAND, lambda v: v["requester"].update(audience="external"),
         'requester: {name: 李*, contact: "*5678"}\n',
         'requester: {name: 李*, contact: "*5678", audience: external}\n'),
        (BY_HAND, lambda v: v["labels"].append("x, y"), "  login\n", "  login, 'x, y'\n"),
        (BY_HAND, lambda v: v["labels"].__setitem__(0, "net"),
         "  database, # the first\n", "  net, # the first\n"),
        (CANONICAL, lambda v: v["labels"].insert(1, "no"), "", "  - 'no'\n"),
        (CANONICAL, lambda v: v["labels"].insert(0, "x"), "", "  - x\n"),
        (CANONICAL, lambda v: v["labels"].remove("login"), "  - login\n", ""),
        (CANONICAL, lambda v: v["labels"].reverse(), "  - login\n", "  - login\n"),
        (CANONICAL, lambda v: v.update(labels=[]),
         "labels:\n  - database\n  - login\n", "labels: []\n"),
        (CANONICAL, lambda v: v["labels"].__setitem__(1, {"a": 1, "b": [2]}),
         "  - login\n", "  - a: 1\n    b:\n      - 2\n"),
        (CANONICAL, lambda v: v.pop("priority"), "priority: P1\n", ""),
        (CANONICAL, lambda v: v["requester"].pop("name"), "  name: 李*\n", ""),
        (CANONICAL, lambda v: v.pop("requester"),
         "requester:\n  name: 李*\n  contact: '*5678'\n", ""),
        (CANONICAL, lambda v: v.update(requester="李*"),
         "requester:\n  name: 李*\n  contact: '*5678'\n", "requester: 李*\n"),
        (CANONICAL, lambda v: v.update(requester={}),
         "requester:\n  name: 李*\n  contact: '*5678'\n", "requester: {}\n"),
        (CANONICAL, lambda v: v.update(priority={"impact": "high"}),
         "priority: P1\n", "priority:\n  impact: high\n"),
        (CANONICAL, lambda v: v.update(status=["a"]),
         "status: assigned   # see the events\n", "status:   # see the events\n  - a\n"),
        (CANONICAL, lambda v: v.update(status="a\nb\n"),
         "status: assigned   # see the events\n", "status: |   # see the events\n  a\n  b\n"),
        (CANONICAL, lambda v: v.update(description=v["description"].replace("二", "2")),
         "  第二行\n", "  第2行\n"),
        (CANONICAL, lambda v: v.update(description="短"),
         "description: |\n  第一行\n  第二行\n\n  第四行\n", "description: 短\n"),
        (CANONICAL, lambda v: v.update(description=v["description"] + "末行\n"), "", "  末行\n"),
        (CANONICAL, lambda v: v.update(description=v["description"].strip()),
         "description: |\n", "description: |-\n"),
        (BY_HAND, lambda v: v.update(description="一\n二\n"),
         "description: >\n    第一行\n    第二行\n\n    第四行\n", "description: |\n    一\n    二\n"),
        (CANONICAL, lambda v: v["events"][0].pop("id"),
         "  - id: E1\n    by: front-desk-1\n", "  - by: front-desk-1\n"),
        (CANONICAL, lambda v: v["events"][1]["set"].update(assignee="engineer-1"),
         "", "      assignee: engineer-1\n"),
        (CANONICAL, lambda v: v["events"].pop(0),
         "  - id: E1\n    by: front-desk-1\n    set:\n      status: new\n", ""),
        (CANONICAL, lambda v: v["events"].pop(1),
         "  - id: E2\n    by: dispatcher-1\n    set:\n      status: assigned\n", ""),
        (BY_HAND, lambda v: v["events"].insert(0, {"id": "E0"}), "", "-   id: E0\n"),
        (BY_HAND, lambda v: v["x-unknown"].pop("deep") and v["x-unknown"].update(other={"a": 1}),
         "    deep:\n        deeper: 1   # why not\n", "    other:\n        a: 1\n"),
    ],
)  # fmt: skip
def test_an_edit_changes_only_its_lines(text: str, change: Change, out: str, into: str) -> None:
    assert changed(text, change) == (out, into)


@pytest.mark.parametrize("text", [CANONICAL, BY_HAND], ids=["canonical", "by-hand"])
def test_a_new_top_level_key_stands_before_the_events_and_their_comment(text: str) -> None:
    out, into = changed(text, lambda v: v.update(result="fixed", verdict=None))
    assert (out, into) == ("", "result: fixed\nverdict: null\n")
    after = rewritten(text, lambda v: v.update(result="fixed"))
    assert after.index("result: fixed") < after.index("# what happened") < after.index("events:")


def test_a_new_key_follows_the_key_that_it_follows_in_the_value() -> None:
    def with_team(value: dict[str, Any]) -> None:
        events = dict(value)
        value.clear()
        for key, one in events.items():
            value[key] = one
            if key == "status":
                value["team"] = "db"

    after = rewritten(CANONICAL, with_team)
    assert "status: assigned   # see the events\nteam: db\npriority: P1\n" in after


def test_events_come_last_where_they_are_new() -> None:
    assert rewrite("id: a\nz: 1\n", {"events": [{"id": "E1"}], "id": "a", "z": 1}) == (
        "id: a\nz: 1\nevents:\n  - id: E1\n"
    )


def test_events_that_stand_first_still_take_nothing_behind_them() -> None:
    text = "events:\n  - id: E1\n"
    assert rewrite(text, {"events": [{"id": "E1"}], "id": "a"}) == "id: a\n" + text


@pytest.mark.usefixtures("by_lines")
@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("a: 1", {"a": 2}, "a: 2\n"),
        ("a: 1\nb: 2", {"a": 2, "b": 2}, "a: 2\nb: 2"),
        ("a: 1\nb: 2", {"a": 1, "b": 2, "c": 3}, "a: 1\nb: 2\nc: 3\n"),
        ("a: |\n  x", {"a": "x", "b": 1}, "a: x\nb: 1\n"),
        ("a: |\n  x\n  y", {"a": "x\ny", "b": 1}, "a: |-\n  x\n  y\nb: 1\n"),
        ("a: 1\n\n\n", {"a": 1, "b": 2}, "a: 1\nb: 2\n\n\n"),
        ("a:\n", {"a": 1}, "a: 1\n"),
        ("a: # c\n", {"a": 1}, "a: 1 # c\n"),
        ("a:\n  b\n", {"a": "c"}, "a:\n  c\n"),
        ("a:\n  # c\n  b  # d\nx: 1\n", {"a": [1], "x": 1}, "a:\n  # c\n    # d\n  - 1\nx: 1\n"),
        ("a:\n  b: 1\n  # end\nc: 1\n", {"a": {"b": 1}, "x": 2, "c": 1},
         "a:\n  b: 1\n  # end\nx: 2\nc: 1\n"),
        ("a:\n  b: 1\n  # end\nc: 1\n", {"a": {"b": 1, "d": 2}, "c": 1},
         "a:\n  b: 1\n  d: 2\n  # end\nc: 1\n"),
        ("a:\n- 1\n- 2\nb: 3\n", {"a": [1, 2, 3], "b": 3}, "a:\n- 1\n- 2\n- 3\nb: 3\n"),
        ("a:\n- - 1\n  - 2\n", {"a": [[2]]}, "a:\n- - 2\n"),
        ("a:\n- x: 1\n  # c\n  y: 2\n", {"a": [{"y": 2}]}, "a:\n-\n  # c\n  y: 2\n"),
        ("a: [1, 2, 3]\n", {"a": [1, 3]}, "a: [1, 3]\n"),
        ("a: [1, # one\n  2]\n", {"a": [2]}, "# one\na: [2]\n"),
        ("a: {b: 1}\n", {"a": {}}, "a: {}\n"),
        ("a: {b: 1, c}\n", {"a": {"b": 1, "c": 2}}, "a: {b: 1, c: 2}\n"),
        ("a: {b: [1, {c: 2}]}\n", {"a": {"b": [1, {"c": "x: y"}]}}, "a: {b: [1, {c: 'x: y'}]}\n"),
        ("a: [1]\n", {"a": "x"}, "a: x\n"),
        ("a: []\n", {"a": [{"b": 1}]}, "a:\n  - b: 1\n"),
        ("{a: 1, b: 2}\n", {"a": 1, "b": 3}, "{a: 1, b: 3}\n"),
        ("{}\n", {"a": 1}, "{a: 1}\n"),
        ("# c\na: 1\n# d\n", {"b": 2}, "# c\nb: 2\n# d\n"),
        ("# c\na: 1\n# d\n", {}, "# c\n{}\n# d\n"),
        ("? a\n: 1  # c\n? b\n: 2\n", {"a": 3, "b": 2}, "? a\n: 3  # c\n? b\n: 2\n"),
        ("a: x\n  y\n  z # c\nb: 1\n", {"a": "w", "b": 1}, "a: w # c\nb: 1\n"),
        ("a: 'it''s'\n", {"a": "it's not"}, "a: 'it''s not'\n"),
        ('a: "x"\n', {"a": 'say "y" \\'}, 'a: "say \\"y\\" \\\\"\n'),
        ("a: 'x'\n", {"a": None}, "a: null\n"),
        ("a: |+\n  x\n\n\nb: 1\n", {"a": "y\n\n", "b": 1}, "a: |+\n  y\n\nb: 1\n"),
        ("a: 1\n\nb: 1\n", {"a": "y\n\n", "b": 1}, 'a: "y\\n\\n"\n\nb: 1\n'),
        ("a: 1\n  # deeper\nb: 1\n", {"a": "y\nz", "b": 1}, 'a: "y\\nz"\n  # deeper\nb: 1\n'),
        ("a: |\n      x\nb:\n  c: 1\n", {"a": "y\n", "b": {"c": 1}},
         "a: |\n      y\nb:\n  c: 1\n"),
        ("a: |2\n    x\n", {"a": "  x\n  y\n"}, "a: |2\n    x\n    y\n"),
    ],
)  # fmt: skip
def test_odd_layouts(text: str, value: dict[str, Any], after: str) -> None:
    assert rewrite(text, value) == after
    assert rewrite(after, value) == after


@pytest.mark.usefixtures("by_lines")
def test_what_comes_at_one_place_stands_in_the_order_of_its_depth() -> None:
    def change(value: dict[str, Any]) -> None:
        value["events"][1]["set"]["team"] = "db"
        value["events"][1]["text"] = "x"
        value["events"].append({"id": "E3"})

    assert rewritten(CANONICAL, change) == (CANONICAL + "      team: db\n    text: x\n  - id: E3\n")


def test_items_are_known_by_their_id_then_by_their_keys() -> None:
    def change(value: dict[str, Any]) -> None:
        first, second = value["events"]
        first["by"], second["by"] = "bot-1", "bot-2"
        value["events"] = [first, {"id": "E1b", "by": "bot-3", "set": {}}, second]

    assert changed(CANONICAL, change) == (
        "    by: front-desk-1\n    by: dispatcher-1\n",
        "    by: bot-1\n  - id: E1b\n    by: bot-3\n    set: {}\n    by: bot-2\n",
    )
    after = rewritten(CANONICAL, change)
    assert after.index("id: E1b") < after.index("# after the call") < after.index("id: E2")
    text = "a:\n  - k: 1\n    l: 1\n  - m: 1 # c\n    n: 2\n"
    value = {"a": ["new", {"k": 2, "l": 1}, {"x": 0}, {"m": 2, "n": 2}]}
    assert rewrite(text, value) == (
        "a:\n  - new\n  - k: 2\n    l: 1\n  - x: 0\n  - m: 2 # c\n    n: 2\n"
    )


def test_a_new_list_has_its_dashes_where_the_file_has_them() -> None:
    out, into = changed(BY_HAND, lambda v: v.update(links=["a", {"b": 1, "c": 2}]))
    assert (out, into) == ("", "links:\n-   a\n-   b: 1\n    c: 2\n")


def test_blank_lines_never_become_part_of_a_text() -> None:
    text = "a: |+\n  x\n\nb: 1\n\n\n# c\nd: 1\n"
    after = rewrite(text, {"a": "x\n\n", "d": 1})
    assert parse(after.encode(), path="x").value == {"a": "x\n\n", "d": 1}


def test_types_count_as_values() -> None:
    assert rewrite("a: 1\n", {"a": True}) == "a: true\n"
    assert rewrite("a: 1\n", {"a": 1.0}) == "a: 1.0\n"
    assert rewrite("a: '1'\n", {"a": 1}) == "a: 1\n"


def test_case_21_unknown_keys_survive() -> None:
    text = "id: a\nx-own: {k: [1]}\ncustom:\n    k: v\nunkown: yes\nstatus: new\n"
    value = {**parse(text.encode(), path="x").value, "status": "closed"}
    assert rewrite(text, value) == text.replace("new", "closed")


ODD = "# top\na: 1  # one\nodd:  # two\n  ? b\n  ? c\nd: 1\n# end\n"
"""Keys without a colon have no place for a value."""


def test_what_exact_lines_cannot_do_is_done_by_ruamel() -> None:
    value = {"a": 2, "odd": {"b": "x", "c": None}, "d": 1}
    after = rewrite(ODD, value)
    assert parse(after.encode(), path="x").value == value
    assert rewrite(after, value) == after
    assert [line for line in after.splitlines() if "#" in line] == [
        "# top", "a: 2  # one", "odd:  # two", "# end",
    ]  # fmt: skip


def test_what_is_too_much_for_ruamel_costs_the_layout_of_changed_keys_only() -> None:
    text = ODD + "# long\n" * 20_000
    after = rewrite(text, {"a": 2, "odd": {"b": "x", "c": None}, "d": 1})
    assert after == text.replace("a: 1  # one", "a: 2").replace(
        "odd:  # two\n  ? b\n  ? c\n", "odd:\n  b: x\n  c: null\n"
    )


def test_a_text_that_no_edit_can_change_is_written_anew() -> None:
    assert rewrite("? a\n? b\n" + "# x\n" * 20_000, {"a": 1, "b": None}) == "a: 1\nb: null\n"


def test_a_text_that_the_guard_refuses_is_not_changed() -> None:
    with pytest.raises(FileRefused):
        rewrite("a: &x 1\n", {"a": 2})
