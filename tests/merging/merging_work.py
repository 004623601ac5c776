"""A desk on two branches, and pieces of work on its one request."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from svcdesk.desk import Circumstances
from svcdesk.lifecycle.act import Words
from svcdesk.testing import Sandbox

Work = Callable[[Sandbox], object]
FIRST = "001"


@dataclass
class Apart:
    """A desk with one request, and two branches, main and side, on which work goes on."""

    desk: Sandbox
    record_id: str

    @property
    def path(self) -> str:
        return self.desk.path_of(self.record_id)

    def on(self, branch: str, *work: Callable[[Sandbox], object]) -> None:
        """Do work on a branch; main is checked out afterwards."""
        self.desk.git("switch", "--quiet", branch)
        for one in work:
            one(self.desk)
            self.desk.clock.forward(minutes=7)
        self.desk.git("switch", "--quiet", "main")

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Any git command, whatever it answers."""
        return subprocess.run(
            ["git", *args], cwd=self.desk.root, env={**os.environ, "GIT_EDITOR": ":"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def text(self) -> str:
        return self.desk.read(self.path)


def assign(person: str) -> Work:
    return lambda desk: desk.open().move([FIRST], "assign", {"assignee": person})


def note(text: str) -> Work:
    return lambda desk: desk.open().move([FIRST], "note", {}, Circumstances(words=Words(text=text)))


def set_title(title: str) -> Work:
    return lambda desk: desk.open().set([FIRST], {"title": title})


def prioritise(priority: str) -> Work:
    return lambda desk: desk.open().set([FIRST], {"priority": priority})


def edited(old: str, new: str) -> Work:
    """An edit by hand, committed."""

    def work(desk: Sandbox) -> None:
        desk.edit("SR-20241001-001", old, new)
        desk.commit("by hand")

    return work
