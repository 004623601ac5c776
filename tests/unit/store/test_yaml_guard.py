"""Text that people type, and what may stand in an id or a title."""

from __future__ import annotations

import pytest

from svcdesk.errors import Invalid
from svcdesk.model.invisible import has_invisible, without_invisible
from svcdesk.store.yaml_text import dump, normalise, normalise_short


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\x85b\u2028c\u2029d", "a\nb\nc\nd"),
        ("\ufeffa", "a"),
        ("a\tb", "a   b"),
        ("  a  ", "  a  "),
        ("Ａ１ é é", "Ａ１ é é"),
        ("", ""),
    ],
)
def test_typed_text_takes_the_form_of_a_file(typed: str, kept: str) -> None:
    assert normalise(typed) == kept
    assert normalise(kept) == kept
    dump({"a": kept})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("a\x1b[31m", "001B"),
        ("\0", "0000"),
        ("x\ufeff", "FEFF"),
        ("\x9b", "009B"),
        ("\ud800", "D800"),
    ],
)
def test_typed_control_characters_are_refused_by_name(typed: str, number: str) -> None:
    with pytest.raises(Invalid, match=rf"U\+{number}"):
        normalise(typed)
    with pytest.raises(Invalid):
        dump({"a": typed})


def test_refusal_of_typed_text_names_the_line() -> None:
    with pytest.raises(Invalid) as caught:
        normalise("a\r\nb\n\x07")
    assert caught.value.line == 3


def test_case_22_full_width_signs_are_understood_when_typed() -> None:
    assert normalise_short(" ＳＲ－２０２４１００１－００１\n") == "SR-20241001-001"
    assert normalise_short("２０２４－１０－０１　０９：３０") == "2024-10-01 09:30"


@pytest.mark.parametrize(
    "text", ["a\u200bb", "\u202ea", "a\u2066", "x\u200d", "\u00ad", "\u2028", "\u3164", "a\ufeff"]
)
def test_case_19_invisible_characters_are_found(text: str) -> None:
    assert has_invisible(text)
    assert not has_invisible(without_invisible(text))


@pytest.mark.parametrize("text", ["", "SR-1", "登录失败：E500！", "é 😀 ñ ﷺ", "全角　空格"])
def test_ordinary_text_has_none(text: str) -> None:
    assert not has_invisible(text)
    assert without_invisible(text) == text
