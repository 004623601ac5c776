"""Every case is named by a test, and every number that a test names is a case."""

from __future__ import annotations

import re
from pathlib import Path

from tests.threats.cases import CASES

TESTS = Path(__file__).parents[1]
_MARK = re.compile(r"mark\.case\(([0-9,\s]+)\)")


def _named() -> dict[int, set[str]]:
    """Case → the files whose tests bear its number."""
    named: dict[int, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for numbers in _MARK.findall(path.read_text(encoding="utf-8")):
            for number in re.findall("[0-9]+", numbers):
                named.setdefault(int(number), set()).add(path.name)
    return named


def test_every_case_is_named_by_a_test() -> None:
    missing = {number: what for number, what in CASES.items() if number not in _named()}
    assert missing == {}


def test_every_number_that_a_test_names_is_a_case() -> None:
    assert {number: files for number, files in _named().items() if number not in CASES} == {}
