"""Durations as written in policies, and the spelling that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Invalid
from svcdesk.sla.duration import Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds", "days"),
    [
        ("4h", 14400, 0),
        ("30m", 1800, 0),
        ("90s", 90, 0),
        ("1d", 86400, 0),
        ("1h30m", 5400, 0),
        ("1d2h3m4s", 93784, 0),
        ("3wd", 0, 3),
        (" 4h ", 14400, 0),
        ("0s", 0, 0),
    ],
)
def test_what_a_duration_means(text, seconds, days):
    made = parse_duration(text)
    assert (made.seconds, made.working_days) == (seconds, days)
    assert str(made) == text.strip()


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("3 days", ["3d", "3wd"]),
        ("3days", ["3d", "3wd"]),
        ("3天", ["3d", "3wd"]),
        ("3 working days", ["3wd"]),
        ("5个工作日", ["5wd"]),
        ("4 hours", ["4h"]),
        ("4小时", ["4h"]),
        ("1.5h", ["1h30m"]),
        ("4", ["4h"]),
        ("", ["4h"]),
        ("-4h", ["4h"]),
        ("30m1h", ["1h30m"]),
        ("3wd4h", ["3wd"]),
        ("one hour", ["4h"]),
        ("９９h", ["write 99h"]),
        ("１h３０m", ["write 1h30m"]),
        ("３个工作日", ["3wd"]),
        ("99999999999h", ["that long"]),
    ],
)
def test_anything_else_is_refused_with_the_spelling_that_was_meant(text, hints):
    with pytest.raises(Invalid) as refusal:
        parse_duration(text, "rules.0.targets.response.duration")
    assert refusal.value.code == "E_DURATION"
    assert refusal.value.field == "rules.0.targets.response.duration"
    for hint in hints:
        assert hint in str(refusal.value.hint)


@given(st.integers(0, 10**8), st.integers(0, 10**4))
def test_the_canonical_spelling_means_the_same(seconds, days):
    made = Duration(seconds=0 if days else seconds, working_days=days)
    assert parse_duration(made.canonical()) == made
