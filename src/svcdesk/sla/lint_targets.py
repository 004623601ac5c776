"""What keeps targets from being reckoned: no such target, no calendar, no hours, no duration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from svcdesk.errors import Invalid
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import plain
from svcdesk.model.finding import Rule
from svcdesk.sla.dues import Calendars
from svcdesk.sla.lint_rules import ILL_FORMED, NO_HOURS
from svcdesk.sla.lint_times import Year
from svcdesk.sla.policy import Terms, Version
from svcdesk.sla.targets import ALL, TargetRules
from svcdesk.values import NamedTuple

_YEAR = 366 * 86400


class Trouble(NamedTuple):
    """Something that is wrong with terms; `at`: the place in the policy's file, dotted."""

    trap: Rule
    at: str
    said: Text
    hint: Text | None = None


def each_terms(version: Version) -> Iterator[Terms]:
    """The terms of all rules, those in common once."""
    seen: set[str] = set()
    for rule in version.rules:
        for terms in rule.terms.values():
            if terms.at not in seen:
                seen.add(terms.at)
                yield terms


def troubles(
    version: Version,
    rules: TargetRules,
    calendars: Calendars,
    around: int,
    unsure: Collection[str] = (),
    reasons: Mapping[str, str] | None = None,
) -> Iterator[Trouble]:
    """What makes targets of a version impossible to reckon, from the instant `around` on.

    `unsure`: calendars that are there and cannot be read, which is said elsewhere. `reasons`: what
    people call the reasons to wait → the words that are stored; None where nobody knows them all.
    """
    year = Year(around, calendars)
    told: set[str] = set()
    for terms in each_terms(version):
        problem = _problem(terms, rules)
        if problem:
            yield problem
        yield from _pauses(terms, reasons)
        if terms.clock in unsure:
            continue
        trouble = _clock_trouble(terms, calendars, around)
        if trouble:
            yield trouble
        if not problem and not trouble and terms.duration:
            try:
                year.due(terms, around)
            except Invalid as refusal:
                at = f"{terms.at}.duration"
                yield Trouble(ILL_FORMED, at, refusal.message, refusal.hint)
                continue
        if not problem and not trouble:
            yield from _levels(terms, year, told)


def _problem(terms: Terms, rules: TargetRules) -> Trouble | None:
    known = rules.rules.get(terms.target)
    if known is None:
        said = T(
            "{target} is not a target: the kind has {names}",
            target=terms.target,
            names=", ".join(rules.rules),
        )
        return Trouble(ILL_FORMED, terms.at, said, _near(terms.target, rules.rules))
    if terms.starts is not None and terms.starts not in known.starts:
        said = T(
            "{target} cannot start at {start}: it starts at {names}",
            target=terms.target,
            start=terms.starts,
            names=", ".join(known.starts),
        )
        return Trouble(ILL_FORMED, f"{terms.at}.starts", said, _near(terms.starts, known.starts))
    if known.due and terms.duration:
        said = T("{target} has its due time from a promise", target=terms.target)
        return Trouble(ILL_FORMED, f"{terms.at}.duration", said)
    if not known.due and not terms.duration:
        return Trouble(ILL_FORMED, terms.at, T("{target} has no duration", target=terms.target))
    return None


def _pauses(terms: Terms, reasons: Mapping[str, str] | None) -> Iterator[Trouble]:
    """The words among `pauses:` for which nobody ever waits, so that no clock stops."""
    known = {*(reasons or {}).values(), ALL}
    for place, word in enumerate(terms.pauses or () if reasons is not None else ()):
        if word in known:
            continue
        meant = (reasons or {}).get(plain(word))
        said = T("{target}: “{word}” is no reason to wait", target=terms.target, word=word)
        listed = T("it is one of {names}", names=", ".join(sorted(known)))
        hint = T("do you mean {name}?", name=meant) if meant else _near(word, known) or listed
        yield Trouble(ILL_FORMED, f"{terms.at}.pauses.{place}", said, hint)


def _levels(terms: Terms, year: Year, told: set[str]) -> Iterator[Trouble]:
    """The levels whose moment lies beyond what a calendar reaches, each once (`told`: places)."""
    for level in terms.levels:
        if level.place in told:
            continue
        try:
            year.level(terms, level, year.around)
        except Invalid as refusal:
            told.add(level.place)
            said = T("{target}: the level {level}: {problem}",
                     target=terms.target, level=level.at, problem=refusal.message)  # fmt: skip
            hint = T("write it as in -30m (before it is due), 80% (of its time), 0 (when due) or "
                     "+2h")  # fmt: skip
            yield Trouble(ILL_FORMED, f"{level.place}.at", said, hint)


def _clock_trouble(terms: Terms, calendars: Calendars, around: int) -> Trouble | None:
    at = f"{terms.at}.clock"
    calendar = calendars.get(terms.clock)
    if calendar is None:
        said = T("there is no calendar {name}", name=terms.clock)
        listed = T("calendars here are {names}", names=", ".join(sorted(calendars)))
        return Trouble(NO_HOURS, at, said, _near(terms.clock, calendars) or listed)
    if not calendar.openings.between(around, around + _YEAR):
        said = T("the calendar {name} has no hours in the coming year", name=terms.clock)
        return Trouble(NO_HOURS, at, said)
    return None


def _near(name: str, known: Collection[str]) -> Text | None:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return T("do you mean {name}?", name=near[0]) if near else None
