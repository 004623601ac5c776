"""Judges a file's value by its kind's schema, and says what is wrong in people's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from svcdesk.i18n import Text
from svcdesk.model.fields import FieldTable
from svcdesk.model.record import Values
from svcdesk.store.schema_engine import Verdict, fast_verdict, thorough
from svcdesk.store.schema_quick import surely_valid
from svcdesk.values import NamedTuple

LineOf = Callable[[Sequence[str | int]], int | None]
MOST = 50
"""How many problems are told of one file."""
_FEW = 20
"""So many values are looked at without an engine; for more its import is worth its while."""


class Problem(NamedTuple):
    """One thing that a schema does not allow.

    `code` is one of SCHEMA_UNKNOWN, _MISSING, _TYPE, _CHOICE, _FORM, _TIME, _LIMIT, _TWICE, _RULE;
    `field` is dotted, with list positions from 0; `path` and `line` are the file's.
    """

    code: str
    message: Text
    field: str
    path: str = ""
    line: int | None = None
    hint: Text | None = None


class Validator:
    """The judge for one composed schema; its engines are made when first needed, and once."""

    def __init__(self, schema: Values, fields: FieldTable) -> None:
        self.schema = schema
        self.fields = fields
        self._asked = 0

    def is_valid(self, value: Mapping[str, Any]) -> bool:
        """Whether the schema allows the value. Raises Invalid where the schema itself is none."""
        self._asked += 1
        if self._asked <= _FEW and surely_valid(value, self.schema):
            return True
        return self._verdict(value)

    def problems(
        self, value: Mapping[str, Any], *, line_of: LineOf | None = None, path: str = ""
    ) -> list[Problem]:
        """What the schema does not allow, in the file's order where `line_of` is given.

        At most MOST problems; none exactly where `is_valid` says yes. `line_of` gives the line of
        a place by the keys and positions that lead there.
        """
        from svcdesk.store.schema_words import Words

        words = Words(self.fields, self.schema, path, line_of)
        found: dict[tuple[str, str], Problem] = {}
        for error in islice(self._thorough.iter_errors(value), MOST):
            for problem in words.problems(error):
                found.setdefault((problem.field, problem.code), problem)
        return sorted(islice(found.values(), MOST), key=lambda one: one.line or 0)

    @cached_property
    def _verdict(self) -> Verdict:
        fast = fast_verdict(self.schema)
        if fast is not None:
            return fast
        verdict: Verdict = self._thorough.is_valid
        return verdict

    @cached_property
    def _thorough(self) -> Any:
        return thorough(self.schema)
