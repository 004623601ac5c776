"""Our numbering schemes, as the desk asks them."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Refused
from svcdesk.hookspecs import NumberRequest
from svcdesk.model.ids import date_of, is_record_id, serial_of
from svcdesk.plugins import build_plugins

DAILY = build_plugins().numbering("daily").propose
DATE_RANDOM = build_plugins().numbering("date-random").propose
DAY = date(2024, 10, 1)


def request(*used: str, chance: bytes = bytes(10)) -> NumberRequest:
    def beginning(head: str) -> list[str]:
        return [one for one in used if one.startswith(head)]

    def highest(head: str) -> int:
        return max((serial_of(one, head) for one in used), default=0)

    return NumberRequest("SR", DAY, chance, beginning, highest)


@pytest.mark.parametrize(
    ("used", "following"),
    [
        ((), "SR-20241001-001"),
        (("SR-20241001-001",), "SR-20241001-002"),
        (("SR-20241001-007", "SR-20241001-002"), "SR-20241001-008"),
        (("SR-20241002-009", "IR-20241001-009"), "SR-20241001-001"),
        (("SR-20241001-999",), "SR-20241001-1000"),
        (("SR-20241001-1000", "SR-20241001-999"), "SR-20241001-1001"),
        (("SR-20241001-K7QX",), "SR-20241001-001"),
        (("SR-20241001-９９９", "SR-20241001-1234567"), "SR-20241001-001"),
    ],
)
def test_daily_gives_one_more_than_the_highest_ever(used: tuple[str, ...], following: str) -> None:
    assert DAILY(request(*used)) == following


def test_daily_ends_with_six_digits() -> None:
    assert DAILY(request("SR-20241001-999998")) == "SR-20241001-999999"
    with pytest.raises(Refused, match="used up"):
        DAILY(request("SR-20241001-999999"))


@given(st.binary(min_size=10, max_size=10))
def test_date_random_is_an_id_of_that_day_and_never_a_serial(chance: bytes) -> None:
    proposed = DATE_RANDOM(request(chance=chance))
    assert is_record_id(proposed)
    assert date_of(proposed) == DAY
    ending = proposed.removeprefix("SR-20241001-")
    assert len(ending) == 4
    assert ending[0].isalpha()
    assert not set(ending) & set("ILOU")
    assert DAILY(request(proposed)) == "SR-20241001-001"


def test_date_random_spreads() -> None:
    assert len({DATE_RANDOM(request(chance=os.urandom(10))) for _ in range(200)}) > 190
