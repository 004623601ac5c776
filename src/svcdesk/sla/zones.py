"""Time zones: what their clocks show, when they change, and which instant a local time means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.sla.instants import epoch, local_seconds, moment, naive

_DAY = 86400
_CITIES = {
    "Asia/Shanghai": "beijing peking guangzhou shenzhen hangzhou nanjing chengdu wuhan tianjin "
    "xian china cst cn 北京 北京时间 上海 广州 深圳 杭州 南京 成都 武汉 西安 天津 重庆 中国",
    "Asia/Kolkata": "mumbai bombay delhi newdelhi bangalore bengaluru india ist",
    "Asia/Tokyo": "osaka japan jst 东京 大阪 日本",
    "America/New_York": "washington boston",
    "America/Los_Angeles": "sanfrancisco seattle",
    "Europe/Berlin": "frankfurt munich hamburg",
}
"""Cities that people look for and the database does not have, by the zone they are in."""
_SECOND = timedelta(seconds=1)


class Zone:
    """A zone of the IANA database by its name; UTC works on machines without the database."""

    __slots__ = ("_steady", "name", "tz")

    def __init__(self, name: str, tz: tzinfo) -> None:
        self.name = name
        self.tz = tz
        self._steady: dict[int, int | None] = {}

    def offset(self, instant: int) -> int:
        """Seconds that the zone's clocks are ahead of UTC at an instant."""
        steady = self.steady(instant // _DAY)
        return self._ask(instant) if steady is None else steady

    def steady(self, day: int) -> int | None:
        """The one offset of a whole UTC day (counted from 1970), None where it changes.

        No zone has ever changed its clock and changed it back within a day.
        """
        if day not in self._steady:
            first, last = self._ask(day * _DAY), self._ask((day + 1) * _DAY)
            self._steady[day] = first if first == last else None
        return self._steady[day]

    def local(self, instant: int) -> int:
        """What the zone's clocks show at an instant, in seconds since their 1970-01-01 00:00."""
        return instant + self.offset(instant)

    def instants(self, local: int) -> tuple[int, int]:
        """The first and the last instant that local seconds could mean: the same but at a change.

        Where the clock skips that reading, they are it by the offset before and after the change,
        the later one first (PEP 495).
        """
        day = local // _DAY
        here = self.steady(day)
        if here is not None and here == self.steady(day - 1) == self.steady(day + 1):
            return local - here, local - here
        reading = naive(local)
        first, last = (epoch(reading.replace(tzinfo=self.tz, fold=fold)) for fold in (0, 1))
        return first, last

    def changes(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The pieces of [start, end) with one offset each: (from, to, offset), in order."""
        pieces: list[tuple[int, int, int]] = []
        since, here = start, self.offset(start)
        for day in range(start // _DAY, end // _DAY + 1):
            if self.steady(day) is not None:
                continue
            low, high = max(day * _DAY, start), min((day + 1) * _DAY, end)
            there = self.offset(high)
            if there == here:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if self.offset(middle) != here else (middle, high)
            pieces.append((since, high, here))
            since, here = high, there
        pieces.append((since, end, here))
        return [piece for piece in pieces if piece[0] < piece[1]]

    def _ask(self, instant: int) -> int:
        ahead = moment(instant, self.tz).utcoffset()
        return 0 if ahead is None else ahead // _SECOND


def find_zone(name: str, field: str | None = None) -> Zone:
    """The zone of that name. Raises Invalid with near names, naming `field`."""
    if name == "UTC":
        return Zone(name, UTC)
    try:
        return Zone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        known = available_timezones()
    if not known:
        raise Invalid(
            T("this machine has no time zone database, so {name} means nothing here", name=name),
            code="E_ZONE",
            field=field,
            hint=T("install it: pip install tzdata"),
        )
    city = name.rpartition("/")[2].casefold().replace("_", "").replace(" ", "")
    meant = next((zone for zone, cities in _CITIES.items() if city in cities.split()), None)
    from difflib import get_close_matches

    near = [meant] if meant else get_close_matches(name, sorted(known), n=3)
    raise Invalid(
        T("there is no time zone “{name}”", name=name),
        code="E_ZONE",
        field=field,
        hint=T("do you mean {names}?", names=", ".join(near))
        if near
        else T("use a name of the IANA database, such as Asia/Shanghai"),
    )


def resolve_local(reading: datetime, zone: Zone) -> tuple[int, Text | None]:
    """The instant that a wall-clock reading means in a zone, and what had to be decided.

    As RFC 5545, 3.3.5: a reading that the clock skips counts with the offset before the change,
    one that the clock shows twice is the first. The second value says so, else it is None.
    """
    local = local_seconds(reading)
    first, last = zone.instants(local)
    if first == last:
        return first, None
    parts = {
        "local": reading.isoformat(" "),
        "zone": zone.name,
        "taken": moment(first, zone.tz).isoformat(" "),
    }
    if zone.local(first) == local:
        return first, T(
            "{local} comes twice in {zone}, as the clock goes back; "
            "the first, {taken}, is taken (RFC 5545)",
            **parts,
        )
    return first, T(
        "{local} does not exist in {zone}, as the clock goes forward; {taken} is taken, "
        "by the offset before the change (RFC 5545)",
        **parts,
    )
