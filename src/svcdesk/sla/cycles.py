"""From a record's events to the cycles of one target: when each began, was met, dropped, reopened.

Times and durations do not come in here: a cycle is a matter of which event means what, by the
table of targets, and of which terms the policy gave at each moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.model.record import Value, Values
from svcdesk.sla.arithmetic import Pause
from svcdesk.sla.history import Occurrence
from svcdesk.sla.instants import parse_instant
from svcdesk.sla.policy import NEVER, RESTART, RESUME, Terms
from svcdesk.sla.targets import TargetRule, Trigger
from svcdesk.values import NamedTuple


class Outcome(Enum):
    """How a cycle came to its end."""

    MET = "met"
    OVER = "over"
    """The record went on to a state in which nobody is owed it any more."""
    DROPPED = "dropped"
    """The record was cancelled."""


class Change(NamedTuple):
    """The terms from an instant on; None where the policy then asks nothing. `by_level`: it was
    an escalation's own doing."""

    since: int
    terms: Terms | None
    by_level: bool = False


@dataclass(slots=True)
class Cycle:
    """One run of a target. Built by `cycles_of`, and not changed afterwards."""

    rule: TargetRule
    number: int
    began: int
    event: str
    changes: list[Change]
    promised: int | None = None
    promised_move: Value = None
    stopped: list[Pause] = field(default_factory=list)
    """Times in which it was met, before it was reopened and went on."""
    outcome: Outcome | None = None
    ended: int | None = None
    ended_by: str | None = None
    lacks: str | None = None
    """The field that meeting it should have given and did not."""
    replaced: bool = False
    """Whether a reopening withdrew its result (`on_reopen: restart`)."""

    def end(self, outcome: Outcome, event: Occurrence) -> None:
        self.outcome, self.ended, self.ended_by = outcome, event.when, event.id


def cycles_of(
    rule: TargetRule,
    events: Sequence[Occurrence],
    terms: Sequence[Terms | None],
    dropped_in: frozenset[str],
) -> Sequence[Cycle]:
    """The cycles of one target. `terms` are those that the policy gives it after each event.

    A policy may choose what starts a target. The choice of the first terms holds; that of later
    ones only while nothing has started yet.
    """
    if len(rule.starts) == 1:
        asked = next((one for one in terms if one is not None), None)
        if asked is None:
            return ()
        return _walk(rule, _choice(rule, asked), events, terms, dropped_in)
    walks: dict[str, list[Cycle]] = {}
    chosen: str | None = None
    for event, asked in zip(events, terms, strict=True):
        if asked is None:
            continue
        choice = _choice(rule, asked)
        if chosen is None or (
            choice != chosen and not any(cycle.began <= event.when for cycle in walks[chosen])
        ):
            chosen = choice
            if chosen not in walks:
                walks[chosen] = _walk(rule, chosen, events, terms, dropped_in)
    return walks[chosen] if chosen is not None else ()


def _choice(rule: TargetRule, terms: Terms) -> str:
    choice = terms.starts or rule.default_start
    if choice not in rule.starts:
        raise Invalid(
            T(
                "target {target} cannot start at {choice}: it starts at {names}",
                target=rule.name,
                choice=choice,
                names=", ".join(rule.starts),
            ),
            field=f"targets.{rule.name}.starts",
        )
    return choice


def _walk(
    rule: TargetRule,
    choice: str,
    events: Sequence[Occurrence],
    terms: Sequence[Terms | None],
    dropped_in: frozenset[str],
) -> list[Cycle]:
    walk = _Walk(rule, choice, dropped_in)
    before: Values = {}
    held: Terms | None = None
    for event, asked in zip(events, terms, strict=True):
        if walk.is_empty:  # only a start can come
            if _pulled(walk.starts, event, before):
                walk.take(event, before, asked)
        elif asked is not held or rule.may_concern(event, dropped_in):
            walk.take(event, before, asked)
        before, held = event.values, asked
    return walk.cycles


