"""Numbering by year: `PREFIX-YYYY-NNNN`."""

from __future__ import annotations

from svcdesk.hookspecs import NumberRequest


def yearly(request: NumberRequest) -> str:
    """One more than the highest serial ever used with this prefix in the year of registration."""
    head = f"{request.prefix}-{request.day.year}-"
    endings = (one.removeprefix(head) for one in request.used(head))
    serials = [int(ending) for ending in endings if ending.isascii() and ending.isdigit()]
    return f"{head}{max(serials, default=0) + 1:04}"
