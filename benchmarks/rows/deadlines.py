"""Reckons deadlines on a loaded working calendar: `python -m benchmarks.rows.deadlines COUNT`.

Every target in turn is due in hours and in working days, and every third was paused.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from svcdesk.sla.arithmetic import add, add_working_days
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.calendar_file import parse_calendar

_YEAR = 366 * 86_400


def main() -> None:
    calendar = _calendar()
    first = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    for number in range(int(sys.argv[1])):
        start = first + number * 7_919 % _YEAR
        pauses = ((start + 3_600, start + 9_000),) if number % 3 == 0 else ()
        if number % 2:
            add(calendar, start, 3_600 * (number % 40 + 1), pauses=pauses)
        else:
            add_working_days(calendar, start, number % 5 + 1, pauses=pauses)


def _calendar() -> Calendar:
    hours = {day: ["09:00-12:00", "13:30-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    return parse_calendar({"zone": "Asia/Shanghai", "hours": hours}, "office")


if __name__ == "__main__":
    main()
