"""Times of day, as people type them: `09:30`, `3pm`, `下午三点半`, `noon`."""

from __future__ import annotations

import re
from typing import Final

from svcdesk.errors import UsageError
from svcdesk.humantime.words import NUMBER, ambiguous, impossible, number
from svcdesk.i18n import T
from svcdesk.values import NamedTuple

_NOON: Final = 12
_PARTS: Final = {
    "凌晨": "dawn",
    "清晨": "morning",
    "早晨": "morning",
    "早上": "morning",
    "早": "morning",
    "上午": "morning",
    "中午": "midday",
    "正午": "midday",
    "下午": "afternoon",
    "午后": "afternoon",
    "傍晚": "afternoon",
    "晚上": "evening",
    "晚间": "evening",
    "晚": "evening",
    "夜里": "evening",
    "夜间": "evening",
    "夜": "evening",
}
_HOURS: Final = {"dawn": 3, "morning": 9, "midday": 12, "afternoon": 3, "evening": 8}
_PART: Final = rf"(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})"
_DIGITAL: Final = (
    rf"{_PART}? ?(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)? ?(?P<half>[ap])?(?(half)\.?m\.?)"
)
_TWELVE: Final = r"(?P<hour>[0-9]{1,2}) ?(?P<half>[ap])\.?m\.?"
_SPOKEN: Final = (
    rf"{_PART}? ?(?P<hour>{NUMBER}) ?[点时](?:钟|整)?"
    rf"(?: ?(?:(?P<thirty>半)|(?P<quarters>[一三13])刻|(?P<minute>{NUMBER})分?"
    rf"(?:(?P<second>{NUMBER})秒)?))?"
)


class Clock(NamedTuple):
    """A time of day: seconds from 00:00 (24:00 is 86,400), and how many seconds it stands for."""

    second: int
    lasts: int


def parse_clock(text: str) -> Clock | None:
    """The time of day that a (normal) text names; None where it is none.

    Digits with a colon are on the 24-hour clock; `三点` alone is refused where morning and
    afternoon are both likely (1 to 6). Raises UsageError for that, and for a time that no day has.
    """
    text = re.sub(r"^(?:at |@ ?|, ?)", "", text)
    if text in ("noon", "中午", "正午"):
        return Clock(_NOON * 3600, 60)
    if text in ("midnight", "午夜", "半夜"):
        raise ambiguous(text, ["00:00", "24:00"])
    if text in _PARTS:
        raise UsageError(
            T("“{text}” needs an hour", text=text),
            hint=T("write it as in {example}", example=f"{text}{_HOURS[_PARTS[text]]}点"),
            code="E_TIME",
        )
    found = re.fullmatch(_DIGITAL, text) or re.fullmatch(_TWELVE, text)
    if found:
        return _digital(text, found)
    found = re.fullmatch(_SPOKEN, text)
    return _spoken(text, found) if found else None


def _digital(text: str, found: re.Match[str]) -> Clock:
    said = found.groupdict()
    hour = int(said["hour"])
    if said.get("half"):
        if said.get("part") or not 1 <= hour <= _NOON:
            raise impossible(text)
        hour = hour % _NOON + (_NOON if said["half"] == "p" else 0)
    elif said.get("part"):
        hour = _by_part(text, hour, said["part"])
    second = said.get("second")
    return _clock(text, hour, int(said.get("minute") or 0), int(second) if second else None)


def _spoken(text: str, found: re.Match[str]) -> Clock | None:
    hour = number(found["hour"])
    minute = 30 if found["thirty"] else 0
    if found["quarters"]:
        minute = 15 if found["quarters"] in "一1" else 45
    elif found["minute"]:
        minute = -1 if (told := number(found["minute"])) is None else told
    second = number(found["second"]) if found["second"] else None
    if hour is None or minute < 0:
        return None
    if found["part"]:
        hour = _by_part(text, hour, found["part"])
    elif 1 <= hour <= 6:
        raise ambiguous(text, [f"{hour:02}:{minute:02}", f"{hour + _NOON}:{minute:02}"])
    return _clock(text, hour, minute, second)


def _by_part(text: str, hour: int, part: str) -> int:
    """The hour on the 24-hour clock, given the part of the day that was named with it."""
    allowed = {
        "dawn": {12: 0} | {at: at for at in range(7)},
        "morning": {at: at for at in range(12)},
        "midday": {at: at for at in range(11, 15)} | {1: 13, 2: 14},
        "afternoon": {at: at for at in range(12, 24)} | {at: at + 12 for at in range(1, 12)},
        "evening": {at: at for at in range(17, 24)} | {at: at + 12 for at in range(5, 12)},
    }[_PARTS[part]]
    if hour in allowed:
        return allowed[hour]
    if _PARTS[part] == "evening" and (hour <= 4 or hour in (_NOON, 24)):
        raise UsageError(
            T("“{text}” could belong to two days", text=text),
            hint=T("write the date with {one} or {other}", one="00:00", other="24:00")
            if hour in (0, _NOON, 24)
            else T("write the date with {one}", one=f"{hour:02}:00"),
            code="E_TIME",
        )
    if _PARTS[part] == "morning" and hour == _NOON:
        raise ambiguous(text, ["00:00", "12:00"])
    raise impossible(text)


def _clock(text: str, hour: int, minute: int, second: int | None) -> Clock:
    total = hour * 3600 + minute * 60 + (second or 0)
    whole_day = (hour, minute, second or 0) == (24, 0, 0)
    if not whole_day and (hour > 23 or minute > 59 or (second or 0) > 59):
        raise impossible(text)
    return Clock(total, 60 if second is None else 1)
