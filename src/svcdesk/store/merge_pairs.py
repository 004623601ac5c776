"""Which versions of a file belong together in a merge: records by their uid, others by path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from svcdesk.store.git import Repository

_UID = re.compile(rb"^uid:[ \t]*['\"]?([0-7][0-9A-HJKMNP-TV-Z]{25})\b", re.MULTILINE)
_FOLDER = "records/"
_ATTACHMENTS = "records/attachments/"
_REGULAR = "100644"


@dataclass(frozen=True, slots=True)
class Place:
    """A file in one of the versions: where it lies there, and its blob."""

    path: str
    blob: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What the versions have of one record (`uid`) or of another file (`uid` None); `bases` are
    those of the common ancestors, of which a criss-cross history has several."""

    uid: str | None
    bases: tuple[Place | None, ...]
    one: Place | None
    other: Place | None

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(place for place in (self.one, self.other, *self.bases) if place is not None)

    @property
    def base(self) -> Place | None:
        """The version that they began as, where all ancestors have the same."""
        return self.bases[0] if self.bases and len(set(self.bases)) == 1 else None

    @property
    def on_both(self) -> bool:
        """Whether both sides changed it (or there is no single version that they began as)."""
        if self.one is None or self.other is None or self.one.blob == self.other.blob:
            return False
        blob = self.base.blob if self.base is not None else None
        return blob not in (self.one.blob, self.other.blob)


def find_pairs(
    repo: Repository, bases: list[str], one: str, other: str
) -> tuple[list[Pair], Mapping[str, bytes]]:
    """The files of ours below `records/` that differ among these commits, in order of path, and
    the bytes of all their blobs."""
    listed = [_listed(repo, commit) for commit in (*bases, one, other)]
    changed = [
        path
        for path in sorted(set().union(*listed))
        if len({version.get(path) for version in listed}) > 1
    ]
    blobs = {version[path] for version in listed for path in changed if path in version}
    contents = dict(repo.cat_blobs(sorted(blobs)))
    uids = _uids(contents)
    found: dict[str, list[Place | None]] = {}
    for index, version in enumerate(listed):
        for path in changed:
            blob = version.get(path)
            if blob is not None:
                key = uids.get(blob) or f"/{path}"
                found.setdefault(key, [None] * len(listed))[index] = Place(path, blob)
    pairs = [
        Pair(None if key.startswith("/") else key, tuple(places[:-2]), places[-2], places[-1])
        for key, places in found.items()
    ]
    return sorted(pairs, key=lambda pair: pair.places[0].path), contents


def _listed(repo: Repository, commit: str) -> dict[str, str]:
    return {
        path: blob.id
        for path, blob in repo.ls_tree(commit, _FOLDER).items()
        if path.endswith(".yaml") and not path.startswith(_ATTACHMENTS) and blob.mode == _REGULAR
    }


def _uids(contents: Mapping[str, bytes]) -> Mapping[str, str]:
    """The uid that each blob carries, as far as a look at its lines tells; the merge itself reads
    it properly, and refuses two uids."""
    found = {}
    for blob, data in contents.items():
        match = _UID.search(data)
        if match is not None:
            found[blob] = match[1].decode("ascii")
    return found
