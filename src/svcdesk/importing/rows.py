"""One source key's rows as a record: the first row is its `submit`, each later one an event.

Ids are made from the rows alone, so importing again – tomorrow's longer export, too – makes the
same events and adds only what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from svcdesk.i18n import T, Text
from svcdesk.importing.mapping import Column, ImportMapping
from svcdesk.lifecycle.fold import STATUS, Effect, fold
from svcdesk.model.ids import imported_id
from svcdesk.model.instants import format_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import CORRECT, SET, SUBMIT, Event, Value

_SLOT = re.compile(r"\{([^{}]+)\}")
_NOT_SLUG = re.compile(r"[^\w一-鿿]+")
NOTE = "note"
IMPORT = "import"
_CORRECTED = "imported"
"""Why a state was corrected, as it is stored: the same whatever the language of who imports."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of the source with its number, as a spreadsheet counts them."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not understood, and why."""

    number: int
    key: str
    why: Text


@dataclass(frozen=True, slots=True)
class Imported:
    """What a key's rows come to: header values by dotted path, events, and refused rows.

    `forced` counts state changes that no move of the workflow explains (written as `correct`).
    """

    key: str
    uid: str
    opened: datetime
    fields: Mapping[str, Value]
    events: tuple[Event, ...]
    refusals: tuple[Refusal, ...]
    forced: int


class RowRefused(Exception):
    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


def group_rows(rows: Iterable[SourceRow], key: str) -> dict[str, list[SourceRow]]:
    """The rows by their key, in the order in which keys first appear."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        groups.setdefault(row.cells.get(key, "").strip(), []).append(row)
    return groups


def import_rows(
    key: str,
    rows: Sequence[SourceRow],
    mapping: ImportMapping,
    workflow: Workflow,
    by: str,
    at: str,
) -> Imported | tuple[Refusal, ...]:
    """The record that a key's rows make; only refusals where not even one row was understood.

    `by` imports, `at` is when; each event's `when` is its row's own time.
    """
    builder = _Builder(key, mapping, workflow, by, at)
    refusals = []
    for row in rows:
        try:
            builder.take(row)
        except RowRefused as refused:
            refusals.append(Refusal(row.number, key, refused.why))
    if builder.opened is None:
        return tuple(refusals)
    return Imported(
        key=key,
        uid=builder.uid,
        opened=builder.opened,
        fields={**mapping.constant, **builder.fields},
        events=tuple(builder.events),
        refusals=tuple(refusals),
        forced=builder.forced,
    )


