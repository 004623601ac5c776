"""Policies looked at before anyone lives under them: traps, and history replayed under another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from svcdesk.desk.check_policies import waiting_reasons
from svcdesk.desk.listing import Row
from svcdesk.desk.querying import understood, vocabulary
from svcdesk.desk.spreading import spread
from svcdesk.errors import NotFound
from svcdesk.i18n import T
from svcdesk.model.finding import Finding
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.history import History
from svcdesk.sla.ledger import lateness
from svcdesk.sla.lint import Context, lint
from svcdesk.sla.lint_levels import ROLE
from svcdesk.sla.policy import Policy, agreed
from svcdesk.sla.policy_file import parse_policy
from svcdesk.sla.targets import TargetRules
from svcdesk.store.tickets import POLICIES, Unreadable
from svcdesk.store.yaml_read import parse

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

REQUEST = "request"


class Replayed(NamedTuple):
    """One target of one record, late or not under the desk's policy and under another; None where
    a policy does not ask it."""

    record: str
    title: str
    target: str
    late_now: bool | None
    late_then: bool | None

    @property
    def changed(self) -> bool:
        return self.late_now != self.late_then


def lint_policies(desk: Desk) -> list[Finding]:
    """The traps in every policy of the desk. A policy that cannot be read raises Invalid."""
    workflow = desk.workflow(REQUEST)
    from svcdesk.query import parse_query

    words = vocabulary(desk)
    fields = desk.kinds.fields(REQUEST)
    context = Context(
        rules=desk.sla.rules(REQUEST),
        calendars=desk.sla.calendars,
        around=int(desk.now().timestamp()),
        vocabulary={
            one.path: [choice.value for choice in one.choices]
            for one in fields.values()
            if one.choices and not one.is_open
        },
        tracked=workflow.tracked,
        fields_of=lambda text: parse_query(
            text, words, now=desk.now(), zone=desk.facts.zone
        ).fields(),
        notifiable={*desk.people.by_id, *(f"{ROLE}{name}" for name in workflow.roles.rights)},
        reasons=waiting_reasons(desk, [REQUEST]),
    )
    found = []
    for name in desk.sla.policy_names():
        path = f"{POLICIES}/{name}.yaml"
        document = desk.document(path)
        for one in lint(desk.sla.policy(name), context):
            found.append(one._replace(path=path, line=document.line_near(one.field or "")))
    return found


def policy_from(desk: Desk, name: str) -> Policy:
    """One of the desk's policies by its name, or one in a file that lies anywhere.

    Raises NotFound naming near ones, FileRefused, Invalid.
    """
    path, known = Path(name), desk.sla.policy_names()
    if name in known and not path.exists():
        return desk.sla.policy(name)
    if not path.exists():
        near = get_close_matches(path.stem, known, n=3, cutoff=0.5)
        raise NotFound(
            T("“{name}” is neither a policy of the desk nor a file", name=name),
            hint=T("did you mean {names}?", names=", ".join(near))
            if near
            else T("policies: {names}", names=", ".join(known) or "–"),
            code="E_POLICY",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFound(T("cannot read {path}: {why}", path=path, why=error.strerror)) from None
    document = parse(data, path=str(path))
    return document.understood(lambda value: parse_policy(value, path.stem, desk.sla.compile))


def replay(
    desk: Desk, policy: Policy, *, at: datetime, query: str = "", since: datetime | None = None
) -> Iterator[Replayed | Unreadable]:
    """Every target of the requests that a query finds, submitted since a moment, under the desk's
    policies and under another, side by side. Raises UsageError for a query that means nothing,
    Invalid for a policy that cannot be reckoned with."""
    one = _Replay(desk, policy, at, query, since)
    paths = list(desk.tickets.paths(desk.workflow(REQUEST).prefix))
    results = spread(paths, one.of)
    for _ in desk.watch(paths):
        yield from next(results)


class _Replay:
    """What is asked of each request, with what all of them need."""

    def __init__(
        self, desk: Desk, policy: Policy, at: datetime, query: str, since: datetime | None
    ) -> None:
        self.desk, self.policy, self.at = desk, policy, at
        self.since = None if since is None else int(since.timestamp())
        self.asked = understood(desk, query, due=True) if query.strip() else None
        rules = desk.sla.rules(REQUEST)
        judged_ones = {name: rule for name, rule in rules.rules.items() if rule.judged}
        self.rules = rules._replace(rules=judged_ones)
        self.differing: dict[str, TargetRules] = {}

    def of(self, path: str) -> list[Replayed | Unreadable]:
        (loaded,) = self.desk.tickets.load_all([path])
        if isinstance(loaded, Unreadable):
            return [loaded]
        record = loaded.record
        row = Row(record, path, self.desk.workflow(REQUEST), self.at, self.desk.sla.ledger)
        history, _ = history_of(record.id, record.uid, row.folded)
        submitted = history.submitted
        if self.since is not None and (submitted is None or submitted < self.since):
            return []
        if self.asked is not None and not self.asked.matches(row):
            return []
        own = self.desk.sla.policy_for(row.folded.values)
        now = self._late(history, own, self.rules)
        differing = self._differing(own)
        same = {name: late for name, late in now.items() if name not in differing.rules}
        then = same | self._late(history, self.policy, differing)
        return [
            Replayed(record.id, record.title, name, now.get(name), then.get(name))
            for name in dict.fromkeys([*now, *then])
        ]

    def _differing(self, own: Policy) -> TargetRules:
        """The targets that have to be reckoned again under the other policy."""
        if own.name not in self.differing:
            same = agreed(own, self.policy)
            names = {name: rule for name, rule in self.rules.rules.items() if name not in same}
            self.differing[own.name] = self.rules._replace(rules=names)
        return self.differing[own.name]

    def _late(self, history: History, policy: Policy, rules: TargetRules) -> dict[str, bool]:
        """Target → whether any of its cycles is late."""
        moment = int(self.at.timestamp())
        return lateness(history, rules, policy, self.desk.sla.calendars, moment)
