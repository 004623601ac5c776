"""An act: who does something, for whom, when, and by what means."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcdesk.model.ids import next_event_id
from svcdesk.model.record import Event, Value, Values
from svcdesk.values import NamedTuple


class Words(NamedTuple):
    """What is said along with a move: the text itself, a reason, marks such as `auto`, and the
    ids of unsettled events that it settles."""

    text: str | None = None
    reason: str | None = None
    marks: Mapping[str, Value] = {}
    settles: tuple[str, ...] = ()


class Act(NamedTuple):
    """`now_ms` and `at` are the writer's clock (milliseconds since 1970; ISO 8601 with offset);
    `when` is when it happened, if that was earlier. `chance` gives 10 random bytes a call."""

    by: str
    now_ms: int
    at: str
    chance: Callable[[], bytes]
    when: str | None = None
    on_behalf: str | None = None
    via: str | None = None

    @property
    def happened(self) -> str:
        return self.when or self.at

    @property
    def actor(self) -> str:
        return self.on_behalf or self.by

    def event(
        self,
        do: str,
        newest: str | None,
        *,
        set: Values | None = None,
        was: Values | None = None,
        words: Words | None = None,
        void: tuple[str, ...] = (),
        settles: tuple[str, ...] = (),
        extra: Values | None = None,
    ) -> Event:
        """A new event after `newest`, the newest event id of its record (None for its first)."""
        said = words or Words()
        marks: dict[str, Value] = {**said.marks, **(extra or {})}
        return Event(
            id=next_event_id(self.now_ms, newest, self.chance()),
            at=self.at,
            by=self.by,
            on_behalf=self.on_behalf,
            via=self.via,
            when=self.when if self.when != self.at else None,
            do=do,
            set=set or {},
            was=was,
            void=void,
            settles=settles or said.settles,
            text=said.text,
            reason=said.reason,
            extra=marks,
        )
