"""Whether a stored value is what a condition wants, by the kind of comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from svcdesk.errors import Invalid
from svcdesk.model.field_info import plain
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value
from svcdesk.query.fold import fold

Kind: TypeAlias = Literal[
    "choice", "word", "path", "part", "id", "yes", "number", "instant", "date", ""
]
Wanted: TypeAlias = frozenset[Any]
"""What is looked for, any of it: words (plain), texts (folded), ids, truths, or pairs of bounds
where None is open: numbers and days with both ends included, instants without the last."""


def present(value: Value) -> bool:
    """Whether there is a value: an empty text, list or mapping is none."""
    return value is not None and value != "" and value != [] and value != {}


def _any(holds: Callable[[Wanted, Value], bool]) -> Callable[[Wanted, Value], bool]:
    """A list holds what one of its items holds."""

    def check(wanted: Wanted, value: Value) -> bool:
        if isinstance(value, list):
            return any(holds(wanted, item) for item in value)
        return value is not None and holds(wanted, value)

    return check


def _choice(wanted: Wanted, value: Value) -> bool:
    """A word of a closed vocabulary is stored in one spelling."""
    return value in wanted if isinstance(value, str) else False


def _word(wanted: Wanted, value: Value) -> bool:
    text = _text(value)
    return text in wanted or plain(text) in wanted


def _path(wanted: Wanted, value: Value) -> bool:
    """A word with finer ones after slashes is found by itself and by what stands before each."""
    steps = plain(_text(value)).split("/")
    return any("/".join(steps[: count + 1]) in wanted for count in range(len(steps)))


def _part(wanted: Wanted, value: Value) -> bool:
    text = fold(_text(value))
    return any(part in text for part in wanted)


def _id(wanted: Wanted, value: Value) -> bool:
    """An id is found by itself or by an ending (`001`, `1001-001`); a link by the id it names."""
    if isinstance(value, Mapping):
        return any(_id(wanted, value.get(key)) for key in ("id", "uid"))
    text = _text(value)
    return text in wanted or text.endswith(_endings(wanted))


@lru_cache(maxsize=64)
def _endings(wanted: Wanted) -> tuple[str, ...]:
    """The ids that were not typed whole: those without the letters in front."""
    return tuple(one for one in wanted if one and not one[0].isalpha())


def _number(wanted: Wanted, value: Value) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return any(
        (low is None or low <= value) and (high is None or value <= high) for low, high in wanted
    )


def _instant(wanted: Wanted, value: Value) -> bool:
    try:
        instant = strict_instant(_text(value))
    except Invalid:
        return False
    return _between(wanted, instant)


def _between(wanted: Wanted, instant: datetime) -> bool:
    return any(
        (start is None or start <= instant) and (end is None or instant < end)
        for start, end in wanted
    )


def _date(wanted: Wanted, value: Value) -> bool:
    day = _text(value)
    return any(
        (first is None or first <= day) and (last is None or day <= last) for first, last in wanted
    )


def _yes(wanted: Wanted, value: Value) -> bool:
    return (value is True) in wanted


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | Mapping) else str(value)


HOLDS: Final[Mapping[str, Callable[[Wanted, Value], bool]]] = {
    "choice": _any(_choice),
    "word": _any(_word),
    "path": _any(_path),
    "part": _any(_part),
    "id": _any(_id),
    "number": _any(_number),
    "instant": _any(_instant),
    "date": _any(_date),
    "yes": _yes,
}
