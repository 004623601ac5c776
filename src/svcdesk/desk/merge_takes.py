"""`--take`: what somebody decided about a conflict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.merging.record import UID

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_FORM = re.compile(r"(?:(?P<record>[A-Za-z0-9-]+):)?(?P<field>[^=@]+)"
                   r"(?:=(?P<value>.*)|@(?P<branch>.+))", re.DOTALL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Take:
    """The value to take for a field, or the branch whose value to take; of one record (whose id
    ends with `record`), or of all that are in conflict about the field."""

    field: str
    record: str | None = None
    value: Held = ABSENT
    branch: str | None = None

    @classmethod
    def parse(cls, desk: Desk, said: str, branches: Sequence[str]) -> Take:
        """`[ID:]FIELD=VALUE` or `[ID:]FIELD@BRANCH`. Raises UsageError."""
        found = _FORM.fullmatch(said)
        if found is None:
            raise UsageError(
                T("“{text}” is not FIELD=VALUE or FIELD@BRANCH", text=said),
                hint=T("for example --take priority=P1 or --take priority@{branch}",
                       branch=branches[0]),
                field="take",
            )  # fmt: skip
        field, branch = found["field"].strip(), found["branch"]
        if branch is None:
            value = desk.fields.coerce(field, found["value"])
            held: Held = ABSENT if value is None else value
            return cls(desk.fields.find(field).path, found["record"], held)
        here = desk.repository.branch
        known = [*branches, here, "HEAD"]
        if branch not in known:
            raise UsageError(
                T("“{branch}” is not one of the branches that are merged", branch=branch),
                hint=T("they are {branches}", branches=", ".join(filter(None, known))),
                field="take",
            )
        return cls(field, found["record"], branch=branch)

    def decides(self, record: str, conflict: Conflict) -> bool:
        if conflict.field == UID or conflict.field != self.field:
            return False
        return self.record is None or record.endswith(self.record.upper())

    def choice(self, merging: str) -> Held | Side:
        """What it says, while the branch `merging` is merged."""
        if self.branch is None:
            return self.value
        return Side.OTHER if self.branch == merging else Side.ONE
