"""The rows that may meet a query: from the index, with the files that it does not cover.

Whoever asks judges each of them by the query itself, unless the index has answered all of it; else
the index only leaves out what cannot meet it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.reading import Reading, is_one, many_values, read_paths, read_records
from svcdesk.desk.rows import IndexedRow, Ledgers, Row
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.as_of import as_of
from svcdesk.model.record import Record
from svcdesk.query import Query
from svcdesk.store.files import read_below
from svcdesk.store.tickets import FILE_LIMIT, RECORDS, Loaded, Unreadable, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.indexing import Answer
    from svcdesk.desk.owing import Standing
    from svcdesk.index.database import Database
    from svcdesk.index.database import Row as Found
    from svcdesk.index.entries import Owed
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.sla.ledger import Ledger

_WITHOUT_PEOPLE = frozenset({"status", "text"})
"""What the commonest queries ask for, in which nobody can be named."""


class Owing:
    """Finds ledgers (by default under the desk's policies), and says once what is wrong where they
    cannot be found (`strict`: raises it). `kept`: what the index keeps of them may be used."""

    def __init__(self, desk: Desk, ledgers: Ledgers | None = None, *, strict: bool = False) -> None:
        self._desk = desk
        self._strict = strict
        self._ledgers = ledgers
        self.kept = ledgers is None
        self.notes: dict[str, Text] = {}

    def __call__(self, record: Record, at: datetime, folded: Fold) -> Ledger | None:
        try:
            return (self._ledgers or self._desk.sla.ledger)(record, at, folded)
        except SvcdeskError as error:
            if self._strict:
                raise
            self.notes.setdefault(str(error.message), error.message)
            return None

    def restored(self, kind: str, stored: str, at: int) -> Standing | None:
        """What the index keeps of a record's targets, as of an instant."""
        from svcdesk.desk.owing import restored

        return restored(self._desk, kind, stored, at)

    def next_due(self, stored: str, at: int) -> int | None:
        """When the first of these falls due."""
        from svcdesk.desk.owing import next_due

        return next_due(self._desk, stored, at)


class Rows(NamedTuple):
    """`rows` that may meet the query, in the order of their paths; the files that could not be
    read; and what is to be said of how they were found. `exact`: whatever the index gave meets the
    query for certain."""

    rows: tuple[Row, ...]
    unreadable: tuple[Unreadable, ...]
    notes: tuple[Text, ...] = ()
    answer: Answer | None = None
    exact: bool = False

    def meets(self, row: Row, query: Query) -> bool:
        """Whether one of the rows meets the query that they were found by."""
        return (self.exact and isinstance(row, IndexedRow)) or query.matches(row)

    def keep(self, found: Iterable[tuple[int, Owed]]) -> None:
        """Let the index keep what records (by number) owe; whether it can, changes no answer."""
        if self.answer is not None:
            terms = self.answer.terms
            self.answer.database.note_owed([(number, terms, owed) for number, owed in found])


def prepare(desk: Desk) -> Database | None:
    """Let git look which files differ, while we get ready, and the index say what kinds are called:
    before a query is read. The answer is for `find_rows`."""
    if desk.fixed:
        return None
    desk.ask_differing()
    from svcdesk.desk.indexing import recall_kinds

    return recall_kinds(desk)


def find_rows(
    desk: Desk,
    query: Query,
    owed: Owing,
    *,
    kind: str | None = None,
    at: datetime | None = None,
    moment: datetime | None = None,
    horizon: int | None = None,
    index: Database | None = None,
) -> Rows:
    """Every record (of a kind) that may meet a query, as of `at` where that is given.

    What is owed is reckoned for `moment` (default: `at`, else now). With a `horizon` (epoch
    seconds) those may be left out that are not open and owed nothing since.
    Where the index cannot be used, all files are read, and a note says so.
    """
    found = _Finder(desk, owed, kind, at, moment, horizon).find(query, index)
    if query.fields() <= _WITHOUT_PEOPLE:
        return found
    from svcdesk.desk.strangers import strangers

    meeting = (row for row in found.rows if found.meets(row, query))
    return found._replace(notes=(*found.notes, *strangers(desk, query.node, meeting)))


class _Finder:
    def __init__(
        self,
        desk: Desk,
        owed: Owing,
        kind: str | None,
        at: datetime | None,
        moment: datetime | None,
        horizon: int | None,
    ) -> None:
        self._desk, self._owed, self._kind, self._at = desk, owed, kind, at
        self._moment = moment or at or desk.now()
        self._horizon = horizon
        prefix = desk.workflow(kind).prefix if kind else None
        below = f"{desk.tickets.folders[prefix]}/" if prefix else ""
        self._within = f"{RECORDS}/{below}"

    def find(self, query: Query, index: Database | None) -> Rows:
        if self._desk.fixed:  # no index is kept of what a commit has
            return self._of_files(read_records(self._desk, self._kind))
        from svcdesk.desk.indexing import find
        from svcdesk.index.conditions import bounds
        from svcdesk.index.files import Unusable
        from svcdesk.store.snapshot import consistent

        opened = [index]

        def read(earlier: Mapping[str, bytes | None]) -> Rows:
            over = None if self._horizon is None else (int(self._moment.timestamp()), self._horizon)
            found = bounds(query.node)
            answer = find(self._desk, found, self._at, over, opened.pop() if opened else None)
            return self._joined(answer, earlier, exact=found[:2] == found[2:])

        try:
            with many_values():
                return consistent(self._desk.repository, read)
        except Unusable as problem:
            note = T("{why}; all files were read instead", why=problem.why)
            return self._of_files(read_records(self._desk, self._kind), (note,))

    def _of_files(self, reading: Reading, notes: tuple[Text, ...] = ()) -> Rows:
        rows = [row for loaded in reading.loaded if (row := self._row(loaded)) is not None]
        return Rows(tuple(rows), reading.unreadable, notes)

    def _joined(self, answer: Answer, earlier: Mapping[str, bytes | None], *, exact: bool) -> Rows:
        """What the index has, but for the paths that have to be read; and these."""
        live = {one for path in answer.live for one in self._desk.tickets.placed(path)}
        live.update(path for path in earlier if is_one(self._desk, path, None))
        wanted = sorted(path for path in live if self._is_asked(path))
        read = self._of_files(read_paths(self._desk, wanted, earlier))
        rows = [
            row
            for found in answer.found
            if found.path not in earlier
            and self._is_asked(found.path)
            and (row := self._known(found, answer)) is not None
        ]
        every = sorted([*rows, *read.rows], key=lambda row: row.path)
        return Rows(tuple(every), read.unreadable, read.notes, answer, exact)

    def _is_asked(self, path: str) -> bool:
        return f"{path}/".startswith(self._within)

    def _row(self, loaded: Loaded) -> Row | None:
        record: Record | None = loaded.record
        if loaded.record.kind not in self._desk.kinds:
            return None
        if self._at is not None:
            record = as_of(loaded.record, self._desk.workflow(loaded.record.kind), self._at)
        if record is None:
            return None
        row = Row(record, loaded.path, self._desk.kinds, self._moment, self._owed)
        row.blob = self._desk.repository.blob_id(loaded.document.text.encode())
        return row

    def _known(self, found: Found, answer: Answer) -> Row | None:
        """The row of a record in the index; one with events later than the moment is read."""
        at = self._at
        if at is not None and (found.newest is None or found.newest > at.timestamp()):
            return self._row(self._loaded(found))
        if found.kind not in self._desk.kinds:
            return None
        keeps = self._owed.kept and found.terms == answer.terms
        return IndexedRow(
            found,
            self._desk.kinds,
            self._moment,
            self._owed,
            lambda one: self._loaded(one).record,
            found.owed if keeps else None,
        )

    def _loaded(self, found: Found) -> Loaded:
        """The record whole: from its file, or from git if that has changed since."""
        repo = self._desk.repository
        try:
            data = read_below(self._desk.root, found.path, FILE_LIMIT)
        except SvcdeskError:
            data = b""
        if repo.blob_id(data) != found.blob.hex():
            [(_, data)] = repo.cat_blobs([found.blob.hex()])
        return decode_file(data, found.path)
