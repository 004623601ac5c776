"""Who edited which tracked fields of a record by hand: read from the working tree and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.model.record import Record, Value
from svcdesk.store.git_objects import read_objects
from svcdesk.store.tickets import decode_file

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.store.git_history import Commit


@dataclass(frozen=True, slots=True)
class HandEdit:
    """What one author changed: field → the value that the file has now (None: taken out).

    `commit` brought the newest of these values; an edit that is not committed yet has neither
    commit nor e-mail, and nobody but the one at the keyboard can have made it.
    """

    fields: Mapping[str, Value]
    email: str | None = None
    author: str | None = None
    when: datetime | None = None
    commit: str | None = None


def find_edits(desk: Desk, record: Record, path: str) -> list[HandEdit]:
    """The hand edits of a record as it lies in the working tree, one for each author, in the
    order of their newest commits; uncommitted ones last."""
    workflow = desk.workflow(record.kind)
    edited = hand_edits(record, fold(record.events, workflow), workflow)
    if not edited:
        return []
    values = {field: header for field, (header, _) in edited.items()}
    committed = _at_head(desk, path)
    in_head = [
        field for field in values if committed is not None and committed.get(field) == values[field]
    ]
    brought = _brought_by(desk, path, {field: values[field] for field in in_head})
    found: dict[str, HandEdit] = {}
    for commit, field in sorted(brought, key=lambda one: -one[0].place):
        key = commit.commit.email.casefold()
        fields = dict(found[key].fields) if key in found else {}
        fields[field] = values[field]
        found.pop(key, None)  # its place is that of its newest commit
        one = commit.commit
        found[key] = HandEdit(fields, one.email, one.author, one.authored, one.id)
    attributed = {field for _, field in brought}
    left = {field: value for field, value in values.items() if field not in attributed}
    return [*found.values(), *([HandEdit(left)] if left else [])]


def uncommitted(desk: Desk, paths: Sequence[str]) -> frozenset[str]:
    """Those of `paths` whose file is not what HEAD has (new files too)."""
    if not paths:
        return frozenset()
    return frozenset(one.path for one in desk.repository.status(list(paths), ignored=True))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A commit and its place in the history of a path, 0 for the newest."""

    commit: Commit
    place: int


def _at_head(desk: Desk, path: str) -> Record | None:
    repository = desk.repository
    if repository.head is None:
        return None
    return _decoded(repository.read_blob("HEAD", path), path)


def _brought_by(desk: Desk, path: str, values: Mapping[str, Value]) -> list[tuple[_Placed, str]]:
    """For each field the newest commit that changed it to its present value."""
    if not values:
        return []
    from svcdesk.store.git_history import log

    commits = log(desk.repository, path)
    names = [f"{commit.id}:{path}" for commit in commits]
    versions = [_decoded(data, path) for _, data in read_objects(desk.repository.root, names)]
    found = []
    for field, value in values.items():
        for place, commit in enumerate(commits):
            before = versions[place + 1] if place + 1 < len(versions) else None
            if before is None or before.get(field) != value:
                found.append((_Placed(commit, place), field))
                break
    return found


def _decoded(data: bytes | None, path: str) -> Record | None:
    if data is None:
        return None
    try:
        return decode_file(data, path).record
    except SvcdeskError:
        return None  # an unreadable version says nothing about who changed a field
