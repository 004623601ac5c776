"""What kinds are called, as one text: to put them together from their files takes ten times as long
as to read this."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from svcdesk.model.field_info import Choice, FieldInfo
from svcdesk.model.fields import FieldTable
from svcdesk.model.kind import State, Words


def words_as_text(words: Iterable[Words]) -> str:
    """The words of kinds as JSON."""
    said = [(one.kind, one.labels, one.states, [*one.fields.values()]) for one in words]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=dict)


def words_of_text(text: str) -> list[Words]:
    """What `words_as_text` made of words, as words again."""
    return [
        Words(
            kind,
            labels,
            {name: _state(*state) for name, state in states.items()},
            FieldTable(_field(FieldInfo(*field)) for field in fields),
        )
        for kind, labels, states, fields in json.loads(text)
    ]


def _state(*values: Any) -> State:
    state = State(*values)
    return state._replace(holds=tuple(state.holds), requires=tuple(state.requires))


def _field(field: FieldInfo) -> FieldInfo:
    if not field.choices and not field.known_as:
        return field._replace(choices=(), known_as=())
    choices = tuple(Choice(value, labels, tuple(more)) for value, labels, more in field.choices)
    return field._replace(choices=choices, known_as=tuple(field.known_as))
