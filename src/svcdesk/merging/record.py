"""`merge`: two versions of a document and the one they began as become one, or conflicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcdesk.lifecycle.fold import Fold, Step, fold
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.merging.events import EVENTS, united
from svcdesk.merging.order import woven
from svcdesk.merging.rules import Rules
from svcdesk.merging.three_way import ThreeWay
from svcdesk.merging.tracked import (
    FORMERLY,
    ID,
    Version,
    former_ids,
    tracked_paths,
    tracked_values,
)
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value, Values, value_at, with_value
from svcdesk.values import NamedTuple

UID = "uid"
Settle = Callable[[Conflict], "Held | Side | None"]
"""What somebody decided about a conflict: a value, a side, or nothing (None)."""


class Merged(NamedTuple):
    """The outcome. `value` is the whole document; while there are `conflicts`, each of their
    fields has in it what its side `one` has (nothing, where they are to be left out).

    `settled` are the conflicts that somebody decided. `unsettled` are the events that are
    concurrent or without effect in the merged record, and were not so on either side.
    `overruled` are the fields in which a redaction of one side won over a new value of the other,
    each with the side whose value is gone.
    """

    value: dict[str, Value]
    conflicts: tuple[Conflict, ...] = ()
    settled: tuple[Conflict, ...] = ()
    unsettled: tuple[Step, ...] = ()
    overruled: tuple[tuple[str, Side], ...] = ()


def merge(
    base: Values | None,
    one: Values,
    other: Values,
    rules: Rules,
    *,
    settle: Settle | None = None,
    leave_out: bool = False,
    show: Side = Side.ONE,
) -> Merged:
    """Merge two versions of a document by the rules of its kind.

    `base` is None where the two have no common version, or none that can be read. `settle` is
    asked about each conflict; with `leave_out` the fields that cannot be merged are left out, as
    the merge of several bases wants it. `show` is the side whose values stand in conflicting
    fields. Exchanging the sides changes nothing but which of them `one` is.

    Records whose uids differ among the versions there are, are not one record: that is a conflict
    of its own, `uid`, and nothing is merged. Raises what `rules.decode` raises for a document that
    is no record.
    """
    decisions = _Decisions(settle, leave_out, show)
    if _are_several(base, one, other):
        values = (_uid(base), _uid(one), _uid(other))
        return Merged(dict(one if show is Side.ONE else other), (Conflict(UID, *values),))
    if rules.workflow is None or rules.decode is None:
        value = ThreeWay(rules, decisions.decide).mapping(base or {}, one, other)
        return Merged(value, decisions.open(), decisions.settled())
    return _Record(rules, rules.workflow, rules.decode, decisions).merged(base, one, other)


class _Decisions:
    """Keeps account of conflicts while a merge goes on."""

    def __init__(self, settle: Settle | None, leave_out: bool, show: Side) -> None:
        self._settle = settle
        self._leave_out = leave_out
        self._show = show
        self._open: list[Conflict] = []
        self._settled: list[Conflict] = []

    def decide(self, conflict: Conflict) -> Held:
        chosen = self._settle(conflict) if self._settle is not None else None
        if chosen is not None:
            self._settled.append(conflict)
            return conflict.value(chosen) if isinstance(chosen, Side) else chosen
        self._open.append(conflict)
        return ABSENT if self._leave_out else conflict.value(self._show)

    def open(self) -> tuple[Conflict, ...]:
        return tuple(self._open)

    def settled(self) -> tuple[Conflict, ...]:
        return tuple(self._settled)


class _Record(NamedTuple):
    """One merge of a record: events first, for what they make of the tracked fields."""

    rules: Rules
    workflow: Workflow
    decode: Callable[[Values], Record]
    decisions: _Decisions

    def merged(self, base: Values | None, one: Values, other: Values) -> Merged:
        decide = self.decisions.decide
        events = united(base or {}, one, other, decide)
        # Decoding looks at ids, events and nothing else, so any header will do to fold them.
        together = self.decode({**one, EVENTS: events})
        folded = fold(together.events, self.workflow)
        known = None if base is None else Version.of(self.decode(base), self.workflow)
        left, right = (Version.of(self.decode(side), self.workflow) for side in (one, other))
        paths = tracked_paths(self.workflow, folded, left.folded, right.folded)
        tracked = tracked_values(known, left, right, folded, paths, decide)
        without = [*paths, EVENTS]
        ways = ThreeWay(self.rules, decide)
        rest = ways.mapping(
            _without(base or {}, without), _without(one, without), _without(other, without)
        )
        header = _header(rest, tracked, [one for one in (known, left, right) if one is not None])
        ordered = _in_order(header, base or {}, one, other)
        return Merged(
            {**ordered, EVENTS: events},
            self.decisions.open(),
            self.decisions.settled(),
            _new_unsettled(folded, left.folded, right.folded),
            tuple(ways.overruled),
        )


def _header(
    rest: dict[str, Value], tracked: Mapping[str, Held], versions: list[Version]
) -> dict[str, Value]:
    """The merged header: what is not tracked, what is, and every id that the record had before."""
    header = rest
    for path, value in tracked.items():
        if value is not ABSENT:
            header = with_value(header, path, value)
    former = former_ids(str(header.get(ID)), versions)
    if former:
        formerly = header.get(FORMERLY)
        known = formerly if isinstance(formerly, list) else []
        header[FORMERLY] = [*known, *(one for one in former if one not in known)]
    return header


def _are_several(*versions: Values | None) -> bool:
    uids = {version.get(UID) for version in versions if version is not None}
    return len([uid for uid in uids if isinstance(uid, str)]) > 1


def _uid(version: Values | None) -> Held:
    return ABSENT if version is None else version.get(UID, ABSENT)


def _without(document: Values, paths: list[str]) -> dict[str, Value]:
    """A document without these fields, and without a mapping that holds nothing but them."""
    found = dict(document)
    for path in paths:
        if value_at(found, path) is not None:
            found = with_value(found, path, None)
    return found


def _in_order(merged: Values, base: Values, one: Values, other: Values) -> dict[str, Value]:
    """The merged mapping with its keys, at every level, in the order that the sides have."""
    found: dict[str, Value] = {}
    for key in [*woven(list(base), list(one), list(other)), *merged]:
        if key not in merged or key in found:
            continue
        value = merged[key]
        if isinstance(value, Mapping):
            below = (_mapping(side.get(key)) for side in (base, one, other))
            found[key] = _in_order(value, *below)
        else:
            found[key] = value
    return found


def _mapping(value: Value) -> Values:
    return value if isinstance(value, Mapping) else {}


def _new_unsettled(folded: Fold, *sides: Fold) -> tuple[Step, ...]:
    known = {step.event.id for side in sides for step in side.unsettled()}
    return tuple(step for step in folded.unsettled() if step.event.id not in known)
