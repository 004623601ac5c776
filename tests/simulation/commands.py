"""What colleagues do: requests, moves, hand edits, syncs, pull requests, hours without network."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.ledger import Ledger, differing, flat, read
from tests.simulation.world import Colleague, World

from svcdesk.desk import Circumstances
from svcdesk.desk.merge_troubles import Trouble
from svcdesk.desk.merging import merge_branches
from svcdesk.desk.writing import Done
from svcdesk.errors import SvcdeskError
from svcdesk.lifecycle.act import Words
from svcdesk.store.claims import provisional

MOVES: dict[str, list[str]] = {
    "new": ["assign", "assign", "take", "start", "cancel", "wait"],
    "assigned": ["start", "start", "assign", "wait", "resolve"],
    "in_progress": ["resolve", "resolve", "wait", "assign", "cancel"],
    "waiting": ["resume", "resume", "start", "resolve"],
    "resolved": ["confirm", "reject", "close", "reopen"],
    "confirmed": ["close", "reopen", "reject"],
    "closed": ["reopen", "reject"],
    "cancelled": ["reopen"],
}
WORDS = ["已联系用户", "换了交换机", "waiting for the vendor", "复查正常", "第二次来电"]
PLACES = ["三楼", "四楼", "机房", "B-12"]
PRIORITIES = ["P1", "P2", "P3"]
HOT = 8
"""So many of the newest requests get most of the work, so that colleagues meet in them."""


@dataclass
class PullRequest:
    branch: str
    owner: Colleague
    stuck: bool = False


@dataclass
class Office:
    """All that goes on: `done` and `refused` count what commands came to, `merged` the pull
    requests and what git merged, `settled` the conflicts of fields that somebody decided."""

    world: World
    ledger: Ledger = field(default_factory=Ledger)
    pulls: list[PullRequest] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    merged: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    serial: int = 0

    @property
    def chance(self) -> random.Random:
        return self.world.chance

    # ── one command ────────────────────────────────────────────────────────────────────────────

    def step(self, who: Colleague) -> None:
        """One command of somebody: it is done, or refused in a sentence and then promises
        nothing."""
        names = [name for name, _ in _WEIGHTS]
        [name] = self.chance.choices(names, [weight for _, weight in _WEIGHTS])
        self.world.forward()
        self.attempt(name, who)

    def attempt(self, name: str, who: Colleague) -> bool:
        action: Callable[[Colleague], bool] = getattr(self, name)
        try:
            did = action(who)
        except SvcdeskError as error:
            self.refused[f"{name}: {error.code}"] += 1
            return False
        if did:
            self.done[name] += 1
        return did

    def wrote(self, who: Colleague, done: Done) -> bool:
        assert done.commit or not done.changes, done
        for change in done.changes:
            assert done.commit
            self.ledger.write(change.before, change.after, done.commit)
        return bool(done.changes)

    # ── records ────────────────────────────────────────────────────────────────────────────────

    def new(self, who: Colleague) -> bool:
        fields = {
            "description": self.chance.choice(WORDS),
            "requester.name": "李*",
            "channel": "email",
            "customer": self.chance.choice(["客户A", "客户B"]),
            "priority": self.chance.choice(PRIORITIES),
            "type": "fault",
        }
        done = who.desk().new("request", fields)
        [record] = [change.record for change in done.changes]
        if record.id not in provisional(who.root):
            self.ledger.final[record.uid] = record.id
        return self.wrote(who, done)

    def move(self, who: Colleague) -> bool:
        place = self.some(who)
        if place is None:
            return False
        status = read(place.read_text())["status"]
        name = self.chance.choice([*MOVES[status], "note", "classify", "promise"])
        around = Circumstances(words=Words(text=self.word(), reason=self.word()))
        if name in ("confirm", "reject"):
            around = around._replace(acting_for="requester", via="phone")
        fields = {
            "assign": {"assignee": self.chance.choice(self.world.colleagues).person},
            "wait": {"waiting.reason": self.chance.choice(["customer", "vendor", "window"])},
            "resolve": {"result": self.word()},
            "classify": {"priority": self.chance.choice(PRIORITIES)},
            "promise": {"promise": f"2024-12-0{self.chance.randint(1, 9)}T10:00:00+08:00"},
        }.get(name, {})
        done = who.desk().move([place.stem], name, dict(fields), around)
        return self.wrote(who, done)

    def set(self, who: Colleague) -> bool:
        place = self.some(who)
        if place is None:
            return False
        path, value = self.chance.choice([
            ("title", self.word()), ("x-place", self.chance.choice(PLACES)),
            ("priority", self.chance.choice(PRIORITIES)), ("category", "network"),
            ("category", "software/database"), ("description", self.word()),
            ("labels", [self.chance.choice("abcde")]),
        ])  # fmt: skip
        return self.wrote(who, who.desk().set([place.stem], {path: value}))

    def settle(self, who: Colleague) -> bool:
        place = self.some(who)
        return place is not None and self.wrote(who, who.desk().settle(place.stem))

    def edit(self, who: Colleague) -> bool:
        """An edit by hand, left in the tree or committed with git."""
        place = self.some(who)
        if place is None:
            return False
        text = place.read_text()
        before = flat(read(text))
        old, new = self.chance.choice([
            (f"priority: {before.get('priority')}\n", f"priority: {self.chance.choice(PRIORITIES)}\n"),
            ("channel: email\n", "channel: phone\n"), ("channel: phone\n", "channel: email\n"),
            ("kind: request\n", f"kind: request\nx-floor-{self.serial}: {self.word()}\n"),
            ("channel: ", f"# {self.word()}\nchannel: "),
        ])  # fmt: skip
        self.serial += 1
        if old == new or text.count(f"\n{old}") != 1:
            return False
        place.write_text(text.replace(f"\n{old}", f"\n{new}"))
        path = str(place.relative_to(who.root))
        changed = differing(before, flat(read(place.read_text())))
        who.edits.setdefault(path, {}).update(changed)
        if self.chance.random() < 0.5:
            who.desk()  # its author commits
            if who.git("status", "--porcelain", "--", path):  # not put back as it was
                who.git("commit", "--quiet", "--message", "by hand", "--", path)
        return True

    def adopt(self, who: Colleague) -> bool:
        """Hand edits become events: from then on they are promised as the file has them."""
        edits = {path: fields for path, fields in who.edits.items() if (who.root / path).exists()}
        if not edits:
            return False
        ids = [Path(path).stem for path in edits]
        done = who.desk().adopt(ids, Circumstances(words=Words(reason=self.word())))
        self.wrote(who, done) if done.commit else None
        for path, fields in edits.items():
            text = (who.root / path).read_text()
            held = flat(read(text))
            uid, events = read(text)["uid"], frozenset(self.ledger.see(text))
            stand = {one: held.get(one) for one in fields}
            self.ledger.promise(uid, stand, done.commit or who.head(), events & frozenset())
        who.edits.clear()
        return True

    # ── together ───────────────────────────────────────────────────────────────────────────────

    def network(self, who: Colleague) -> bool:
        who.go_offline(not who.offline)
        return True

    def sync(self, who: Colleague) -> bool:
        takes: list[str] = []
        for _ in range(9):
            done = who.desk().sync(takes=takes, sleep=lambda _: None)
            self._renumbered(who, done.renumbered)
            if not done.troubles:
                return True
            takes += self._takes(done.troubles, done.branch)
        raise AssertionError(f"{takes} settle nothing: {done.troubles}")

    def pull(self, who: Colleague) -> bool:
        """Somebody merges with git itself, which calls the driver; what it leaves to people is
        given up for a later sync."""
        if who.offline or who.git("status", "--porcelain").strip():
            return False
        who.desk()  # its author commits
        before, calls = who.head(), self.world.driver_calls()
        who.git("fetch", "--quiet", "origin")
        who.git("merge", "--quiet", "--no-edit", "origin/main", check=False)
        if who.git("ls-files", "--unmerged"):
            who.git("merge", "--abort")
            self.refused["pull: conflicts"] += 1
            return False
        if len(who.git("show", "--no-patch", "--format=%P").split()) == 2 and who.head() != before:
            self.merged["by git"] += 1
            self.merged["by git, on both sides"] += self.world.driver_calls() > calls
        return True

    def _renumbered(self, who: Colleague, pairs: tuple[tuple[str, str], ...]) -> None:
        for old, new in pairs:
            [place] = (who.root / "records").rglob(f"{new}.yaml")
            text = place.read_text()
            self.ledger.see(text)
            self.ledger.renumbered.append((read(text)["uid"], old))
            kept = who.edits.pop(str(place.with_stem(old).relative_to(who.root)), None)
            if kept is not None:
                who.edits[str(place.relative_to(who.root))] = kept

    def _takes(self, troubles: tuple[Trouble, ...], branch: str) -> list[str]:
        """A decision for each conflict, which `sync` and `merge` then have to keep to."""
        self.settled += len(troubles)
        return [
            f"{one.record}:{one.conflict.field}@{self.chance.choice([branch, 'main'])}"
            for one in troubles
        ]

    def propose(self, who: Colleague) -> bool:
        """A pull request: some commands on a branch, which is pushed."""
        if who.offline or who.edits:
            return False
        self.serial += 1
        branch = f"pr-{self.serial}"
        who.git("switch", "--quiet", "--create", branch)
        for _ in range(self.chance.randint(1, 3)):
            self.world.forward()
            self.attempt(self.chance.choice(["new", "move", "move", "set"]), who)
        who.git("push", "--quiet", "--set-upstream", "origin", branch)
        who.git("switch", "--quiet", "main")
        self.pulls.append(PullRequest(branch, who))
        return True

    def accept(self, who: Colleague) -> bool:
        """A maintainer takes a pull request in: by the forge's button where it is a fast-forward,
        else with `svcdesk merge`."""
        if who.offline or not self.pulls:
            return False
        pull = self.chance.choice(self.pulls)
        if pull.stuck and not self._freshen(pull):
            return False
        self.sync(who)
        who.git("fetch", "--quiet", "origin")
        tip = f"origin/{pull.branch}"
        if not who.git("rev-list", "-1", f"{tip}..origin/main").strip():
            who.git("push", "--quiet", "origin", f"{tip}:refs/heads/main")
            self.merged["by fast-forward"] += 1
        elif not self._merge(who, pull, tip):
            return False
        self.pulls.remove(pull)
        self.sync(who)
        return True

    def _merge(self, who: Colleague, pull: PullRequest, tip: str) -> bool:
        takes: list[str] = []
        push = self.chance.random() < 0.5
        for _ in range(9):
            try:
                [done] = merge_branches(who.desk(), [tip], takes=takes, push=push)
            except SvcdeskError as error:
                if error.code != "E_TWINS":
                    raise
                pull.stuck = True
                self.refused["accept: E_TWINS"] += 1
                return False
            if not done.troubles:
                self.merged["by merge"] += 1
                return True
            takes += self._takes(done.troubles, tip)
        raise AssertionError(f"{takes} settle nothing: {done.troubles}")

    def _freshen(self, pull: PullRequest) -> bool:
        """A number on the branch is another record on main by now: its owner syncs there."""
        owner = pull.owner
        if owner.offline or owner.git("status", "--porcelain").strip():
            return False
        owner.git("switch", "--quiet", pull.branch)
        try:
            self.sync(owner)
            pull.stuck = False
        finally:
            owner.git("switch", "--quiet", "main")
        return True

    # ── choosing ───────────────────────────────────────────────────────────────────────────────

    def some(self, who: Colleague) -> Path | None:
        places = who.requests()
        if not places:
            return None
        return self.chance.choice(places[-HOT:] if self.chance.random() < 0.8 else places)

    def word(self) -> str:
        return self.chance.choice(WORDS)


_WEIGHTS = [
    ("new", 8), ("move", 40), ("set", 12), ("edit", 6), ("adopt", 6), ("settle", 2),
    ("sync", 12), ("pull", 4), ("network", 5), ("propose", 4), ("accept", 5),
]  # fmt: skip


def finish(office: Office) -> None:
    """Everybody comes back, adopts what they edited, and syncs until nothing moves any more."""
    everybody = office.world.colleagues
    for who in everybody:
        who.go_offline(False)
        if who.edits:
            assert office.attempt("adopt", who), f"{who.person}: {office.refused}"
    for _ in range(len(office.pulls) * 4):
        if office.pulls:
            office.attempt("accept", everybody[0])
    assert not office.pulls, f"not merged: {office.pulls}, {office.refused}"
    heads: list[str] = []
    for _ in range(6):
        for who in everybody:
            office.sync(who)
        before, heads = heads, [who.head() for who in everybody]
        if before == heads and len(set(heads)) == 1:
            return
    raise AssertionError("syncing does not come to an end")
