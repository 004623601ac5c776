"""The index's files: SQLite in the git common directory, opened, made, and taken away.

One for each fingerprint, in a folder of their own, for all worktrees and processes at once.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from svcdesk.i18n import T, Text

FORMAT = 9
"""Counts up with whatever is kept, or how it is found."""
WAIT = 0.3
"""Seconds to wait for another writer where the answer can do without writing."""
_TABLES = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE record (
  id INTEGER PRIMARY KEY, blob BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
  name TEXT NOT NULL, kind TEXT, status TEXT, priority TEXT, assignee TEXT, assignee_plain TEXT,
  unsettled INTEGER, newest INTEGER, ended INTEGER,
  terms TEXT, since INTEGER, due INTEGER, moves INTEGER, state TEXT,
  is_open INTEGER, last INTEGER, standing TEXT,
  sum INTEGER NOT NULL, owed_sum INTEGER
);
CREATE INDEX by_status ON record (status, priority);
CREATE TABLE header (record INTEGER PRIMARY KEY, json TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE words (record INTEGER PRIMARY KEY, text TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE kinds (id INTEGER PRIMARY KEY, json TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE tree (id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, checksum BLOB NOT NULL);
CREATE TABLE place (
  tree INTEGER NOT NULL, key BLOB NOT NULL, record INTEGER, PRIMARY KEY (tree, key)
) WITHOUT ROWID;
CREATE INDEX by_record ON place (record, tree);
CREATE INDEX unread ON place (tree) WHERE record IS NULL;
"""
DAMAGED = "database disk image is malformed"
"""SQLite's own words; it does not notice a bit that has changed in a value, which sums do."""
_KEPT = 30 * 86_400
"""Seconds for which the index of another version, or of other schemas, is kept after its last
use: whoever goes to and fro between two does not build twice."""
_DAY = 86_400


class Unusable(Exception):
    """The index cannot be used now; `why` is a sentence for people."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


def folder_of(common_dir: Path) -> Path:
    """Where index files lie: a folder of their own, as each opening makes files beside them."""
    return common_dir / "svcdesk" / "index"


def discard(path: Path) -> None:
    """Take a damaged index away; who has it open goes on with what it holds."""
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink()


def note_use(path: Path) -> None:
    """Let the file's time say on which day it was used last. On the first use of a day, those that
    nobody has used for long are taken away; what cannot be, stays."""
    now = time.time()
    with suppress(OSError):
        if now - path.stat().st_mtime < _DAY:
            return
        os.utime(path)
        for other in path.parent.glob("*.sqlite"):
            if other != path and now - other.stat().st_mtime > _KEPT:
                discard(other)


def connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is wrong: not for now, but until it is made anew."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = str(error)
    return (
        code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        or said.startswith(("no such", "Could not decode"))
        or said == DAMAGED
    )


def unusable(error: Exception) -> Unusable:
    return Unusable(T("the index cannot be used: {reason}", reason=str(error)))
