"""Numbering by year: `PREFIX-YYYY-NNNN`."""

from __future__ import annotations

from svcdesk.hookspecs import NumberRequest


def yearly(request: NumberRequest) -> str:
    """One more than the highest serial ever used with this prefix in the year of registration."""
    head = f"{request.prefix}-{request.day.year}-"
    return f"{head}{request.highest(head) + 1:04}"
