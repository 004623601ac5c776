"""New ids: a scheme proposes, the desk verifies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from svcdesk.errors import PluginFailed
from svcdesk.hookspecs import NumberRequest
from svcdesk.i18n import T
from svcdesk.model.ids import date_of, is_record_id, relative_path, serial_of
from svcdesk.model.kind import Workflow
from svcdesk.store.numbers import TakenIds
from svcdesk.store.tickets import RECORDS

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts

_TRIES = 50


@dataclass(frozen=True, slots=True)
class Numbers:
    """Gives out ids for a desk, by the scheme that `desk.yaml` names."""

    desk: Parts

    def giving(self, given: Iterable[str] = ()) -> Giving:
        """What gives ids to the new records of one operation, which holds the lock; `given` are
        those handed out in it already."""
        return Giving(self.desk, given)

    def allocate(self, workflow: Workflow, given: Iterable[str], day: date | None = None) -> str:
        """A free id for one new record: see `Giving.next`."""
        return self.giving(given).next(workflow, day)

    def is_taken(self, workflow: Workflow, record_id: str) -> bool:
        """Whether that id is, or ever was, in use as far as this clone knows."""
        head = f"{record_id.rpartition('-')[0]}-"
        known = TakenIds(self.desk.repository).below(_folder(workflow, head))
        return record_id in known or self.desk.tickets.existing(record_id) is not None

    def remember(self, given: frozenset[str]) -> None:
        if given:
            TakenIds(self.desk.repository).remember(given)


class Giving:
    """Gives one free id after the other; what is in use is looked up once a series."""

    def __init__(self, desk: Parts, given: Iterable[str] = ()) -> None:
        self.given = set(given)
        self._desk = desk
        self._taken = TakenIds(desk.repository)
        self._folders: dict[str, set[str]] = {}
        self._used: dict[str, set[str]] = {}
        self._highest: dict[str, int] = {}

    def next(self, workflow: Workflow, day: date | None = None) -> str:
        """A free id for a new record; `day` is the day of registration (default: today in the
        desk's zone).

        Raises PluginFailed where the scheme proposes what cannot be an id, or nothing free.
        """
        desk = self._desk
        scheme = desk.plugins.numbering(desk.facts.numbering)
        registered = day or desk.now().astimezone(desk.facts.zone).date()

        def used(head: str) -> set[str]:
            if head not in self._used:
                self._learn(head, _folder(workflow, head))
            return self._used[head]

        def highest(head: str) -> int:
            if head not in self._highest:
                self._highest[head] = max((serial_of(one, head) for one in used(head)), default=0)
            return self._highest[head]

        for _ in range(_TRIES):
            request = NumberRequest(workflow.prefix, registered, desk.chance(), used, highest)
            proposed = scheme.propose(request)
            _verify(scheme.name, proposed, workflow.prefix)
            is_free = proposed not in self.given and desk.tickets.existing(proposed) is None
            self._note(proposed, workflow)
            if is_free:
                self.given.add(proposed)
                return proposed
        raise PluginFailed(
            T(
                "numbering “{name}” proposed no free id in {tries} tries",
                name=scheme.name,
                tries=_TRIES,
            ),
            code="E_ALLOC",
        )

    def _learn(self, head: str, folder: str) -> None:
        """Look up the ids in use that begin like that, and lie in that folder."""
        if folder not in self._folders:
            self._folders[folder] = self._taken.below(folder) | self.given
        self._used[head] = {one for one in self._folders[folder] if one.startswith(head)}

    def _note(self, record_id: str, workflow: Workflow) -> None:
        """An id is in use from now on: given, or found to be somebody's."""
        for end in range(1, len(record_id) + 1):
            head = record_id[:end]
            if head in self._used:
                self._used[head].add(record_id)
            if head in self._highest:
                self._highest[head] = max(self._highest[head], serial_of(record_id, head))
        folder = _folder(workflow, f"{record_id.rpartition('-')[0]}-")
        while folder:
            if folder in self._folders:
                self._folders[folder].add(record_id)
            folder = folder.rpartition("/")[0]


def _verify(scheme: str, proposed: object, prefix: str) -> None:
    if not is_record_id(proposed) or not str(proposed).startswith(f"{prefix}-"):
        raise PluginFailed(
            T("numbering “{name}” proposed {id}, which cannot be an id of {prefix}",
              name=scheme, id=repr(proposed)[:80], prefix=prefix),
            code="E_ALLOC",
        )  # fmt: skip


def _folder(workflow: Workflow, head: str) -> str:
    """Below which folder the records lie whose ids begin like that; a scheme without a date lays
    them by their uids, anywhere in the kind's folder."""
    sample = f"{head}000"
    if date_of(sample) is None:
        return f"{RECORDS}/{workflow.folder}"
    return f"{RECORDS}/{relative_path(workflow.folder, sample, '').rpartition('/')[0]}"
