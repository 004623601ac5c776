"""Instants in files: one strict shape in, the same shape out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import Invalid
from svcdesk.model.instants import format_instant, relative, strict_instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), UTC]
NOW = datetime(2024, 10, 1, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-01T09:30:00+08:00",
        "2024-02-29T23:59:59-12:00",
        "2024-10-01T01:30:00Z",
        "0001-01-02T00:00:00Z",
        "9999-12-29T23:59:59+00:00",
    ],
)
def test_a_time_with_offset_is_read(text: str) -> None:
    assert strict_instant(text) == datetime.fromisoformat(text)
    assert strict_instant(text).utcoffset() is not None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00+08:00",
        "2023-02-29T00:00:00+08:00",
        "2024-10-01T25:61:00+08:00",
        "2024-10-01T24:00:00+08:00",
        "2024-10-01T09:30:60+08:00",
        "0000-01-01T00:00:00Z",
        "2024-10-01T09:30:00",
        "2024-10-01T09:30:00+24:00",
        "2024-10-01T09:30:00+08:60",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T23:59:59+00:00",
        "0001-01-01T00:00:00+08:00",
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        strict_instant(text)
    assert refused.value.code == "E_TIME"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-10-01",
        "2024-10-01T09:30+08:00",
        "2024-10-01 09:30:00+08:00",
        "2024-10-01t09:30:00z",
        "2024-10-01T09:30:00.5+08:00",
        "2024-10-01T09:30:00+0800",
        "2024-10-01T09:30:00+08",
        "20241001T093000+0800",
        "2024-W40-2T09:30:00+08:00",
        "2024-10-01T09:30:00+08:00\n",
        " 2024-10-01T09:30:00+08:00",
        "２０２４-10-01T09:30:00+08:00",
        "٢٠٢٤-10-01T09:30:00+08:00",
        "2024-10-01T09:30:00+08:00:00",
        "2" * 100_000,
    ],
)
def test_another_shape_is_refused_though_python_may_read_it(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        strict_instant(text)
    assert len(str(refused.value)) < 200


@given(
    st.datetimes(
        min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 29), timezones=st.just(UTC)
    ),
    st.sampled_from(ZONES),
)
def test_what_is_written_is_read_back_in_every_zone(instant: datetime, zone: ZoneInfo) -> None:
    written = format_instant(instant, zone)
    assert strict_instant(written) == instant.replace(microsecond=0)
    assert format_instant(strict_instant(written), zone) == written


def test_a_datetime_without_offset_is_never_written() -> None:
    with pytest.raises(ValueError, match="names no instant"):
        format_instant(datetime(2024, 10, 1), SHANGHAI)


def test_the_offset_is_that_of_the_zone_at_that_moment() -> None:
    new_york = ZoneInfo("America/New_York")
    assert format_instant(NOW, SHANGHAI) == "2024-10-01T09:30:00+08:00"
    assert format_instant(NOW, new_york) == "2024-09-30T21:30:00-04:00"
    assert format_instant(NOW + timedelta(days=60), new_york) == "2024-11-29T20:30:00-05:00"
    assert format_instant(NOW, timezone(timedelta(hours=-3))) == "2024-09-30T22:30:00-03:00"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "now"),
        (1, "in 1 s"),
        (-90, "90 s ago"),
        (120, "in 2 min"),
        (7199, "in 119 min"),
        (7200, "in 2 h"),
        (-7200, "2 h ago"),
        (2 * 86400 - 1, "in 47 h"),
        (2 * 86400, "in 2 d"),
        (-3 * 86400 - 5, "3 d ago"),
    ],
)
def test_distance_is_told_in_one_unit_rounded_towards_now(seconds: int, shown: str) -> None:
    assert str(relative(NOW + timedelta(seconds=seconds), NOW)) == shown
