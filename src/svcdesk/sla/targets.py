"""Which events start, meet, pause and end which target: a table that a kind's workflow carries.

The shape is that of `targets:` in `schemas/request.workflow.yaml`, which explains every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from svcdesk.i18n import T
from svcdesk.model.record import Values
from svcdesk.sla.history import REQUESTER, Occurrence
from svcdesk.sla.reading import Entry
from svcdesk.values import NamedTuple

ALL = "all"
"""In place of a list of waiting reasons: every reason pauses."""

_TRIGGER = {
    "do", "auto", "for_requester", "plan", "sets", "gains", "has", "enters", "kept",
}  # fmt: skip
_RULE = {
    "label", "starts", "met_by", "wants", "ends", "idle_in", "reopened_by", "repeats", "parallel",
    "once_met", "restarts", "due", "pauses", "judged",
}  # fmt: skip


class Trigger(NamedTuple):
    """Conditions on one event, all of which must hold; an empty or None one asks nothing."""

    do: tuple[str, ...] = ()
    auto: bool | None = None
    for_requester: bool | None = None
    plan: bool | None = None
    sets: str = ""
    gains: str = ""
    has: str = ""
    enters: tuple[str, ...] = ()
    kept: bool = False

    def matches(self, event: Occurrence, before: Values, promised_move: object = None) -> bool:
        """Whether the event pulls it, given the tracked values before and the move promised."""
        if self.do and event.do not in self.do:
            return False
        if self.enters and (
            event.state_after == event.state_before
            or event.state_after not in self.enters
            or event.state_before in self.enters
        ):
            return False
        return (
            (self.auto is None or event.auto == self.auto)
            and (self.for_requester is None or (event.for_ == REQUESTER) == self.for_requester)
            and (self.plan is None or event.plan == self.plan)
            and (not self.sets or event.changed.get(self.sets) is not None)
            and (not self.has or event.values.get(self.has) is not None)
            and (
                not self.gains
                or (before.get(self.gains) is None and event.values.get(self.gains) is not None)
            )
            and (not self.kept or (promised_move is not None and event.do == promised_move))
        )

    def stands(self, event: Occurrence) -> bool:
        """Whether it holds at once for a target that this very event started: a matter of the
        state and values that the record is then in, not of the event's verb."""
        if self.do or self.sets or self.gains or self.kept or not (self.enters or self.has):
            return False
        return (not self.enters or event.state_after in self.enters) and (
            not self.has or event.values.get(self.has) is not None
        )


@dataclass(frozen=True, slots=True)
class TargetRule:
    """One target's row of the table; see `schemas/request.workflow.yaml` for each field."""

    name: str
    labels: Mapping[str, str]
    starts: Mapping[str, tuple[Trigger, ...]]
    met_by: tuple[Trigger, ...]
    wants: str | None = None
    ends: frozenset[str] = frozenset()
    idle_in: frozenset[str] = frozenset()
    reopened_by: tuple[Trigger, ...] = ()
    repeats: bool = False
    parallel: bool = False
    once_met: bool = False
    restarts: bool = True
    due: str | None = None
    pauses: tuple[str, ...] = ()
    judged: bool = True

    triggers: tuple[Trigger, ...] = field(init=False, repr=False)
    """All of its triggers."""
    marked: bool = field(init=False, repr=False)
    """Whether a trigger asks for marks alone, which any event may bear."""
    fields: frozenset[str] = field(init=False, repr=False)
    """The fields that its triggers look at."""
    known: dict[tuple[str, str | None, str | None], bool] = field(
        init=False, repr=False, compare=False
    )
    """What `may_concern` found out about verbs and states."""

    def __post_init__(self) -> None:
        triggers = [one for group in self.starts.values() for one in group]
        triggers += [*self.met_by, *self.reopened_by]
        plain = all(one.do or one.sets or one.gains or one.enters or one.has for one in triggers)
        names = {name for one in triggers for name in (one.sets, one.gains, one.has) if name}
        object.__setattr__(self, "triggers", tuple(triggers))
        object.__setattr__(self, "marked", not plain or any(one.kept for one in triggers))
        object.__setattr__(self, "fields", frozenset(names))
        object.__setattr__(self, "known", {})

    @property
    def default_start(self) -> str:
        return next(iter(self.starts))

    def may_concern(self, event: Occurrence, dropped_in: frozenset[str]) -> bool:
        """False for an event that can pull none of its triggers, and neither ends nor drops it nor
        lets it go on: most events of most records."""
        key = (event.do, event.state_before, event.state_after)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self.marked or self._may_concern(*key, dropped_in)
        return known or not self.fields.isdisjoint(event.changed)

    def _may_concern(
        self, do: str, before: str | None, after: str | None, dropped_in: frozenset[str]
    ) -> bool:
        if any(do in one.do for one in self.triggers):
            return True
        if before == after:
            return False
        return (
            after in self.ends
            or before in dropped_in
            or after in dropped_in
            or any(after in one.enters and before not in one.enters for one in self.triggers)
            or any(
                one.has and not (one.do or one.sets or one.gains or one.enters)
                for one in self.triggers
            )
        )


