"""Whose rows those of a key are, and which of them the record has already.

A row is known by what it says of the record's course – time, state, tracked fields, who, note –
or by its counter. Files are saved anew, though, and texts corrected: a row that stands at the
moment of an imported event which no row of the file is, is that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from svcdesk.importing.mapping import ImportMapping
from svcdesk.importing.source import Reader, RowRefused, Timed
from svcdesk.lifecycle.fold import fold
from svcdesk.model.ids import chance_of, imported_id
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Record, Value

IMPORT = "import"


def uid_name(mapping: ImportMapping, key: str) -> str:
    """What names a key's record for ever."""
    return f"{mapping.source}\0{key}"


def uid_of(mapping: ImportMapping, key: str, opened: datetime) -> str:
    return imported_id(milliseconds(opened), None, uid_name(mapping, key))


def row_name(one: Timed, key: str, reader: Reader) -> str:
    """What names a row for ever: its counter, else what it says of the record's course.

    That does not change with columns that the mapping does not name, with their order, with blanks
    or with how a time is written; texts of the record's fields may be corrected.
    """
    mapping = reader.mapping
    if mapping.counter:
        own = one.cells.get(mapping.counter) or ""
    else:
        said = {
            "when": one.when.astimezone(UTC).isoformat(),
            "state": one.cells.get(mapping.state.column),
            "who": reader.raw(mapping.who, one.cells) if mapping.who else None,
            "note": reader.text(mapping.note, one.cells) if mapping.note else None,
            **{f".{path}": reader.raw(it, one.cells) for path, it in mapping.tracked.items()},
        }
        own = "\0".join(f"{name}\1{said[name]}" for name in sorted(said) if said[name] is not None)
    return "\0".join((mapping.source, key, own))


def _former_name(one: Timed, key: str, mapping: ImportMapping) -> str:
    """The name that earlier versions gave a row: of all its cells, as they stood in the file."""
    raw = one.row.cells
    own = raw.get(mapping.counter, "") if mapping.counter else "\0".join(raw.values())
    return "\0".join((mapping.source, key, own))


def _chances(one: Timed, key: str, reader: Reader) -> tuple[str, str]:
    """What a row's id has beside a time: by its name of now, and by its former one."""
    names = (row_name(one, key, reader), _former_name(one, key, reader.mapping))
    return chance_of(imported_id(0, None, names[0])), chance_of(imported_id(0, None, names[1]))


def has_one_of(record: Record, rows: Sequence[Timed], key: str, reader: Reader) -> bool:
    """Whether an event of a record is one of these rows, at the row's own time."""
    here = {(chance_of(one.id), happened(one)) for one in record.events if one.via == IMPORT}
    return any((chance, one.when) in here for one in rows for chance in _chances(one, key, reader))


def record_of(
    rows: Sequence[Timed], key: str, reader: Reader, known: Sequence[Record]
) -> Record | None:
    """Whose rows they are. Some systems begin anew with their keys, each year, so that a source and
    a key alone do not tell; and what was registered when may be corrected."""
    if not known:
        return None
    uids = set()
    for one in rows:
        with suppress(RowRefused):
            opened = reader.time(one.cells, reader.mapping.opened)
            uids.add(uid_of(reader.mapping, key, opened))
    of_uid = (record for record in known if record.uid in uids)
    of_rows = (record for record in known if has_one_of(record, rows, key, reader))
    return next(of_uid, None) or next(of_rows, None)


class Known:
    """The events of a record that were imported, in the order of the fold."""

    def __init__(self, events: Sequence[Event], workflow: Workflow) -> None:
        imported = [one for one in events if one.via == IMPORT]
        steps = fold([one for one in imported if one.when] or imported, workflow).steps
        self.events = [step.event for step in steps]
        self.saw: dict[str, Mapping[str, Value]] = {}
        """By an event's id what stood in the tracked fields for its author, its own values put
        in."""
        values: dict[str, Value] = {}
        for step in steps:
            self.saw[step.event.id] = {**values, **step.event.set}
            values.update(step.changes)

    def recognised(self, rows: Sequence[Timed], key: str, reader: Reader) -> dict[int, Event]:
        """Which of one key's rows, by their places, are here already as which events."""
        if not self.events:
            return {}
        left: dict[str, list[Event]] = {}
        for event in self.events:
            left.setdefault(chance_of(event.id), []).append(event)
        found: dict[int, Event] = {}
        for place, one in enumerate(rows):
            for chance in _chances(one, key, reader):
                same = left.get(chance)
                if same:
                    found[place] = same.pop(0)
                    break
        of_time: dict[datetime, list[Event]] = {}
        for event in self.events:
            if event in left[chance_of(event.id)]:
                of_time.setdefault(happened(event), []).append(event)
        for place, one in enumerate(rows):
            if place not in found and of_time.get(one.when):
                found[place] = of_time[one.when].pop(0)
        return found


def happened(event: Event) -> datetime:
    return strict_instant(event.happened)


def milliseconds(instant: datetime) -> int:
    """Since 1970, as ids have it; whole seconds, as files have times."""
    return int(instant.timestamp()) * 1000
