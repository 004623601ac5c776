"""The words for days, weeks, months and years in English and Chinese, with what they count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final


def either(words: Iterable[str]) -> str:
    """A pattern for any of the words, longer ones first."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


NAMED_DAYS: Final = {
    "day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
SHORT_DAYS: Final = {"昨": -1, "今": 0, "明": 1}
"""Stand for a day only before a part of it: 今晚, 明早."""

WEEKDAYS: Final = {
    name: at
    for at, names in enumerate(
        (
            "monday mon 一 1",
            "tuesday tues tue 二 2",
            "wednesday wed 三 3",
            "thursday thurs thur thu 四 4",
            "friday fri 五 5",
            "saturday sat 六 6",
            "sunday sun 日 天 7",
        )
    )
    for name in names.split()
}
MONTHS: Final = {
    name[:length]: at
    for at, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        start=1,
    )
    for length in (3, len(name))
} | {"sept": 9}

SHIFTS: Final = {
    "上上": -2,
    "上": -1,
    "last": -1,
    "本": 0,
    "这": 0,
    "this": 0,
    "下": 1,
    "next": 1,
    "下下": 2,
}
UNITS: Final = {
    "week": "week",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "month": "month",
    "月": "month",
    "quarter": "quarter",
    "季度": "quarter",
    "year": "year",
}
YEARS: Final = {"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
