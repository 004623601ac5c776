"""The cells of a table of records: which field a column is, and what a cell means there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.exporting import DESK, REVISION
from svcdesk.desk.naming import named
from svcdesk.desk.querying import LISTED
from svcdesk.errors import Invalid, SvcdeskError, UsageError
from svcdesk.hookspecs import Row
from svcdesk.i18n import T, Text
from svcdesk.importing.cells import is_unchanged, named_columns, new_value
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.field_info import FieldInfo, half_width, plain
from svcdesk.model.record import Value
from svcdesk.store.guard import normalise

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.rows import Row as Known

ID = "id"
_PASSED_OVER = frozenset({DESK, *LISTED})
"""What an export may hold beside fields; it says nothing that could be imported."""


class CellRefused(Exception):
    """Raised for a row that is not taken: the heading of the cell that is to blame, and why."""

    def __init__(self, column: str | None, error: SvcdeskError) -> None:
        super().__init__(str(error))
        self.column = column
        self.error = error


class Columns:
    """A table's columns as fields. `fields` is by the column's heading, `by_path` the heading of
    each field. Raises Invalid for a column that is no field."""

    def __init__(self, desk: Desk, source: Path, headings: Iterable[str], *, guarded: bool) -> None:
        self.desk, self.source, self.guarded = desk, source, guarded
        self.zone = desk.facts.zone
        self.fields = self._found(headings)
        self.by_path = {field.path: name for name, field in self.fields.items()}

    def _found(self, headings: Iterable[str]) -> dict[str, FieldInfo]:
        extra = {REVISION: FieldInfo(REVISION, "text", {"zh": str(T("revision"))})}

        def find(name: str) -> FieldInfo:
            if plain(name) == REVISION:
                return extra[REVISION]
            try:
                return self.desk.fields.find(name)
            except UsageError as error:
                raise Invalid(
                    T("{path}: the column “{column}” is no field", path=self.source, column=name),
                    hint=T("{hint}; a table of another system needs --mapping",
                           hint=error.hint or ""),
                    code="E_IMPORT",
                    path=str(self.source),
                    field=name,
                ) from None  # fmt: skip

        wanted = {name: None for name in headings if plain(name) not in _PASSED_OVER}
        return named_columns(wanted, find)

    def refuse_missing(self, column: str) -> None:
        """Raises Invalid for a table that lacks a column."""
        if column not in self.by_path:
            raise Invalid(
                T("{path} lacks the column “{column}”", path=self.source, column=column),
                hint=T("`svcdesk export` writes it: without it nobody can tell whether a record "
                       "has moved since"),
                code="E_IMPORT",
                path=str(self.source),
                field=column,
            )  # fmt: skip

    def cell(self, row: Row, path: str) -> str:
        """What a row says of a field, in half width; empty where it has no such column."""
        column = self.by_path.get(path)
        return half_width(row.cells.get(column, "")) if column is not None else ""

    def fields_of(self, row: Row, kind: str) -> Iterator[tuple[str, FieldInfo]]:
        """The row's columns that are fields, each as the record's kind has it."""
        own = self.desk.kinds.fields(kind)
        for column, field in self.fields.items():
            if column in row.cells and field.path not in (ID, REVISION):
                yield column, own.get(field.path, field)

    def is_same(self, field: FieldInfo, cell: str, known: Known) -> bool:
        """Whether a cell says what the record has."""
        value = known.head.status if field.path == STATUS else known.get(field.path)
        if field.path == STATUS and self.state(cell, known.kind) == value:
            return True
        return is_unchanged(field, cell, value, self.zone)

    def state(self, cell: str, kind: str) -> str | None:
        """The state that a cell names, by its word or a label."""
        wanted = plain(cell)
        for name, state in self.desk.workflow(kind).states.items():
            if wanted in map(plain, (name, *state.labels.values())):
                return name
        return None

    def refuse_foreign(self, field: FieldInfo, kind: str) -> None:
        """Raises UsageError for what is computed, or no field of that kind."""
        if field.path.startswith(("x-", "custom.")):
            return
        raise UsageError(
            T("{field} is computed and never typed in", field=field.path)
            if field.computed
            else T("a {kind} has no field {field}", kind=kind, field=field.path),
            code="E_FIELD",
            field=field.path,
        )

    def value(
        self, column: str, field: FieldInfo, cell: str, kind: str, known: Known | None = None
    ) -> Value:
        """The value that a cell stands for, where `known` has another. Raises CellRefused."""
        value = known.get(field.path) if known is not None else None
        free = field.path not in self.desk.fields
        typed = field._replace(type="json") if free else field
        try:
            made = new_value(typed, cell, value, self.zone, normalise, guarded=self.guarded)
            return named(self.desk, kind, {field.path: made})[field.path]
        except SvcdeskError as error:
            raise CellRefused(column, error) from None

    def wrong(self, path: str, why: Text) -> CellRefused:
        """The refusal to raise for the cell of a field."""
        return CellRefused(self.by_path.get(path), Invalid(why, code="E_IMPORT", field=path))
