"""taskwarrior (Debian: taskwarrior): tasks in text files of its own, without a shared history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from benchmarks.peers.entries import WORD, Entry, entries, one_open
from benchmarks.peers.peer import LIST, SEARCH, SHOW, WRITE, Peer, Questions, Store

_PRIORITIES = {"P1": "H", "P2": "M", "": None}
_SETTINGS = ("confirmation=no", "verbose=nothing", "hooks=off", "news.version=9.9.9")
_FILE = "records.json"


def _fill(store: Store) -> None:
    lines = ["data.location=.", *_SETTINGS, ""]
    (store.folder / "taskrc").write_text("\n".join(lines), encoding="utf-8")
    with (store.folder / _FILE).open("w", encoding="utf-8") as file:
        for entry in entries(store.records):
            file.write(json.dumps(_task(entry), ensure_ascii=False) + "\n")
    store.run("rc:taskrc", "import", _FILE)


def _task(entry: Entry) -> Mapping[str, object]:
    task: dict[str, object] = {
        "uuid": entry.uuid,
        "description": entry.title,
        "entry": _time(entry.submitted),
        "status": "pending" if entry.is_open else "completed",
        "priority": _PRIORITIES.get(entry.priority, "L"),
        "end": None if entry.is_open else _time(entry.submitted),
        "annotations": [
            {"entry": _time(entry.submitted + number), "description": text}
            for number, text in enumerate(entry.texts)
        ],
    }
    return {name: value for name, value in task.items() if value is not None}


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%SZ}"


def _questions(store: Store) -> Questions:
    uuid = one_open(store.records).uuid
    return {
        LIST: lambda _: ("rc:taskrc", "status:pending", "priority:H", "list"),
        SHOW: lambda _: ("rc:taskrc", uuid, "info"),
        WRITE: lambda run: ("rc:taskrc", uuid, "modify", f"priority:{'HM'[run % 2]}"),
        SEARCH: lambda _: ("rc:taskrc", f"/{WORD}/", "all"),
    }


TASKWARRIOR = Peer("taskwarrior", "task", _fill, _questions)
