"""What no table of records says: who a record is, its state, what is computed or linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcdesk.desk.naming import refuse_status
from svcdesk.desk.table_cells import CellRefused, Columns
from svcdesk.errors import Refused, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.field_info import FieldInfo

if TYPE_CHECKING:
    from svcdesk.desk.rows import Row as Known

KIND, UID = "kind", "uid"
_MADE_BY_COMMANDS = {"links": "link", "attachments": "attach"}


def refuse_fixed(columns: Columns, column: str, field: FieldInfo, cell: str, known: Known) -> None:
    """What no table changes: who a record is, its state, what is computed or linked. Raises
    CellRefused."""
    path, record = field.path, known.head.id
    top = path.partition(".")[0]
    try:
        if path == STATUS:
            wanted = columns.state(cell, known.kind) or cell.strip()
            refuse_status(record, known.head.status, known.workflow, {STATUS: wanted})
        if top in _MADE_BY_COMMANDS or top == known.workflow.request_link:
            raise Refused(
                T("{record}: {field} is not changed by a table", record=record, field=path),
                hint=T("`svcdesk {command}` does that",
                       command=_MADE_BY_COMMANDS.get(top, "link")),
                record=record,
                field=path,
            )  # fmt: skip
        if field.computed or path not in columns.desk.kinds.fields(known.kind):
            columns.refuse_foreign(field, known.kind)
    except SvcdeskError as error:
        raise CellRefused(column, error) from None
    if path in (UID, KIND):
        raise columns.wrong(path, T("{record} is another one: leave that cell as it was",
                                  record=record))  # fmt: skip


def refuse_state(columns: Columns, cell: str, kind: str) -> None:
    """A new record begins in one state. Raises CellRefused for another."""
    workflow = columns.desk.workflow(kind)
    if columns.state(cell, kind) != workflow.initial:
        raise columns.wrong(
            STATUS,
            T("a new record begins as {state}; moves lead on from there",
              state=workflow.state_label(workflow.initial)),
        )  # fmt: skip
