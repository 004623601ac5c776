"""What differs between two versions of a file of the desk, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from svcdesk.model.record import Value

Difference = tuple[str, Value, Value]
"""A dotted path, and what stood and stands there (None: nothing)."""


def differences(old: Value, new: Value, path: str = "") -> Iterator[Difference]:
    """Each value that is another, was added or taken out, in the order of the file.

    Items of lists of one length are compared by their place; of others it is said which came and
    which went.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _of_lists(old: Sequence[Value], new: Sequence[Value], path: str) -> Iterator[Difference]:
    if len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}.{place}")
        return
    for item in old:
        if item not in new:
            yield path, item, None
    for item in new:
        if item not in old:
            yield path, None, item
