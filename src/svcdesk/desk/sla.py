"""The desk's service levels: its policies and calendars, and the ledger of each record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from svcdesk.errors import Invalid, NotFound, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.model.record import SUBMIT, Record, Value
from svcdesk.sla.calendar import ALWAYS, Calendar, always_open
from svcdesk.store.tickets import CALENDARS, POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from svcdesk.desk.parts import Parts
    from svcdesk.sla.ledger import Ledger
    from svcdesk.sla.policy import Policy
    from svcdesk.sla.targets import TargetRules


class _Calendars(Mapping[str, Calendar]):
    """The desk's calendars by name, each read when it is first asked for: what is wrong in one
    hides no record that runs on another."""

    def __init__(self, desk: Parts) -> None:
        self._desk = desk
        self._names = (*(name for name in desk.sla.calendar_names() if name != ALWAYS), ALWAYS)
        self._read: dict[str, Calendar] = {}

    def __getitem__(self, name: str) -> Calendar:
        if name not in self._read:
            if name not in self._names:
                raise KeyError(name)
            self._read[name] = (
                always_open(self._desk.facts.zone.key)
                if name == ALWAYS
                else self._desk.sla.calendar(name)
            )
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class ServiceLevels:
    """A desk's policies and calendars, read once, and what they make of its records."""

    def __init__(self, desk: Parts) -> None:
        self.desk = desk

    def ledger(self, record: Record, at: datetime, folded: Fold | None = None) -> Ledger | None:
        """What is owed for a record as of an instant; None for a kind that owes nothing.

        A closed record keeps the verdicts of its close. Raises NotFound for a policy that the desk
        does not have, Invalid for a policy or calendar that is wrong.
        """
        from svcdesk.desk.sla_snapshots import as_closed

        known = folded or fold(record.events, self.desk.workflow(record.kind))
        answer = self.live(record, at, known)
        if answer is None:
            return None
        return as_closed(self.desk, answer, known, record.kind, record.uid)

    def live(self, record: Record, at: datetime, folded: Fold | None = None) -> Ledger | None:
        """The ledger under the desk's policies as they are now, whatever was stored at a close."""
        from svcdesk.sla.from_fold import history_of
        from svcdesk.sla.ledger import ledger

        rules = self.rules(record.kind)
        if not rules.rules:
            return None
        known = folded or fold(record.events, self.desk.workflow(record.kind))
        history, raised = history_of(record.id, record.uid, known)
        policy = self.policy_for(known.values)
        calendars = self.calendars
        with self.placing(policy.name):
            answer = ledger(history, rules, policy, calendars, int(at.timestamp()))
        told = [
            T(
                "the clock of event {event} was {seconds} s behind",
                event=one.event,
                seconds=one.seconds,
            )
            for one in raised
        ]
        if history.occurrences and all(one.do != SUBMIT for one in history.occurrences):
            told.append(
                T("{record}: its events hold no submission, so nothing is owed from one",
                  record=record.id)
            )  # fmt: skip
        return _with_notes(answer, tuple(told)) if told else answer

    @contextmanager
    def placing(self, name: str) -> Iterator[None]:
        """What is refused in here is said with the place in the policy's file that it is about."""
        try:
            yield
        except Invalid as error:
            if error.path is None:
                error.path = f"{POLICIES}/{name}.yaml"
                error.line = self.desk.document(error.path).line_near(error.field or "")
            raise

    def policy_for(self, values: Mapping[str, Value]) -> Policy:
        """The policy of a record: its customer's, where the desk names one, else the desk's."""
        customer = values.get("customer")
        known = self.desk.customers.by_name.get(str(customer))
        return self.policy((known and known.policy) or self.desk.facts.policy)

    def policy(self, name: str) -> Policy:
        if name not in self._policies:
            from svcdesk.sla.policy_file import parse_policy

            path = f"{POLICIES}/{name}.yaml"
            if name not in self.desk.names_in(POLICIES):
                raise NotFound(
                    T("the desk has no policy “{name}”", name=name),
                    hint=T(
                        "policies: {names}", names=", ".join(self.desk.names_in(POLICIES)) or "–"
                    ),
                    code="E_POLICY",
                    path=path,
                )
            self._policies[name] = self.desk.understood(
                path, lambda value, _: parse_policy(value, name, self.compile)
            )
        return self._policies[name]

    def policy_digest(self, name: str) -> str:
        """Git's id of a policy's file as it is now."""
        return self._digest(f"{POLICIES}/{name}.yaml")

    def calendar_digests(self) -> dict[str, str]:
        """Git's id of each calendar's file as it is now, by the calendar's name."""
        return {name: self._digest(f"{CALENDARS}/{name}.yaml") for name in self.calendar_names()}

    def _digest(self, path: str) -> str:
        return self.desk.repository.blob_id(self.desk.read_file(path) or b"")

    def policy_names(self) -> list[str]:
        return self.desk.names_in(POLICIES)

    def calendar_names(self) -> list[str]:
        return self.desk.names_in(CALENDARS)

    @cached_property
    def calendars(self) -> Mapping[str, Calendar]:
        """The desk's calendars by name, `24x7` among them."""
        return _Calendars(self.desk)

    def calendar(self, name: str) -> Calendar:
        """What the file of a calendar holds. Raises Invalid, naming its line."""
        from svcdesk.sla.calendar_file import parse_calendar

        path = f"{CALENDARS}/{name}.yaml"
        return self.desk.understood(path, lambda value, _: parse_calendar(value, name))

    @cached_property
    def _policies(self) -> dict[str, Policy]:
        return {}

    @cached_property
    def _target_rules(self) -> dict[str, TargetRules]:
        return {}

    def rules(self, kind: str) -> TargetRules:
        """The table of targets of a kind."""
        if kind not in self._target_rules:
            from svcdesk.sla.targets import parse_target_rules

            self._target_rules[kind] = parse_target_rules(self.desk.workflow(kind).targets)
        return self._target_rules[kind]

    @cached_property
    def compile(self) -> Callable[[str], Callable[[Mapping[str, Value]], bool]]:
        """What turns the text of a policy's `when:` into its predicate."""
        from svcdesk.desk.querying import values_predicate

        return values_predicate(self.desk)


def of_policy(error: SvcdeskError) -> bool:
    """Whether an error is about a policy: it hides the records that are judged by that one."""
    return str(error.path or "").startswith(f"{POLICIES}/")


def _with_notes(answer: Ledger, told: tuple[Text, ...]) -> Ledger:
    return answer._replace(notes=(*answer.notes, *told))
