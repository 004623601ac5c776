"""Policies looked at before anyone lives under them: traps, and history replayed under another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.sla import POLICIES
from svcdesk.errors import NotFound
from svcdesk.i18n import Label, T
from svcdesk.lifecycle.fold import fold
from svcdesk.model.finding import Finding
from svcdesk.model.record import Record
from svcdesk.reports.sla_targets import BREACHED, judged
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.ledger import ledger
from svcdesk.sla.lint import Context, lint
from svcdesk.sla.policy import Policy
from svcdesk.sla.policy_file import parse_policy
from svcdesk.store.tickets import Unreadable
from svcdesk.store.yaml_read import parse

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One target of one record, late or not under the desk's policy and under another."""

    record: Record
    target: str
    label: Label
    late_now: bool | None
    late_then: bool | None

    @property
    def changed(self) -> bool:
        return self.late_now != self.late_then


def lint_policies(desk: Desk) -> list[Finding]:
    """The traps in every policy of the desk. A policy that cannot be read raises Invalid."""
    workflow = desk.workflow(REQUEST)
    from svcdesk.desk.querying import vocabulary
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


def replay(desk: Desk, policy: Policy, *, at: datetime) -> Iterator[Replayed | Unreadable]:
    """Every request's targets under the desk's policies and under another, side by side."""
    rules = desk.sla.rules(REQUEST)
    workflow = desk.workflow(REQUEST)
    moment = int(at.timestamp())
    for loaded in desk.load_all(REQUEST):
        if isinstance(loaded, Unreadable):
            yield loaded
            continue
        record = loaded.record
        folded = fold(record.events, workflow)
        history, _ = history_of(record.id, record.uid, folded)
        own = desk.sla.policy_for(folded.values)
        verdicts: list[dict[str, bool]] = []
        for one in (own, policy):
            answer = ledger(history, rules, one, desk.sla.calendars, moment)
            late: dict[str, bool] = {}
            for target in judged(record, answer, 0):
                name = target.entry.target
                late[name] = late.get(name, False) or target.group == BREACHED
            verdicts.append(late)
        now, then = verdicts
        for name in dict.fromkeys([*now, *then]):
            labels = rules.rules[name].labels
            yield Replayed(record, name, Label(labels, name), now.get(name), then.get(name))
