"""Every sentence has its Chinese counterpart, with the same places to fill in."""

from __future__ import annotations

import ast
import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from tests import translations
from tests.translations import Found

import svcdesk
from svcdesk import i18n

SOURCE = Path(svcdesk.__file__).parent
AGAIN = "run `python3 dev.py translate`, and translate what it names"


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return translations.read_catalogue()


@pytest.fixture(scope="module")
def collected() -> Found:
    return translations.collect()


def _first(sentence: str | list[str] | tuple[str, ...]) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


def _forms(string: str | list[str] | tuple[str, ...]) -> list[str]:
    return [string] if isinstance(string, str) else list(string)


def test_every_sentence_is_in_the_catalogue_and_translated(
    catalogue: Catalog, collected: Found
) -> None:
    known = {_first(one.id): one for one in catalogue if one.id}
    wanted = [_first(one) for one in collected]
    missing = [one for one in wanted if one not in known or not translations.translated(known[one])]
    assert missing == [], AGAIN


def test_no_translation_is_fuzzy(catalogue: Catalog) -> None:
    assert [_first(one.id) for one in catalogue if one.id and one.fuzzy] == []


def test_a_translation_fills_in_the_same_places(catalogue: Catalog) -> None:
    """A place too many would be a KeyError in the face of a user; one too few hides a fact."""
    wrong = [
        (one.id, one.string)
        for one in catalogue
        if one.id and translations.translated(one)
        for form in _forms(one.string)
        # of a singular and a plural, Chinese has the one form: it fills in what the plural does
        if translations.slots(form) != translations.slots(_forms(one.id)[-1])
    ]
    assert wrong == []


def test_a_translation_ends_and_begins_as_its_sentence_does(catalogue: Catalog) -> None:
    """Line breaks and the spaces before a hint are part of the layout."""
    wrong = [
        one.id
        for one in catalogue
        if one.id and translations.translated(one)
        for form in _forms(one.string)
        if _margins(form) != _margins(_first(one.id))
    ]
    assert wrong == []


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_a_help_text_has_the_same_paragraphs(catalogue: Catalog, collected: Found) -> None:
    """The first paragraph of a help text is the line in lists of commands."""
    known = {_first(one.id): one for one in catalogue if one.id}
    wrong = [
        sentence
        for sentence in map(_first, collected)
        if "\n\n" in sentence
        and sentence in known
        and translations.translated(known[sentence])
        and str(known[sentence].string).count("\n\n") != sentence.count("\n\n")
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_text(catalogue: Catalog) -> None:
    with translations.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    shown = {_first(key): text for key, text in compiled.items() if key}
    expected = {
        _first(one.id): _forms(one.string)[0]
        for one in catalogue
        if one.id and translations.translated(one)
    }
    assert {key: shown.get(key) for key in expected} == expected, AGAIN


def test_a_sentence_is_found_in_the_compiled_catalogue_as_gettext_finds_it() -> None:
    with translations.MO.open("rb") as file:
        reference = gettext.GNUTranslations(file)
    asked = [key for key in reference._catalog if isinstance(key, str)]  # type: ignore[attr-defined]
    asked += (
        [f"{key}?" for key in asked] + [key[:-1] for key in asked] + ["\U0010ffff", "\1", "", "–"]
    )
    i18n.use("zh")
    try:
        wrong = [key for key in asked if key and i18n.translate(key) != reference.gettext(key)]
    finally:
        i18n.use("en")
    assert wrong == []
    assert len(asked) > 3000


def _calls_of_t() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "T":
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def test_templates_are_literals() -> None:
    """Only a literal can be collected; what is put together at run time is never translated."""
    wrong = [
        place
        for place, call in _calls_of_t()
        if not (
            call.args
            and isinstance(call.args[0], ast.Constant)
            and isinstance(call.args[0].value, str)
        )
    ]
    assert wrong == []


def test_a_template_is_given_what_it_fills_in() -> None:
    wrong = []
    for place, call in _calls_of_t():
        template = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
        given = {keyword.arg for keyword in call.keywords}
        named = {slot.strip("{}").partition("!")[0] for slot in translations.slots(str(template))}
        if None not in given and given != named:
            wrong.append(f"{place}: {template!r} is given {sorted(map(str, given))}")
    assert wrong == []
