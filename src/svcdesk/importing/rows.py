"""One source key's rows as a record: the oldest is its `submit`, each later one an event.

Ids are made from the rows alone. Importing again – tomorrow's longer export, too – adds only what
is new; `recognising` knows the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from svcdesk.i18n import T, Text
from svcdesk.importing.differing import WHO, Comparison, Difference
from svcdesk.importing.mapping import Column, ImportMapping
from svcdesk.importing.recognising import (
    IMPORT,
    Known,
    happened,
    milliseconds,
    record_of,
    row_name,
    uid_of,
)
from svcdesk.importing.source import (
    Meant,
    Reader,
    Refusal,
    RowRefused,
    SourceRow,
    Timed,
    oldest_first,
)
from svcdesk.importing.vocabulary import WAITS_FOR
from svcdesk.lifecycle.fold import STATUS, Effect, fold
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.ids import imported_id
from svcdesk.model.instants import format_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import CORRECT, SET, SUBMIT, Event, Record, Value
from svcdesk.values import NamedTuple

NOTE = "note"
_CORRECTED = "imported"
"""Why a state was corrected, as it is stored: the same whatever the language of who imports."""


class Terms(NamedTuple):
    """What all rows of an import share. `by` imports, `at` (that is `now`) is when."""

    mapping: ImportMapping
    workflow: Workflow
    by: str
    at: str
    now: datetime
    meant: Meant
    fields: Mapping[str, FieldInfo]


class Imported(NamedTuple):
    """What a key's rows come to: header values by dotted path, the events that the record lacks,
    and the rows that were not taken.

    `record` is the one that they belong to, where it is here already. `taken` rows are events of
    it, now or before. `forced` counts new state changes that no move of the workflow explains
    (written as `correct`). `differing` names what rows that it has already say otherwise by now:
    that stays as it is.
    """

    key: str
    record: Record | None
    uid: str
    opened: datetime
    fields: Mapping[str, Value]
    events: tuple[Event, ...]
    refusals: tuple[Refusal, ...]
    differing: tuple[Difference, ...]
    taken: int
    forced: int


def import_rows(
    key: str, rows: Sequence[SourceRow], terms: Terms, known: Sequence[Record] = ()
) -> Imported | tuple[Refusal, ...]:
    """What a key's rows make of its record; only refusals where not even one row was understood.

    `known` are the records of that source and key: theirs is the one that was opened when they say
    so, or has one of them already. Each event's `when` is its row's own time.
    """
    reader = Reader(terms.mapping, terms.meant, terms.fields, terms.now)
    timed: list[Timed] = []
    refusals = []
    for row in rows:
        try:
            timed.append(reader.timed(row))
        except RowRefused as refused:
            refusals += [Refusal(row.number, key, why) for why in refused.whys]
    builder = _Builder(key, terms, reader, record_of(timed, key, reader, known))
    for one, event in builder.in_order(timed):
        try:
            builder.take(one, event)
        except RowRefused as refused:
            refusals += [Refusal(one.row.number, key, why) for why in refused.whys]
    if builder.opened is None:
        return tuple(refusals)
    return Imported(
        key=key,
        record=builder.record,
        uid=builder.uid,
        opened=builder.opened,
        fields={**terms.mapping.constant, **builder.fields},
        events=tuple(builder.made),
        refusals=tuple(refusals),
        differing=tuple(builder.compared.differing),
        taken=builder.taken,
        forced=builder.forced,
    )


class _Builder:
    """Goes through a key's rows and keeps what is true so far."""

    def __init__(self, key: str, terms: Terms, reader: Reader, known: Record | None) -> None:
        self.key, self.terms, self.reader, self.record = key, terms, reader, known
        self.mapping, self.workflow = terms.mapping, terms.workflow
        self.known = Known(known.events if known else (), terms.workflow)
        self.before: list[Event] = []
        self.values: Mapping[str, Value] = {}
        self.made: list[Event] = []
        self.fields: dict[str, Value] = {}
        self.compared = Comparison(key, reader, self.known, known, terms.workflow)
        self.opened: datetime | None = None
        self.uid = known.uid if known else ""
        self.taken = self.forced = 0

    def in_order(self, timed: Sequence[Timed]) -> Iterator[tuple[Timed, Event | None]]:
        """The rows, the oldest first, each with the event that it is already; what the record has
        of the time before a row stands in `before` then."""
        rows = oldest_first(timed, self.mapping.counter)
        here = self.known.recognised(rows, self.key, self.reader)
        left = self.known.events
        for place, one in enumerate(rows):
            earlier = [at for at, event in enumerate(left, 1) if happened(event) <= one.when]
            count = max(earlier, default=0 if self.before else 1)
            self._go_by(left[:count])
            left = left[count:]
            yield one, here.get(place)

    def _go_by(self, events: Sequence[Event]) -> None:
        if events:
            self.before += events
            self.values = fold(self.before, self.workflow).values

    def take(self, one: Timed, event: Event | None) -> None:
        """Add the row's event, or compare it with the one that it is already. Raises RowRefused
        with all that is wrong with it, and then nothing has changed."""
        wrong: list[Text] = []
        state, wanted = self._course(one, wrong)
        fields = self._read(
            {path: it for path, it in self.mapping.fields.items() if path not in self.fields},
            one,
            wrong,
        )
        opened = self.opened or self._opened(one, wrong)
        if wrong or opened is None:
            raise RowRefused(*wrong)
        if event is not None:
            self.compared.event(one, event, state, wanted, self._who(one))
        elif self.before:
            self._go_on(one, state, wanted)
        else:
            self._begin(one, state, wanted, opened)
        if self.opened is None:
            self.opened = opened
            self.uid = self.uid or uid_of(self.mapping, self.key, opened)
        self.taken += 1
        for path, value in fields.items():
            if value is not None:
                self.fields[path] = value
                self.compared.field(one, path, value)

    def _course(self, one: Timed, wrong: list[Text]) -> tuple[str, dict[str, Value]]:
        """The state that a row names, and what it says of the tracked fields."""
        state, reason = "", None
        try:
            state, reason = self.reader.state(one.cells)
        except RowRefused as refused:
            wrong += refused.whys
        wanted = self._read(self.mapping.tracked, one, wrong)
        return state, {**wanted, WAITS_FOR: reason} if reason else wanted

    def _read(
        self, columns: Mapping[str, Column], one: Timed, wrong: list[Text]
    ) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for path, column in columns.items():
            try:
                found[path] = self.reader.value(path, column, one.cells)
            except RowRefused as refused:
                wrong += refused.whys
        return found

    def _opened(self, one: Timed, wrong: list[Text]) -> datetime | None:
        try:
            return self.reader.time(one.cells, self.mapping.opened)
        except RowRefused as refused:
            wrong += refused.whys
            return None

    # ── new events ────────────────────────────────────────────────────────────────────────────

    def _begin(self, one: Timed, state: str, wanted: Mapping[str, Value], opened: datetime) -> None:
        first: dict[str, Value] = {
            STATUS: state,
            "submitted": format_instant(opened, self.mapping.zone),
        }
        first |= {path: value for path, value in wanted.items() if value is not None}
        first |= {
            path: value
            for path, value in self.mapping.constant.items()
            if path in self.workflow.tracked
        }
        self._add(SUBMIT, one, first, was=None)

    def _go_on(self, one: Timed, state: str, wanted: Mapping[str, Value]) -> None:
        changed = {
            path: value
            for path, value in wanted.items()
            if value != self.compared.meant(path, self.values.get(path))
        }
        here = str(self.values[STATUS])
        if state != here or WAITS_FOR in changed:
            move = self._move(here, state)
            changed = {STATUS: state, **changed}
        else:
            move = SET if changed else NOTE
        was = {path: self.values[path] for path in changed if path in self.values}
        self._add(move, one, changed, was=was if changed else None)
        self.forced += move == CORRECT

    def _add(
        self, do: str, one: Timed, values: Mapping[str, Value], was: Mapping[str, Value] | None
    ) -> None:
        previous = max((event.id for event in self.before), default=None)
        note = self.mapping.note
        event = Event(
            id=imported_id(milliseconds(one.when), previous, row_name(one, self.key, self.reader)),
            at=self.terms.at,
            by=self.terms.by,
            on_behalf=self._who(one),
            via=IMPORT,
            when=format_instant(one.when, self.mapping.zone),
            do=do,
            set=values,
            was=was,
            text=self.reader.text(note, one.cells) if note else None,
            reason=_CORRECTED if do == CORRECT else None,
        )
        after = fold([*self.before, event], self.workflow)
        if after.effect_of(event.id) is not Effect.COUNTED:
            raise RowRefused(T("its change has no place in the record’s life"))
        self.before.append(event)
        self.made.append(event)
        self.values = after.values

    def _who(self, one: Timed) -> str | None:
        who = self.reader.value(WHO, self.mapping.who, one.cells) if self.mapping.who else None
        return str(who) if who else None

    def _move(self, here: str, state: str) -> str:
        """The move that leads from one state to the other, by the mapping's preference."""
        names = [*self.mapping.state.moves, *self.workflow.moves]
        for name in names:
            move = self.workflow.moves.get(name)
            if move and move.counts_as_move(here) and move.to.get(here) == state:
                return name
        return CORRECT
