"""The cells of a table of records: which field a column is, and what a cell means there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svcdesk.desk.exporting import BESIDE, DESK, REVISION, named_beside
from svcdesk.desk.naming import named
from svcdesk.desk.querying import LISTED
from svcdesk.errors import Invalid, MissingField, SvcdeskError, UsageError
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
_LABELLED = re.compile(r"(.*\S) \(([A-Za-z0-9_+/-]+)\)")
"""A heading of a workbook of ours: a label, with the zone of times."""


class CellRefused(Exception):
    """Raised for a row that is not taken: the heading of the cell that is to blame, and why;
    `others` are further cells of the row that are."""

    def __init__(self, column: str | None, error: SvcdeskError) -> None:
        super().__init__(str(error))
        self.column = column
        self.error = error
        self.others: tuple[CellRefused, ...] = ()


def refuse_all(wrong: Sequence[CellRefused]) -> None:
    """Raises CellRefused for a row of which cells are wrong, with all of them."""
    if wrong:
        first, *others = wrong
        first.others = tuple(others)
        raise first


def stored(known: Known, path: str) -> Value:
    """What a record has of a field, where `Row.get` gives what is shown."""
    if path == STATUS:
        return known.head.status
    return known.head.get(path) if path == "title" else known.get(path)


def _label_and_zone(heading: str) -> tuple[str, tzinfo | None]:
    """A heading without the zone of its times, and that zone."""
    found = _LABELLED.fullmatch(heading.strip())
    if found is not None:
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return found[1], ZoneInfo(found[2])
    return heading, None


class Columns:
    """A table's columns as fields. `fields` is by the column's heading, `by_path` the heading of
    each field. Raises Invalid for a column that is no field."""

    def __init__(self, desk: Desk, source: Path, headings: Iterable[str], *, guarded: bool) -> None:
        self.desk, self.source, self.guarded = desk, source, guarded
        self.zones: dict[str, tzinfo] = {}
        """By a heading the zone that it names for the times below it."""
        self.fields = self._found(headings)
        self.by_path = {field.path: name for name, field in self.fields.items()}

    def _found(self, headings: Iterable[str]) -> dict[str, FieldInfo]:
        def find(name: str) -> FieldInfo:
            label, zone = _label_and_zone(name)
            if zone is not None:
                self.zones[name] = zone
            try:
                return named_beside(label) or self._leaf(label)
            except UsageError as error:
                raise Invalid(
                    T("{path}: the column “{column}” is no field", path=self.source, column=name),
                    hint=T("{hint}; a table of another system needs --mapping",
                           hint=error.hint or ""),
                    code="E_IMPORT",
                    path=str(self.source),
                    field=name,
                ) from None  # fmt: skip

        passed_over = {
            word
            for one in (BESIDE[DESK], *LISTED.values())
            for word in map(plain, (one.path, *one.labels.values()))
        }
        wanted = {
            name: None for name in headings if plain(_label_and_zone(name)[0]) not in passed_over
        }
        return named_columns(wanted, find)

    def _leaf(self, label: str) -> FieldInfo:
        """The field of a path or a label; a group of fields is no column, but one of its parts may
        be called as it is."""
        found = self.desk.fields.find(label)
        if found.type != "group" or found.is_list:
            return found
        parts = (one for path, one in self.desk.fields.items() if path.startswith(f"{found.path}."))
        wanted = plain(label)
        called = (one for one in parts if wanted in map(plain, one.labels.values()))
        return next(called, found)

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
        if field.path == STATUS and self.state(cell, known.kind) == known.head.status:
            return True
        value = stored(known, field.path)
        return is_unchanged(field, cell, value, self._zone_of(field)) or (
            field.type == "person" and value is not None and self._persons(cell) == value
        )

    def _persons(self, cell: str) -> str | None:
        """The id of whoever alone is called so."""
        found = self.desk.people.called(cell)
        return found[0].id if len(found) == 1 else None

    def _zone_of(self, field: FieldInfo) -> tzinfo:
        return self.zones.get(self.by_path.get(field.path, ""), self.desk.facts.zone)

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
        value = stored(known, field.path) if known is not None else None
        free = field.path not in self.desk.fields
        typed = field._replace(type="json") if free else field
        try:
            made = new_value(
                typed, cell, value, self._zone_of(field), normalise, guarded=self.guarded
            )
            return named(self.desk, kind, {field.path: made})[field.path]
        except SvcdeskError as error:
            raise CellRefused(column, error) from None

    def lacking(self, error: MissingField) -> CellRefused:
        """The refusal for what a new record needs, with the column that would give it."""
        path = error.field or ""
        error.hint = T("fill in the column “{column}”", column=self.by_path.get(path, path))
        return CellRefused(self.by_path.get(path), error)

    def wrong(self, path: str, why: Text) -> CellRefused:
        """The refusal to raise for the cell of a field."""
        return CellRefused(self.by_path.get(path), Invalid(why, code="E_IMPORT", field=path))
