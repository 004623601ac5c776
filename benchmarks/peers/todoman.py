"""todoman (PyPI: todoman): one iCalendar file a task, with a cache in SQLite, written in Python.

Its search looks at the first line and the description, which here has all texts.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from benchmarks.peers.entries import WORD, Entry, entries, one_open
from benchmarks.peers.peer import LIST, SEARCH, SHOW, WRITE, Peer, Questions, Store

_PRIORITIES = {"P1": 1, "P2": 5}
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", ",": "\\,", ";": "\\;"})
_SETTINGS = """\
path = "lists/*"
cache_path = "cache/todoman.sqlite3"
date_format = "%Y-%m-%d"
time_format = "%H:%M"
default_list = "records"
"""
_CALL = ("--config", "config.py")


def _fill(store: Store) -> None:
    (store.folder / "config.py").write_text(_SETTINGS, encoding="utf-8")
    folder = store.folder / "lists" / "records"
    folder.mkdir(parents=True)
    for entry in entries(store.records):
        (folder / f"{entry.id}.ics").write_text(_task(entry), encoding="utf-8", newline="")


def _task(entry: Entry) -> str:
    at = f"{datetime.fromtimestamp(entry.submitted, UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//svcdesk//benchmarks//EN",
        "BEGIN:VTODO",
        f"UID:{entry.id}",
        f"DTSTAMP:{at}",
        f"CREATED:{at}",
        f"SUMMARY:{entry.id} {entry.title.translate(_ESCAPES)}",
        f"DESCRIPTION:{chr(10).join(entry.texts).translate(_ESCAPES)}",
        f"PRIORITY:{_PRIORITIES.get(entry.priority, 9)}",
        f"STATUS:{'NEEDS-ACTION' if entry.is_open else 'COMPLETED'}",
        *([] if entry.is_open else [f"COMPLETED:{at}", "PERCENT-COMPLETE:100"]),
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def _questions(store: Store) -> Questions:
    wanted = one_open(store.records).id
    found = json.loads(store.run(*_CALL, "--porcelain", "list"))
    number = next(str(one["id"]) for one in found if one["summary"].startswith(wanted))
    return {
        LIST: lambda _: (*_CALL, "list", "--priority", "high"),
        SHOW: lambda _: (*_CALL, "show", number),
        WRITE: lambda run: (*_CALL, "edit", number, "--priority", ("high", "medium")[run % 2]),
        SEARCH: lambda _: (*_CALL, "list", "--status", "ANY", "--grep", WORD),
    }


TODOMAN = Peer("todoman", "todo", _fill, _questions)
