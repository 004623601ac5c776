"""Whether two values of a record are the same."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.model.record import Value, Values


def same(one: Value | Values, other: Value | Values) -> bool:
    """Whether two values are equal and of one type all the way down: 1, 1.0 and true differ.

    The order of keys does not count.
    """
    if one is other:
        return True
    kind = type(one)
    if kind is str:  # most are, and this is asked of every value of every record written
        return type(other) is str and one == other
    if isinstance(one, (dict, Mapping)):
        if not isinstance(other, (dict, Mapping)) or one.keys() != other.keys():
            return False
        return all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    return one == other and kind is type(other)
