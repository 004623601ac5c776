"""An approval as it stands: whose it is, whether it counts, and why not."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from svcdesk.i18n import Text
from svcdesk.lifecycle.approval_digest import APPROVE, REJECT
from svcdesk.model.field_info import Choice
from svcdesk.model.record import Event
from svcdesk.values import NamedTuple

DECISIONS = (
    Choice(APPROVE, {"en": "approve", "zh": "同意"}, ("批准",)),
    Choice(REJECT, {"en": "reject", "zh": "不同意"}, ("驳回", "拒绝")),
)
"""What can be decided, in the words that people use."""


class Why(Enum):
    """Why an approval does not count."""

    FORM = "form"
    EFFECT = "effect"
    RIGHT = "right"
    SUBSTITUTE = "substitute"
    SIGNATURE = "signature"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    FIELDS = "fields"
    CONTENT = "content"
    REDACTED = "redacted"
    APART = "apart"
    TWICE = "twice"


LATER: frozenset[Why] = frozenset({Why.RIGHT, Why.FIELDS, Why.REVOKED, Why.REDACTED})
"""What may have become so after the approval was used, without anybody's fault."""
NO_WORD = frozenset({Why.FORM, Why.EFFECT, Why.RIGHT, Why.SUBSTITUTE, Why.SIGNATURE, Why.REVOKED})
"""With one of these it is nobody's word, and takes no earlier word back."""


class Problem(NamedTuple):
    """Why an approval does not count, for machines and for people; `fields` are those changed."""

    why: Why
    said: Text
    fields: tuple[str, ...] = ()


class Approval(NamedTuple):
    """An approval as it stands: `person` is whose it is, `place` where it is among the events."""

    event: Event
    place: int
    decision: str
    person: str
    problem: Problem | None = None

    @property
    def counts(self) -> bool:
        return self.problem is None


Verify = Callable[[str, Event], Problem | None]
"""What is wrong with the signature of an event of the record of that uid; None if it is good."""
