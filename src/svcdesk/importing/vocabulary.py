"""The words of a mapping against those of its kind: states, moves, and values that are chosen.

A word that the kind does not have would stand in events for ever, so it is refused before any row
is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from svcdesk.errors import Invalid, UsageError
from svcdesk.i18n import T, Text
from svcdesk.importing.mapping import Column, ImportMapping
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.field_info import FieldInfo, plain
from svcdesk.model.field_values import understand
from svcdesk.model.kind import Workflow

WAITS_FOR = "waiting.reason"


def chosen(fields: Mapping[str, FieldInfo]) -> dict[str, FieldInfo]:
    """The fields of which one word out of a closed vocabulary may be chosen; not the state."""
    return {
        path: one
        for path, one in fields.items()
        if one.type == "choice"
        and one.choices
        and not (one.is_open or one.is_list or one.computed or path == STATUS)
    }


def refuse_unknown(
    mapping: ImportMapping, workflow: Workflow, fields: Mapping[str, FieldInfo], path: str
) -> None:
    """Raise Invalid for the first word of a mapping file that its kind does not have, naming near
    ones."""
    labels = {name: state.labels for name, state in workflow.states.items()}
    reasons = fields.get(WAITS_FOR)
    for cell, (state, reason) in mapping.state.states.items():
        key = f"state.values.{cell}"
        if state not in workflow.states:
            raise _wrong(path, key, T("there is no state “{state}”", state=state),
                         _near(state, labels))  # fmt: skip
        if reason is None:
            continue
        if not workflow.states[state].waits:
            raise _wrong(path, key, T("“{state}” waits for nothing", state=state),
                         T("leave out what stands after the /"))  # fmt: skip
        if reasons is not None:
            _refuse_value(path, key, reasons, reason)
    for move in mapping.state.moves:
        if move not in workflow.moves:
            known = {name: one.labels for name, one in workflow.moves.items()}
            raise _wrong(path, "state.moves", T("there is no move “{move}”", move=move),
                         _near(move, known))  # fmt: skip
    closed = chosen(fields)
    for key, field, word in _words(mapping):
        if field in closed:
            _refuse_value(path, key, closed[field], word)


def _words(mapping: ImportMapping) -> Iterator[tuple[str, str, str]]:
    """Every word that the mapping itself gives a field: where, which field, and the word."""
    for group, columns in (("tracked", mapping.tracked), ("fields", mapping.fields)):
        for field, column in columns.items():
            for key, word in _given(column):
                yield f"{group}.{field}.{key}", field, word
    for field, value in mapping.constant.items():
        if isinstance(value, str):
            yield f"constant.{field}", field, value


def _given(column: Column) -> Iterator[tuple[str, str]]:
    for cell, word in (column.values or {}).items():
        yield f"values.{cell}", word
    if column.default is not None:
        yield "default", column.default


def _refuse_value(path: str, key: str, field: FieldInfo, word: str) -> None:
    if any(word == one.value for one in field.choices):
        return
    found = field.choice(word)
    if found is not None:
        raise _wrong(path, key, T("“{word}” is a label", word=word),
                     T("write {value}, as files have it", value=found.value))  # fmt: skip
    try:
        understand(field, word)
    except UsageError as error:
        raise _wrong(path, key, error.message, error.hint) from None


def _near(word: str, known: Mapping[str, Mapping[str, str]]) -> Text:
    """What may have been meant, by name or label; else all there is."""
    names = {plain(label): name for name, labels in known.items() for label in labels.values()}
    names |= {name: name for name in known}
    near: Collection[str] = dict.fromkeys(
        names[one] for one in get_close_matches(plain(word), list(names), n=3, cutoff=0.5)
    )
    if near:
        return T("did you mean {names}?", names=", ".join(near))
    return T("known here: {names}", names=", ".join(known))


def _wrong(path: str, key: str, what: Text, hint: Text | None) -> Invalid:
    return Invalid(
        T("{path}: {field}: {what}", path=path, field=key, what=what),
        hint=hint,
        code="E_MAPPING",
        path=path,
        field=key,
    )
