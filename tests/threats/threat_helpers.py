"""What the tests of threats share: the state that must not change, refusals by code, odd records."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.commands.command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

FOLDER = "records/requests/2024/10"
FIRST = "SR-20241001-001"
REQUEST = {"description": "生产系统无法登录", "requester.name": "李*", "channel": "email"}


def new_request(desk: Sandbox, **fields: str) -> str:
    """Register a request; the clock goes on by five minutes."""
    [record_id] = desk.open().new("request", {**REQUEST, **fields}).ids
    desk.clock.forward(minutes=5)
    return record_id


def state_of(desk: Sandbox) -> tuple[object, ...]:
    """All that a refused command must leave as it was: HEAD, git's status, every file's bytes."""
    return (
        desk.git("rev-parse", "--verify", "--quiet", "HEAD", check=False),
        desk.git("ls-files", "--stage", "-v"),
        desk.git("status", "--porcelain=v2", "--untracked-files=all", check=False),
        dict(_files(desk.root)),
    )


@contextmanager
def unchanged(desk: Sandbox) -> Iterator[None]:
    """Whatever happens inside leaves the desk as it was, and no litter."""
    before = state_of(desk)
    yield
    assert state_of(desk) == before
    assert litter(desk) == []


def litter(desk: Sandbox) -> list[str]:
    """What a write could have left and should not have."""
    own = desk.root / ".git" / "svcdesk"
    kept = {"lock", "aside", "generation", "numbers", "index", "told", "outbox"}
    locks = (desk.root / ".git").rglob("*.lock")
    found = [*desk.root.rglob(".svcdesk-*"), *(one for one in locks if one.parent.name != "aside")]
    found += [one for one in own.glob("*") if one.name not in kept]
    return [str(one.relative_to(desk.root)) for one in found]


def refusal(desk: Sandbox, *argv: str, exits: int = 3, **how: Any) -> dict[str, Any]:
    """The error of a call of the installed command that must change nothing."""
    with unchanged(desk):
        done = svcdesk(desk.root, "--format", "json", *argv, **how)
    return error_of(done, exits)


def error_of(done: Outcome, exits: int = 3) -> dict[str, Any]:
    """The error that a call with `--format json` ended with."""
    assert done.code == exits, (done.code, done.out, done.err)
    error: dict[str, Any] = json.loads(done.err.splitlines()[-1])["error"]
    return error


def found_by_check(desk: Sandbox, *ids: str) -> dict[str, list[dict[str, Any]]]:
    """The findings of `svcdesk check`, by the path that they are about; exit code 1."""
    with unchanged(desk):
        done = svcdesk(desk.root, "check", "--quiet", "--format", "json", *ids)
    assert done.code == 1, (done.code, done.out, done.err)
    found: dict[str, list[dict[str, Any]]] = {}
    for item in done.json()["items"]:
        found.setdefault(item["path"], []).append(item)
    return found


def copy_as(desk: Sandbox, record_id: str, new_id: str, old: str = "", new: str = "") -> str:
    """A copy of a record's file under another id, with a change; its path."""
    text = desk.read(record_id)
    uid = desk.open().load(record_id).record.uid
    text = text.replace(record_id, new_id).replace(uid, f"{uid[:-3]}{new_id[-3:]}")
    assert not old or old in text
    path = f"{FOLDER}/{new_id}.yaml"
    desk.write(path, text.replace(old, new, 1) if old else text)
    return path


def _files(root: Path) -> Iterator[tuple[str, object]]:
    for folder, folders, names in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        for name in (*names, *folders):
            place = Path(folder, name)
            mode = place.lstat().st_mode
            what: object = stat.S_IFMT(mode)
            if stat.S_ISREG(mode):
                what = place.read_bytes() if os.access(place, os.R_OK) else mode
            elif stat.S_ISLNK(mode):
                what = str(place.readlink())
            yield str(place.relative_to(root)), what
