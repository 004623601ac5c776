"""Times as spreadsheets write them: the year first, and without a zone."""

from __future__ import annotations

import re
from datetime import datetime

_LOCAL = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)


def local_time(text: str) -> datetime | None:
    """The time that a cell shows; None for what is none. A day alone is its midnight."""
    found = _LOCAL.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
