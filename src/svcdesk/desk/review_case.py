"""One record that a branch changes, with all that it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import Text
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.record import Event
from svcdesk.review.authorship import Court
from svcdesk.review.change import Brought, Change, Events, Version, events_of
from svcdesk.sla.entries import Ledger
from svcdesk.store.codec import encode_event
from svcdesk.store.tickets import Loaded

if TYPE_CHECKING:
    from svcdesk.desk.revision import DeskAt

Bringers = Mapping[tuple[str, str], list[Brought]]
"""The commits that brought an event, by its record's uid and its id."""


class Case:
    """One record: `base` is the desk that it is judged by, `earlier` its file there."""

    def __init__(
        self,
        base: DeskAt,
        court: Court,
        bringers: Bringers,
        change: Change,
        loaded: Loaded,
        earlier: Loaded | None,
    ) -> None:
        self.base = base
        self.court = court
        self.bringers = bringers
        self.change = change
        self.loaded = loaded
        self.earlier = earlier
        self.record = change.record
        self.workflow = base.workflow(self.record.kind)
        self.events: Events = events_of(change, encode_event)
        self._places = {event.id: place for place, event in enumerate(self.record.events)}
        self._live: dict[int, Ledger | None] = {}

    def finding(
        self,
        rule: Rule,
        message: Text,
        event: Event | None = None,
        path: str | None = None,
        severity: Severity | None = None,
        hint: Text | None = None,
    ) -> Finding:
        """A finding at an event's line, or at that of a field."""
        place = f"events.{self._places[event.id]}" if event and event.id in self._places else path
        line = self.loaded.document.line_near(place) if place else None
        return Finding(rule, message, self.record.id, self.loaded.path, line, place, hint, severity)

    def ledger(self, version: Version | None) -> Ledger | None:
        """What a version owes under the base's policy, whatever a close has kept; None where it
        cannot be reckoned."""
        if version is None:
            return None
        if id(version) not in self._live:
            try:
                self._live[id(version)] = self.base.sla.live(
                    version.record, self.base.now(), version.folded
                )
            except SvcdeskError:
                self._live[id(version)] = None
        return self._live[id(version)]
