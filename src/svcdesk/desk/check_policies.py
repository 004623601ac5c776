"""What keeps deadlines from being reckoned, found before somebody asks for one.

The other traps of a policy are for `sla lint`: a policy that is unwise still has an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from svcdesk.desk.check_files import of_error
from svcdesk.desk.customers import check_customers
from svcdesk.errors import SvcdeskError
from svcdesk.model.field_info import plain
from svcdesk.model.finding import Finding
from svcdesk.sla.calendar import Calendar, with_always
from svcdesk.sla.lint import finding_of
from svcdesk.sla.lint_targets import troubles
from svcdesk.sla.targets import TargetRules
from svcdesk.store.tickets import CALENDARS, POLICIES

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def check_policies(desk: Desk, told: Collection[str | None]) -> Iterator[Finding]:
    """Each calendar, policy and customer's policy for which some answer of `sla` would be refused.

    A target that no kind has, and that would silently never be asked, is found as well. `told`:
    paths of files of which something was said before, such as by the schema.
    """
    calendars: dict[str, Calendar] = {}
    for name in desk.sla.calendar_names():
        path = f"{CALENDARS}/{name}.yaml"
        try:
            calendars[name] = desk.sla.calendar(name)
        except SvcdeskError as error:
            if path not in told:
                yield of_error(error, path)
    known = with_always(calendars, desk.facts.zone.key)
    unsure = set(desk.sla.calendar_names()) - set(calendars)
    every = every_target(desk)
    reasons = waiting_reasons(desk, desk.kinds)
    for name in desk.sla.policy_names():
        path = f"{POLICIES}/{name}.yaml"
        try:
            policy = desk.sla.policy(name)
        except SvcdeskError as error:
            if path not in told:
                yield of_error(error, path)
            continue
        wrong = [
            one
            for version in policy.versions
            for one in troubles(version, every, known, int(desk.now().timestamp()), unsure, reasons)
        ]
        document = desk.document(path) if wrong else None
        for one in wrong:
            finding = finding_of(name, one.trap, one.at, one.said, one.hint)
            line = document.line_near(one.at) if document else None
            yield finding._replace(path=path, line=line)
    yield from check_customers(desk)


def waiting_reasons(desk: Desk, kinds: Iterable[str]) -> dict[str, str] | None:
    """What people call the reasons to wait of these kinds → the words that are stored; None where
    a kind has others than its table names."""
    found: dict[str, str] = {}
    for kind in kinds:
        field = desk.kinds.fields(kind).get(desk.sla.rules(kind).reason_field)
        if field is None:
            continue
        if field.is_open or not field.choices:
            return None
        for one in field.choices:
            for word in (*one.aliases, *one.labels.values(), one.value):
                found[plain(word)] = one.value
    return found


def every_target(desk: Desk) -> TargetRules:
    """The targets of all kinds together: one policy judges records of each."""
    tables = [desk.sla.rules(kind) for kind in desk.kinds]
    names = {name: rule for table in tables for name, rule in table.rules.items()}
    return TargetRules(rules=names)
