"""What `doctor` found when it looked at one thing."""

from __future__ import annotations

from dataclasses import dataclass

from svcdesk.errors import SvcdeskError, placed
from svcdesk.i18n import Text
from svcdesk.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at. `weight` None is in order; otherwise how much it matters."""

    name: str
    message: Text
    weight: Severity | None = None
    hint: Text | None = None


def sign_of(name: str, error: SvcdeskError) -> Sign:
    """What failed, as a sign that names file and line."""
    return Sign(name, placed(error), Severity.ERROR, error.hint)
