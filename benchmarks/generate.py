"""Makes a desk of any size: a git repository, packed and checked out, always the same.

    python -m benchmarks.generate DIR --records 10000 [--seed 1]

Ten years of requests with their documents: a tenth of the records open, a median of 7 events,
about 2 KB a record, a third of them with more than 300 Chinese characters. Ids, uids and event ids
come from the seeded chance and the events' times, so the same number and seed give the same files
and the same commits.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import IO

from benchmarks import texts
from benchmarks.draft import ZONE, Draft, path_of
from benchmarks.layout import text_of
from benchmarks.life import (
    DAY,
    DISPATCHERS,
    ENGINEERS,
    FRONT_DESK,
    HOUR,
    PREFIXES,
    SUPERVISOR,
    Serials,
)
from benchmarks.stories import tell
from svcdesk.model.record import Value
from svcdesk.store.yaml_text import dump

ROOT = Path(__file__).resolve().parent.parent
FIRST_DAY = datetime(2016, 1, 4, tzinfo=ZONE)
LAST_DAY = datetime(2025, 12, 19, tzinfo=ZONE)
FOLDERS = {
    "request": "requests",
    "handling": "handlings",
    "delivery": "deliveries",
    "feedback": "feedback",
}
_OPENING, _OPEN_FOR = 8 * HOUR, 10 * HOUR

Files = Iterator[tuple[str, bytes]]


def generate(directory: Path, records: int, seed: int = 1) -> None:
    """Make the desk in `directory`, which must not exist or be empty. Raises OSError, RuntimeError
    where svcdesk fails, and CalledProcessError where git does."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise FileExistsError(f"{directory} is not empty")
    _git(directory, "init", "--quiet", "--initial-branch=main")
    for setting in ("gc.auto=0", "maintenance.auto=false", "core.autocrlf=false"):
        _git(directory, "config", *setting.split("="))
    importing = subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=directory, env=environment(), stdin=subprocess.PIPE
    )
    assert importing.stdin is not None
    with importing.stdin as stream:
        _commit(stream, FIRST_DAY, "set up the service desk", desk_files())
        _commit(stream, LAST_DAY, f"{records} records", record_files(records, seed))
    if importing.wait():
        raise subprocess.CalledProcessError(importing.returncode, "git fast-import")
    _git(directory, "repack", "-a", "-d", "--quiet")
    _git(directory, "reset", "--quiet", "--hard", "main")


def record_files(records: int, seed: int) -> Files:
    """Every record's path and bytes, requests in the order in which they were submitted."""
    orders = {kind: _schema_order(kind) for kind in PREFIXES}
    for record in stories(records, seed):
        kind = str(record.header["kind"])
        yield path_of(record, FOLDERS[kind]), text_of(record.value(orders[kind])).encode()


def stories(records: int, seed: int) -> Iterator[Draft]:
    chance, serials = Random(seed), Serials()
    days = (LAST_DAY - FIRST_DAY).days
    first = int(FIRST_DAY.timestamp())
    made = 0
    while made < records:
        recency = made / records
        day, part = divmod(recency * days, 1)
        submitted = first + int(day) * DAY + _OPENING + int(part * _OPEN_FOR)
        told = tell(chance, serials, submitted, recency, records - made)
        yield from told
        made += len(told)


def desk_files() -> Files:
    """The files of a new desk as `svcdesk init` makes them, with its staff and customers."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-m", "svcdesk", "init", "--name", "基准服务台",
             "--zone", "Asia/Shanghai", "--person", SUPERVISOR],
            cwd=scratch, env=environment(SVCDESK_LANG="zh", SVCDESK_NOW=FIRST_DAY.isoformat()),
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"svcdesk init ended with {done.returncode}: {done.stderr}")
        made = {
            path.relative_to(scratch).as_posix(): path.read_bytes()
            for path in Path(scratch).rglob("*")
            if path.is_file() and ".git" not in path.relative_to(scratch).parts
        }
    made["records/people.yaml"] = dump({"people": list(_people())}).encode()
    made["records/customers.yaml"] = dump(
        {"customers": [{"name": one, "audience": texts.audience(one)} for one in texts.CUSTOMERS]}
    ).encode()
    yield from sorted(made.items())


def address(person: str) -> str:
    """The e-mail address that git knows a person by."""
    return f"{person}@example.org"


def environment(person: str = SUPERVISOR, **more: str) -> dict[str, str]:
    """The environment of a person at work: no settings of the caller's reach git or svcdesk."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GIT_", "SVCDESK_", "LC_")) and key not in ("LANG", "LANGUAGE")
    }
    kept |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "SVCDESK_CONFIG": os.devnull,
    }
    for role in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{role}_NAME": person, f"GIT_{role}_EMAIL": address(person)}
    return kept | more


def _people() -> Iterator[dict[str, Value]]:
    roles = (
        ((SUPERVISOR,), ("supervisor",)),
        (FRONT_DESK, ("front_desk",)),
        (DISPATCHERS, ("dispatcher",)),
        (ENGINEERS, ("engineer",)),
    )
    for people, named in roles:
        for person in people:
            yield {"id": person, "name": person, "roles": list(named), "emails": [address(person)]}


def _schema_order(kind: str) -> Mapping[str, int]:
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_bytes())
    return {name: place for place, name in enumerate(schema["properties"])}


def _commit(stream: IO[bytes], at: datetime, subject: str, files: Files) -> None:
    who = f"{SUPERVISOR} <{address(SUPERVISOR)}> {int(at.timestamp())} +0800"
    message = f"{subject}\n".encode()
    stream.write(b"commit refs/heads/main\ncommitter %b\n" % who.encode())
    stream.write(b"data %d\n%b\n" % (len(message), message))
    for path, data in files:
        stream.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))


def _git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, env=environment(), check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    generate(asked.directory, asked.records, asked.seed)
    took = datetime.fromtimestamp(time.monotonic() - began, UTC)
    print(f"{asked.records:,} records in {asked.directory} after {took:%M:%S}")


if __name__ == "__main__":
    main()
