"""What a level of escalation tells nobody, sets to nothing, or does too early: found before it
comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.finding import Rule
from svcdesk.sla.lint_rules import LEVEL_EARLY, LEVEL_ORDER
from svcdesk.sla.lint_times import Year
from svcdesk.sla.policy import Level, Terms

OWN_NAMES = ("assignee", "supervisor")
"""Whom a level can name without knowing who it is."""
ROLE = "role:"


def level_troubles(
    level: Level,
    vocabulary: Mapping[str, Sequence[str]],
    tracked: Collection[str] | None,
    notifiable: Collection[str] | None,
) -> Iterator[Text]:
    """A sentence for each name that means nobody, and each field that it cannot set so.

    `notifiable`: the ids of people, and `role:NAME` of each role; `tracked`: the fields that
    events record. None: not known, so nothing is said about it.
    """
    for name in level.notify:
        if notifiable is not None and name not in OWN_NAMES and name not in notifiable:
            yield T(
                "the level {at} tells {name}, who is neither a person, nor a role such as "
                "role:supervisor, nor assignee or supervisor",
                at=level.at,
                name=name,
            )
    for field, value in level.set.items():
        known = vocabulary.get(field)
        if field == STATUS or (tracked is not None and field not in tracked):
            yield T(
                "the level {at} sets {field}; it may set tracked fields other than the state",
                at=level.at,
                field=field,
            )
        elif known is not None and value not in known:
            yield T(
                "the level {at} sets {field} to {value}: it is one of {names}",
                at=level.at,
                field=field,
                value=value,
                names=", ".join(known),
            )


def untimely(terms: Terms, year: Year) -> Iterator[tuple[Rule, str, Text]]:
    """Levels that come before their target starts – of a promise nobody knows how long it leaves –
    or, where there are none, the first that comes after the one behind it."""
    before = [
        (LEVEL_EARLY, f"{level.place}.at", said)
        for level in terms.levels
        if terms.duration is not None and (level.seconds < 0 or level.working_days < 0)
        if (said := year.early(terms, level))
    ]
    yield from before
    disorder = year.disorder(terms) if len(terms.levels) > 1 and not before else None
    if disorder:
        yield LEVEL_ORDER, terms.at, disorder
