"""Claims of numbers: refs of the remote that only one clone can make, and what this clone holds.

A claim of SR-20241001-124 is `refs/svcdesk/n/SR-20241001-124`, made only where there is none; it
stands for a blob that names the record's uid, with letters by chance, since git takes an exchange
of equal objects for a success.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from svcdesk.model.ids import is_record_id, is_ulid
from svcdesk.values import NamedTuple

CLAIM_LIMIT = 3.0
"""Seconds that claiming the number of a new record may take; later than that it is provisional."""
PREFIX = "refs/svcdesk/n/"
_NAME = "svcdesk-claims.json"
_UID = re.compile(rb"^uid: ([0-9A-Z]{26})$", re.MULTILINE)


class Standing(NamedTuple):
    """A number given here that is not on the remote's main branch yet. `held`: it is claimed for
    that uid, and therefore final; else it is provisional."""

    uid: str
    held: bool = False


def claim_ref(record_id: str) -> str:
    return f"{PREFIX}{record_id}"


def id_of(ref: str) -> str | None:
    """The id that a ref claims, if it is a claim."""
    record_id = ref.removeprefix(PREFIX)
    return record_id if ref.startswith(PREFIX) and is_record_id(record_id) else None


def claim_text(uid: str, chance: bytes) -> bytes:
    return f"svcdesk claim 1\nuid: {uid}\nchance: {chance.hex()}\n".encode("ascii")


def claimed_uid(data: bytes) -> str | None:
    """The uid that a claim's blob names."""
    found = _UID.search(data)
    return found[1].decode("ascii") if found else None


def standings(common_dir: Path) -> dict[str, Standing]:
    """The numbers given here that are not on main yet, by id; a lost file loses only the mark."""
    try:
        said = json.loads((common_dir / _NAME).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    found = {}
    for record_id, entry in said.items() if isinstance(said, dict) else ():
        with suppress(TypeError, KeyError, IndexError):
            if is_record_id(record_id) and is_ulid(entry[0]):
                found[record_id] = Standing(entry[0], entry[1] is True)
    return found


def change_standings(
    common_dir: Path, new: Mapping[str, Standing], gone: Iterable[str] = ()
) -> None:
    """Add and take away standings. The caller holds the desk's lock, or nobody else writes."""
    known = standings(common_dir)
    now = {one: value for one, value in known.items() if one not in set(gone)} | dict(new)
    if now == known:
        return
    path = common_dir / _NAME
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(now, indent=0), encoding="ascii")
    draft.replace(path)


def provisional(root: Path) -> frozenset[str]:
    """The ids of records here whose numbers may still change; no git is asked."""
    common_dir = _common_dir(root)
    if common_dir is None:
        return frozenset()
    return frozenset(one for one, value in standings(common_dir).items() if not value.held)


def has_remote(common_dir: Path) -> bool:
    """Whether this clone's own configuration names a remote; no git is asked."""
    try:
        return b"[remote " in (common_dir / "config").read_bytes()
    except OSError:
        return False


def _common_dir(root: Path) -> Path | None:
    """The git directory that all worktrees share, as the files say (gitrepository-layout(5))."""
    place = root / ".git"
    try:
        if place.is_dir():
            return place
        git_dir = root / place.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        shared = git_dir / "commondir"
        return git_dir / shared.read_text(encoding="utf-8").strip() if shared.exists() else git_dir
    except (OSError, ValueError):
        return None
