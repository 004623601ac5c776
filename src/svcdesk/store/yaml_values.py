"""Values before they are written: whether a file may hold them, and whether two are the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.record import Values
from svcdesk.model.sameness import same as same
from svcdesk.store.guard import DEFAULT_LIMITS, find_forbidden
from svcdesk.store.yaml_core import LARGEST, SMALLEST

_LONGEST_KEY = 500
"""Characters. YAML 1.2 §7.4.2 ends a key that stands on its line at 1,024, quotes included."""


def check_values(values: Values, held: Values | None = None) -> None:
    """Raise Invalid, naming the field, for what the guard would refuse when it is read back.

    What is taken as it is from `held`, which the guard let in, is not looked at again.
    """
    passed: set[int] = set()
    for one in () if held is None else held.values():
        passed.add(id(one))
        passed.update(map(id, one if isinstance(one, list) else ()))
    _check(values, (), 1, passed)


def _check(value: object, path: tuple[str, ...], depth: int, passed: Set[int]) -> None:
    if id(value) in passed:
        return
    if isinstance(value, str):
        bad = find_forbidden(value)
        if bad is not None:
            message = T("{field} holds the character {character}", field=_dotted(path),
                        character=bad)  # fmt: skip
            _refuse("E_CTRL", message, T("remove it; a tab can be spaces"), path)
    elif isinstance(value, (dict, list, Mapping)):
        if depth > DEFAULT_LIMITS.depth:
            message = T("{field} is nested too deep", field=_dotted(path[:4]))
            _refuse("E_DEPTH", message, T("flatten the values"), path[:4])
        if isinstance(value, list):
            for index, item in enumerate(value):
                _check(item, (*path, str(index)), depth + 1, passed)
        else:
            for key, item in value.items():
                _check_key(key, path)
                _check(item, (*path, key), depth + 1, passed)
    elif isinstance(value, (int, float)):
        fits = math.isfinite(value) if isinstance(value, float) else SMALLEST <= value <= LARGEST
        if not fits:
            message = T("{field} is not finite, or needs more than 64 bits", field=_dotted(path))
            _refuse("E_NUMBER", message, T("write it as a text"), path)
    elif value is not None:
        raise TypeError(f"{_dotted(path)}: a {type(value).__name__} is no value of a record")


def _check_key(key: object, path: tuple[str, ...]) -> None:
    if not isinstance(key, str):
        raise TypeError(f"{_dotted(path)}: the key {key!r} is not a text")
    if key == "<<" or len(key) > _LONGEST_KEY or find_forbidden(key) is not None:
        message = T("“{key}” cannot be a key", key=key[:40])
        hint = T("a key has at most {limit} characters, no control characters, and is not <<",
                 limit=_LONGEST_KEY)  # fmt: skip
        _refuse("E_KEY", message, hint, path)


def _refuse(code: str, message: Text, hint: Text, path: tuple[str, ...]) -> None:
    raise Invalid(message, code=code, hint=hint, field=_dotted(path))


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path) or "the file"
