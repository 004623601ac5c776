"""Queries with a name, as a desk keeps them, and their use inside other queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.model.field_info import plain
from svcdesk.query.query import Query

MAX_NESTED: Final = 5
"""How deep queries with a name may stand in one another."""


class Saved:
    """The queries with a name that one query may use, each understood once.

    `texts`: name → query.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._known: dict[str, Query] = {}
        self._open: list[str] = []
        self._is_told = False

    def name(self, typed: str) -> str:
        """The name that was typed, letter case and width aside.

        Raises UsageError for one that no query has, and for a query that would be part of itself.
        """
        name = self._name(typed)
        if name in self._open:
            way = [*self._open[self._open.index(name) :], name]
            raise UsageError(
                T("the saved query “{name}” uses itself: {way}", name=name, way=" → ".join(way)),
                code="E_QUERY",
            )
        if len(self._open) == MAX_NESTED:
            raise UsageError(
                T("saved queries stand no more than {limit} deep in one another",
                  limit=MAX_NESTED),
                code="E_QUERY",
            )  # fmt: skip
        return name

    def query(self, name: str, parse: Callable[[str], Query]) -> Query:
        """The query of a name, as `parse` understands its text. Raises UsageError naming it."""
        if name in self._known:
            return self._known[name]
        self._open.append(name)
        try:
            self._known[name] = parse(self._texts[name])
        except UsageError as error:
            if self._is_told:
                raise
            self._is_told = True
            raise UsageError(
                T("in the saved query “{name}”: {why}", name=name, why=error.message),
                hint=error.hint,
                code="E_QUERY",
            ) from error
        finally:
            self._open.pop()
        return self._known[name]

    def _name(self, typed: str) -> str:
        if typed in self._texts:
            return typed
        names = {plain(name): name for name in self._texts}
        wanted = plain(typed)
        if wanted in names:
            return names[wanted]
        from difflib import get_close_matches

        # one character of two is a lot in Chinese
        found = get_close_matches(wanted[:64], list(names), 3, 0.6 if typed.isascii() else 0.4)
        near = ", ".join(f"@{names[one]}" for one in found)
        every = ", ".join(f"@{name}" for name in sorted(self._texts))
        raise UsageError(
            T("there is no saved query “{name}”", name=typed[:64]),
            hint=T("did you mean {names}?", names=near)
            if near
            else T("the desk has {names}; a text that begins with @ stands in quotes", names=every)
            if every
            else T("queries with a name stand in records/desk.yaml, under queries:; a text that "
                   "begins with @ stands in quotes"),
            code="E_QUERY",
        )  # fmt: skip
