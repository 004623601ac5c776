"""Several clones of one desk around a bare repository, each a colleague's computer."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.sample_request import REQUEST

from svcdesk.desk.syncing import Synced
from svcdesk.testing import Sandbox

MAIN = "refs/heads/main"


@dataclass
class Hub:
    """The bare repository `path`, and the clones that were made of it."""

    path: Path
    first: Sandbox
    clones: list[Sandbox] = field(default_factory=list)

    def clone(self, name: str) -> Sandbox:
        root = self.path.with_name(name)
        git(self.path.parent, "clone", "--quiet", str(self.path), str(root))
        made = Sandbox(root, self.first.clock)
        self.clones.append(made)
        return made

    def hook(self, name: str, script: str) -> None:
        place = self.path / "hooks" / name
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def refs(self) -> dict[str, str]:
        rows = git(self.path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(row.split(" ") for row in rows)

    def ids(self) -> list[str]:
        """The ids of the requests on main."""
        listed = git(self.path, "ls-tree", "-r", "--name-only", MAIN, "records/requests/")
        return [Path(path).stem for path in listed.splitlines()]


def git(cwd: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def new(desk: Sandbox, text: str = "生产系统无法登录") -> str:
    """A new request; its id."""
    [record_id] = desk.open().new("request", {**REQUEST, "description": text}).ids
    desk.clock.forward(minutes=1)
    return record_id


def away(desk: Sandbox) -> None:
    """Take the way to the remote from a clone."""
    desk.git("remote", "set-url", "origin", str(desk.root.parent / "nowhere.git"))


def back(desk: Sandbox, hub: Hub) -> None:
    desk.git("remote", "set-url", "origin", str(hub.path))


def sync(desk: Sandbox, *takes: str) -> Synced:
    return desk.open().sync(takes=takes, sleep=lambda _: None)


def uid(desk: Sandbox, record_id: str) -> str:
    return desk.open().load(record_id).record.uid
