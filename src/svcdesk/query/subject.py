"""What a query is asked of: anything that can give its values, its text, its flags and its SLA."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from svcdesk.model.record import Value, Values
from svcdesk.query.fold import fold


class Subject(Protocol):
    """A record, or whatever else is filtered."""

    def get(self, path: str) -> Value:
        """The value at a dotted path; below a list, the list of its items' values (values_at)."""

    def text(self) -> str:
        """All that a search looks at, already folded (see fold)."""

    def flag(self, name: str) -> bool:
        """Whether a flag such as `unsettled` is up."""

    def sla(self) -> str | None:
        """`breached`, `risk` or `ok`, the worst of its targets; None where it has none."""


class ValuesSubject:
    """A subject made of values alone, nested or under dotted keys; its text is all of them."""

    def __init__(
        self, values: Values, *, flags: Collection[str] = (), sla: str | None = None
    ) -> None:
        self._values = values
        self._flags = flags
        self._sla = sla

    def get(self, path: str) -> Value:
        return values_at(self._values, path)

    def text(self) -> str:
        return fold("\n".join(_texts(self._values)))

    def flag(self, name: str) -> bool:
        return name in self._flags

    def sla(self) -> str | None:
        return self._sla


def values_at(values: Values, path: str) -> Value:
    """The value at a dotted path, which may itself be a key; None where there is none.

    Where a step meets a list, the answer is the list of what its items have there.
    """
    if path in values:
        return values[path]
    head, dot, rest = path.partition(".")
    while dot:
        if head in values:
            return _below(values[head], rest)
        step, dot, rest = rest.partition(".")
        head = f"{head}.{step}"
    return None


def _below(value: Value, path: str) -> Value:
    if isinstance(value, Mapping):
        return values_at(value, path)
    if isinstance(value, list):
        found: list[Value] = []
        for item in value:
            here = _below(item, path)
            if isinstance(here, list):
                found += here
            elif here is not None:
                found.append(here)
        return found
    return None


def _texts(value: Value | Values) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
