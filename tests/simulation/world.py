"""Colleagues with a clone each, clocks that are wrong, and a bare repository between them."""

from __future__ import annotations

import os
import random
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from svcdesk.config import Config
from svcdesk.desk import Desk, open_desk
from svcdesk.store.merge_setup import driver_command
from svcdesk.testing import NOW

SKEW = timedelta(hours=3)
"""Clocks are wrong by up to this much, ahead or behind."""
ROLES = "[front_desk, dispatcher, engineer, supervisor]"


@dataclass
class Colleague:
    """A person, a clone, and a clock that is `skew` away from the world's."""

    person: str
    root: Path
    skew: timedelta
    world: World
    offline: bool = False
    edits: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Hand edits that are not adopted yet: path of the file → fields, as they were before."""

    def desk(self) -> Desk:
        """A fresh desk, as the next command of this person would open it."""
        for role in ("AUTHOR", "COMMITTER"):
            os.environ[f"GIT_{role}_NAME"] = self.person
            os.environ[f"GIT_{role}_EMAIL"] = f"{self.person}@example.org"
        return open_desk(
            self.root,
            clock=lambda: self.world.now + self.skew,
            config=Config(self.root, {}, {}),
        )

    def git(self, *args: str, check: bool = True) -> str:
        return git(self.root, *args, check=check)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def go_offline(self, offline: bool) -> None:
        self.offline = offline
        place = self.world.hub.with_name("nowhere.git") if offline else self.world.hub
        self.git("remote", "set-url", "origin", str(place))

    def requests(self) -> list[Path]:
        return sorted((self.root / "records" / "requests").rglob("*.yaml"))


@dataclass
class World:
    """The hub, its colleagues and the true time, which goes on from command to command."""

    folder: Path
    chance: random.Random
    now: Any = NOW
    colleagues: list[Colleague] = field(default_factory=list)

    @property
    def hub(self) -> Path:
        return self.folder / "hub.git"

    def driver_calls(self) -> int:
        """How often git has called the merge driver, in all clones."""
        place = self.folder / "driver-calls"
        return place.stat().st_size if place.exists() else 0

    def forward(self) -> None:
        self.now += timedelta(seconds=self.chance.randint(20, 900))


def make_world(folder: Path, seed: int, clones: int, init: Callable[[Path], None]) -> World:
    """A desk that `init` makes in a folder, listed people, a bare hub and a clone for each."""
    world = World(folder, random.Random(seed))
    first = folder / "clone-0"
    init(first)
    people = [f"engineer-{number + 1}" for number in range(clones)]
    listed = first / "records" / "people.yaml"
    listed.write_text(_people(people), encoding="utf-8")
    git(first, "branch", "--move", "main")
    git(first, "commit", "--quiet", "--all", "--message", "people")
    git(folder, "clone", "--quiet", "--bare", str(first), str(world.hub))
    git(world.hub, "config", "core.logAllRefUpdates", "always")
    git(first, "remote", "add", "origin", str(world.hub))
    git(first, "fetch", "--quiet")
    git(first, "branch", "--quiet", "--set-upstream-to=origin/main")
    for number, person in enumerate(people):
        root = folder / f"clone-{number}"
        if number:
            git(folder, "clone", "--quiet", str(world.hub), str(root))
        git(root, "config", "gc.auto", "0")
        counted = f"printf . >>{shlex.quote(str(folder / 'driver-calls'))}; {driver_command()}"
        git(root, "config", "merge.svcdesk.driver", counted)
        skew = SKEW * world.chance.uniform(-1, 1)
        world.colleagues.append(Colleague(person, root, skew, world))
    world.colleagues[-1].skew, world.colleagues[-2].skew = SKEW, -SKEW
    return world


def _people(names: list[str]) -> str:
    rows = [
        f"  - id: {name}\n    name: {name}\n    roles: {ROLES}\n    emails: [{name}@example.org]\n"
        for name in names
    ]
    return f"people:\n{''.join(rows)}"


def git(cwd: Path, *args: str, check: bool = True) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"git {args}: {done.stderr}"
    return done.stdout
