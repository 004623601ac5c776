"""Changing one of the desk's own files – people.yaml and its like – in one commit."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.desk.writing import Options
from svcdesk.errors import Invalid
from svcdesk.model.ids import ulid
from svcdesk.model.record import Value, Values
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import rewrite

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class FileDone:
    """What was done to a file of the desk (or, with `dry_run`, would be)."""

    op: str
    subject: str
    path: str
    before: str
    after: str
    commit: str | None = None

    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, f"a/{self.path}", f"b/{self.path}"))


def edit_file(
    desk: Desk,
    path: str,
    schema: str,
    change: Callable[[Values], dict[str, Value]],
    subject: str,
    options: Options,
) -> FileDone:
    """Write a file of the desk anew, with only the lines changed that must.

    `change` gets the file's values and gives the new ones; `schema` names the file's schema.
    Raises NotADesk where the file is missing, Invalid for what the schema does not allow, and
    what a write raises. Nothing is written then.
    """
    op = options.op or ulid(desk.now_ms(), desk.chance())
    if options.dry_run:
        return _changed(desk, path, schema, change, desk.read_file(path), op, subject)

    from svcdesk.store.transaction import begin

    with begin(desk.repository, op=op, dirty_ok=options.include_dirty) as tx:
        done = _changed(desk, path, schema, change, tx.read(path), op, subject)
        commit = tx.commit({path: done.after.encode()}, subject, no_commit=options.no_commit)
    return FileDone(op, subject, path, done.before, done.after, commit)


def _changed(
    desk: Desk,
    path: str,
    schema: str,
    change: Callable[[Values], dict[str, Value]],
    data: bytes | None,
    op: str,
    subject: str,
) -> FileDone:
    if data is None:
        from svcdesk.desk.deleted import missing

        raise missing(desk.root, path)
    from svcdesk.store.schema import file_validator

    document = parse(data, path=path)
    wanted = change(document.value)
    validator = file_validator(schema)
    if not validator.is_valid(wanted):
        first = validator.problems(wanted, path=path)[0]
        raise Invalid(first.message, hint=first.hint, code=first.code, path=path, field=first.field)
    return FileDone(op, subject, path, document.text, rewrite(document.text, wanted))
