"""Durations as people write them in policies: `4h`, `30m`, `90s`, `1d` (24 h), `3wd`."""

from __future__ import annotations

import re

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import half_width
from svcdesk.values import NamedTuple

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PLAIN = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
_WORKING = re.compile(r"([0-9]+)wd")
_LOOSE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([^\W\d_]+(?:\s+[^\W\d_]+)*)")
_DIGITS = 10
_WORDS = {
    "day": ("d", "wd"), "days": ("d", "wd"), "天": ("d", "wd"), "日": ("d", "wd"),
    "working day": ("wd",), "working days": ("wd",), "workday": ("wd",), "workdays": ("wd",),
    "business day": ("wd",), "business days": ("wd",), "个工作日": ("wd",), "工作日": ("wd",),
    "hour": ("h",), "hours": ("h",), "hr": ("h",), "hrs": ("h",), "小时": ("h",), "个小时": ("h",),
    "minute": ("m",), "minutes": ("m",), "min": ("m",), "mins": ("m",), "分钟": ("m",),
    "second": ("s",), "seconds": ("s",), "sec": ("s",), "secs": ("s",), "秒": ("s",),
    "h": ("h",), "m": ("m",), "s": ("s",), "d": ("d",), "wd": ("wd",),
}  # fmt: skip


class Duration(NamedTuple):
    """An amount of time on some clock: seconds, or working days; never both, never converted.

    `text` is how it was written, and is how it is shown.
    """

    seconds: int = 0
    working_days: int = 0
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self[:2] == other[:2]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:2])

    def __str__(self) -> str:
        return self.text or self.canonical()

    def canonical(self) -> str:
        """The shortest spelling that means the same: `1h30m`, `26h`, `3wd`, `0s`."""
        if self.working_days:
            return f"{self.working_days}wd"
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        shown = "".join(
            f"{count}{unit}"
            for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s"))
            if count
        )
        return shown or "0s"

    @property
    def names_days(self) -> bool:
        """Whether it was written with `d`, which means 24 hours of the clock it runs on."""
        return not self.working_days and "d" in self.text


def parse_duration(text: str, field: str | None = None) -> Duration:
    """The duration that a text means. Digits are ASCII (callers normalise what people type).

    Raises Invalid, naming `field`, with the spelling that was probably meant.
    """
    written = text.strip()
    working = _WORKING.fullmatch(written)
    plain = _PLAIN.fullmatch(written)
    if max((len(run) for run in re.findall(r"[0-9]+", written)), default=0) > _DIGITS:
        raise _wrong(text, T("no clock runs that long"), field)
    if working:
        return Duration(working_days=int(working[1]), text=written)
    if plain and written:
        amounts = (int(count or 0) for count in plain.groups())
        seconds = sum(n * unit for n, unit in zip(amounts, _SECONDS.values(), strict=True))
        return Duration(seconds=seconds, text=written)
    raise _wrong(text, _meant(written), field)


def _meant(written: str) -> Text:
    narrow = half_width(written)
    if narrow and (_WORKING.fullmatch(narrow) or _PLAIN.fullmatch(narrow)):
        return T("write {spelling}", spelling=narrow)
    loose = _LOOSE.fullmatch(narrow)
    if loose is None:
        return T("write it as in 4h, 30m, 90s, 1h30m, 1d (24 hours) or 3wd (working days)")
    count, units = loose[1], _WORDS.get(loose[2].lower(), ())
    if not units or ("." in count and "wd" in units):
        return T("write it as in 4h, 30m, 90s, 1h30m, 1d (24 hours) or 3wd (working days)")
    if "." in count:
        exact = round(float(count) * _SECONDS[units[0]])
        return T("write {spelling}", spelling=Duration(seconds=exact).canonical())
    if units == ("d", "wd"):
        return T(
            "write {days} for {count} times 24 hours, {working} for working days",
            days=f"{count}d",
            working=f"{count}wd",
            count=count,
        )
    return T("write {spelling}", spelling=f"{count}{units[0]}")


def _wrong(text: str, hint: Text, field: str | None) -> Invalid:
    return Invalid(
        T("“{text}” is not a duration", text=text), code="E_DURATION", field=field, hint=hint
    )
