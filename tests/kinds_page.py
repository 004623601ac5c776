"""What docs/kinds.md shows, for the tests that run it as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "kinds.md"
_FILE = re.compile(r"^`(schemas/[^`]+)`:\n\n```(?:json|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ svcdesk (.+)$", re.MULTILINE)


def documented_files() -> dict[str, bytes]:
    """The files shown, by their names in a desk's `schemas/`."""
    text = PAGE.read_text(encoding="utf-8")
    return {name.removeprefix("schemas/"): body.encode() for name, body in _FILE.findall(text)}


def documented_commands() -> list[list[str]]:
    """The calls shown, as arguments of `svcdesk`."""
    return [shlex.split(line) for line in _COMMAND.findall(PAGE.read_text(encoding="utf-8"))]
