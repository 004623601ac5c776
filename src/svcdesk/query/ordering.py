"""The order that a query asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from svcdesk.errors import Invalid
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value
from svcdesk.query.fold import fold
from svcdesk.query.query import Query
from svcdesk.query.subject import Subject
from svcdesk.query.values import kind_of
from svcdesk.query.vocabulary import Vocabulary

_S = TypeVar("_S", bound=Subject)


def ordered(subjects: Iterable[_S], query: Query, words: Vocabulary) -> list[_S]:
    """The subjects in the order of the query's `sort:`, otherwise as they came.

    Choices go by the order of their vocabulary, times and numbers by size, texts by their folded
    characters; what has no value comes last in either direction.
    """
    found = list(subjects)
    for path, descending in reversed(query.sort):
        field = words.find(path)
        keyed = [(_key(field, one.get(path)), one) for one in found]
        known = [pair for pair in keyed if pair[0] is not None]
        known.sort(key=lambda pair: pair[0] or (0.0, ""), reverse=descending)
        found = [one for _, one in known] + [one for key, one in keyed if key is None]
    return found


def _key(field: FieldInfo, value: Value) -> tuple[float, str] | None:
    """What a value is compared by: a size, then a text. None for no value."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or value == "" or isinstance(value, dict):
        return None
    if isinstance(value, bool | int | float):
        return float(value), ""
    if kind_of(field) == "instant" and isinstance(value, str):
        try:
            return strict_instant(value).timestamp(), ""
        except Invalid:
            return None
    words = [choice.value for choice in field.choices]
    if value in words:
        return float(words.index(str(value))), ""
    return float(len(words)), fold(str(value))
