"""Imports a table of our own: what `export` wrote, changed by people, comes back as one commit.

A row with an id changes that record where it differs, a row without one is a new record. A record
that moved since the export is told by its revision, and a row that would change it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.author import Author
from svcdesk.desk.draft import Change, Draft
from svcdesk.desk.importing import IMPORT, place_of, read_source
from svcdesk.desk.records import Circumstances, change_one, open_one
from svcdesk.desk.table_rows import CellRefusal, Plan, TableRows
from svcdesk.desk.writing import Done, Options, Story, perform, refuse_bad
from svcdesk.errors import Changed, Invalid, MissingField, Refused, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.moves import Moved
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.instants import strict_instant
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_SUBMITTED = "submitted"
REQUEST = "request"
_TOGETHER = 2_000
"""Of so many rows, what the rules refuse is listed together with cells that cannot be understood;
of more, such a cell is told at once."""


class TableImport(NamedTuple):
    """What came of it. Without `keep_going` nothing was written where there are refusals, and
    `done` is None. `new` maps a row's place to the id that its record got."""

    done: Done | None
    rows: int
    created: int
    updated: int
    unchanged: int
    refusals: tuple[CellRefusal, ...]
    new: Mapping[str, str]


class _Refused(Exception):
    """Rows were refused, and nothing is to be written."""


def import_table(
    desk: Desk, source: Path, options: Options, *, update: bool = False, kind: str = REQUEST
) -> TableImport:
    """Import a table whose columns are fields, as paths or labels.

    Needs the rights of `new` and `set`. `update` allows changes of records that are there; without
    it a row that would be one is refused. `kind` is that of new records where no column says it.
    Refusals name their cells; with any of them nothing is written, unless `options.keep_going`.
    Raises Invalid or UsageError for a source that is none, or whose columns are not ours.
    """
    importer = desk.plugins.importer_for(source.name)
    rows = list(importer.read(read_source(source)))
    if not rows:
        raise Invalid(T("{path} has no rows", path=source), path=str(source), code="E_IMPORT")
    meant = desk.kinds[desk.kinds.meant(kind)].name  # an unknown one is refused once, not by row
    table = TableRows(desk, source, rows, update=update, kind=meant, guarded=importer.guarded)
    plans = table.plans()
    writer = _Writer(desk, table, options)
    done = None
    if not table.refusals or options.keep_going:
        with suppress(_Refused):
            done = writer.write(plans)
    elif len(plans) <= _TOGETHER:
        writer.look(plans)
    return TableImport(
        done=done,
        rows=len(rows),
        created=len(writer.new) if done else 0,
        updated=writer.updated if done else 0,
        unchanged=table.unchanged + (writer.same if done else 0),
        refusals=tuple(sorted(table.refusals, key=lambda one: one.number)),
        new=writer.new if done else {},
    )


class _Writer:
    """Writes what the rows ask for."""

    def __init__(self, desk: Desk, table: TableRows, options: Options) -> None:
        self.desk, self.table, self.options = desk, table, options
        self.new: dict[str, str] = {}
        self.updated = self.same = 0

    def write(self, plans: Sequence[Plan]) -> Done:
        """All plans in one commit. Raises _Refused where rows are refused and the others are not
        to go on."""
        author = self.desk.author()
        before = list(self.table.refusals)

        def build(draft: Draft) -> Story:
            self.table.refusals[:] = before
            self._draft_all(draft, plans, author)
            if self.table.refusals and not self.options.keep_going:
                raise _Refused
            count = len(self.new) + self.updated
            return Story(
                f"import {count} records from {self.table.columns.source.name}", [], IMPORT
            )

        return perform(self.desk, build, self.options)

    def look(self, plans: Sequence[Plan]) -> None:
        """List the rows that would be refused; nothing is written."""
        self._draft_all(Draft(self.desk, self.desk.read_file), plans, self.desk.author())

    def _draft_all(self, draft: Draft, plans: Sequence[Plan], author: Author) -> None:
        self.new.clear()
        self.updated = self.same = 0
        for plan in plans:
            try:
                self._draft(draft, plan, author)
            except SvcdeskError as error:
                self.table.refuse(plan.row, error)

    def _draft(self, draft: Draft, plan: Plan, author: Author) -> None:
        """Put a row's change into the draft whole, or not at all; raises what refuses it."""
        if plan.record is None:
            try:
                opened = self._open(draft, plan, author)
            except MissingField as error:
                raise self.table.columns.lacking(error).error from None
            self._judge(draft, opened)
            for moved in opened:
                draft.keep(moved)
            self.new[place_of(plan.row, None)] = opened[0].record.id
            return
        record = draft.record(plan.record)
        text = draft.text(record) or ""
        if self.desk.repository.blob_id(text.encode()) != plan.revision:
            raise Changed(
                T("{record} has moved since it was exported", record=record.id),
                hint=T("export it again and make the change there"),
                code="E_MOVED",
                record=record.id,
            )
        point = draft.savepoint()
        change_one(self.desk, draft, record, plan.given, author, Circumstances(via=IMPORT))
        try:
            changes = draft.changes(since=point)
            refuse_bad(self.desk, changes, self.options)
        except SvcdeskError:
            draft.back_to(point)
            raise
        if changes:
            self.updated += 1
        else:
            self.same += 1

    def _open(self, draft: Draft, plan: Plan, author: Author) -> list[Moved]:
        kind = self.desk.kinds[plan.kind]
        authorise("submit", kind.workflow.roles, author.person, author.principal)
        submitted = plan.given.get(_SUBMITTED)
        when = strict_instant(submitted) if isinstance(submitted, str) else None
        if when is not None and when > self.desk.now():
            raise Refused(
                T("{when} has not come yet", when=when.isoformat()),
                code="E_TIME",
                field=_SUBMITTED,
            )
        act = self.desk.act(author, when=when, via=IMPORT)
        return open_one(self.desk, draft, kind, plan.given, act, Circumstances().words)

    def _judge(self, draft: Draft, opened: Sequence[Moved]) -> None:
        changes = [
            Change(
                self.desk.tickets.path_for(one.record.id, one.record.uid),
                None if one.before is None else draft.text(one.before),
                "",
                one.before,
                one.record,
                (one,),
            )
            for one in opened
        ]
        refuse_bad(self.desk, changes, self.options)
