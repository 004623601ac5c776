"""What has to hold when everybody has synced; each breach is a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.simulation.commands import Office
from tests.simulation.ledger import Ledger, Promise, flat, read
from tests.simulation.world import Colleague, World, git

from svcdesk.lifecycle.fold import Effect, fold
from svcdesk.model.finding import Severity
from svcdesk.store.tickets import Loaded


def breaches(office: Office) -> list[str]:
    """Every invariant that does not hold."""
    world, ledger = office.world, office.ledger
    [first, *others] = world.colleagues
    records = {read(place.read_text())["uid"]: place for place in _records(first.root)}
    return [
        *_unequal(first, others, world),
        *_events(ledger, records),
        *_numbers(world, ledger, first, records),
        *_invalid(first),
        *_promises(first, ledger, records),
    ]


def _records(root: Path) -> list[Path]:
    kinds = ("requests", "handlings", "deliveries", "feedback", "changes")
    return [place for kind in kinds for place in sorted((root / "records" / kind).rglob("*.yaml"))]


def _unequal(first: Colleague, others: list[Colleague], world: World) -> Iterator[str]:
    tree = git(world.hub, "rev-parse", "main^{tree}")
    for who in (first, *others):
        if who.git("rev-parse", "HEAD^{tree}") != tree:
            yield f"{who.person}'s clone is another than the hub's main"
        left = who.git("status", "--porcelain")
        if left:
            yield f"{who.person}'s clone has uncommitted work: {left}"


def _events(ledger: Ledger, records: dict[str, Path]) -> Iterator[str]:
    held: dict[str, dict[str, Any]] = {}
    for (uid, event_id), event in ledger.events.items():
        if uid not in records:
            yield f"the record {uid} is lost"
            continue
        if uid not in held:
            document = read(records[uid].read_text())
            held[uid] = {one["id"]: one for one in document["events"]}
            if len(held[uid]) != len(document["events"]):
                yield f"{records[uid].stem} has an event twice"
        if held[uid].get(event_id) != event:
            yield f"{records[uid].stem}: the event {event_id} is lost or changed"


def _numbers(
    world: World, ledger: Ledger, first: Colleague, records: dict[str, Path]
) -> Iterator[str]:
    found = [read(place.read_text()) for place in _records(first.root)]
    if len({one["id"] for one in found}) != len(found):
        yield "a number is given twice"
    if len({one["uid"] for one in found}) != len(found):
        yield "a uid is there twice"
    for place, document in zip(_records(first.root), found, strict=True):
        if place.stem != document["id"]:
            yield f"{place} holds {document['id']}"
    for uid, number in (*ledger.final.items(), *_published(world)):
        if uid in records and records[uid].stem != number:
            yield f"the final number {number} became {records[uid].stem}"
        if uid not in records:
            yield f"the record {uid} ({number}) is lost"
    for uid, old in ledger.renumbered:
        if old not in read(records[uid].read_text()).get("formerly", []):
            yield f"{records[uid].stem} does not remember that it was {old}"


def _published(world: World) -> Iterator[tuple[str, str]]:
    """(uid, number) of every record at the first moment that the hub's main had it."""
    seen: set[str] = set()
    states = git(world.hub, "log", "--walk-reflogs", "--format=%H", "main").split()
    for state in reversed(states):
        listed = git(world.hub, "ls-tree", "-r", "--name-only", state, "records/requests/")
        fresh = [path for path in listed.splitlines() if path not in seen]
        seen.update(fresh)
        for path in fresh:
            document = read(git(world.hub, "show", f"{state}:{path}"))
            yield document["uid"], Path(path).stem


def _invalid(first: Colleague) -> Iterator[str]:
    for one in first.desk().check().findings:
        if one.severity is Severity.ERROR:
            yield f"check: {one.path}: {one.message}"


# ── promises ────────────────────────────────────────────────────────────────────────────────────


def _promises(first: Colleague, ledger: Ledger, records: dict[str, Path]) -> Iterator[str]:
    """Each promise is the state, or a later one took its place, or an event that crossed it is
    listed (as concurrent or without effect) in the record."""
    story = _Story(first)
    missing = {one.commit for one in ledger.promises} - story.numbers.keys()
    if missing:
        yield f"commits that are not in main: {sorted(missing)}"
        return
    groups: dict[tuple[str, str], list[Promise]] = defaultdict(list)
    for promise in ledger.promises:
        groups[promise.uid, promise.path].append(promise)
    listed = _listed(first)
    for (uid, path), made in groups.items():
        document = read(records[uid].read_text())
        value = flat(document).get(path)
        last = [one for one in made if not any(story.before(one, other) for other in made)]
        for one in last:
            crossing = [
                event
                for event in document["events"]
                if event["id"] in one.events
                or (brought := ledger.commits.get(event["id"])) is None
                or not story.before_commit(brought, one.commit)
            ]
            if not (
                one.value == value
                or any(event["id"] in listed[uid] for event in crossing)
                or any(_knew(event, path, one.value) for event in crossing)
                or (not one.events and any(other.value == value for other in last))
            ):
                yield (
                    f"{records[uid].stem}: {path} was promised to be {one.value!r} by "
                    f"{one.commit[:10]}, is {value!r}, and nothing is listed"
                )


def _knew(event: dict[str, Any], path: str, value: str | None) -> bool:
    """Whether the event's author had that value before them and changed it: by the field itself,
    or, of what waiting holds, by going on."""
    was, given = event.get("was", {}), event.get("set", {})
    if path.startswith("waiting.") and value is not None:
        return was.get("status") == "waiting" != given.get("status", "waiting")
    return path in given and was.get(path) == value


class _Story:
    """The commits of main: which came before which."""

    def __init__(self, first: Colleague) -> None:
        self.numbers: dict[str, int] = {}
        self._earlier: dict[str, int] = {}
        rows = first.git("rev-list", "--topo-order", "--reverse", "--parents", "HEAD")
        for row in rows.splitlines():
            commit, *parents = row.split()
            bits = 0
            for parent in parents:
                bits |= self._earlier[parent] | 1 << self.numbers[parent]
            self.numbers[commit] = len(self.numbers)
            self._earlier[commit] = bits

    def before_commit(self, one: str, other: str) -> bool:
        return bool(self._earlier[other] >> self.numbers[one] & 1)

    def before(self, one: Promise, other: Promise) -> bool:
        return self.before_commit(one.commit, other.commit)


def _listed(first: Colleague) -> dict[str, set[str]]:
    desk = first.desk()
    found: dict[str, set[str]] = {}
    for one in desk.load_all():
        assert isinstance(one, Loaded), one
        folded = fold(one.record.events, desk.workflow(one.record.kind))
        found[one.record.uid] = {
            step.event.id
            for step in folded.steps
            if step.effect in (Effect.CONCURRENT, Effect.DEAD)
        }
    return found
