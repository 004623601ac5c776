"""Each attempt to get past the rules by editing files is met by a finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bypasses import BYPASSES, Bypass
from review_helpers import Branch


@pytest.mark.case(95, 98, 99, 100)
@pytest.mark.parametrize("bypass", BYPASSES, ids=lambda one: one.name.replace(" ", "-"))
def test_it_is_found(branch: Branch, bypass: Bypass) -> None:
    assert branch.codes() == set()
    bypass.attempt(branch)
    assert bypass.code in branch.codes()


def test_each_attempt_is_in_the_documentation_with_its_finding() -> None:
    page = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| `((?:DESK|E_)\w+)` [^|]*\|$", page, re.MULTILINE)
    assert sorted(rows) == sorted((one.name, one.code) for one in BYPASSES)
