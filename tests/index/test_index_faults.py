"""An index that is damaged, foreign, locked, read-only or gone: work goes on and says so."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from index_helpers import QUERIES, compare, fill, full, seen

from svcdesk.desk.listing import Listing
from svcdesk.i18n import T
from svcdesk.index import refreshing
from svcdesk.index.database import open_database
from svcdesk.index.files import FORMAT, Unusable
from svcdesk.testing import MakeDesk, Sandbox


@pytest.fixture
def indexed(make_desk: MakeDesk) -> Sandbox:
    desk = make_desk()
    fill(desk, 5)
    assert not desk.open().find("").notes
    return desk


def index_of(desk: Sandbox) -> Path:
    [path] = (desk.root / ".git" / "svcdesk" / "index").glob("*.sqlite")
    return path


def answers(desk: Sandbox) -> Listing:
    """The list of all, which has to be right."""
    compare(desk, Random(0), ["all"], count=len(QUERIES))
    return desk.open().find("")


@pytest.mark.parametrize("part", ["all", "head", "middle", "empty", "text"])
def test_a_damaged_index_is_made_anew(indexed: Sandbox, part: str) -> None:
    path = index_of(indexed)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    damaged = {
        "all": os.urandom(len(data)),
        "head": os.urandom(100) + data[100:],
        "middle": data[:4096] + os.urandom(len(data) - 4096),
        "empty": b"",
        "text": b"not a database\n" * 1000,
    }[part]
    path.write_bytes(damaged)
    indexed.open().find("")
    assert not answers(indexed).notes


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE header SET json = replace(json, '李', '王')",
        "UPDATE header SET json = '{' || json",
        "UPDATE header SET json = CAST(x'ff' || CAST(json AS BLOB) AS TEXT)",
        "DELETE FROM header",
        "UPDATE words SET text = replace(text, '登录', '手工')",
        "UPDATE record SET kind = 'delivery'",
        "UPDATE record SET newest = newest + 1",
        "UPDATE record SET ended = 1",
        "UPDATE record SET unsettled = 1",
        "UPDATE record SET blob = zeroblob(20) WHERE id = 1",
        "UPDATE record SET due = due - 999999",
        "UPDATE record SET state = 'breached'",
        "UPDATE kinds SET json = replace(json, '\"closed\"', '\"opened\"')",
        "UPDATE kinds SET json = '[]'",
        "UPDATE place SET key = CAST(replace(CAST(key AS TEXT), 'SR-', 'SS-') AS BLOB)",
        "UPDATE place SET record = record % 4 + 1 WHERE record > 0",
    ],
)
def test_a_value_that_changed_in_the_index_is_not_believed(indexed: Sandbox, change: str) -> None:
    """As a bit that falls over on a disk: SQLite keeps no sums of what it holds."""
    with sqlite3.connect(index_of(indexed)) as connection:
        assert connection.execute(change).rowcount
    connection.close()
    for query in ("", "status:open", "登录"):
        assert seen(indexed.open().find(query)) == seen(full(indexed, query))
    assert not indexed.open().find("").notes


def test_indexes_that_nobody_used_for_long_are_taken_away(indexed: Sandbox) -> None:
    path = index_of(indexed)
    day = 86_400
    used = {"3-old": 40, "5-lately": 29, "6-other": 31}
    for name, days in used.items():
        other = path.with_name(f"{name}.sqlite")
        for ending in ("", "-wal", "-shm"):
            other.with_name(other.name + ending).write_bytes(b"another's")
            age = time.time() - days * day
            os.utime(other.with_name(other.name + ending), (age, age))
    indexed.open().find("")
    assert {one.name for one in path.parent.glob("*.sqlite")} == {
        path.name, *(f"{name}.sqlite" for name in used),
    }  # fmt: skip
    before = time.time() - 2 * day
    os.utime(path, (before, before))
    assert not answers(indexed).notes
    left = {one.name.partition(".")[0] for one in path.parent.iterdir()}
    assert left == {path.name.partition(".")[0], "5-lately"}
    assert path.stat().st_mtime > before + day


def test_an_index_of_a_later_version_is_left_alone(indexed: Sandbox) -> None:
    path = index_of(indexed)
    later = path.with_name(path.name.replace(f"{FORMAT}-", f"{FORMAT + 1}-", 1))
    path.rename(later)
    before = later.read_bytes()
    assert not answers(indexed).notes
    assert later.read_bytes() == before


def test_another_version_has_an_index_of_its_own(
    indexed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = index_of(indexed)
    monkeypatch.setattr("svcdesk.__version__", "0.0.1")
    assert indexed.open().find("").total == 5
    assert len(list(path.parent.glob("*.sqlite"))) == 2


def test_a_locked_index_is_read_and_what_changed_is_read_from_files(indexed: Sandbox) -> None:
    path = index_of(indexed)
    record = indexed.path_of("001")
    with _holding(path):
        assert not answers(indexed).notes
        indexed.edit(record, "登录失败 0", "退出失败 0")
        indexed.git("commit", "--quiet", "--all", "--message", "changed")
        assert [row.path for row in indexed.open().find("退出").rows] == [record]
        assert not answers(indexed).notes
    assert not answers(indexed).notes


def test_a_first_index_that_somebody_else_holds(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "_BUILD_WAIT", 0.1)
    desk = make_desk()
    fill(desk, 3)
    found = desk.open().find("")
    path = index_of(desk)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM tree")
        connection.execute("DELETE FROM place")
    connection.close()
    with _holding(path):
        listing = desk.open().find("")
    assert seen(listing) == seen(found)
    [note] = listing.notes
    assert "all files were read instead" in str(note)


class _holding:
    """Another process holds the lock for writing, and is stopped."""

    def __init__(self, path: Path) -> None:
        code = (
            "import sqlite3, sys, os, signal\n"
            "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "c.execute('BEGIN IMMEDIATE'); c.execute('DELETE FROM words')\n"
            "print('held', flush=True); os.kill(os.getpid(), signal.SIGSTOP)\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def test_a_folder_that_cannot_be_written(indexed: Sandbox) -> None:
    folder = index_of(indexed).parent
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()
    folder.write_text("a file in its place\n")
    listing = indexed.open().find("")
    assert len(listing.rows) == 5
    [note] = listing.notes
    assert "all files were read instead" in str(note)


@pytest.mark.parametrize("what", ["database or disk is full", "disk I/O error"])
def test_a_disk_that_is_full(indexed: Sandbox, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError(what)

    record = indexed.path_of("001")
    indexed.edit(record, "登录失败 0", "退出失败 0")
    indexed.git("commit", "--quiet", "--all", "--message", "changed")
    monkeypatch.setattr(refreshing, "keep", full)
    assert [row.path for row in indexed.open().find("退出").rows] == [record]
    answers(indexed)


def test_an_index_deleted_while_it_is_in_use(indexed: Sandbox) -> None:
    desk = indexed.open()
    listing = desk.find("")
    for one in index_of(indexed).parent.iterdir():
        one.unlink()
    assert [row.text() for row in listing.rows]
    assert not answers(indexed).notes


def test_an_index_that_fails_in_any_other_way(
    indexed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise Unusable(T("the index cannot be used: {reason}", reason="…"))

    monkeypatch.setattr("svcdesk.desk.indexing.open_database", broken)
    listing = indexed.open().find("")
    assert len(listing.rows) == 5
    assert len(listing.notes) == 1


def test_what_is_kept_of_one_fingerprint_is_not_seen_by_another(tmp_path: Path) -> None:
    first = open_database(tmp_path, "a")
    second = open_database(tmp_path, "b")
    assert first.path != second.path
    first.close()
    second.close()
