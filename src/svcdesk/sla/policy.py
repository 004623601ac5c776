"""Policies: which targets a record has, and how long each may take, by ordered rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from svcdesk.model.record import Value, Values
from svcdesk.sla.arithmetic import TIGHT
from svcdesk.sla.duration import Duration
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

Predicate = Callable[[Values], bool]
"""A compiled `when:`, asked with a record's tracked values by dotted path."""

RESUME, RESTART, NEW_CYCLE, NEVER = "resume", "restart", "new_cycle", "never"
ON_REOPEN = (RESUME, RESTART, NEW_CYCLE, NEVER)
"""What a reopened record does to a target that was met.

resume: the clock goes on, the time in between not counted. restart: the whole duration anew, and
the earlier result is withdrawn, unless it was late. new_cycle: the same, and the earlier result
stands. never: it stays met.
"""
RETROACTIVE, FORWARD, RESET = "retroactive", "forward", "reset"
ON_PRIORITY_CHANGE = (RETROACTIVE, FORWARD, RESET)
"""What new terms do to a target that runs.

retroactive: they hold from the original start, pauses kept. forward: what has counted so far stays
counted as it was, and the rest of the new duration runs on the new clock from the change. reset:
the whole new duration from the change.
"""


class Level(NamedTuple):
    """A step of escalation: an instant relative to the due time, and what then happens.

    `seconds` and `working_days` are before (negative) or after the due time on the target's clock;
    `share` is a part of the time allowed. `require` names what the supervisor owes (`note`: K4).
    """

    at: str
    seconds: int = 0
    working_days: int = 0
    share: Fraction | None = None
    notify: tuple[str, ...] = ()
    set: Mapping[str, Value] = {}
    require: str | None = None
    place: str = ""
    """Where it stands in the file, dotted."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Level) and self[:_OF_LEVEL] == other[:_OF_LEVEL]

    def __ne__(self, other: object) -> bool:
        return not self == other


class Terms(NamedTuple):
    """What a rule asks of one target. `duration` is None where a field holds the due time.

    `pauses` None: the waiting reasons that the target's table names. `starts` None: its default.
    """

    target: str
    clock: str
    duration: Duration | None = None
    boundary: str = TIGHT
    end_of_day: bool = False
    pauses: tuple[str, ...] | None = None
    starts: str | None = None
    on_reopen: str = RESUME
    on_priority_change: str = RETROACTIVE
    hidden_while_waiting: bool = False
    levels: tuple[Level, ...] = ()
    cites: str = ""
    rule: str = ""
    """The `when:` of the rule that they stand in."""
    at: str = ""
    """Where they stand in the file, dotted."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Terms) and self[:_OF_TERMS] == other[:_OF_TERMS]

    def __ne__(self, other: object) -> bool:
        return not self == other


_OF_LEVEL = Level._fields.index("place")
_OF_TERMS = Terms._fields.index("cites")
"""The parts of a level and of terms that say what they ask; those behind say where they stand."""


class Rule(NamedTuple):
    """A condition and the terms of a record that meets it; without a condition, of any record."""

    when: str
    predicate: Predicate | None
    terms: Mapping[str, Terms]
    cites: str = ""
    at: str = ""


class Version(NamedTuple):
    """A policy's rules from a date on."""

    since: date | None
    rules: tuple[Rule, ...]

    def match(self, values: Values) -> Rule | None:
        """The first rule that matches; one without a condition matches only as the last one."""
        for rule in self.rules:
            if rule.predicate is not None and rule.predicate(values):
                return rule
        if self.rules and self.rules[-1].predicate is None:
            return self.rules[-1]
        return None

    def targets(self) -> frozenset[str]:
        """Every target that one of its rules names."""
        return frozenset(name for rule in self.rules for name in rule.terms)


class Policy(NamedTuple):
    """A named policy. `versions` are in order of their dates; `cites` names the norm.

    `judged_by`: `submission`, the version in force when a record was submitted, or `latest`.
    """

    name: str
    versions: tuple[Version, ...]
    labels: Mapping[str, str] = {}
    cites: str = ""
    judged_by: str = "submission"

    def in_force(self, day: date) -> Version | None:
        """The version that judges a record submitted on `day`; None before the first one."""
        if self.judged_by == "latest":
            return self.versions[-1]
        found = None
        for version in self.versions:
            if version.since is None or version.since <= day:
                found = version
        return found


def agreed(one: Policy, other: Policy) -> frozenset[str]:
    """The targets of which two policies ask the same of every record; none where their versions or
    conditions differ."""
    pairs = list(zip(_rules_of(one), _rules_of(other), strict=False))
    if _shape(one) != _shape(other):
        return frozenset()
    names = {name for pair in pairs for rule in pair for name in rule.terms}
    return frozenset(
        name for name in names if all(a.terms.get(name) == b.terms.get(name) for a, b in pairs)
    )


def _rules_of(policy: Policy) -> list[Rule]:
    return [rule for version in policy.versions for rule in version.rules]


def _shape(policy: Policy) -> tuple[object, ...]:
    """What decides by which rule a record is judged."""
    versions = [(one.since, tuple(rule.when for rule in one.rules)) for one in policy.versions]
    return (policy.judged_by, *versions)
