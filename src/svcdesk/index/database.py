"""The index, open: what is asked of it, and what is kept in it.

Whatever goes wrong with it costs time and nothing else: it raises Unusable, and the caller reads
the files. A file that is damaged is put aside at once and made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from svcdesk.errors import reason_of
from svcdesk.i18n import T
from svcdesk.index.entries import Content, Owed
from svcdesk.index.files import (
    DAMAGED,
    FORMAT,
    WAIT,
    Unusable,
    connected,
    discard,
    folder_of,
    is_damage,
    note_use,
    unusable,
)
from svcdesk.index.sums import is_sound, sum_of, sum_of_text

_LOG = 1 << 22
"""Bytes that SQLite's log may have when a write has ended: a first use writes all of the index
through it, and whoever comes next would read it back."""
_COLUMNS = (
    "record.id, record.blob, record.name, kind, unsettled, newest, ended, terms, since, due, moves,"
    " state, is_open, last, standing"
)
_ONLY = 1
"""The number of the one row of a table that has one."""


def open_database(common_dir: Path, fingerprint: str) -> Database:
    """The index of that fingerprint, made if there is none. Raises Unusable."""
    path = folder_of(common_dir) / f"{FORMAT}-{fingerprint}.sqlite"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = Database(path, connected(path))
        note_use(path)
        return database
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise unusable(error) from error
    except OSError as error:
        raise Unusable(T("the index cannot be used: {reason}", reason=reason_of(error))) from error
    discard(path)
    try:
        return Database(path, connected(path))
    except (sqlite3.Error, OSError) as error:
        raise unusable(error) from error


class Row:
    """A record as it was found in the index."""

    __slots__ = (
        "_database",
        "blob",
        "ended",
        "kind",
        "name",
        "newest",
        "number",
        "owed",
        "path",
        "terms",
        "unsettled",
    )

    def __init__(self, database: Database, path: str, found: Sequence[Any]) -> None:
        self._database = database
        self.path = path
        self.number: int = found[0]
        self.blob: bytes = found[1]
        self.name: str = found[2]
        self.kind: str = found[3]
        self.unsettled = bool(found[4])
        self.newest: int | None = found[5]
        self.ended: int | None = found[6]
        self.terms: str | None = found[7]
        self.owed = Owed(*found[8:]) if found[7] else None

    def header(self) -> str:
        """Its header, as JSON."""
        return self._database.text("SELECT json, sum FROM header WHERE record = ?", self.number)

    def text(self) -> str:
        """All that a search looks at, folded."""
        return self._database.text("SELECT text, sum FROM words WHERE record = ?", self.number)


class Database:
    """An open index. Every method raises Unusable where SQLite refuses."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def guarded(self) -> Iterator[sqlite3.Connection]:
        """SQLite's own errors become Unusable; a damaged file is taken away."""
        try:
            yield self._connection
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            if is_damage(error):
                self.close()
                discard(self.path)
            raise unusable(error) from error

    @contextmanager
    def writing(self, wait: float = WAIT) -> Iterator[sqlite3.Connection]:
        """A transaction that writes: all of it or nothing."""
        with self.guarded() as connection:
            connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            self._shorten_log(connection)

    def _shorten_log(self, connection: sqlite3.Connection) -> None:
        """A call ends without closing, so a long log would stay."""
        with suppress(OSError, sqlite3.Error):
            if self.path.with_name(f"{self.path.name}-wal").stat().st_size > _LOG:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the index, whoever writes meanwhile."""
        with self.guarded() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def text(self, question: str, number: int) -> str:
        with self.guarded() as connection:
            found = connection.execute(question, (number,)).fetchone()
            said = found[0] if found is not None else None
            if not isinstance(said, str) or sum_of_text(said) != found[1]:
                raise sqlite3.DatabaseError(DAMAGED)
            return said

    def kinds(self) -> str | None:
        """What `keep_kinds` kept; None where that was nothing yet."""
        if not self.knows_kinds():
            return None
        return self.text("SELECT json, sum FROM kinds WHERE id = ?", _ONLY)

    def knows_kinds(self) -> bool:
        with self.guarded() as connection:
            return connection.execute("SELECT 1 FROM kinds").fetchone() is not None

    def keep_kinds(self, said: str) -> None:
        """Keep what the kinds come to for which this index is; nothing is lost if it fails."""
        with suppress(Unusable), self.writing(0) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO kinds VALUES (?, ?, ?)", (_ONLY, said, sum_of_text(said))
            )

    def stands(self, tree: int, checksum: bytes) -> bool:
        """Whether a tree is at a state of git's index."""
        with self.guarded() as connection:
            question = "SELECT checksum FROM tree WHERE id = ?"
            found = connection.execute(question, (tree,)).fetchone()
            return found is not None and bool(found[0] == checksum)

    def select(self, tree: int, condition: str, values: Sequence[Any]) -> list[list[Any]]:
        """The keys of a tree's records that meet a condition, each before the columns of Row."""
        with self.guarded() as connection:
            found = connection.execute(
                f"SELECT place.key, {_COLUMNS}, sum, owed_sum FROM record CROSS JOIN place"
                " ON place.record = record.id AND place.tree = ?"
                f" WHERE {condition}",
                (tree, *values),
            ).fetchall()
            if not all(isinstance(key, bytes) and is_sound(columns) for key, *columns in found):
                raise sqlite3.DatabaseError(DAMAGED)
            return [list(columns[:-2]) for columns in found]

    def select_ahead(
        self, folder: str, state: bytes, condition: str, values: Sequence[Any]
    ) -> tuple[int, list[list[Any]]] | None:
        """A tree by its folder, and what `select` gives of it; None where it does not stand at that
        state of git's index, or has contents that are still to be read."""
        with self.reading() as connection:
            found = connection.execute(
                "SELECT id FROM tree WHERE folder = ? AND checksum = ? AND NOT EXISTS"
                " (SELECT 1 FROM place WHERE tree = tree.id AND record IS NULL)",
                (folder, state),
            ).fetchone()
            return None if found is None else (found[0], self.select(found[0], condition, values))

    def damaged(self) -> Unusable:
        """Take the file away, as what it said cannot be; gives what to raise."""
        self.close()
        discard(self.path)
        return unusable(sqlite3.DatabaseError(DAMAGED))

    def note_owed(self, found: Iterable[tuple[int, str, Owed]]) -> None:
        """Keep what records (by number) owe under certain terms; nothing is lost if it fails."""
        with suppress(Unusable), self.writing(0) as connection:
            connection.executemany(
                "UPDATE record SET terms = ?, since = ?, due = ?, moves = ?, state = ?,"
                " is_open = ?, last = ?, standing = ?, owed_sum = ? WHERE id = ?",
                [(terms, *owed, sum_of((terms, *owed)), number) for number, terms, owed in found],
            )


def keep(connection: sqlite3.Connection, content: Content, terms: str) -> int:
    """Keep a record's content; gives its number, which it may have had before."""
    said = content.said
    assert said is not None
    owed = (terms, *said.owed) if said.owed else None
    own = (content.id, said.id, said.kind, said.unsettled, said.newest, said.ended)
    found = connection.execute(
        "INSERT OR IGNORE INTO record (blob, size, name, kind, status, priority, assignee,"
        " assignee_plain, unsettled, newest, ended, terms, since, due, moves, state, is_open, last,"
        " standing, sum, owed_sum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            content.id,
            content.size,
            *said[:9],
            *(owed or (None,) * 8),
            sum_of(own),
            sum_of(owed) if owed else None,
        ),
    )
    if not found.rowcount:
        question = "SELECT id FROM record WHERE blob = ?"
        return int(connection.execute(question, (content.id,)).fetchone()[0])
    number = int(found.lastrowid or 0)
    connection.execute(
        "INSERT OR REPLACE INTO header VALUES (?, ?, ?)",
        (number, said.header, sum_of_text(said.header)),
    )
    connection.execute(
        "INSERT OR REPLACE INTO words VALUES (?, ?, ?)",
        (number, said.text, sum_of_text(said.text)),
    )
    return number