class TargetRules(NamedTuple):
    """The whole table of a kind."""

    rules: Mapping[str, TargetRule] = {}
    waiting_states: frozenset[str] = frozenset()
    reason_field: str = ""
    dropped_in: frozenset[str] = frozenset()


def parse_target_rules(data: Mapping[str, object]) -> TargetRules:
    """The table in a workflow's `targets:`. Raises Invalid, naming the field."""
    top = Entry(T("targets"), data)
    top.known({"waiting", "dropped_in", "rules"})
    waiting = top.below("waiting")
    waiting.known({"states", "reason"})
    rules = top.below("rules")
    return TargetRules(
        rules={name: _rule(name, rules.below(name)) for name in rules.data},
        waiting_states=frozenset(waiting.texts("states")),
        reason_field=waiting.text("reason", ""),
        dropped_in=frozenset(top.texts("dropped_in")),
    )


def _rule(name: str, entry: Entry) -> TargetRule:
    entry.known(_RULE)
    starts = entry.below("starts")
    choices = {choice: _triggers(starts, choice) for choice in starts.data}
    if not choices:
        raise entry.wrong("starts", T("a target must say what starts it"))
    ends = frozenset(entry.texts("ends"))
    idle = frozenset(entry.texts("idle_in")) if entry.has("idle_in") else ends
    return TargetRule(
        name=name,
        labels=entry.labels("label"),
        starts=choices,
        met_by=_triggers(entry, "met_by"),
        wants=entry.text("wants", "") or None,
        ends=ends,
        idle_in=idle,
        reopened_by=_triggers(entry, "reopened_by"),
        repeats=entry.flag("repeats"),
        parallel=entry.flag("parallel"),
        once_met=entry.flag("once_met"),
        restarts=entry.flag("restarts", True),
        due=entry.text("due", "") or None,
        pauses=entry.texts("pauses"),
        judged=entry.flag("judged", True),
    )


def _triggers(entry: Entry, key: str) -> tuple[Trigger, ...]:
    return tuple(_trigger(item) for item in entry.items(key))


def _trigger(entry: Entry) -> Trigger:
    entry.known(_TRIGGER)
    if not entry.data:
        raise entry.wrong("", T("a trigger must have at least one condition"))

    def flag(key: str) -> bool | None:
        return entry.flag(key) if entry.has(key) else None

    return Trigger(
        do=entry.texts("do"),
        auto=flag("auto"),
        for_requester=flag("for_requester"),
        plan=flag("plan"),
        sets=entry.text("sets", ""),
        gains=entry.text("gains", ""),
        has=entry.text("has", ""),
        enters=entry.texts("enters"),
        kept=entry.flag("kept"),
    )
