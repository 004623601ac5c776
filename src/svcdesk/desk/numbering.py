"""New ids: a scheme proposes, the desk verifies."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from svcdesk.errors import PluginFailed
from svcdesk.hookspecs import NumberRequest
from svcdesk.i18n import T
from svcdesk.model.ids import date_of, is_record_id, relative_path
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

    def allocate(
        self,
        workflow: Workflow,
        given: Set[str],
        day: date | None = None,
        seen: dict[str, set[str]] | None = None,
    ) -> str:
        """A free id for a new record; `given` are those handed out in this operation already,
        `day` the day of registration (default: today in the desk's zone). `seen` keeps what was
        found in use, by series, for the next id of the same operation, which holds the lock.

        Raises PluginFailed where the scheme proposes what cannot be an id, or nothing free.
        """
        scheme = self.desk.plugins.numbering(self.desk.facts.numbering)
        taken = TakenIds(self.desk.repository)
        registered = day or self.desk.now().astimezone(self.desk.facts.zone).date()
        found = {} if seen is None else seen

        def used(head: str) -> set[str]:
            if head not in found:
                found[head] = taken.beginning(head, f"{RECORDS}/{_folder(workflow, head)}")
                found[head].update(one for one in given if one.startswith(head))
            return found[head] | {one for one in refused if one.startswith(head)}

        refused: set[str] = set()
        for _ in range(_TRIES):
            request = NumberRequest(workflow.prefix, registered, self.desk.chance(), used)
            proposed = scheme.propose(request)
            self._verify(scheme.name, proposed, workflow.prefix)
            is_free = proposed not in given and proposed not in refused
            if is_free and self.desk.tickets.existing(proposed) is None:
                for head in found:
                    if proposed.startswith(head):
                        found[head].add(proposed)
                return proposed
            refused.add(proposed)
        raise PluginFailed(
            T(
                "numbering “{name}” proposed no free id in {tries} tries",
                name=scheme.name,
                tries=_TRIES,
            ),
            code="E_ALLOC",
        )

    def is_taken(self, workflow: Workflow, record_id: str) -> bool:
        """Whether that id is, or ever was, in use as far as this clone knows."""
        head = f"{record_id.rpartition('-')[0]}-"
        known = TakenIds(self.desk.repository).beginning(
            head, f"{RECORDS}/{_folder(workflow, head)}"
        )
        return record_id in known or self.desk.tickets.existing(record_id) is not None

    def remember(self, given: frozenset[str]) -> None:
        if given:
            TakenIds(self.desk.repository).remember(given)

    def _verify(self, scheme: str, proposed: object, prefix: str) -> None:
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
        return workflow.folder
    return relative_path(workflow.folder, sample, "").rpartition("/")[0]
