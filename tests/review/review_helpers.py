"""A desk of five people on main, a request in work there, and a branch on which things are done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sample_request import REQUEST

from svcdesk.desk import Circumstances, Desk
from svcdesk.desk.reviewing import Reviewed
from svcdesk.lifecycle.act import Words
from svcdesk.model.record import Record, Values
from svcdesk.testing import Sandbox, act_as

PEOPLE = """\
people:
  - id: engineer-1
    roles: [supervisor, dispatcher, front_desk, engineer]
    emails: [engineer-1@example.org]
  - id: engineer-2
    roles: [engineer]
    emails: [engineer-2@example.org]
  - id: front-desk-1
    roles: [front_desk]
    emails: [front-desk-1@example.org]
  - id: approver-1
    roles: [approver]
    emails: [approver-1@example.org]
  - id: auditor-1
    roles: [auditor]
    emails: [auditor-1@example.org]
"""
PATH = "records/requests/2024/10/SR-20241001-001.yaml"
FIRST = "SR-20241001-001"
SECOND = "SR-20241001-002"


@dataclass
class Branch:
    """The branch `work`, checked out; `box` is the desk."""

    box: Sandbox
    patch: pytest.MonkeyPatch

    def open(self, who: str = "engineer-1") -> Desk:
        """The desk as somebody has it, who commits at the clock's time."""
        act_as(self.patch, who)
        for role in ("AUTHOR", "COMMITTER"):
            self.patch.setenv(f"GIT_{role}_DATE", self.box.clock.now.isoformat())
        return self.box.open()

    def review(self, revisions: str = "main...HEAD") -> Reviewed:
        return self.box.open().review(revisions)

    def codes(self) -> set[str]:
        """The codes of what is found and weighs more than a note."""
        return {one.code for one in self.review().findings if one.weight > 1}

    def said(self) -> list[str]:
        return [str(text) for one in self.review().records for text in one.said]

    def record(self, record_id: str = FIRST) -> Record:
        return self.box.open().load(record_id).record

    def edit(self, old: str, new: str, path: str = PATH, who: str = "engineer-1") -> None:
        """Edit a file by hand and commit it."""
        self.box.edit(path, old, new)
        self.commit(who)

    def commit(self, who: str = "engineer-1") -> None:
        self.box.commit("by hand", who=who)

    def move(
        self,
        name: str,
        fields: Values | None = None,
        text: str | None = None,
        who: str = "engineer-1",
        around: Circumstances | None = None,
    ) -> None:
        """A move by command, a few minutes after what was before."""
        self.box.clock.forward(minutes=5)
        said = around or Circumstances(words=Words(text=text))
        self.open(who).move([FIRST], name, fields or {}, said)

    def append(self, event: str, who: str = "engineer-1", path: str = PATH) -> None:
        """Write an event into the file by hand, below the others, and commit it."""
        text = self.box.read(path)
        indented = "".join(f"    {line}\n" for line in event.strip().splitlines())
        self.box.write(path, text + "  - " + indented[4:])
        self.commit(who)

    def path(self, path: str = PATH) -> Path:
        return self.box.root / path


def branch_of(box: Sandbox, patch: pytest.MonkeyPatch) -> Branch:
    """A request of main, assigned to engineer-2 and begun; the branch begins there."""
    box.git("branch", "--move", "--force", "main")
    branch = Branch(box, patch)
    branch.open().new("request", REQUEST)
    branch.move("assign", {"assignee": "engineer-2"})
    branch.move("start")
    box.clock.forward(minutes=5)
    box.git("switch", "--quiet", "--create", "work")
    return branch
