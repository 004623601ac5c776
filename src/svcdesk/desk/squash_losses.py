"""What commits with one parent took out of records: squashed or rebased branches, merged as text.

A squash, a rebase and a cherry-pick leave no merge to look at. Where they took out what main had,
their commit shows it; what they left out of a branch, only that branch shows, as long as there is
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from svcdesk.desk.merge_losses import Loss, Losses, Place
from svcdesk.desk.redating import SUBJECT
from svcdesk.i18n import T, Text
from svcdesk.store.git_listing import text
from svcdesk.store.merge_history import Changing, changing
from svcdesk.store.tickets import RECORDS
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.store.git import Repository

MOST_COMMITS = 5000
"""How many commits of HEAD's history are looked at."""
MOST_BRANCHES = 200
"""How many branches that are not merged are looked at, those with the newest commits first."""
_PREFIX = f"{RECORDS}/"
_MEANT = re.compile(rf"undo-|Revert-|{SUBJECT.replace(': ', '-').replace(' ', '-')}-")
"""Subjects of commits that take events out on purpose: `undo` before anybody else has them, git's
revert, and the doctor's own."""
_REBASE = re.compile(r"(?:pull|rebase)\b[^:]*\(start\)")
_REBASED = re.compile(r"(?:pull|rebase)\b[^:]*\(finish\)")
"""How git's reflog names the begin and the end of a rebase."""


class Left(NamedTuple):
    """What a branch has of a record and HEAD has not: `events` of them, though later ones of the
    branch are here. `certain` where these later ones are the same record's, or where the branch
    was rebased; else somebody may have picked single commits of it."""

    branch: str
    path: str
    events: int
    certain: bool


class Removed(NamedTuple):
    """Losses in HEAD's history, and the ids of the events that were taken out on purpose."""

    losses: list[Loss]
    meant: frozenset[bytes]


def removed(losses: Losses, repo: Repository) -> Removed:
    """What the newest commits with one parent took out and HEAD still lacks, the oldest first."""
    if repo.head is None:
        return Removed([], frozenset())
    steps = list(changing(repo, _PREFIX, MOST_COMMITS, repo.head))
    trees = losses.trees
    trees.learn(_blobs(losses, steps))
    found: list[Loss] = []
    meant: set[bytes] = set()
    known: set[tuple[str, frozenset[bytes]]] = set()
    for step in reversed(steps):
        for uid, place, gone in _gone(losses, step):
            if _MEANT.match(step.subject):
                meant |= gone
            elif (uid, gone) not in known:
                known.add((uid, gone))
                loss = _loss(losses, step, uid, place, gone)
                if loss is not None:
                    found.append(loss)
    return Removed(found, frozenset(meant))


def left_behind(losses: Losses, repo: Repository, meant: frozenset[bytes]) -> list[Left]:
    """What branches have that were taken in here without some of their events."""
    if repo.head is None:
        return []
    found = [
        one
        for name, tip, whole in _tips(repo)
        for one in _left(losses, repo, name, tip, whole, meant)
    ]
    return list({(one.path, one.events, one.certain): one for one in reversed(found)}.values())


def sentence(one: Left) -> Text:
    """What a branch has of a record and HEAD has not."""
    record = one.path.rpartition("/")[2].removesuffix(".yaml")
    if one.certain:
        return T("{record}: {count} events of {branch} are not here, though later ones of it are",
                 record=record, count=one.events, branch=one.branch)  # fmt: skip
    return T("{record}: {count} events of {branch} are not here, though later ones of other "
             "records are", record=record, count=one.events, branch=one.branch)  # fmt: skip


# ── what a commit took out ──────────────────────────────────────────────────────────────────────


def _blobs(losses: Losses, steps: list[Changing]) -> set[str]:
    """The contents to read: of files that changed, and of those that came where others went."""
    return {
        blob
        for step in steps
        for file in step.files
        if losses.trees.is_record(file.path)
        and (file.parent or any(other.merge is None for other in step.files))
        for blob in (file.parent, file.merge)
        if blob is not None
    }


def _gone(losses: Losses, step: Changing) -> Iterator[tuple[str, Place, frozenset[bytes]]]:
    """(uid, its file before, ids of events) for each record that lost some, or all by another
    record in its place; a file that was deleted is named elsewhere."""
    trees = losses.trees
    files = [file for file in step.files if trees.is_record(file.path) and file.parent]
    if not files:
        return
    after: dict[str, set[bytes]] = {}
    moved = any(file.merge is None for file in files)
    for file in step.files:
        if file.merge and trees.is_record(file.path) and (file.parent or moved):
            uid = trees.uid(file.merge)
            if uid is not None:
                after.setdefault(uid, set()).update(trees.event_ids(file.merge))
    for file in files:
        assert file.parent is not None
        uid = trees.uid(file.parent)
        if uid is None or (uid not in after and file.merge is None):
            continue
        if file.merge and trees.uid(file.merge) is None:
            after.setdefault(uid, set()).update(trees.event_ids(file.merge))
        gone = trees.event_ids(file.parent) - after.get(uid, set())
        if gone:
            yield uid, Place(file.path, file.parent), gone


