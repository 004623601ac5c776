"""Excerpts: the part of a text that holds the words, and the places of the words in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.query import excerpt, fold

LENGTH = 40
CHARS = st.text(st.sampled_from("ab Ab数据库ＡＢ\n\t．①ﬁ㎡é"), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("数据库", ["据"], "数[据]库"),
        ("ＯＲＡ  ora\nOra", ["ora"], "[ＯＲＡ] [ora] [Ora]"),
        ("a ab", ["a", "ab"], "[a] [ab]"),
        ("㎡", ["m2"], "[㎡]"),
        ("x" * 50 + "库" + "y" * 50, ["库"], "…" + "x" * 24 + "[库]" + "y" * 15 + "…"),
        ("库" + "y" * 50, ["库"], "[库]" + "y" * 39 + "…"),
    ],
)
def test_words_are_marked_where_they_stand(text: str, words: list[str], shown: str) -> None:
    found = excerpt(text, words, LENGTH)
    assert found is not None
    said, at = "", 0
    for first, end in found.marks:
        said += f"{found.text[at:first]}[{found.text[first:end]}]"
        at = end
    assert said + found.text[at:] == shown


def test_a_text_without_the_words_has_none() -> None:
    assert excerpt("数据库", ["网络"], LENGTH) is None


@given(CHARS, CHARS, CHARS)
def test_what_is_marked_is_what_was_looked_for(before: str, word: str, after: str) -> None:
    sought = fold(word)
    found = excerpt(before + word + after, [sought], LENGTH)
    if not sought:
        assert found is None
        return
    assert found is not None
    assert len(found.text) <= LENGTH + 2
    for first, end in found.marks:
        assert 0 <= first < end <= len(found.text)
        if end < LENGTH:
            assert sought in fold(found.text[first:end])
