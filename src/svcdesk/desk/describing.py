"""What the index keeps of a record, and the rules and terms under which that holds."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import svcdesk
from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.hashes import sha256
from svcdesk.index.entries import ODD, Describe, Described, Owed
from svcdesk.lifecycle.ending import ended_at
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.field_info import plain
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Record, Value
from svcdesk.store.tickets import CALENDARS, CUSTOMERS, POLICIES, decode_file

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_DIGITS = 16


def fingerprint(desk: Desk) -> str:
    """Changes with whatever decides how a file is understood: the version of svcdesk, the schemas
    and workflows that come with it, the desk's own, and the fields of plugins."""
    from svcdesk.store.schema_sources import shipped_dir

    digest = sha256(svcdesk.__version__.encode())
    for entry in sorted(os.scandir(shipped_dir()), key=lambda one: one.name):
        status = entry.stat()
        digest.update(f"{entry.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    own = desk._own_schemas()
    for name in sorted(own):
        digest.update(name.encode() + b"\0" + own[name])
    digest.update(repr(sorted(desk.facts.kinds.items())).encode())
    if desk.facts.plugins:
        fields = [(one.kind, one.properties) for one in desk.plugins.fragments()]
        digest.update(json.dumps(fields, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:_DIGITS]


def terms_of(desk: Desk) -> str:
    """Changes with whatever decides what records owe: policies, calendars, customers, the desk."""
    from svcdesk.desk.parts import DESK_FILE

    digest = sha256()
    paths = [DESK_FILE, CUSTOMERS]
    for folder in (CALENDARS, POLICIES):
        paths += [f"{folder}/{name}.yaml" for name in desk.names_in(folder)]
    for path in paths:
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0")
        digest.update((desk.read_file(path) or b"") + b"\0")
    return digest.hexdigest()[:_DIGITS]


def describer(desk: Desk, *, closed: bool = False) -> Describe:
    """What makes of a file's bytes what the index keeps; None for what has to be read each time.

    What open records owe is reckoned, as lists of them ask for it; with `closed` that of all.
    """

    def describe(data: bytes, path: str) -> Described | None:
        try:
            return _described(desk, decode_file(data, path).record, data, closed=closed)
        except SvcdeskError:
            return None

    return describe


def _described(desk: Desk, record: Record, data: bytes, *, closed: bool) -> Described:
    from svcdesk.desk.rows import text_of

    folded = None
    if record.kind in desk.kinds:
        folded = fold(record.events, desk.workflow(record.kind))
    assignee = record.header.get("assignee")
    return Described(
        id=record.id,
        kind=record.kind,
        status=_column(record.header.get("status")),
        priority=_column(record.header.get("priority")),
        assignee=_column(assignee),
        assignee_plain=plain(assignee) if isinstance(assignee, str) else _column(assignee),
        unsettled=bool(folded and folded.unsettled()),
        newest=_newest(record),
        ended=_ended(desk, record, folded) if folded else None,
        header=json.dumps(record.header, ensure_ascii=False, separators=(",", ":")),
        text=text_of(record),
        owed=_owed(desk, record, folded, data, closed=closed) if folded else None,
    )


def _column(value: Value) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else ODD


def _newest(record: Record) -> int | None:
    try:
        return max(int(strict_instant(event.at).timestamp()) for event in record.events)
    except Invalid:
        return None


def _ended(desk: Desk, record: Record, folded: Fold) -> int | None:
    ended = ended_at(folded, desk.workflow(record.kind))
    return None if ended is None else int(ended.timestamp())


def _owed(desk: Desk, record: Record, folded: Fold, data: bytes, *, closed: bool) -> Owed | None:
    state = desk.workflow(record.kind).states.get(record.status)
    if not closed and (state is None or not state.is_open):
        return None
    from svcdesk.desk.owing import owed_of, standing_of

    now = desk.now()
    try:
        answer = desk.sla.ledger(record, now, folded)
        return owed_of(desk, record, standing_of(desk, record, folded, answer, data), now)
    except SvcdeskError:
        return None
