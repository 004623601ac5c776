"""The example records, and the kinds that judge them."""

from __future__ import annotations

from pathlib import Path

from svcdesk.store.schema import Kinds, load_kinds

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "examples"
VERSIONS = {"request": 1, "handling": 1, "delivery": 1, "feedback": 1, "change": 1}
VALID = sorted(EXAMPLES.glob("valid/*.yaml"))
INVALID = sorted(EXAMPLES.glob("invalid/*.yaml"))
KINDS: Kinds = load_kinds({}, VERSIONS)


def kind_of(path: Path) -> str:
    """An example is named after its kind: `request-least.yaml`."""
    return path.name.partition("-")[0]
