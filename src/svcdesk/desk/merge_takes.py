"""`--take`: what somebody decided about a conflict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.merging.record import UID

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_FORM = re.compile(r"(?:(?P<record>[A-Za-z0-9-]+):)?(?P<field>[^=@]+)"
                   r"(?:=(?P<value>.*)|@(?P<branch>.+))", re.DOTALL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Take:
    """The value to take for a field, or the branch whose value to take; of one record (whose id
    ends with `record`; `desk` for desk.yaml), or of all that are in conflict about the field.

    `said` is all of it as it was typed, `name` the field and `text` the value. `wrong` is what
    keeps it from being of a record: then it can still be of one of the desk's own files.
    """

    field: str
    record: str | None = None
    value: Held = ABSENT
    branch: str | None = None
    said: str = ""
    name: str = ""
    text: str = ""
    wrong: UsageError | None = None

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
            text = found["value"]
            try:
                value = desk.fields.coerce(field, text)
                path = desk.fields.find(field).path
            except UsageError as error:
                return cls(field, found["record"], said=said, name=field, text=text, wrong=error)
            held: Held = ABSENT if value is None else value
            return cls(path, found["record"], held, None, said, field, text)
        here = desk.repository.branch
        known = [*branches, here, "HEAD"]
        if branch not in known:
            raise UsageError(
                T("“{branch}” is not one of the branches that are merged", branch=branch),
                hint=T("they are {branches}", branches=", ".join(filter(None, known))),
                field="take",
            )
        return cls(field, found["record"], None, branch, said, field)

    def decides(self, record: str, conflict: Conflict, known: bool) -> bool:
        """Whether it is about that conflict, of a record if `known`, else of a file of the desk."""
        wanted = self.field if known else self.name
        if conflict.field == UID or conflict.field != wanted or (known and self.wrong):
            return False
        named = self.record or ""
        return record.endswith(named.upper()) if known else named in ("", record)

    def choice(self, merging: str, conflict: Conflict, known: bool) -> Held | Side:
        """What it says, while the branch `merging` is merged. Raises Invalid for a text that is
        no value where both sides have something else than a text."""
        if self.branch is not None:
            return Side.OTHER if self.branch == merging else Side.ONE
        return self.value if known else _plain(self.text, conflict)


def refuse_wrong(takes: Sequence[Take], taken: Sequence[Take]) -> None:
    """Raises UsageError for a decision about a field that no record has, and that settled nothing
    in the desk's own files either."""
    for one in takes:
        if one.wrong is not None and one not in taken:
            raise one.wrong


def idle(said: Sequence[str], taken: Sequence[str]) -> list[Text]:
    """Sentences about those decisions, as they were typed, that settled nothing."""
    return [
        T("--take {text} settled nothing: there was no conflict about it", text=one)
        for one in said if one not in taken
    ]  # fmt: skip


def _plain(text: str, conflict: Conflict) -> Held:
    """A value of one of the desk's own files: a text where a side has one, else as YAML has it."""
    if not text.strip():
        return ABSENT
    if any(isinstance(side, str) for side in (conflict.one, conflict.other)):
        return text
    from svcdesk.store.yaml_read import parse

    value = parse(f"value: {text}\n".encode(), path="--take").value
    return value.get("value", ABSENT)
