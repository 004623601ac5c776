"""The workflow that was in force when an event was recorded, as history has it.

A rule that is made stricter does not make what was done before it wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.parts import SCHEMAS
from svcdesk.errors import SvcdeskError
from svcdesk.model.kind import Workflow
from svcdesk.store.git_history import log
from svcdesk.store.git_objects import read_objects
from svcdesk.store.schema_sources import WORKFLOW
from svcdesk.store.tickets import RECORDS

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.store.git_history import Commit

_DESK_FILE = f"{RECORDS}/desk.yaml"


def earlier_workflows(desk: Desk, kind: str) -> EarlierWorkflows:
    """Those of a kind; what was found of them is kept as long as the desk."""
    known: dict[str, EarlierWorkflows] = desk.__dict__.setdefault("_earlier_workflows", {})
    return known.setdefault(kind, EarlierWorkflows(desk, kind))


class EarlierWorkflows:
    """Those of one kind, found in the commits that changed its workflow file or `desk.yaml`."""

    def __init__(self, desk: Desk, kind: str) -> None:
        self._desk = desk
        self._kind = kind
        self._commits: Sequence[Commit] | None = None
        self._known: dict[str, Workflow | None] = {}

    def at(self, path: str, event: str) -> Workflow | None:
        """What was in force when the record at `path` got the event; None where that is today's,
        or where history does not tell."""
        if self._commits is None:
            self._commits = self._changes()
        before = [(one.id, f"{one.parents[0]}:{path}") for one in self._commits if one.parents]
        held = read_objects(self._desk.root, [name for _, name in before])
        mark = event.encode("ascii")
        later = [commit for (commit, _), (_, data) in zip(before, held, strict=True)
                 if data is None or mark not in data]  # fmt: skip
        # Newest first: the first commit that did not have the event before it is the one in force.
        in_force = later[0] if later else self._commits[-1].id if self._commits else None
        if in_force is None or in_force == self._commits[0].id:
            return None
        return self._workflow(in_force)

    def _changes(self) -> Sequence[Commit]:
        repo = self._desk.repository
        if repo.head is None:
            return ()
        return log(repo, f"{SCHEMAS}/{self._kind}{WORKFLOW}", _DESK_FILE)

    def _workflow(self, commit: str) -> Workflow | None:
        if commit not in self._known:
            from svcdesk.desk.revision import DeskAt

            try:
                self._known[commit] = DeskAt(self._desk, commit).workflow(self._kind)
            except SvcdeskError:
                self._known[commit] = None
        return self._known[commit]
