"""git's index file as git writes it (gitformat-index(5)), and what differs from it on the disk.

Its trailing checksum names a state of all tracked files; `Differing` asks git which files are not
in that state, by their stat data, so that also a file is named that git would call the same after
changing its line ends.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from svcdesk.hashes import sha256
from svcdesk.store import git_process
from svcdesk.values import NamedTuple

_HASHES = {"sha1": 20, "sha256": 32}
_START, _HEAD = 24, 16  # a key begins with mode, user, group and size
_ASSUMED, _EXTENDED, _STAGE = 0x8000, 0x4000, 0x3000
_TAIL = 32
"""Bytes that hold the checksum in either format of objects."""
_UNKNOWN = (b"link", b"sdir")
# Whatever the repository's own settings: look at every part of the stat data.
_STRICT = ("-c", "core.checkStat=default", "-c", "core.trustctime=true")


class Tracked(NamedTuple):
    """An entry of the index. `odd`: in conflict, assumed unchanged, left out by a sparse checkout
    or only announced: what lies on the disk has to be looked at each time."""

    path: str
    id: bytes
    size: int
    odd: bool


def checksum(git_dir: Path) -> bytes:
    """What names the state of the index; empty where there is no index yet."""
    try:
        with (git_dir / "index").open("rb") as file:
            file.seek(-_TAIL, 2)
            found = file.read()
            if not any(found[-_HASHES["sha1"] :]):  # index.skipHash
                file.seek(0)
                found = sha256(file.read()).digest()
    except OSError:
        return b""
    return found


def keys(git_dir: Path, object_format: str) -> set[bytes] | None:
    """A key for each entry: its mode, size, id, flags and path (see `tracked`).

    None for a form of the index that this does not read: split, sparse or of a later version.
    """
    try:
        data = (git_dir / "index").read_bytes()
    except FileNotFoundError:
        return set()
    length = _HASHES[object_format]
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if data[:4] != b"DIRC" or version not in (2, 3, 4):
        return None
    walk = _compressed if version == 4 else _padded
    found, end = walk(data, count, _START + _HEAD + length + 2)
    return None if _has_unknown(data, end, len(data) - length) else found


def tracked(key: bytes, object_format: str) -> Tracked:
    """What a key says."""
    length = _HASHES[object_format]
    at = _HEAD + length
    flags = int.from_bytes(key[at : at + 2], "big")
    start = at + 4 if flags & _EXTENDED else at + 2
    path = key[start:].decode("utf-8", "surrogateescape")
    odd = bool(flags & (_ASSUMED | _STAGE | _EXTENDED))
    return Tracked(path, key[_HEAD:at], int.from_bytes(key[12:16], "big"), odd)


def _padded(data: bytes, count: int, fixed: int) -> tuple[set[bytes], int]:
    """Versions 2 and 3: whole paths, entries padded to eights."""
    found: set[bytes] = set()
    add, find = found.add, data.find
    at = 12
    for _ in range(count):
        end = find(b"\0", at + fixed + 2 * (data[at + fixed - 2] >> 6 & 1))
        add(data[at + _START : end])
        at += (end - at + 8) & ~7
    return found, at


def _compressed(data: bytes, count: int, fixed: int) -> tuple[set[bytes], int]:
    """Version 4: each path says how much of the one before it drops, and what follows."""
    found: set[bytes] = set()
    at, path = 12, b""
    for _ in range(count):
        start = at + fixed + 2 * (data[at + fixed - 2] >> 6 & 1)
        byte = data[start]
        dropped = byte & 127
        place = start + 1
        while byte & 128:
            byte = data[place]
            dropped = (dropped + 1) << 7 | byte & 127
            place += 1
        end = data.index(b"\0", place)
        path = path[: len(path) - dropped] + data[place:end]
        found.add(data[at + _START : start] + path)
        at = end + 1
    return found, at


def _has_unknown(data: bytes, at: int, end: int) -> bool:
    """Whether an extension follows that changes what the entries mean."""
    while at + 8 <= end:
        if data[at : at + 4] in _UNKNOWN:
            return True
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    return False


class Differing:
    """Which files below a folder differ from the index, or are in none of its entries.

    git is asked when this is made, and works while others do; `paths` waits for the answer.
    `state` is the checksum of the index just before.
    """

    def __init__(self, root: Path, git_dir: Path, folder: str) -> None:
        self.state = checksum(git_dir)
        self._asked = [
            git_process.start([*_STRICT, *words, "-z", "--", folder], root)
            for words in (("diff-files", "--name-only"), ("ls-files", "--others"))
        ]

    def paths(self) -> set[str] | None:
        """Their paths; one that ends in `/` is a folder that git does not look into. None where
        git could not say."""
        found: set[str] = set()
        answered = True
        for process in self._asked:
            try:
                out, _ = process.communicate(timeout=git_process.READ_TIMEOUT)
            except subprocess.TimeoutExpired:
                git_process.end(process)
                answered = False
                continue
            answered = answered and process.returncode == 0
            found.update(path.decode("utf-8", "surrogateescape") for path in out.split(b"\0"))
        return found - {""} if answered else None
