"""Customers of customers.yaml: whose audience and policy judge a request, and names that are none."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

CUSTOMERS = """\
customers:
  - name: 甲公司
    audience: external
  - name: 客户A
    audience: internal
    policy: after-sales
"""
ID = "SR-20241001-001"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """Judged by whom it is for: one hour to respond inside, two outside."""
    desk.edit("records/desk.yaml", "policy: delivery-template", "policy: audience")
    desk.write("records/customers.yaml", CUSTOMERS)
    desk.commit("customers")
    return desk


def run(desk: Sandbox, *argv: str) -> Outcome:
    return svcdesk(desk.root, *argv)


def new(desk: Sandbox, *argv: str) -> Outcome:
    made = run(
        desk, "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
        "--priority", "P3", "--channel", "online", *argv,
    )  # fmt: skip
    assert made.code == 0, made.err
    return made


def response(desk: Sandbox) -> str:
    found = run(desk, "sla", "show", ID, "--format", "json").json()["items"]
    return next(one["due"][11:16] for one in found if one["target"] == "response")


def findings(desk: Sandbox, code: str) -> list[tuple[str | None, int | None, str]]:
    found = run(desk, "check", "--format", "json").json()["items"]
    return [
        (one["record"], one["line"], f"{one['message']} {one['hint']}")
        for one in found
        if one["code"] == code
    ]


def test_a_request_gets_its_customers_audience_and_limits(desk: Sandbox) -> None:
    new(desk, "--customer", "甲公司")
    assert "audience: external" in desk.read(ID)
    assert response(desk) == "11:30"
    assert findings(desk, "DESK026") == []


def test_a_customer_named_later_brings_the_audience_too(desk: Sandbox) -> None:
    new(desk)
    assert response(desk) == "10:30"
    assert run(desk, "set", ID, "customer=甲公司").code == 0
    assert response(desk) == "11:30"
    run(desk, "set", ID, "customer=客户A")  # and another customer another one
    assert "audience: internal" in desk.read(ID)


def test_an_audience_against_the_customers_is_said_at_once_and_found(desk: Sandbox) -> None:
    made = new(desk, "--customer", "甲公司", "--audience", "internal")
    assert "DESK026" in made.err and "甲公司 is external" in made.err
    ((record, line, said),) = findings(desk, "DESK026")
    assert record == ID
    assert "audience: internal" in desk.read(ID).splitlines()[(line or 0) - 1]
    assert "requester.audience=external" in said


def test_full_width_letters_mean_the_same_customer(desk: Sandbox) -> None:
    new(desk, "--customer", "客户Ａ")
    assert "customer: 客户A\n" in desk.read(ID)
    assert response(desk) == "09:30"  # 24 hours, on the next day


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("甲公司（华东）", "did you mean 甲公司?"), ("丁", "lists no customer “丁”")],
)
def test_a_customer_who_is_not_listed_is_named_with_a_near_one(
    desk: Sandbox, typed: str, hint: str
) -> None:
    made = new(desk, "--customer", typed)
    assert "DESK025" in made.err and typed in made.err and hint in made.err
    ((record, line, said),) = findings(desk, "DESK025")
    assert record == ID and hint in said
    assert desk.read(ID).splitlines()[(line or 0) - 1] == f"customer: {typed}"


def test_a_desk_that_lists_no_customers_takes_any_name(desk: Sandbox) -> None:
    desk.write("records/customers.yaml", "customers: []\n")
    desk.commit("none listed")
    assert "DESK025" not in new(desk, "--customer", "丁").err
    assert findings(desk, "DESK025") == []


def test_a_customer_listed_twice_is_an_error(desk: Sandbox) -> None:
    desk.write("records/customers.yaml", CUSTOMERS + "  - name: 客户Ａ\n    policy: audience\n")
    assert run(desk, "check").code == 1
    ((record, line, said),) = findings(desk, "DESK027")
    assert (record, line) == (None, 7)
    assert "“客户Ａ”" in said and "line 4" in said