class _Builder:
    """Goes through a key's rows and keeps what is true so far."""

    def __init__(
        self, key: str, mapping: ImportMapping, workflow: Workflow, by: str, at: str
    ) -> None:
        self.key, self.mapping, self.workflow, self.by, self.at = key, mapping, workflow, by, at
        self.fields: dict[str, Value] = {}
        self.events: list[Event] = []
        self.values: Mapping[str, Value] = {}
        self.opened: datetime | None = None
        self.uid = ""
        self.forced = 0

    def take(self, row: SourceRow) -> None:
        """Add the row's event. Raises RowRefused, and then nothing has changed."""
        cells = {name: self._known(text) for name, text in row.cells.items()}
        when = self._time(cells, self.mapping.time_column)
        state, reason = self._state(cells)
        wanted = {path: self._cell(one, cells) for path, one in self.mapping.tracked.items()}
        if reason:
            wanted["waiting.reason"] = reason
        if self.opened is None:
            self._begin(row, cells, when, state, wanted)
        else:
            self._go_on(row, cells, when, state, wanted)
        for path, column in self.mapping.fields.items():
            if path not in self.fields and (value := self._cell(column, cells)) is not None:
                self.fields[path] = value

    def _begin(
        self,
        row: SourceRow,
        cells: Mapping[str, str | None],
        when: datetime,
        state: str,
        wanted: dict[str, Value],
    ) -> None:
        opened = self._time(cells, self.mapping.opened)
        self.uid = imported_id(_ms(opened), None, f"{self.mapping.source}\0{self.key}")
        submitted = format_instant(opened, self.mapping.zone)
        first: dict[str, Value] = {STATUS: state, "submitted": submitted}
        first |= {path: value for path, value in wanted.items() if value is not None}
        first |= {
            path: value
            for path, value in self.mapping.constant.items()
            if path in self.workflow.tracked
        }
        self._add(SUBMIT, row, cells, when, first, was=None)
        self.opened = opened

    def _go_on(
        self,
        row: SourceRow,
        cells: Mapping[str, str | None],
        when: datetime,
        state: str,
        wanted: dict[str, Value],
    ) -> None:
        changed = {path: value for path, value in wanted.items() if value != self.values.get(path)}
        here = str(self.values[STATUS])
        if state != here or "waiting.reason" in changed:
            move = self._move(here, state)
            if move == CORRECT:
                self.forced += 1
            changed = {STATUS: state, **changed}
        else:
            move = SET if changed else NOTE
        was = {path: self.values[path] for path in changed if path in self.values}
        self._add(move, row, cells, when, changed, was=was if changed else None)

    def _add(
        self,
        do: str,
        row: SourceRow,
        cells: Mapping[str, str | None],
        when: datetime,
        values: Mapping[str, Value],
        was: Mapping[str, Value] | None,
    ) -> None:
        previous = self.events[-1].id if self.events else None
        who = self._cell(self.mapping.who, cells) if self.mapping.who else None
        event = Event(
            id=imported_id(_ms(when), previous, self._row_name(row)),
            at=self.at,
            by=self.by,
            on_behalf=str(who) if who else None,
            via=IMPORT,
            when=format_instant(when, self.mapping.zone),
            do=do,
            set=values,
            was=was,
            text=self._text(self.mapping.note, cells) if self.mapping.note else None,
            reason=_CORRECTED if do == CORRECT else None,
        )
        after = fold([*self.events, event], self.workflow)
        if after.effect_of(event.id) is not Effect.COUNTED:
            raise RowRefused(T("its change has no place in the record’s life"))
        self.events.append(event)
        self.values = after.values

    def _row_name(self, row: SourceRow) -> str:
        """What names this row for ever: its own counter, else all that it says."""
        counter = self.mapping.counter
        own = row.cells.get(counter, "") if counter else "\0".join(row.cells.values())
        return "\0".join((self.mapping.source, self.key, own))

    def _move(self, here: str, state: str) -> str:
        """The move that leads from one state to the other, by the mapping's preference."""
        names = [*self.mapping.state.moves, *self.workflow.moves]
        for name in names:
            move = self.workflow.moves.get(name)
            if move and move.counts_as_move(here) and move.to.get(here) == state:
                return name
        return CORRECT

    def _state(self, cells: Mapping[str, str | None]) -> tuple[str, str | None]:
        cell = cells.get(self.mapping.state.column)
        found = self.mapping.state.states.get(cell or "")
        if found is None:
            raise RowRefused(
                T("the mapping has no state for “{cell}” in {column}",
                  cell=cell or "", column=self.mapping.state.column)
            )  # fmt: skip
        return found

    def _time(self, cells: Mapping[str, str | None], column: str) -> datetime:
        text = cells.get(column)
        try:
            naive = datetime.strptime(text or "", self.mapping.time_format)
        except ValueError:
            raise RowRefused(
                T("“{text}” in {column} is not a time like {format}",
                  text=text or "", column=column, format=self.mapping.time_format)
            ) from None  # fmt: skip
        return naive.replace(tzinfo=self.mapping.zone)

    def _cell(self, column: Column, cells: Mapping[str, str | None]) -> Value:
        text = self._text(column.text, cells) if column.text else cells.get(column.column or "")
        if text is None:
            return column.default
        if column.values is not None:
            translated = column.values.get(text, column.default)
            if translated is None:
                raise RowRefused(
                    T("the mapping has no value for “{cell}” in {column}",
                      cell=text, column=column.column or "")
                )  # fmt: skip
            return translated
        return _NOT_SLUG.sub("-", text).strip("-").lower() if column.slug else text

    def _text(self, template: str, cells: Mapping[str, str | None]) -> str:
        return _SLOT.sub(lambda slot: cells.get(slot[1]) or "–", template)

    def _known(self, text: str) -> str | None:
        stripped = text.strip()
        return None if not stripped or stripped in self.mapping.missing else stripped


def _ms(instant: datetime) -> int:
    return int(instant.timestamp()) * 1000


def merge_events(existing: tuple[Event, ...], imported: tuple[Event, ...]) -> tuple[Event, ...]:
    """The record's events with those of the import that it does not have yet."""
    known = {event.id for event in existing}
    return (*existing, *(one for one in imported if one.id not in known))
