"""docs/api.md: its examples give what they say, and it leaves no method out."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest

from svcdesk import Desk
from svcdesk.testing import Sandbox

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")
INSIDE = {
    "now", "now_ms", "chance", "act", "names_in", "read_file", "read_yaml", "document", "understood",
    "ask_repository", "repository_now", "ask_differing", "asked_differing",
}  # fmt: skip
"""What the parts of svcdesk use among themselves."""


def test_the_examples_give_what_they_say(desk: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.root)
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(code, {}, "api.md", str(PAGE), 0)
    assert len(examples.examples) > 30
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(examples, out=said.append)
    assert runner.failures == 0, "".join(said)
    assert desk.status() == ""


def test_no_method_of_a_desk_is_left_out() -> None:
    methods = {
        name
        for name, one in inspect.getmembers(Desk, inspect.isfunction)
        if not name.startswith("_")
    }
    named = set(re.findall(r"`(?:desk\.)?(\w+)\(", TEXT)) | set(re.findall(r"desk\.(\w+)\(", TEXT))
    assert methods - INSIDE - named == set()
