"""The merges of a history made again by git alone, as text, squashed or not, and then mended by the
doctor."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.ledger import flat, read
from tests.simulation.world import Colleague, git

from svcdesk.desk.doctoring import examine, mend
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.store.tickets import Loaded


@dataclass
class Replayed:
    """One merge made again: how many records git's merge left otherwise than svcdesk's, how many
    are otherwise after the doctor, and the damage that nobody named."""

    commit: str
    damaged: int
    mended: int
    silent: list[str]


def merges(who: Colleague) -> list[str]:
    """The merge commits in which records had been changed on both sides."""
    rows = who.git("log", "--merges", "--format=%H %s").splitlines()
    return [row.split()[0] for row in rows if ": 0 records changed" not in row]


def replay(
    who: Colleague, merge: str, chance: random.Random, *, squashed: bool = False
) -> Replayed:
    """Merge the parents of `merge` with git alone; text conflicts are taken by either side.

    Where it is `squashed` into a commit with one parent, they are taken by the side that comes in:
    what a squash left out of a branch, only the branch can show.
    """
    who.desk()
    one, other = who.git("rev-parse", f"{merge}^1", f"{merge}^2").split()
    git(who.root, "config", "--unset-all", "merge.svcdesk.driver", check=False)
    git(who.root, "switch", "--quiet", "--force-create", "again", one)
    side = "theirs" if squashed else chance.choice(["ours", "theirs"])
    how = ("--squash",) if squashed else ("--no-edit",)
    git(who.root, "merge", "--quiet", *how, "-X", side, other, check=False)
    for path in git(who.root, "diff", "--name-only", "--diff-filter=U").splitlines():
        taken = git(who.root, "checkout", f"--{side}", "--", path, check=False)
        assert not taken
    git(who.root, "add", "--all", "records")
    git(who.root, "commit", "--quiet", "--message", "by git alone", check=False)
    wanted, plain = _records(who, merge), _records(who, "HEAD")
    damaged = _otherwise(wanted, plain)
    mended = mend(who.desk())
    after = _records(who, "HEAD")
    said = [str(sign.message) for sign in examine(who.desk()).signs if sign.weight is not None]
    said += [str(one) for pair in mended.left for one in pair]
    said += [f"{one.path} {one.message}" for one in who.desk().check().findings]
    silent = [
        f"{place}: {what}"
        for uid, (place, what) in _damage(who, (one, other), wanted, after).items()
        if not any(Path(place).stem in sentence or uid in sentence for sentence in said)
    ]
    still = _otherwise(wanted, after)
    git(who.root, "switch", "--quiet", "--force", "main")
    return Replayed(merge, len(damaged), len(damaged - still), silent)


def _records(who: Colleague, commit: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """uid → (path, document) of each record in a commit that can be read."""
    found = {}
    for path in who.git("ls-tree", "-r", "--name-only", commit, "records/").splitlines():
        if path.count("/") > 2 and path.endswith(".yaml"):
            try:
                document = read(who.git("show", f"{commit}:{path}"))
                found[document["uid"]] = (path, document)
            except Exception:  # whatever stands there, it is no record
                continue
    return found


def _otherwise(
    wanted: dict[str, tuple[str, dict[str, Any]]], found: dict[str, tuple[str, dict[str, Any]]]
) -> set[str]:
    return {
        uid
        for uid, (_, document) in wanted.items()
        if uid not in found
        or _by_id(found[uid][1]) != _by_id(document)
        or flat(found[uid][1]) != flat(document)
    }


def _damage(
    who: Colleague,
    parents: tuple[str, str],
    wanted: dict[str, tuple[str, dict[str, Any]]],
    found: dict[str, tuple[str, dict[str, Any]]],
) -> dict[str, tuple[str, str]]:
    """uid → (path, what is wrong): records and events that a parent has, and headers that are not
    what the events make of them."""
    damage: dict[str, tuple[str, str]] = {}
    for parent in parents:
        for uid, (path, document) in _records(who, parent).items():
            if uid not in found:
                damage[uid] = (path, "the record is lost")
            elif not _by_id(document).items() <= _by_id(found[uid][1]).items():
                damage[uid] = (found[uid][0], "events are lost")
    desk = who.desk()
    for one in desk.load_all():
        if isinstance(one, Loaded):
            workflow = desk.workflow(one.record.kind)
            if hand_edits(one.record, fold(one.record.events, workflow), workflow):
                theirs = wanted.get(one.record.uid)
                if theirs is None or theirs[1].get("status") != one.record.status:
                    damage[one.record.uid] = (one.path, "its fields are not its events'")
    return damage


def _by_id(document: dict[str, Any]) -> dict[str, Any]:
    return {event["id"]: repr(event) for event in document.get("events", ())}
