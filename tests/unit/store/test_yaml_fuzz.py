"""Properties of reading and changing, over texts as people (and accidents) lay them out.

More examples: `SVCDESK_FUZZ=20000 pytest tests/unit/store/test_yaml_fuzz.py`.
"""

from __future__ import annotations

import difflib
import re
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError
from yaml_by_hand import Hand, any_mapping, edited
from yaml_readers import examples, read_core

from svcdesk.errors import FileRefused
from svcdesk.store import yaml_compose, yaml_fast
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_rewrite import changed_lines
from svcdesk.store.yaml_text import dump, rewrite
from svcdesk.store.yaml_values import same

SEEDS = st.integers(0, 1 << 40)

_ONE_PARSER_ONLY = r":[,\]}]|[|>][-+0-9]*#|[^ ]\?"
"""`{a:, b}`, `|# comment` and `[a?, b]` are read by one of the two parsers and not by the other."""

REFUSED_BY_RUAMEL_ONLY = re.compile(
    "more indented follow up line|expected chomping|expected ',' or"
)
"""Blanks before a block's first line, `>#` without a blank, `[a:]` and `["k":1]`."""

PIECES = [
    "a", "b", "id", "x y", '"q"', "'s'", '"a\\nb"', ":", ": ", ": ", "- ", "-", "? ", "[", "]", "{",
    "}", ", ", ",", " #c\n", "#", "\n", "\n", "\n", "\n  ", "\n  ", "\n    ", "\n - ", " ", "  ",
    "|\n", "|-\n", "|+\n", ">\n", ">-\n", "|2\n", "1", "017", "0x1F", "0o17", "1e3", ".5", "1_000",
    "true", "no", "~", "null", "2024-01-01", "12:30", "=", "<", "%", "@", "`", "!", "&a", "*a", "<<",
    "'", '"', "中文", "é", "--- ", "...", "\n---\n", "a: b\n", "b:\n  - c\n", "c: [1, 2]\n",
    "d: {x: y}\n", "k: |\n  t\n", " \n", "\n\n", "a:\n", "x: >\n  y\n   z\n  w\n", "e: 'x\n  y'\n",
    "f: x\n  y\n", "\\", "-1", "-0", "0b1",
]  # fmt: skip


def document(seed: int, *, plain: bool = False) -> tuple[str, dict[str, Any], list[str], Random]:
    """A text by hand, its value and its comments; what follows uses the same chance.

    `plain`: no line that looks like a comment and is one of a text.
    """
    chance = Random(seed)
    text = Hand(chance, plain=plain).write(any_mapping(chance))
    return text, parse(text.encode(), path="x").value, re.findall(r"# c\d+$", text, re.M), chance


def damaged(seed: int) -> str:
    """Pieces of YAML in any order, or a text by hand with pieces thrown into it."""
    chance = Random(seed)
    if chance.random() < 0.4:
        return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 25)))
    text = Hand(chance).write(any_mapping(chance))
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(PIECES) + text[at + chance.choice([0, 0, 1, 3]) :]
    return text


def read(text: str) -> dict[str, Any] | None:
    try:
        return parse(text.encode(), path="x").value
    except FileRefused:
        return None


@settings(max_examples=examples(600), deadline=None)
@given(SEEDS)
def test_what_is_let_in_means_the_same_to_ruamel(seed: int) -> None:
    text = damaged(seed)
    value = read(text)
    assume(value is not None)
    try:
        theirs = read_core(text)
    except YAMLError as error:
        assert REFUSED_BY_RUAMEL_ONLY.search(str(error))
        return
    assert same(theirs, value or {})


@settings(max_examples=examples(600), deadline=None)
@given(SEEDS)
def test_the_parser_that_stands_in_means_the_same(seed: int) -> None:
    text = damaged(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_fast, "_known", [None])  # both are read with care
        value = read(text)
        patch.setattr(yaml_compose, "_PARSER", yaml_compose._PythonParser)
        other = read(text)
    if (value is None) != (other is None):
        assert re.search(_ONE_PARSER_ONLY, text)
        return
    assert value == other


@settings(max_examples=examples(1500), deadline=None)
@given(SEEDS)
def test_any_change_arrives_and_a_second_one_changes_nothing(seed: int) -> None:
    text, value, _, chance = document(seed)
    new = edited(value, chance)
    after = rewrite(text, new)
    assert same(parse(after.encode(), path="x").value, new)
    assert rewrite(after, new) == after
    assert same(parse(rewrite(after, value).encode(), path="x").value, value)


@settings(max_examples=examples(1000), deadline=None)
@given(SEEDS)
def test_changes_that_remove_nothing_keep_every_comment_and_other_line(seed: int) -> None:
    text, value, comments, chance = document(seed, plain=True)
    new = edited(value, chance, removals=False)
    after = rewrite(text, new)
    lost = set(comments) - set(re.findall(r"# c\d+$", after, re.M))
    assert not lost
    assert _lines_gone(text, after) <= _longest_leaf(text)


@settings(max_examples=examples(500), deadline=None)
@given(SEEDS)
def test_in_our_own_layout_no_more_lines_change_than_with_care(seed: int) -> None:
    chance = Random(seed)
    value = any_mapping(chance)
    text, new = dump(value), edited(value, chance)
    after, careful = rewrite(text, new), changed_lines(text, new)
    assert careful is not None
    assert _lines_gone(text, after) <= _lines_gone(text, careful)


def _lines_gone(text: str, after: str) -> int:
    """How many lines of a text are not, or not the same, in what became of it."""
    matcher = difflib.SequenceMatcher(None, text.splitlines(), after.splitlines(), autojunk=False)
    return sum(high - low for tag, low, high, _, _ in matcher.get_opcodes() if tag != "equal")


def _longest_leaf(text: str) -> int:
    """How many lines a text of ours, or the longest pair of brackets, takes: what a change may."""
    runs = re.findall(r"(?:[\[{][^\n]*(?:\n[^\n]*)*?[\]}])", text)
    return max([6, *(run.count("\n") + 2 for run in runs)])


@settings(max_examples=examples(500), deadline=None)
@given(SEEDS)
def test_an_item_appended_to_a_list_of_blocks_only_adds_lines(seed: int) -> None:
    chance = Random(seed)
    value = any_mapping(chance)
    value.pop("events", None)
    value["events"] = [{"id": f"E{n}", "set": any_mapping(chance, 3)} for n in range(3)]
    text = dump(value)
    new = {**value, "events": [*value["events"], {"id": "E3", "set": any_mapping(chance, 3)}]}
    assert rewrite(text, new).startswith(text)
