"""The rows of a table of records against the records: what each asks for, or why it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.exporting import EVERY, REVISION
from svcdesk.desk.importing import place_of
from svcdesk.desk.records import missing_fields
from svcdesk.desk.table_cells import ID, CellRefused, Columns, refuse_all, stored
from svcdesk.desk.table_limits import KIND, UID, refuse_fixed, refuse_state
from svcdesk.errors import Changed, Invalid, NotFound, Refused, SvcdeskError
from svcdesk.hookspecs import Row
from svcdesk.i18n import T, Text
from svcdesk.importing.cells import type_of
from svcdesk.lifecycle.fold import STATUS
from svcdesk.lifecycle.moves import shown
from svcdesk.model.cell_text import cell_text
from svcdesk.model.field_info import FieldInfo, half_width
from svcdesk.model.record import Value
from svcdesk.store.tickets import Unreadable, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.rows import Row as Known


class CellRefusal(NamedTuple):
    """A row that was not taken: where, of which record, and why; `hint` says what to do."""

    place: str
    record: str
    field: str
    why: Text
    hint: Text | None
    number: int


class Plan(NamedTuple):
    """A row understood: its record (None: a new one), and the values to be set."""

    row: Row
    record: str | None
    kind: str
    given: dict[str, Value]
    revision: str = ""


class TableRows:
    """Goes through the rows: `plans` says what they ask for; `refusals`, `unchanged` the rest."""

    def __init__(
        self,
        desk: Desk,
        source: Path,
        rows: Sequence[Row],
        *,
        update: bool,
        kind: str,
        guarded: bool,
    ) -> None:
        self.desk, self.rows, self.update, self.kind = desk, rows, update, kind
        headings = dict.fromkeys(name for row in rows for name in row.cells)
        self.columns = Columns(desk, source, headings, guarded=guarded)
        self.refusals: list[CellRefusal] = []
        self.unchanged = 0

    # ── all rows ──────────────────────────────────────────────────────────────────────────────────

    def plans(self) -> list[Plan]:
        """What each row asks for, judged by itself and against the record as the index has it."""
        known, broken = self._known()
        seen: dict[str, Row] = {}
        plans = []
        for row in self.rows:
            try:
                plan = self._plan(row, known, broken, seen)
            except CellRefused as refused:
                for one in (refused, *refused.others):
                    self.refuse(row, one.error, one.column)
            else:
                if plan is None:
                    self.unchanged += 1
                else:
                    plans.append(plan)
        return plans

    def _known(self) -> tuple[dict[str, Known], dict[str, Unreadable]]:
        """The records that are there, by id, and the files that cannot be read."""
        column = self.columns.by_path.get(ID)
        if column is None or not any(row.cells.get(column, "").strip() for row in self.rows):
            return {}, {}
        self.columns.refuse_missing(REVISION)
        listing = self.desk.find(EVERY)
        return (
            {row.head.id: row for row in listing.rows},
            {one.record_id: one for one in listing.unreadable},
        )

    # ── one row ───────────────────────────────────────────────────────────────────────────────

    def _plan(
        self,
        row: Row,
        known: Mapping[str, Known],
        broken: Mapping[str, Unreadable],
        seen: dict[str, Row],
    ) -> Plan | None:
        """What a row asks for; None where it asks for nothing. Raises CellRefused."""
        if row.problem is not None:
            raise CellRefused(None, Invalid(T("{problem}", problem=row.problem)))
        refuse_all(
            [
                CellRefused(column, Invalid(T("{problem}", problem=problem)))
                for column, problem in row.problems.items()
            ]
        )
        record_id = self.columns.cell(row, ID).upper()
        if not record_id:
            return self._new(row)
        if record_id in seen:
            raise self.columns.wrong(
                ID, T("the row {row} is of the same record", row=seen[record_id].number)
            )
        seen[record_id] = row
        if record_id in broken:
            raise CellRefused(self.columns.by_path[ID], broken[record_id].error)
        if record_id not in known:
            raise CellRefused(
                self.columns.by_path[ID],
                NotFound(
                    T("there is no record “{id}” here", id=record_id),
                    hint=T("leave the cell empty for a new record"),
                    record=record_id,
                ),
            )
        return self._changed(row, known[record_id])

    def _changed(self, row: Row, known: Known) -> Plan | None:
        """The plan of a row whose record is there."""
        revision = self.columns.cell(row, REVISION)
        if not revision:
            raise self.columns.wrong(
                REVISION, T("a row of a record that is there needs its revision")
            )
        changed = [
            (column, field)
            for column, field in self.columns.fields_of(row, known.kind)
            if not self.columns.is_same(field, row.cells[column], known)
        ]
        if not changed:
            return None
        if revision != known.blob:
            earlier = self._as_exported(revision, known)
            if earlier is not None:
                changed = [one for one in changed if one in self._edited(row, earlier)]
                if not changed:
                    return None
            raise self._moved(changed[0], known, earlier)
        given: dict[str, Value] = {}
        wrong: list[CellRefused] = []
        for column, field in changed:
            try:
                refuse_fixed(self.columns, column, field, row.cells[column], known)
                given[field.path] = self.columns.value(
                    column, field, row.cells[column], known.kind, known
                )
            except CellRefused as refused:
                wrong.append(refused)
        refuse_all(wrong)
        if not self.update:
            column, field = changed[0]
            raise CellRefused(
                column,
                Refused(
                    T("{record}: {field} would change from {old} to {new}", record=known.head.id,
                      field=field.path, old=shown(stored(known, field.path)),
                      new=shown(given[field.path])),
                    hint=T("say --update to change records that are there"),
                    record=known.head.id,
                ),
            )  # fmt: skip
        return Plan(row, known.head.id, known.kind, given, revision)

    def _as_exported(self, revision: str, known: Known) -> Known | None:
        """The record as it was when it was exported, where git still has that."""
        from svcdesk.desk.rows import Row as Read
        from svcdesk.store.git_objects import read_objects
        from svcdesk.store.git_refs import is_object_id

        if not is_object_id(revision):
            return None
        [(_, data)] = read_objects(self.desk.repository.root, [revision])
        try:
            record = decode_file(data or b"", known.path).record
        except SvcdeskError:
            return None
        if record.uid != known.head.uid:
            return None
        return Read(record, known.path, self.desk.kinds, self.desk.now(), lambda *_: None)

    def _edited(self, row: Row, earlier: Known) -> list[tuple[str, FieldInfo]]:
        return [
            (column, field)
            for column, field in self.columns.fields_of(row, earlier.kind)
            if not self.columns.is_same(field, row.cells[column], earlier)
        ]

    def _moved(
        self, cell: tuple[str, FieldInfo], known: Known, earlier: Known | None
    ) -> CellRefused:
        column, field = cell
        was = (
            cell_text(stored(earlier, field.path), type_of(field)) if earlier is not None else None
        )
        now = cell_text(stored(known, field.path), type_of(field))
        record = known.head.id
        return CellRefused(
            column,
            Changed(
                T("{record} has moved since it was exported; {field} is {now} now", record=record,
                  field=field.path, now=now or "–")
                if was is None or was == now
                else T("{record} has moved since it was exported; {field} was {was} and is {now} "
                       "now", record=record, field=field.path, was=was or "–", now=now or "–"),
                hint=T("export it again and make the change there"),
                code="E_MOVED",
                record=record,
                field=field.path,
            ),
        )  # fmt: skip

    def _new(self, row: Row) -> Plan:
        """The plan of a row without an id: a new record."""
        kind = self.columns.cell(row, KIND) or self.kind
        try:
            made = self.desk.kinds[kind]
        except SvcdeskError as error:
            raise CellRefused(self.columns.by_path.get(KIND), error) from None
        given: dict[str, Value] = {}
        wrong: list[CellRefused] = []
        for column, field in self.columns.fields_of(row, kind):
            try:
                given |= self._given(column, field, row.cells[column], kind)
            except CellRefused as refused:
                wrong.append(refused)
        if wrong:
            named = [*given, *(self.columns.fields[one.column].path for one in wrong if one.column)]
            wrong += [self.columns.lacking(one) for one in missing_fields(made, named)]
        refuse_all(wrong)
        return Plan(row, None, kind, given)

    def _given(self, column: str, field: FieldInfo, cell: str, kind: str) -> dict[str, Value]:
        """What a cell gives a new record, if anything. Raises CellRefused."""
        if not cell.strip() or field.path in (KIND, UID):
            return {}
        if field.path == STATUS:
            refuse_state(self.columns, cell, kind)
            return {}
        link = self.desk.workflow(kind).request_link
        if link is not None and field.path == f"{link}.id":
            return {link: half_width(cell).upper()}
        try:
            if field.computed or field.path not in self.desk.kinds.fields(kind):
                self.columns.refuse_foreign(field, kind)
        except SvcdeskError as error:
            raise CellRefused(column, error) from None
        return {field.path: self.columns.value(column, field, cell, kind)}

    def refuse(self, row: Row, error: SvcdeskError, column: str | None = None) -> None:
        """List a row as refused, by the cell of the field that the error is about."""
        if column is None and error.field is not None:
            column = self.columns.by_path.get(error.field)
        field = self.columns.fields[column].path if column in self.columns.fields else error.field
        self.refusals.append(
            CellRefusal(
                place_of(row, column),
                self.columns.cell(row, ID),
                field or "",
                error.message,
                error.hint,
                row.number,
            )
        )
