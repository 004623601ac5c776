"""What the index keeps of a record, and the rules and terms under which that holds."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import svcdesk
from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.index.entries import ODD, Describe, Described, Owed
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.field_info import plain
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Event, Record, Value
from svcdesk.store.tickets import CALENDARS, CUSTOMERS, POLICIES, decode_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svcdesk.desk.desk import Desk
    from svcdesk.sla.ledger import Ledger

_DIGITS = 16


def fingerprint(desk: Desk) -> str:
    """Changes with whatever decides how a file is understood: the version of svcdesk, the schemas
    and workflows that come with it, the desk's own, and the fields of plugins."""
    from svcdesk.store.schema_sources import shipped_dir

    digest = hashlib.sha256(svcdesk.__version__.encode())
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

    digest = hashlib.sha256()
    paths = [DESK_FILE, CUSTOMERS]
    for folder in (CALENDARS, POLICIES):
        paths += [f"{folder}/{name}.yaml" for name in desk.names_in(folder)]
    for path in paths:
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0")
        digest.update((desk.read_file(path) or b"") + b"\0")
    return digest.hexdigest()[:_DIGITS]


def describer(desk: Desk) -> Describe:
    """What makes of a file's bytes what the index keeps; None for what has to be read each time."""

    def describe(data: bytes, path: str) -> Described | None:
        try:
            return _described(desk, decode_file(data, path).record)
        except SvcdeskError:
            return None

    return describe


def _described(desk: Desk, record: Record) -> Described:
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
        header=json.dumps(record.header, ensure_ascii=False, separators=(",", ":")),
        text=text_of(record),
        owed=_owed_if_open(desk, record, folded) if folded else None,
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


def _owed_if_open(desk: Desk, record: Record, folded: Fold) -> Owed | None:
    """What an open record owes, for lists of open records; of others it is asked for seldom."""
    state = desk.workflow(record.kind).states.get(record.status)
    if state is None or not state.is_open:
        return None
    now = desk.now()
    try:
        return owed_of(record, desk.sla.ledger(record, now, folded), now)
    except SvcdeskError:
        return None


def owed_of(record: Record, ledger: Ledger | None, now: datetime) -> Owed | None:
    """What holds of a ledger, made at `now`, until the record's next event; None where events are
    still to come by then, or their times are none."""
    try:
        since = max(
            int(strict_instant(time).timestamp())
            for event in record.events
            for time in _times(event)
        )
    except (Invalid, TypeError):
        return None
    if since > now.timestamp():
        return None
    if ledger is None:
        return Owed(since, None, False, None)
    from svcdesk.sla.ledger import State

    entries = [entry for entry in ledger.entries if entry.judged]
    dues = [
        entry.due
        for entry in entries
        if entry.is_open and entry.due and entry.state is not State.PAUSED
    ]
    moves = any(entry.state is State.PAUSED and entry.due for entry in entries)
    ends = [entry.ended for entry in entries if entry.is_late and entry.ended is not None]
    return Owed(
        since=since,
        due=min(dues, default=None),
        moves=moves,
        state="breached" if ends else "ok" if entries else None,
        is_open=any(entry.is_open for entry in entries),
        last=max(ends, default=None),
    )


def _times(event: Event) -> Iterator[str]:
    """Every time that an event states, of itself or of another one."""
    yield event.at
    yield event.happened
    submitted = event.set.get("submitted")
    if isinstance(submitted, str):
        yield submitted
    yield from event.times.values()
