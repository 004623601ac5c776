"""Queries at a desk: its fields, states and people are the words that they may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.errors import UsageError
from svcdesk.i18n import T
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.fields import FieldTable
from svcdesk.model.record import Value
from svcdesk.query import Query, ValuesSubject, Vocabulary, parse_query, vocabulary_of

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.parts import Parts


DUE = FieldInfo("due", "instant", {"en": "due", "zh": "到期"}, computed=True)
"""When something of a record falls due next: no field of it, and known to lists alone."""


_ANOTHER_DAY = timedelta(days=403, hours=5)
"""From any moment to one of another year, month, weekday and hour."""


def vocabulary(desk: Parts, *, due: bool = False) -> Vocabulary:
    """Every field and state of the desk's kinds, and `due` where the subjects know it."""
    fields = FieldTable([*desk.fields.values(), DUE]) if due else desk.fields
    return vocabulary_of(fields, [kind.workflow for kind in desk.kinds.values()])


def understood(desk: Desk, text: str, *, due: bool = False) -> Query:
    """A query that somebody typed; `me` is who git says, where the desk lists them.

    Raises UsageError with a caret under what was not understood.
    """
    asks_for_own = any(word in text for word in ("me", "mine", "我"))
    person = desk.people.by_email(desk.identity.email) if asks_for_own else None
    return parse_query(
        text,
        vocabulary(desk, due=due),
        now=desk.now(),
        zone=desk.facts.zone,
        me=person.id if person else None,
        teams=(person.team,) if person and person.team else (),
        called=lambda name: [one.id for one in desk.people.called(name)],
    )


def values_predicate(desk: Parts) -> Callable[[str], Callable[[Mapping[str, Value]], bool]]:
    """What turns the `when:` of a policy into its predicate over tracked values.

    It refuses, with UsageError, a condition whose meaning depends on when it is asked.
    """
    words = vocabulary(desk)

    def parsed(text: str, now: datetime) -> Query:
        return parse_query(text, words, now=now, zone=desk.facts.zone, me=None, teams=())

    def compile_condition(text: str) -> Callable[[Mapping[str, Value]], bool]:
        query = parsed(text, desk.now())
        if query != parsed(text, desk.now() + _ANOTHER_DAY):
            raise UsageError(
                T("“{text}” means something else every day; a rule must mean the same for ever",
                  text=text),
                hint=T("write the date itself, as in submitted:2024-10-01.."),
                code="E_QUERY",
            )  # fmt: skip
        return lambda values: query.matches(ValuesSubject(values))

    return compile_condition
