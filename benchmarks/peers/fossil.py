"""fossil's tickets (Debian: fossil): a history of artifacts in SQLite, asked by SQL conditions."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from hashlib import md5

from benchmarks.peers.entries import WORD, Entry, entries, one_open
from benchmarks.peers.peer import LIST, SEARCH, SHOW, WRITE, Peer, Questions, Store

_FILE = "records.fossil"
_ARTIFACTS = "artifacts"
_ALL = ("ticket", "show", "0")
_REPOSITORY = ("-R", _FILE)
_ESCAPES = {"\\": "\\\\", " ": "\\s", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _fill(store: Store) -> None:
    """One artifact for each ticket, which `reconstruct` reads as a clone would."""
    folder = store.folder / _ARTIFACTS
    folder.mkdir()
    for entry in entries(store.records):
        (folder / entry.id).write_text(_artifact(entry), encoding="utf-8")
    store.run("reconstruct", _FILE, _ARTIFACTS)
    shutil.rmtree(folder)


def _artifact(entry: Entry) -> str:
    """A ticket change, cards in the order of the format, with its own checksum at the end."""
    fields = {
        "comment": "\n\n".join(entry.texts),
        "priority": entry.priority or "none",
        "status": "Open" if entry.is_open else "Closed",
        "title": entry.title,
        "type": "Incident",
    }
    cards = [f"D {datetime.fromtimestamp(entry.submitted, UTC):%Y-%m-%dT%H:%M:%S}"]
    cards += [f"J {name} {_escaped(value)}" for name, value in fields.items()]
    cards += [f"K {entry.digest}", "U supervisor-1", ""]
    said = "\n".join(cards)
    return f"{said}Z {md5(said.encode(), usedforsecurity=False).hexdigest()}\n"


def _escaped(value: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in value)


def _questions(store: Store) -> Questions:
    uuid = one_open(store.records).digest
    said = f"title LIKE '%{WORD}%' OR comment LIKE '%{WORD}%'"
    return {
        LIST: lambda _: (*_ALL, "status='Open' AND priority='P1'", *_REPOSITORY),
        SHOW: lambda _: (*_ALL, f"tkt_uuid='{uuid}'", *_REPOSITORY),
        WRITE: lambda run: ("ticket", "set", uuid, "priority", f"P{run % 2 + 1}", *_REPOSITORY),
        SEARCH: lambda _: (*_ALL, said, *_REPOSITORY),
    }


FOSSIL = Peer("fossil", "fossil", _fill, _questions)
