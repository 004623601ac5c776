"""The customers that customers.yaml lists: whom they belong to, their policy, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.field_info import plain
from svcdesk.model.finding import Finding, Severity
from svcdesk.store.tickets import CUSTOMERS
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from svcdesk.desk.desk import Desk
    from svcdesk.desk.parts import Parts
    from svcdesk.model.record import Record, Value

CUSTOMER = "customer"
AUDIENCE = "requester.audience"
_MOST_COMPARED = 2000
"""Among more customers than these a near name is not looked for."""


class Customer(NamedTuple):
    """A customer's entry; `place` counts from 0."""

    name: str
    audience: str | None
    policy: str | None
    place: int


class Customers(NamedTuple):
    """All of them, by their names and by how these are compared; of two the later entry counts."""

    by_name: Mapping[str, Customer]
    by_word: Mapping[str, str]
    entries: Sequence[Customer]

    def near(self, name: str) -> list[str]:
        """Up to three listed names that may be meant."""
        if len(self.by_name) > _MOST_COMPARED:
            return []
        within = [one for one in self.by_name if one in name or name in one]
        close = get_close_matches(name, list(self.by_name), n=3, cutoff=0.5)
        return list(dict.fromkeys([*within, *close]))[:3]


def listed_customers(desk: Parts) -> Customers:
    """What customers.yaml lists; nobody where there is no such file. Raises Invalid, FileRefused
    for one that cannot be read."""
    found: list[Customer] = []
    if desk.read_file(CUSTOMERS) is not None:
        listed = desk.read_yaml(CUSTOMERS).get("customers")
        for place, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, Mapping):
                found.append(
                    Customer(
                        str(entry.get("name")),
                        _text(entry.get("audience")),
                        _text(entry.get("policy")),
                        place,
                    )
                )
    return Customers(
        {one.name: one for one in found}, {plain(one.name): one.name for one in found}, found
    )


def with_customer(
    desk: Desk, kind: str, given: dict[str, Value], record: Record | None = None
) -> dict[str, Value]:
    """The values given for a record, its customer as customers.yaml writes the name, and with the
    audience that this customer has there, unless the record has one of its own."""
    name = given.get(CUSTOMER)
    if not isinstance(name, str) or CUSTOMER not in desk.kinds.fields(kind):
        return given
    known = desk.customers
    name = name if name in known.by_name else known.by_word.get(plain(name), name)
    values = {**given, CUSTOMER: name}
    customer = known.by_name.get(name)
    if customer is None or customer.audience is None or AUDIENCE in given:
        return values
    if AUDIENCE not in desk.kinds.fields(kind):
        return values
    audience = record.get(AUDIENCE) if record is not None else None
    before = known.by_name.get(str(record.get(CUSTOMER))) if record is not None else None
    if audience is None or (before is not None and before.audience == audience):
        values[AUDIENCE] = customer.audience
    return values


def customer_findings(
    desk: Desk, record: Record, path: str, line_of: Callable[[Sequence[str | int]], int | None]
) -> Iterator[Finding]:
    """What is odd about a record's customer, where the desk lists customers at all."""
    name = record.get(CUSTOMER)
    if not isinstance(name, str):
        return
    try:
        known = desk.customers
    except SvcdeskError:
        return  # it is a finding of its own
    if not known.by_name:
        return
    customer = known.by_name.get(name)
    if customer is None:
        near = known.near(known.by_word.get(plain(name), name))
        said = {"record": record.id, "path": CUSTOMERS, "name": name}
        yield Finding(
            rules.UNKNOWN_CUSTOMER,
            T("{record}: {path} lists no customer “{name}”: did you mean {near}?",
              near=", ".join(near), **said)
            if near
            else T("{record}: {path} lists no customer “{name}”", **said),
            record.id,
            path or None,
            line_of([CUSTOMER]),
            CUSTOMER,
        )  # fmt: skip
        return
    audience = record.get(AUDIENCE)
    if customer.audience is None or audience == customer.audience:
        return
    if AUDIENCE not in desk.kinds.fields(record.kind):
        return
    said = {"record": record.id, "customer": name, "listed": customer.audience}
    yield Finding(
        rules.AUDIENCE,
        T("{record}: the customer {customer} is {listed}, the record says {audience}",
          audience=audience, **said)
        if audience is not None
        else T("{record}: the customer {customer} is {listed}, the record says nothing", **said),
        record.id,
        path or None,
        line_of(AUDIENCE.split(".")) or line_of([CUSTOMER]),
        AUDIENCE,
        hint=T("`svcdesk set {record} {field}={listed}`, or mend {path}",
               record=record.id, field=AUDIENCE, listed=customer.audience, path=CUSTOMERS),
        severity=None if audience is not None else Severity.NOTE,
    )  # fmt: skip


def check_customers(desk: Desk) -> Iterator[Finding]:
    """Customers listed twice, and policies that customers.yaml names and the desk does not have."""
    if desk.read_file(CUSTOMERS) is None:
        return
    try:
        document, entries = desk.document(CUSTOMERS), desk.customers.entries
    except SvcdeskError:
        return  # it is a finding already
    names = desk.sla.policy_names()
    seen: dict[str, int] = {}
    for one in entries:
        at = f"customers.{one.place}"
        first = seen.setdefault(plain(one.name), one.place)
        if first != one.place:
            yield Finding(
                rules.TWIN_CUSTOMER,
                T("{path}: the customer “{name}” is listed twice, also on line {line}",
                  path=CUSTOMERS, name=one.name, line=document.line_of(["customers", first])),
                path=CUSTOMERS,
                line=document.line_of(["customers", one.place, "name"]),
                field=f"{at}.name",
            )  # fmt: skip
        if one.policy is None or one.policy in names:
            continue
        near = get_close_matches(one.policy, names, n=1, cutoff=0.5)
        yield Finding(
            rules.UNKNOWN_NAME,
            T("{path}: the desk has no policy “{name}”", path=CUSTOMERS, name=one.policy),
            path=CUSTOMERS,
            line=document.line_of(["customers", one.place, "policy"]),
            field=f"{at}.policy",
            hint=T("did you mean {names}?", names=near[0])
            if near
            else T("policies: {names}", names=", ".join(names) or "–"),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
