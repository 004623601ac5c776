"""What is written from the program itself – the reference, the settings, the pictures – is true."""

from __future__ import annotations

import sys

import pytest
from tests import command_reference, settings_page, terminal_pictures
from tests.terminal_pictures import LANGUAGES, picture_path


def test_the_reference_of_commands_says_what_help_says() -> None:
    written = command_reference.PAGE.read_text(encoding="utf-8")
    assert written == command_reference.page(), "run `python -m tests.command_reference`"


def test_the_table_of_settings_is_that_of_the_program() -> None:
    written = settings_page.PAGE.read_text(encoding="utf-8")
    assert written == settings_page.page(written), "run `python -m tests.settings_page`"
    assert written.count("\n| `") == len(settings_page.SETTINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.skipif(sys.platform == "win32", reason="paths are shown with other slashes")
def test_the_pictures_show_what_the_commands_print(language: str) -> None:
    drawn = picture_path(language).read_text(encoding="utf-8")
    assert drawn == terminal_pictures.picture(language), "run `python -m tests.terminal_pictures`"


def test_wide_characters_take_two_columns_in_a_picture() -> None:
    runs = list(terminal_pictures.runs("id  \x1b[1m数据\x1b[0m  x"))
    assert [(run.text, run.look, run.column) for run in runs if run.text.strip()] == [
        ("id", "", 0),
        ("数据", "1", 4),
        ("x", "0", 10),
    ]
