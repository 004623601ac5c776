"""The example records, and the kinds that judge them."""

from __future__ import annotations

import re
from pathlib import Path

from svcdesk.store.schema import Kinds, load_kinds

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "examples"
VERSIONS = {"request": 1, "handling": 1, "delivery": 1, "feedback": 1}
VALID = sorted(EXAMPLES.glob("valid/*.yaml"))
INVALID = sorted(EXAMPLES.glob("invalid/*.yaml"))
KINDS: Kinds = load_kinds({}, VERSIONS)

_FILE = re.compile(r"^`(schemas/[^`]+)`:\n\n```(?:json|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (svcdesk .+)$", re.MULTILINE)


def kind_of(path: Path) -> str:
    """An example is named after its kind: `request-least.yaml`."""
    return path.name.partition("-")[0]


def documented_files() -> dict[str, bytes]:
    """The files that docs/kinds.md shows, by their names in a desk's `schemas/`."""
    text = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    return {name.removeprefix("schemas/"): body.encode() for name, body in _FILE.findall(text)}


def documented_commands() -> list[str]:
    text = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    found: list[str] = _COMMAND.findall(text)
    return found
