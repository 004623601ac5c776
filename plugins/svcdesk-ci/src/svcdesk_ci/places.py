"""Where a finding stands, and what it says, for forges that want both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdesk.terminal import escape

DESK_FILE = "records/desk.yaml"
"""Where what has no file of its own stands: forges take no finding without a path."""


def path_of(finding: Mapping[str, Any]) -> str:
    return escape(str(finding.get("path") or DESK_FILE))


def line_of(finding: Mapping[str, Any]) -> int:
    """The line, from 1; 1 for a file as a whole."""
    line = finding.get("line")
    return line if isinstance(line, int) and finding.get("path") else 1


def message_of(finding: Mapping[str, Any]) -> str:
    """The sentence, with nothing in it that hides."""
    return escape(str(finding.get("message")), multiline=True)
