"""The header against the fold: tracked fields say what the record's events make of them."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.lifecycle.fold import Fold
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value, value_at


def project(record: Record, folded: Fold, workflow: Workflow) -> Record:
    """The record with every tracked field as its fold has it; other fields stand as they are."""
    changes = {
        path: folded.values.get(path)
        for path in _tracked(workflow, folded)
        if record.get(path) != folded.values.get(path)
    }
    return record.with_fields(changes) if changes else record


def hand_edits(
    record: Record, folded: Fold, workflow: Workflow
) -> Mapping[str, tuple[Value, Value]]:
    """Tracked fields whose header says something else than the fold: path → (header, fold)."""
    found = {}
    for path in _tracked(workflow, folded):
        here, made = value_at(record.header, path), folded.values.get(path)
        if here != made:
            found[path] = (here, made)
    return found


def _tracked(workflow: Workflow, folded: Fold) -> list[str]:
    """The workflow's tracked fields, and the id where an event renumbered the record."""
    paths = sorted(workflow.tracked)
    return [*paths, "id"] if "id" in folded.values and "id" not in workflow.tracked else paths
