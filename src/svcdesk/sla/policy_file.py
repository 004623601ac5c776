"""Reads the shape of `records/policies/NAME.yaml`, and refuses what is not of it.

The shape:

    label: …                      # a text, or one for each language
    cites: C                      # the norm it comes from
    from: 2024-10-01              # judges what was submitted on that day or later
    judged_by: submission         # or latest: also what was submitted before
    levels: …                     # of every target that has none of its own
    targets:                      # for every record that a rule matches; a rule's own win
      promise:
        clock: 24x7
    rules:                        # the first that matches; without `when` only the last may be
      - when: priority:P1
        cites: C 2.2
        targets:
          response:
            duration: 2h          # 4h 30m 90s 1d (24 hours) 3wd (working days)
            clock: 24x7           # or the name of a calendar
            boundary: tight       # or snap
            end_of_day: false     # working days end at that day's last closing
            starts: submitted     # one of the target's own moments
            pauses:               # waiting reasons; all; an empty list for none
              - customer
            hidden_while_waiting: false
            on_reopen: resume     # restart, new_cycle, never
            on_priority_change: retroactive   # forward, reset
            levels:
              - at: 80%           # -30m, 0, +2h, -1wd
                notify:
                  - assignee
                set:
                  priority: P1
                require: note
    earlier:                      # versions that were in force before, each with its own date
      - from: 2020-01-01
        rules: …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import cast

from svcdesk.i18n import T
from svcdesk.model.record import Values
from svcdesk.sla.arithmetic import SNAP, TIGHT
from svcdesk.sla.duration import Duration, parse_duration
from svcdesk.sla.policy import (
    ON_PRIORITY_CHANGE,
    ON_REOPEN,
    RESUME,
    RETROACTIVE,
    Level,
    Policy,
    Predicate,
    Rule,
    Terms,
    Version,
)
from svcdesk.sla.reading import Entry

Compile = Callable[[str], Predicate]

_TOP = {"label", "cites", "from", "judged_by", "levels", "targets", "rules", "earlier"}
_VERSION = {"from", "levels", "targets", "rules"}
_TERMS = {
    "duration", "clock", "boundary", "end_of_day", "starts", "pauses", "hidden_while_waiting",
    "on_reopen", "on_priority_change", "levels", "cites",
}  # fmt: skip
_SHARE = re.compile(r"([0-9]{1,3})%")
_OFFSET = re.compile(r"([+-])(.+)")


def parse_policy(data: Mapping[str, object], name: str, compile: Compile) -> Policy:
    """The policy that a file holds; `compile` turns the text of a `when:` into its predicate.

    Raises Invalid, naming the field, for anything that is not of the shape, and for what `compile`
    refuses. What is of the shape and still unwise is for `lint`.
    """
    top = Entry(T("policy {name}", name=name), data)
    top.known(_TOP)
    cites = top.text("cites", "")
    versions = [_Version(top, cites, compile).made()]
    for earlier in top.items("earlier"):
        earlier.known(_VERSION)
        versions.append(_Version(earlier, cites, compile).made())
    versions.sort(key=lambda version: version.since or date.min)
    if len({version.since for version in versions}) < len(versions):
        raise top.wrong("earlier", T("two versions begin on the same day"))
    return Policy(
        name=name,
        versions=tuple(versions),
        labels=top.labels("label"),
        cites=cites,
        judged_by=top.choice("judged_by", ("submission", "latest"), "submission"),
    )


class _Version:
    """One version of a policy, with what its rules have in common."""

    def __init__(self, entry: Entry, cites: str, compile: Compile) -> None:
        self.entry, self.cites, self.compile = entry, cites, compile
        self.levels = tuple(_level(item) for item in entry.items("levels"))
        self.common = self.targets(entry, "", cites)

    def made(self) -> Version:
        rules = tuple(self.rule(item) for item in self.entry.items("rules"))
        if not rules and self.common:
            rules = (Rule("", None, self.common, self.cites, self.entry.at),)
        if not rules:
            raise self.entry.wrong("rules", T("a policy needs at least one rule, or targets"))
        return Version(self.since(), rules)

    def since(self) -> date | None:
        if not self.entry.has("from"):
            return None
        text = self.entry.text("from")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.entry.wrong("from", T("must be a date, such as 2024-10-01")) from None

    def rule(self, entry: Entry) -> Rule:
        entry.known({"when", "cites", "targets"})
        when = entry.text("when", "")
        predicate = entry.made("when", lambda: self.compile(when)) if when else None
        cites = entry.text("cites", self.cites)
        shared = {name: terms._replace(rule=when) for name, terms in self.common.items()}
        return Rule(
            when, predicate, {**shared, **self.targets(entry, when, cites)}, cites, entry.at
        )

    def targets(self, entry: Entry, when: str, cites: str) -> dict[str, Terms]:
        targets = entry.below("targets")
        return {name: self.terms(targets.below(name), name, when, cites) for name in targets.data}

    def terms(self, entry: Entry, name: str, when: str, cites: str) -> Terms:
        entry.known(_TERMS)
        duration = _duration(entry)
        if entry.flag("end_of_day") and not (duration and duration.working_days):
            raise entry.wrong("end_of_day", T("is for durations in working days, such as 3wd"))
        own = tuple(_level(item) for item in entry.items("levels"))
        return Terms(
            target=name,
            clock=entry.text("clock"),
            duration=duration,
            boundary=entry.choice("boundary", (TIGHT, SNAP), TIGHT),
            end_of_day=entry.flag("end_of_day"),
            pauses=entry.texts("pauses") if entry.has("pauses") else None,
            starts=entry.text("starts", "") or None,
            on_reopen=entry.choice("on_reopen", ON_REOPEN, RESUME),
            on_priority_change=entry.choice("on_priority_change", ON_PRIORITY_CHANGE, RETROACTIVE),
            hidden_while_waiting=entry.flag("hidden_while_waiting"),
            levels=own if entry.has("levels") else self.levels,
            cites=entry.text("cites", cites),
            rule=when,
            at=entry.at,
        )


def _duration(entry: Entry) -> Duration | None:
    if not entry.has("duration"):
        return None
    text = entry.text("duration")
    return entry.made("duration", lambda: parse_duration(text))


def _level(entry: Entry) -> Level:
    entry.known({"at", "notify", "set", "require"})
    given = entry.data.get("at")
    text = "0" if given == 0 and not isinstance(given, bool) else entry.text("at").strip()
    seconds, working_days, share = 0, 0, None
    match = _SHARE.fullmatch(text)
    signed = _OFFSET.fullmatch(text)
    if match:
        from fractions import Fraction

        share = Fraction(int(match[1]), 100)
    elif signed:
        amount = entry.made("at", lambda: parse_duration(signed[2]))
        sign = 1 if signed[1] == "+" else -1
        seconds, working_days = sign * amount.seconds, sign * amount.working_days
    elif text != "0":
        raise entry.wrong(
            "at",
            T("“{text}” is not a moment of a target", text=text),
            T("write it as in -30m (before it is due), 80% (of its time), 0 (when due) or +2h"),
        )
    return Level(
        at=text,
        seconds=seconds,
        working_days=working_days,
        share=share,
        notify=entry.texts("notify"),
        set=dict(cast("Values", entry.below("set").data)),
        require=entry.text("require", "") or None,
        place=entry.at,
    )
