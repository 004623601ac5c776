"""Policies with a mistake in them: what is found before, and what the rest of the desk still gets."""

from __future__ import annotations

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

NOW = "2024-10-10T09:00:00+08:00"
LATER = "2024-10-10T20:00:00+08:00"
POLICY = """\
from: 2000-01-01
targets:
  resolution:
    duration: 8h
    clock: 24x7
    levels:
      - at: 0
        notify:
          - supervisor
"""
OWN = "records/policies/own.yaml"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """001 under the desk's policy, 002 of a customer with a policy of their own: eight hours."""
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.write(OWN, POLICY)
    desk.write("records/customers.yaml", "customers:\n  - name: 甲公司\n    policy: own\n")
    desk.commit("policies")
    for more in ((), ("--customer", "甲公司")):
        made = run(
            desk, "new", "--requester", "李*", "--description", "登录失败", "--type",
            "consultation", "--priority", "P3", "--channel", "online", *more, now=NOW,
        )  # fmt: skip
        assert made.code == 0, made.err
    return desk


def run(desk: Sandbox, *argv: str, now: str = LATER, who: str = "engineer-1") -> Outcome:
    return svcdesk(desk.root, *argv, at=now, who=who)


def records(outcome: Outcome) -> dict[str, str]:
    return {one["record"][-3:]: one["state"] for one in outcome.json()["items"]}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("duration: 8h", "duration: 1000000h", "targets.resolution"),
        ("duration: 8h", "duration: 8 hours", "targets.resolution.duration"),
        ("clock: 24x7", "clock: nowhere", "targets.resolution.clock"),
    ],
)
def test_a_wrong_policy_hides_its_own_records_and_names_them(
    desk: Sandbox, old: str, new: str, field: str
) -> None:
    desk.edit(OWN, old, new)
    for argv, code in ((("check",), 1), (("check", "--fail-on", "none"), 1), (("forecast",), 5)):
        done = run(desk, "sla", *argv)
        assert done.code == code
        assert OWN in done.err and "not judged because of it: SR-20241010-002" in done.err
    found = run(desk, "sla", "check", "--format", "json")
    assert records(found) == {"001": "breached", "002": "unreadable"}
    (hidden,) = [one for one in found.json()["items"] if one["state"] == "unreadable"]
    assert (hidden["path"], hidden["field"], hidden["severity"]) == (OWN, field, "error")
    assert found.json()["unreadable"] == 1


def test_a_wrong_policy_of_all_is_a_refusal(desk: Sandbox) -> None:
    for path in (OWN, "records/policies/delivery-template.yaml"):
        desk.edit(path, "duration: 8h", "duration: 1000000h")
    done = run(desk, "sla", "check")
    assert (done.code, done.out) == (3, "")
    assert "records/policies/" in done.err


@pytest.mark.parametrize("level", ["+1000000h", "-1000000h"])
def test_a_level_beyond_every_calendar_is_found_and_stops_its_own_records_alone(
    desk: Sandbox, level: str
) -> None:
    desk.edit(OWN, "at: 0", f"at: {level}")
    for argv in (("check",), ("sla", "lint")):
        found = run(desk, *argv, "--format", "json")
        assert found.code == 1
        (wrong,) = [one for one in found.json()["items"] if one["code"] == "DESK610"]
        assert (wrong["path"], wrong["line"]) == (OWN, 7)
        assert level in wrong["message"] and "50 years" in wrong["message"]
    told = run(desk, "sla", "escalate")
    assert told.code == 5
    assert f"{OWN}:7" in told.err and level in told.err
    assert "not judged because of it: SR-20241010-002" in told.err
    assert "do: escalate" in desk.read("SR-20241010-001")
    assert records(run(desk, "sla", "check", "--format", "json"))["002"] == "breached"


@pytest.mark.parametrize(
    ("word", "hint"),
    [("customers", "do you mean customer?"), ("客户", "do you mean customer?"),
     ("nobody", "it is one of all, approval, customer, problem, vendor, window")],
)  # fmt: skip
def test_a_pause_for_which_nobody_waits_is_found(desk: Sandbox, word: str, hint: str) -> None:
    desk.edit(OWN, "    clock: 24x7\n", f"    clock: 24x7\n    pauses:\n      - {word}\n")
    for argv in (("check",), ("sla", "lint")):
        found = run(desk, *argv, "--format", "json")
        (wrong,) = [one for one in found.json()["items"] if one["path"] == OWN]
        assert (wrong["code"], wrong["line"], wrong["hint"]) == ("DESK610", 7, hint)
        assert f"“{word}”" in wrong["message"]


def test_lint_finds_what_is_well_formed_and_pointless(desk: Sandbox) -> None:
    desk.write(
        OWN,
        "from: 2000-01-01\nrules:\n  - when: priority:P1\n    targets:\n"
        "      response:\n        duration: 0h\n        clock: 24x7\n"
        "      resolution:\n        duration: 8h\n        clock: 24x7\n        levels:\n"
        "          - at: -9h\n          - at: 150%\n",
    )
    assert run(desk, "check", "--format", "json").json()["items"] == []
    found = run(desk, "sla", "lint", "--format", "json").json()["items"]
    lines = {one["code"]: one["line"] for one in found if one["path"] == OWN}
    assert lines == {"DESK612": 12, "DESK613": 6, "DESK614": 2}
