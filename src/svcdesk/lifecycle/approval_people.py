"""Who is who where approvals are counted: one human behind several ids, parties, substitutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Step
from svcdesk.model.approval_rule import ApprovalRule, Party
from svcdesk.model.instants import strict_instant
from svcdesk.model.people import People
from svcdesk.model.record import Value


def humans(people: People) -> dict[str, str]:
    """Id → one id for each human: those of `same_as`, and those that list the same key, are one."""
    found = {one: one for one in people.by_id}

    def unite(one: str, other: str) -> None:
        here, there = found.get(one, one), found.get(other, other)
        for person, human in list(found.items()):
            if human == here:
                found[person] = there

    holders: dict[str, str] = {}
    for person in people.by_id.values():
        if person.same_as:
            unite(person.id, person.same_as)
        for key in person.keys:
            if key.blob:
                unite(person.id, holders.setdefault(key.blob, person.id))
    return found


def members(
    rule: ApprovalRule, steps: Iterable[Step], values: Mapping[str, Value]
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Party → (who it is, everybody who acted for it). It is whom its fields name, else those who
    made its moves."""
    counted = [step.event for step in steps if step.counts]
    found = {}
    for party in rule.parties:
        named = {str(values[path]) for path in party.fields if values.get(path)}
        makers = {event.actor for event in counted if event.do in party.moves}
        acted = makers | {event.by for event in counted if event.do in party.moves}
        found[party.name] = (frozenset(named or makers), frozenset(named | acted))
    return found


def conflicting_party(
    rule: ApprovalRule,
    parties: Mapping[str, tuple[frozenset[str], frozenset[str]]],
    human: Mapping[str, str],
    people: Iterable[str],
) -> tuple[str, Party] | None:
    """Who of `people` belongs to a party, and to which."""
    for party in rule.parties:
        theirs = {human.get(one, one) for one in parties[party.name][1]}
        for one in people:
            if human.get(one, one) in theirs:
                return one, party
    return None


def not_distinct(
    rule: ApprovalRule,
    parties: Mapping[str, tuple[frozenset[str], frozenset[str]]],
    human: Mapping[str, str],
) -> Text | None:
    """What is wrong where one human is two parties that have to be different people."""
    wanted = [party for party in rule.parties if party.name in rule.distinct]
    for one, other in combinations(wanted, 2):
        here = {human.get(p, p): p for p in sorted(parties[one.name][0])}
        for person in sorted(parties[other.name][0]):
            if human.get(person, person) in here:
                return T(
                    "{person} is {one} and {other} at once",
                    person=person, one=one.label, other=other.label,
                )  # fmt: skip
    return None


def substitution_flaw(
    people: People, human: Mapping[str, str], by: str, principal: str, at: str
) -> Text | None:
    """Why `by` may not approve in the place of `principal` at that time; None if they may."""
    absent = people.get(principal)
    known = [
        one
        for one in (absent.substitutes if absent else ())
        if human.get(one.id, one.id) == human.get(by, by)
    ]
    if not known:
        return T("{principal} names no substitute {by}", principal=principal, by=by)
    if not any(within(at, one.since, one.until) for one in known):
        dates = ", ".join(f"{one.since} – {one.until or ''}".rstrip() for one in known)
        return T(
            "{by} stands in for {principal} only {dates}", by=by, principal=principal, dates=dates
        )
    return None


def within(at: str, since: str, until: str | None) -> bool:
    """Whether a time is one of those from `since` until before `until`; times that are none, are
    not."""
    try:
        moment = strict_instant(at)
        begun = strict_instant(since) <= moment
        return begun and (until is None or moment < strict_instant(until))
    except SvcdeskError:
        return False