class _Walk:
    """One target's cycles while the events are gone through in order."""

    def __init__(self, rule: TargetRule, choice: str, dropped_in: frozenset[str]) -> None:
        self.rule = rule
        self.starts = rule.starts[choice]
        self.dropped_in = dropped_in
        self.cycles: list[Cycle] = []
        self.held = False
        """Something would have started it, in a state in which it does not start."""

    @property
    def is_empty(self) -> bool:
        return not self.cycles and not self.held

    def take(self, event: Occurrence, before: Values, terms: Terms | None) -> None:
        moved = event.state_after != event.state_before
        if self.cycles:
            self._stop(event, before, moved)
        if moved and (self.cycles or self.held):
            self._come_back(event, before, terms)
        if _pulled(self.starts, event, before):
            self._start(event, terms)
        for cycle in self.cycles:
            if cycle.outcome is None:
                held = cycle.changes[-1].terms
                if held is not terms and held != terms:
                    cycle.changes.append(Change(event.when, terms, _by_level(event)))

    def _stop(self, event: Occurrence, before: Values, moved: bool) -> None:
        for cycle in self.cycles:
            if cycle.outcome is not None:
                continue
            if _pulled(self.rule.met_by, event, before, cycle.promised_move):
                self._meet(cycle, event)
            elif moved and event.state_after in self.dropped_in:
                cycle.end(Outcome.DROPPED, event)
            elif moved and event.state_after in self.rule.ends:
                cycle.end(Outcome.OVER, event)

    def _come_back(self, event: Occurrence, before: Values, terms: Terms | None) -> None:
        mode = terms.on_reopen if terms else RESUME
        last = self.cycles[-1] if self.cycles else None
        uncancelled = event.state_before in self.dropped_in
        reopened = uncancelled or _pulled(self.rule.reopened_by, event, before)
        if not reopened or event.state_after in self.dropped_in or mode == NEVER:
            return
        if self.held:
            self._begin(event, terms)
        elif last is None:
            return
        elif uncancelled and last.outcome is Outcome.DROPPED and self.rule.restarts:
            self._begin(event, terms)
        elif not uncancelled and last.outcome is Outcome.MET and last.ended is not None:
            if mode == RESUME:
                last.stopped.append((last.ended, event.when))
                last.outcome = last.ended = last.ended_by = last.lacks = None
            else:
                last.replaced = mode == RESTART
                self._begin(event, terms)

    def _start(self, event: Occurrence, terms: Terms | None) -> None:
        if event.state_after in self.rule.idle_in or event.state_after in self.dropped_in:
            self.held = self.held or self.rule.repeats or not self.cycles
            return
        running = any(cycle.outcome is None for cycle in self.cycles)
        if self.cycles and (not self.rule.repeats or (running and not self.rule.parallel)):
            return
        if self.rule.once_met and any(cycle.outcome is Outcome.MET for cycle in self.cycles):
            return
        self._begin(event, terms)

    def _begin(self, event: Occurrence, terms: Terms | None) -> None:
        self.held = False
        promised = _instant(event, self.rule.due) if self.rule.due else None
        cycle = Cycle(
            rule=self.rule,
            number=len(self.cycles) + 1,
            began=event.when,
            event=event.id,
            changes=[Change(event.when, terms)],
            promised=promised,
            promised_move=event.extra.get("move"),
        )
        self.cycles.append(cycle)
        if any(trigger.stands(event) for trigger in self.rule.met_by):
            self._meet(cycle, event)

    def _meet(self, cycle: Cycle, event: Occurrence) -> None:
        cycle.end(Outcome.MET, event)
        wanted = self.rule.wants
        cycle.lacks = wanted if wanted and event.changed.get(wanted) is None else None


def _pulled(
    triggers: Sequence[Trigger], event: Occurrence, before: Values, promised_move: Value = None
) -> bool:
    for trigger in triggers:  # noqa: SIM110 – half the time of any() on the hottest path
        if trigger.matches(event, before, promised_move):
            return True
    return False


def _instant(event: Occurrence, path: str) -> int:
    value = event.values.get(path)
    if isinstance(value, int):
        return value
    return parse_instant(str(value), path)


def _by_level(event: Occurrence) -> bool:
    return event.extra.get("derived") is not None
