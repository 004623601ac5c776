"""What would leave a record as it is: values that it has already, a move that says nothing more."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.lifecycle.fold import Fold
from svcdesk.model.kind import Move, Workflow
from svcdesk.model.record import Value, Values


def changed(values: Values, folded: Fold) -> dict[str, Value]:
    """Those of the values that are not the record's already."""
    return {path: value for path, value in values.items() if value != folded.values.get(path)}


def says_nothing(move: Move, values: Values, workflow: Workflow, folded: Fold) -> bool:
    """Whether a move, with no words, would leave all as it is: it only sets fields, to what they
    are, and no clock hears of it."""
    only_sets = (
        move.is_fact
        and move.sets
        and not (move.needs or move.appends or move.writes or move.increments or move.clears)
    )
    if not only_sets or any(path not in workflow.tracked for path in values):
        return False
    return not changed(values, folded) and not _is_heard(move.name, workflow.targets)


def _is_heard(name: str, targets: object) -> bool:
    """Whether the move is among what starts or meets a target."""
    if isinstance(targets, Mapping):
        return targets.get("do") == name or any(_is_heard(name, one) for one in targets.values())
    return isinstance(targets, list) and any(_is_heard(name, one) for one in targets)
