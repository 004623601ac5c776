"""What a check, a review or the SLA has to say about a record: one type for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from svcdesk.i18n import Text
from svcdesk.values import NamedTuple


class Severity(IntEnum):
    """How much a finding weighs.

    ERROR: a command refuses to write it. WARNING: a command writes it and says so. Both make
    `check` exit with 1. NOTE: worth knowing, and never a failure.
    """

    NOTE = 1
    WARNING = 2
    ERROR = 3


class Rule(NamedTuple):
    """What can be found, for `svcdesk explain CODE`: stable code, short name, reason, remedy.

    `norm` names the source, such as `C 4.3` (K1) for the norms that the documentation lists.
    """

    code: str
    name: str
    severity: Severity
    title: Text
    why: Text
    remedy: Text
    norm: str = ""


class Finding(NamedTuple):
    """One thing found. `path` is relative to the desk's root, `line` counts from 1."""

    rule: Rule
    message: Text
    record: str | None = None
    path: str | None = None
    line: int | None = None
    field: str | None = None
    hint: Text | None = None
    severity: Severity | None = None

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def weight(self) -> Severity:
        return self.severity or self.rule.severity

    def sort_key(self) -> tuple[int, str, int, str, str]:
        """Most severe first, then by place: the order in which findings are shown."""
        return (-self.weight, self.path or "", self.line or 0, self.code, self.field or "")


def failing(findings: Iterable[Finding]) -> bool:
    """Whether any of them makes a check fail."""
    return any(finding.weight >= Severity.WARNING for finding in findings)
