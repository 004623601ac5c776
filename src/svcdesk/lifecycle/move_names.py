"""What people call a move: by its workflow's labels, else as every kind has it."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.i18n import T, Text, pick
from svcdesk.model.kind import Workflow
from svcdesk.model.record import CORRECT, REDACT, RENUMBER, SET, SETTLE, SUBMIT, VOID

GENERAL: Mapping[str, Text] = {
    SUBMIT: T("submit"),
    SET: T("set"),
    CORRECT: T("correct"),
    VOID: T("take back"),
    SETTLE: T("settle"),
    REDACT: T("redact"),
    RENUMBER: T("change of the number"),
}
"""The acts that no workflow has to name."""


def move_name(do: str, workflow: Workflow) -> Text | str:
    """The label of an event's move in the language in use; what it is stored as, if unknown."""
    move = workflow.moves.get(do)
    return pick(move.labels, do) if move is not None else GENERAL.get(do, do)
