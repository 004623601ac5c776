"""The rows of a table of records against the records: what each asks for, or why it is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from svcdesk.desk.exporting import DESK, EVERY, REVISION
from svcdesk.desk.importing import place_of
from svcdesk.desk.naming import named, refuse_status
from svcdesk.desk.querying import LISTED
from svcdesk.errors import Changed, Invalid, NotFound, Refused, SvcdeskError, UsageError
from svcdesk.hookspecs import Row
from svcdesk.i18n import T, Text
from svcdesk.importing.cells import is_unchanged, named_columns, new_value, type_of
from svcdesk.lifecycle.fold import STATUS
from svcdesk.lifecycle.moves import shown
from svcdesk.model.cell_text import cell_text
from svcdesk.model.field_info import FieldInfo, half_width, plain
from svcdesk.model.record import Value
from svcdesk.store.guard import normalise
from svcdesk.store.tickets import Unreadable, decode_file

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.rows import Row as Known

_ID, _KIND, _UID = "id", "kind", "uid"
_MADE_BY_COMMANDS = {"links": "link", "attachments": "attach"}
_PASSED_OVER = frozenset({DESK, *LISTED})
"""What an export may hold beside fields; it says nothing that could be imported."""


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


class _CellRefused(Exception):
    def __init__(self, column: str | None, error: SvcdeskError) -> None:
        super().__init__(str(error))
        self.column = column
        self.error = error


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
        self.desk, self.source, self.rows = desk, source, rows
        self.update, self.kind, self.guarded = update, kind, guarded
        self.zone = desk.facts.zone
        headings = {name: None for row in rows for name in row.cells}
        self.fields = self._columns(headings)
        self.by_path = {field.path: name for name, field in self.fields.items()}
        self.refusals: list[CellRefusal] = []
        self.unchanged = 0

    # ── the columns ───────────────────────────────────────────────────────────────────────────

    def _columns(self, headings: dict[str, None]) -> dict[str, FieldInfo]:
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

    def _refuse_missing(self, column: str) -> None:
        if column not in self.by_path:
            raise Invalid(
                T("{path} lacks the column “{column}”", path=self.source, column=column),
                hint=T("`svcdesk export` writes it: without it nobody can tell whether a record "
                       "has moved since"),
                code="E_IMPORT",
                path=str(self.source),
                field=column,
            )  # fmt: skip

    # ── all rows ──────────────────────────────────────────────────────────────────────────────────

    def plans(self) -> list[Plan]:
        """What each row asks for, judged by itself and against the record as the index has it."""
        known, broken = self._known()
        seen: dict[str, Row] = {}
        plans = []
        for row in self.rows:
            try:
                plan = self._plan(row, known, broken, seen)
            except _CellRefused as refused:
                self.refuse(row, refused.error, refused.column)
            else:
                if plan is None:
                    self.unchanged += 1
                else:
                    plans.append(plan)
        return plans

    def _known(self) -> tuple[dict[str, Known], dict[str, Unreadable]]:
        """The records that are there, by id, and the files that cannot be read."""
        column = self.by_path.get(_ID)
        if column is None or not any(row.cells.get(column, "").strip() for row in self.rows):
            return {}, {}
        self._refuse_missing(REVISION)
        listing = self.desk.find(EVERY)
        return (
            {row.head.id: row for row in listing.rows},
            {one.record_id: one for one in listing.unreadable},
        )

    # ── one row ───────────────────────────────────────────────────────────────────────────────

    def _cell(self, row: Row, path: str) -> str:
        column = self.by_path.get(path)
        return half_width(row.cells.get(column, "")) if column is not None else ""

    def _plan(
        self,
        row: Row,
        known: Mapping[str, Known],
        broken: Mapping[str, Unreadable],
        seen: dict[str, Row],
    ) -> Plan | None:
        """What a row asks for; None where it asks for nothing. Raises _CellRefused."""
        if row.problem is not None:
            raise _CellRefused(None, Invalid(T("{problem}", problem=row.problem)))
        for column, problem in row.problems.items():
            raise _CellRefused(column, Invalid(T("{problem}", problem=problem)))
        record_id = self._cell(row, _ID).upper()
        if not record_id:
            return self._new(row)
        if record_id in seen:
            raise self._wrong(
                _ID, T("the row {row} is of the same record", row=seen[record_id].number)
            )
        seen[record_id] = row
        if record_id in broken:
            raise _CellRefused(self.by_path[_ID], broken[record_id].error)
        if record_id not in known:
            raise _CellRefused(
                self.by_path[_ID],
                NotFound(
                    T("there is no record “{id}” here", id=record_id),
                    hint=T("leave the cell empty for a new record"),
                    record=record_id,
                ),
            )
        return self._changed(row, known[record_id])

    def _changed(self, row: Row, known: Known) -> Plan | None:
        """The plan of a row whose record is there."""
        revision = self._cell(row, REVISION)
        if not revision:
            raise self._wrong(REVISION, T("a row of a record that is there needs its revision"))
        changed = [
            (column, field)
            for column, field in self._fields_of(row, known.kind)
            if not self._is_same(field, row.cells[column], known)
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
        for column, field in changed:
            self._refuse_fixed(column, field, row.cells[column], known)
            given[field.path] = self._value(column, field, row.cells[column], known.kind, known)
        if not self.update:
            column, field = changed[0]
            raise _CellRefused(
                column,
                Refused(
                    T("{record}: {field} would change from {old} to {new}", record=known.head.id,
                      field=field.path, old=shown(known.get(field.path)),
                      new=shown(given[field.path])),
                    hint=T("say --update to change records that are there"),
                    record=known.head.id,
                ),
            )  # fmt: skip
        return Plan(row, known.head.id, known.kind, given, revision)

    def _fields_of(self, row: Row, kind: str) -> Iterator[tuple[str, FieldInfo]]:
        """The row's columns that are fields, each as the record's kind has it."""
        own = self.desk.kinds.fields(kind)
        for column, field in self.fields.items():
            if column in row.cells and field.path not in (_ID, REVISION):
                yield column, own.get(field.path, field)

    def _is_same(self, field: FieldInfo, cell: str, known: Known) -> bool:
        value = known.head.status if field.path == STATUS else known.get(field.path)
        if field.path == STATUS and self._state(cell, known.kind) == value:
            return True
        return is_unchanged(field, cell, value, self.zone)

    def _state(self, cell: str, kind: str) -> str | None:
        """The state that a cell names, by its word or a label."""
        wanted = plain(cell)
        for name, state in self.desk.workflow(kind).states.items():
            if wanted in map(plain, (name, *state.labels.values())):
                return name
        return None

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
        return Read(record, known.path, known.workflow, self.desk.now(), lambda *_: None)

    def _edited(self, row: Row, earlier: Known) -> list[tuple[str, FieldInfo]]:
        return [
            (column, field)
            for column, field in self._fields_of(row, earlier.kind)
            if not self._is_same(field, row.cells[column], earlier)
        ]

    def _moved(
        self, cell: tuple[str, FieldInfo], known: Known, earlier: Known | None
    ) -> _CellRefused:
        column, field = cell
        was = cell_text(earlier.get(field.path), type_of(field)) if earlier is not None else None
        now = cell_text(known.get(field.path), type_of(field))
        record = known.head.id
        return _CellRefused(
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

    def _refuse_fixed(self, column: str, field: FieldInfo, cell: str, known: Known) -> None:
        """What no table changes: who a record is, its state, what is computed or linked."""
        path, record = field.path, known.head.id
        top = path.partition(".")[0]
        try:
            if path == STATUS:
                wanted = self._state(cell, known.kind) or cell.strip()
                refuse_status(record, known.head.status, known.workflow, {STATUS: wanted})
            if top in _MADE_BY_COMMANDS or top == known.workflow.request_link:
                raise Refused(
                    T("{record}: {field} is not changed by a table", record=record, field=path),
                    hint=T("`svcdesk {command}` does that",
                           command=_MADE_BY_COMMANDS.get(top, "link")),
                    record=record,
                    field=path,
                )  # fmt: skip
            if field.computed or path not in self.desk.kinds.fields(known.kind):
                self._refuse_foreign(field, known.kind)
        except SvcdeskError as error:
            raise _CellRefused(column, error) from None
        if path in (_UID, _KIND):
            raise self._wrong(path, T("{record} is another one: leave that cell as it was",
                                      record=record))  # fmt: skip

    def _refuse_foreign(self, field: FieldInfo, kind: str) -> None:
        if field.path.startswith(("x-", "custom.")):
            return
        raise UsageError(
            T("{field} is computed and never typed in", field=field.path)
            if field.computed
            else T("a {kind} has no field {field}", kind=kind, field=field.path),
            code="E_FIELD",
            field=field.path,
        )

    def _value(
        self, column: str, field: FieldInfo, cell: str, kind: str, known: Known | None = None
    ) -> Value:
        value = known.get(field.path) if known is not None else None
        free = field.path not in self.desk.fields
        typed = field._replace(type="json") if free else field
        try:
            made = new_value(typed, cell, value, self.zone, normalise, guarded=self.guarded)
            return named(self.desk, kind, {field.path: made})[field.path]
        except SvcdeskError as error:
            raise _CellRefused(column, error) from None

    def _new(self, row: Row) -> Plan:
        """The plan of a row without an id: a new record."""
        kind = self._cell(row, _KIND) or self.kind
        try:
            workflow = self.desk.workflow(kind)
        except SvcdeskError as error:
            raise _CellRefused(self.by_path.get(_KIND), error) from None
        given: dict[str, Value] = {}
        for column, field in self._fields_of(row, kind):
            cell = row.cells[column]
            if not cell.strip() or field.path in (_KIND, _UID):
                continue
            if field.path == STATUS:
                self._refuse_state(cell, kind)
                continue
            if workflow.request_link is not None and field.path == f"{workflow.request_link}.id":
                given[workflow.request_link] = half_width(cell).upper()
                continue
            try:
                if field.computed or field.path not in self.desk.kinds.fields(kind):
                    self._refuse_foreign(field, kind)
            except SvcdeskError as error:
                raise _CellRefused(column, error) from None
            given[field.path] = self._value(column, field, cell, kind)
        return Plan(row, None, kind, given)

    def _refuse_state(self, cell: str, kind: str) -> None:
        workflow = self.desk.workflow(kind)
        if self._state(cell, kind) != workflow.initial:
            raise self._wrong(
                STATUS,
                T("a new record begins as {state}; moves lead on from there",
                  state=workflow.state_label(workflow.initial)),
            )  # fmt: skip

    def _wrong(self, path: str, why: Text) -> _CellRefused:
        return _CellRefused(self.by_path.get(path), Invalid(why, code="E_IMPORT", field=path))

    def refuse(self, row: Row, error: SvcdeskError, column: str | None = None) -> None:
        """List a row as refused, by the cell of the field that the error is about."""
        if column is None and error.field is not None:
            column = self.by_path.get(error.field)
        field = self.fields[column].path if column in self.fields else error.field
        self.refusals.append(
            CellRefusal(
                place_of(row, column),
                self._cell(row, _ID),
                field or "",
                error.message,
                error.hint,
                row.number,
            )
        )
