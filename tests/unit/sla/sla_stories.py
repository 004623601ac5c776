"""Histories of requests and policies in a line each, for the tests of this directory."""

from __future__ import annotations

from sla_builders import T, calendar

from svcdesk.sla.calendar import ALWAYS, always_open
from svcdesk.sla.history import History, Occurrence
from svcdesk.sla.instants import moment
from svcdesk.sla.ledger import Ledger, ledger
from svcdesk.sla.policy_file import parse_policy
from svcdesk.sla.targets import TargetRules, parse_target_rules
from svcdesk.store.schema import load_kinds, shipped_kinds

TABLE = load_kinds({}, dict(shipped_kinds()))["request"].workflow.targets
RULES: TargetRules = parse_target_rules(TABLE)
YEAR = {
    "year": 2024,
    "source": "test",
    "holidays": [{"date": f"2024-10-0{day}", "name": "国庆节"} for day in (1, 2, 3, 4, 7)],
    "workdays": [{"date": "2024-10-12", "name": "国庆节调休"}],
}
CALENDARS = {
    "office": calendar(years=[YEAR]),
    "early": calendar("early", hours={"thu": ["06:00-12:00"], "fri": ["06:00-12:00"]}),
    ALWAYS: always_open("Asia/Shanghai"),
}

OPEN = ("new", "assigned", "in_progress", "waiting")
DONE = ("resolved", "confirmed", "closed", "cancelled")
TO = {
    "start": "in_progress", "wait": "waiting", "resolve": "resolved", "cancel": "cancelled",
    "confirm": "confirmed", "accept": "confirmed", "close": "closed", "reject": "in_progress",
    "reopen": "in_progress",
}  # fmt: skip


class Progress:
    """A request's state while its moves are made: what the workflow would say."""

    def __init__(self) -> None:
        self.state: str | None = None
        self.before = "new"
        self.values: dict = {}

    def after(self, do: str) -> str | None:
        state = self.state
        if do in ("assign", "take"):
            return "assigned" if state == "new" else state
        if do == "resume":
            return self.before
        if do in ("reject", "reopen") and state in OPEN:
            return state
        return TO.get(do, state)

    def step(self, number: int, when: int, do: str, words: list[str]) -> Occurrence:
        given = dict(word.split("=", 1) for word in words if "=" in word)
        flags = {word for word in words if "=" not in word}
        extra = {key: given.pop(key) for key in ("move",) if key in given}
        if "derived" in flags:
            extra["derived"] = ["target", 1, 0]
        who, status = given.pop("for", None), given.pop("status", None)
        before = self.state
        after = status or ("new" if do == "submit" else self.after(do))
        if after == "waiting" and before != "waiting" and before is not None:
            self.before = before
        changed: dict = {key: value or None for key, value in given.items()}
        if after != before:
            changed["status"] = after
            if before == "waiting":
                changed["waiting.reason"] = None
        self.values = {
            key: value for key, value in {**self.values, **changed}.items() if value is not None
        }
        self.state = after
        return Occurrence(
            id=f"{number:04d}",
            when=when,
            by="engineer-1",
            do=do,
            state_before=before,
            state_after=after,
            for_=who,
            values=self.values,
            changed=changed,
            auto="auto" in flags,
            plan="plan" in flags,
            extra=extra,
        )


def story(*lines: str) -> History:
    """`2024-10-10 10:00 submit priority=P1`, `11:00 wait waiting.reason=customer` …: a line an
    event, in Shanghai's time; a line without a date is on the same day as the one before.
    Words after the verb: field=value, for=requester, status=…, move=…, auto, plan, derived."""
    progress, day, made = Progress(), "", []
    for number, line in enumerate(lines):
        first, *words = line.split()
        if len(first) == 10:
            day, first, *words = first, *words
        made.append(progress.step(number, T(f"{day} {first}"), words[0], words[1:]))
    return History("SR-20241010-001", "uid-1", tuple(made))


def compile_when(text: str):
    """A stand-in for the query language: `priority:P1,P2 audience:internal`."""
    pairs = [part.split(":") for part in text.split()]
    return lambda values: all(values.get(field) in wanted.split(",") for field, wanted in pairs)


def policy(rules=None, name="test", **targets):
    """policy(resolution="4h") or policy(resolution={"duration": "4h", …}), on 24x7 unless said;
    or rules=[("priority:P1", {...targets}), …]."""

    def full(asked):
        return {
            target: {"clock": "24x7", **({"duration": terms} if isinstance(terms, str) else terms)}
            for target, terms in asked.items()
        }

    data: dict = {"targets": full(targets)}
    if rules:
        data["rules"] = [
            {"targets": full(asked)} | ({"when": when} if when else {}) for when, asked in rules
        ]
    return parse_policy(data, name, compile_when)


def judged(history: History, made, at: str, calendars=CALENDARS) -> Ledger:
    return ledger(history, RULES, made, calendars, T(at))


def clock(instant: int | None) -> str | None:
    """An instant as the tests write it."""
    if instant is None:
        return None
    return moment(instant, CALENDARS["office"].zone.tz).strftime("%Y-%m-%d %H:%M")
