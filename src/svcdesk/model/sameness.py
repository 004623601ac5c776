"""Whether two values of a record are the same."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.model.record import Value, Values


def same(one: Value | Values, other: Value | Values) -> bool:
    """Whether two values are equal and of one type all the way down: 1, 1.0 and true differ.

    The order of keys does not count.
    """
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and one.keys() == other.keys()
            and all(same(one[key], other[key]) for key in one)
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    return one == other and type(one) is type(other)
