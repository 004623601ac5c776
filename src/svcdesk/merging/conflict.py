"""What a merge cannot decide, as a value: the field, what each version has there, whose it is."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from svcdesk.model.record import Value
from svcdesk.values import NamedTuple


class Absent(Enum):
    """Stands where a version has no value; null is a value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Held: TypeAlias = "Value | Absent"
"""What a version holds at a place: a value, or nothing."""


class Side(Enum):
    """The two versions that are merged. Which of them is whose differs between merge and rebase,
    so nobody is ever told “ours”."""

    ONE = "one"
    OTHER = "other"


class Word(NamedTuple):
    """Who gave a field its value on a side, and when, where an event of that side tells."""

    by: str
    at: str


class Conflict(NamedTuple):
    """A field (dotted path; an item of a list by its key; `events.ID`; `uid` for two records
    that are not one) that has come to hold different values on the two sides."""

    field: str
    base: Held
    one: Held
    other: Held
    one_word: Word | None = None
    other_word: Word | None = None

    def value(self, side: Side) -> Held:
        """What that side holds."""
        return self.one if side is Side.ONE else self.other
