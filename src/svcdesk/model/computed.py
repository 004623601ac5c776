"""Fields that are computed whenever they are asked for, and never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcdesk.model.record import Value, Values, value_at


def satisfaction(header: Values) -> float | None:
    """The mean of the ratings that a feedback has, to one decimal (norm C 3.4); None without any.

    Halves are rounded up, as on paper: 5, 4 and 5 give 4.7.
    """
    ratings = value_at(header, "ratings")
    if not isinstance(ratings, Mapping):
        return None
    given = [
        value
        for name, value in ratings.items()
        if isinstance(value, int) and not isinstance(value, bool) and not name.startswith("x-")
    ]
    if not given:
        return None
    from decimal import ROUND_HALF_UP, Decimal

    mean = Decimal(sum(given)) / len(given)
    return float(mean.quantize(Decimal("0.1"), ROUND_HALF_UP))


COMPUTED: Mapping[str, Callable[[Values], Value]] = {"satisfaction": satisfaction}
"""Every computed field: its path and how it follows from a record's header."""