def _loss(
    losses: Losses, step: Changing, uid: str, place: Place, gone: frozenset[bytes]
) -> Loss | None:
    now = losses.now.get(uid, [])
    if not now:
        there = any(one.path == place.path for places in losses.now.values() for one in places)
        return Loss(uid, place.path, step.commit, "replaced") if there else None
    for one in now:
        gone -= losses.trees.event_ids(one.blob)
    record = losses.trees.record(place) if gone else None
    count = sum(event.id.encode() in gone for event in record.events) if record else 0
    return Loss(uid, place.path, step.commit, "dropped", count) if count else None


# ── what branches have and HEAD has not ─────────────────────────────────────────────────────────


def _tips(repo: Repository) -> Iterator[tuple[str, str, bool]]:
    """(name, commit, whether all of it has to be here) of branches that are not merged, and of
    what was rebased in this clone."""
    form = "--format=%(objectname) %(symref) %(refname:short)"
    raw = repo.git(
        "for-each-ref", form, "--sort=-committerdate", f"--count={MOST_BRANCHES}",
        f"--no-merged={repo.head}", "refs/heads", "refs/remotes",
    )  # fmt: skip
    for row in text(raw).splitlines():
        commit, symbol, name = row.split(" ", 2)
        if not symbol:
            yield name, commit, False
    raw = repo.git("log", "--walk-reflogs", "--format=%H %gs", "--max-count=1000", "HEAD", "--",
                   check=False)  # fmt: skip
    result = ""
    rows = [row.partition(" ") for row in text(raw).splitlines()]  # the newest first
    for (after, _, what), (before, _, _) in pairwise(rows):
        if _REBASED.match(what):
            result = after
        elif _REBASE.match(what) and result:
            if repo.holds(str(repo.head), result):
                yield before[:12], before, True
            result = ""


def _left(
    losses: Losses, repo: Repository, name: str, tip: str, whole: bool, meant: frozenset[bytes]
) -> Iterator[Left]:
    assert repo.head is not None
    base = repo.merge_base(repo.head, tip)
    if base is None or base == tip:
        return
    steps = list(changing(repo, _PREFIX, MOST_COMMITS, f"{base}..{tip}"))
    trees = losses.trees
    blobs = {
        blob
        for step in steps
        for file in step.files
        if trees.is_record(file.path)
        for blob in (file.parent, file.merge)
        if blob is not None
    }
    trees.learn(blobs)
    here = _ids(losses, losses.now)
    there = _ids(losses, trees.at(tip))
    earlier: dict[str, set[bytes]] = {}
    missing: dict[str, tuple[str, set[bytes], bool]] = {}
    followed = False
    for step in steps:  # the newest first: what is found here came later than what follows
        added = list(_added(losses, step))
        for uid, path, ids in added:
            mine = ids & there.get(uid, frozenset()) - meant
            kept = mine & here.get(uid, frozenset())
            if kept:
                earlier.setdefault(uid, set()).update(kept)
            lost = mine - kept
            certain = uid in earlier or whole
            if lost and (certain or followed):
                _, known, sure = missing.get(uid, (path, set(), certain))
                missing[uid] = (path, {*known, *lost}, sure or certain)
        followed = followed or bool(earlier)
    for path, lacking, certain in missing.values():
        yield Left(name, path, len(lacking), certain)


def _added(losses: Losses, step: Changing) -> Iterator[tuple[str, str, frozenset[bytes]]]:
    """(uid, path, ids of events that the commit brought) for each record that it changed."""
    trees = losses.trees
    before: dict[str, set[bytes]] = {}
    for file in step.files:
        if file.parent and trees.is_record(file.path):
            uid = trees.uid(file.parent)
            before.setdefault(uid or "", set()).update(trees.event_ids(file.parent))
    for file in step.files:
        if file.merge and trees.is_record(file.path):
            uid = trees.uid(file.merge)
            if uid is not None:
                fresh = trees.event_ids(file.merge) - before.get(uid, set())
                yield uid, file.path, _events_of(losses, file.merge, file.path, fresh)


def _events_of(losses: Losses, blob: str, path: str, ids: frozenset[bytes]) -> frozenset[bytes]:
    """Those of the ids that are events': others, of attachments or links, look the same."""
    record = losses.trees.record(Place(path, blob)) if ids else None
    return ids & {event.id.encode() for event in record.events} if record else frozenset()


def _ids(losses: Losses, files: Mapping[str, list[Place]]) -> dict[str, frozenset[bytes]]:
    return {
        uid: frozenset().union(*(losses.trees.event_ids(place.blob) for place in places))
        for uid, places in files.items()
    }
