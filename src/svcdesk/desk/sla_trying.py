"""Policies looked at before anyone lives under them: traps, and history replayed under another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.check_policies import every_target, waiting_reasons
from svcdesk.desk.listing import Row
from svcdesk.desk.querying import understood, vocabulary
from svcdesk.desk.spreading import spread
from svcdesk.errors import Invalid, NotFound, reason_of
from svcdesk.i18n import T
from svcdesk.model.finding import Finding
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.history import History
from svcdesk.sla.ledger import lateness
from svcdesk.sla.lint import Context, lint
from svcdesk.sla.lint_levels import ROLE
from svcdesk.sla.lint_targets import troubles
from svcdesk.sla.policy import Policy, agreed
from svcdesk.sla.policy_file import parse_policy
from svcdesk.sla.targets import TargetRules
from svcdesk.store.tickets import POLICIES, Unreadable
from svcdesk.store.yaml_read import Document, parse
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

REQUEST = "request"


class Replayed(NamedTuple):
    """One target of one record, late or not under the desk's policy and under another; None where
    a policy does not ask it. `early`: submitted before the other one came into force."""

    record: str
    title: str
    target: str
    late_now: bool | None
    late_then: bool | None
    early: bool = False

    @property
    def changed(self) -> bool:
        return self.late_now != self.late_then


def lint_policies(desk: Desk) -> list[Finding]:
    """The traps in every policy of the desk. A policy that cannot be read raises Invalid."""
    context = _context(desk)
    found = []
    for name in desk.sla.policy_names():
        path = f"{POLICIES}/{name}.yaml"
        found += _linted(desk.sla.policy(name), desk.document(path), path, context)
    return found


def lint_file(desk: Desk, path: Path) -> list[Finding]:
    """The traps in a policy that lies anywhere. Raises FileRefused, Invalid."""
    document = parse(path.read_bytes(), path=str(path))
    policy = document.understood(lambda value: parse_policy(value, path.stem, desk.sla.compile))
    return _linted(policy, document, str(path), _context(desk))


def _linted(policy: Policy, document: Document, path: str, context: Context) -> list[Finding]:
    return [
        one._replace(path=path, line=document.line_near(one.field or ""))
        for one in lint(policy, context)
    ]


def _context(desk: Desk) -> Context:
    """What the desk's policies for requests are judged against."""
    from svcdesk.query import parse_query

    workflow = desk.workflow(REQUEST)
    words = vocabulary(desk)
    fields = desk.kinds.fields(REQUEST)
    return Context(
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


def policy_from(desk: Desk, name: str) -> Policy:
    """One of the desk's policies by its name, or one in a file that lies anywhere.

    Raises NotFound naming near ones, FileRefused, Invalid, also for one that asks for a target that
    there is not, or that cannot be reckoned.
    """
    path, known = Path(name), desk.sla.policy_names()
    if name in known and not path.exists():
        place = f"{POLICIES}/{name}.yaml"
        return _usable(desk, desk.sla.policy(name), desk.document(place), place)
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
        raise NotFound(T("cannot read {path}: {why}", path=path, why=reason_of(error))) from None
    document = parse(data, path=str(path))
    policy = document.understood(lambda value: parse_policy(value, path.stem, desk.sla.compile))
    return _usable(desk, policy, document, str(path))


def _usable(desk: Desk, policy: Policy, document: Document, path: str) -> Policy:
    around, reasons = int(desk.now().timestamp()), waiting_reasons(desk, [REQUEST])
    rules, calendars = every_target(desk), desk.sla.calendars
    for version in policy.versions:
        for one in troubles(version, rules, calendars, around, reasons=reasons):
            error = Invalid(one.said, hint=one.hint, path=path, field=one.at)
            error.line = document.line_near(one.at)
            raise error
    return policy


def as_in_force(policy: Policy, day: date) -> tuple[Policy, date | None]:
    """A policy as if it had always been in force, and from when it will be, where that is after
    `day`: then its newest version alone."""
    newest = policy.versions[-1]
    if newest.since is None or newest.since <= day:
        return policy, None
    return policy._replace(versions=(newest._replace(since=None),)), newest.since


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
        first, *later = policy.versions
        self.before = policy._replace(versions=(first._replace(since=None), *later))
        self.first = None if policy.judged_by == "latest" else first.since
        rules = desk.sla.rules(REQUEST)
        judged_ones = {name: rule for name, rule in rules.rules.items() if rule.judged}
        self.rules = rules._replace(rules=judged_ones)
        self.differing: dict[str, TargetRules] = {}

    def of(self, path: str) -> list[Replayed | Unreadable]:
        (loaded,) = self.desk.tickets.load_all([path])
        if isinstance(loaded, Unreadable):
            return [loaded]
        record = loaded.record
        row = Row(record, path, self.desk.kinds, self.at, self.desk.sla.ledger)
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
        early = submitted is not None and self._is_early(submitted)
        if early:
            then = self._late(history, self.before, self.rules)
        else:
            then = same | self._late(history, self.policy, differing)
        return [
            Replayed(record.id, record.title, name, now.get(name), then.get(name), early)
            for name in dict.fromkeys([*now, *then])
        ]

    def _is_early(self, submitted: int) -> bool:
        """Whether the other policy was not in force yet: its first version judges then."""
        day = datetime.fromtimestamp(submitted, self.desk.facts.zone).date()
        return self.first is not None and day < self.first

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
