"""Breaches that a supervisor explains, with an escalation and without, and how they are shown."""

from __future__ import annotations

import csv
import io

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

POLICY = """\
from: 2000-01-01
targets:
  response:
    duration: 1h
    clock: 24x7
  resolution:
    duration: 2h
    clock: 24x7
    levels:
      - at: 0
        notify:
          - supervisor
        require: note
"""
ID = "SR-20241010-001"


def run(desk: Sandbox, *argv: str, at: str = "12:00", who: str = "engineer-1") -> Outcome:
    return svcdesk(desk.root, *argv, at=f"2024-10-10T{at}:00+08:00", who=who)


def new(desk: Sandbox) -> None:
    made = run(
        desk, "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
        "--priority", "P3", "--channel", "online", at="09:00",
    )  # fmt: skip
    assert made.code == 0, made.err


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """One request of nine: its response is breached at ten, its resolution at eleven."""
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.commit("one hour, two hours")
    new(desk)
    return desk


def explained(desk: Sandbox) -> dict[str, bool]:
    items = run(desk, "sla", "check", "--format", "json").json()["items"]
    return {one["target"]: one["explained"] is not None for one in items}


def test_a_breach_without_an_escalation_is_explained_by_its_target(desk: Sandbox) -> None:
    assert run(desk, "sla", "check").code == 1
    assert explained(desk) == {"response": False, "resolution": False}
    noted = run(desk, "note", ID, "--about", "响应", "-m", "值班空缺，已补排班")
    assert noted.code == 0, noted.err
    assert "explains:\n      - response.1\n" in desk.read(ID)
    assert explained(desk) == {"response": True, "resolution": False}
    assert run(desk, "sla", "check").code == 1
    run(desk, "note", ID, "--about", "resolution", "-m", "厂商备件未到")
    assert run(desk, "sla", "check").code == 0
    assert run(desk, "check").code == 0


def test_all_explains_every_breach_and_what_escalations_ask_for(desk: Sandbox) -> None:
    assert run(desk, "sla", "escalate").code == 0
    assert "DESK701" in run(desk, "check").out
    assert run(desk, "note", ID, "--about", "all", "-m", "值班空缺").code == 0
    assert explained(desk) == {"response": True, "resolution": True}
    assert "DESK701" not in run(desk, "check").out
    again = run(desk, "note", ID, "--about", "all", "-m", "再写一次")
    assert again.code == 3 and "no breach without one" in again.err


def test_a_note_about_a_target_serves_its_escalation_too(desk: Sandbox) -> None:
    run(desk, "note", ID, "--about", "resolution", "-m", "厂商备件未到")
    assert run(desk, "sla", "escalate").code == 0  # recorded later, of eleven
    assert "DESK701" not in run(desk, "check").out


def test_what_is_not_breached_or_no_target_is_not_explained(desk: Sandbox) -> None:
    kept = run(desk, "note", ID, "--about", "response", "-m", "x", at="09:30")
    assert kept.code == 3 and "is not breached" in kept.err
    slip = run(desk, "note", ID, "--about", "respnse", "-m", "x")
    assert slip.code == 3 and "do you mean response?" in slip.err


def test_only_whoever_may_waive_explains_a_breach(desk: Sandbox) -> None:
    added = run(desk, "people", "add", "p-2", "--role", "engineer", "--email", "p-2@example.org")
    assert added.code == 0, added.err
    before = desk.read(ID)
    refused = run(desk, "note", ID, "--about", "response", "-m", "x", who="p-2")
    assert refused.code == 3 and "p-2 may not" in refused.err
    assert desk.read(ID) == before


def test_an_explained_breach_is_told_apart_everywhere(desk: Sandbox) -> None:
    run(desk, "note", ID, "--about", "response", "-m", "值班空缺")
    note = desk.read(ID).split("    do: note")[0].rpartition("  - id: ")[2].split()[0]
    done = run(desk, "sla", "check", "--format", "csv")
    rows = {one["target"]: one for one in csv.DictReader(io.StringIO(done.out))}
    assert (rows["response"]["explained"], rows["resolution"]["explained"]) == (note, "")
    assert rows["response"]["relative"] == str(-2 * 3600)
    shown = run(desk, "sla", "show", ID).out.splitlines()
    assert [line[:19] for line in shown if line.startswith("breached")] == [
        "breached           ", "breached, explained"
    ]  # fmt: skip
    items = run(desk, "sla", "check", "--format", "json").json()["items"]
    hints = {one["target"]: one["hint"] for one in items}
    assert hints["response"] == f"explained by the note {note}: nothing is left to do"
    assert "--about TARGET" in str(hints["resolution"])


def test_show_says_when_each_began_and_was_met(desk: Sandbox) -> None:
    run(desk, "reply", ID, "-m", "正在处理", at="09:20")
    done = run(desk, "sla", "show", ID)
    title, _, head, *lines = done.out.splitlines()
    assert title.startswith(f"{ID} · P3 · ") and "began at" in head and "met at" in head
    (response,) = [line for line in lines if " response " in line and line.startswith("met")]
    assert "2024-10-10 09:00" in response and "2024-10-10 09:20" in response


def test_the_log_says_which_level_of_which_target_an_escalation_is(desk: Sandbox) -> None:
    run(desk, "sla", "escalate")
    (line,) = [one for one in run(desk, "log", ID).out.splitlines() if "escalate" in one]
    told = desk.read(ID).split("    do: escalate")[0].rpartition("  - id: ")[2].split()[0]
    assert f"resolution, level 1, event {told[-8:]}" in line
    assert "tells engineer-1" in line
    noted = run(desk, "note", ID, "--about", told[-8:], "-m", "厂商备件未到")
    assert noted.code == 0, noted.err


def test_many_notes_that_are_owed_are_one_sentence(desk: Sandbox) -> None:
    for _ in range(3):
        new(desk)
    done = run(desk, "sla", "escalate")
    assert "4 escalations ask for a supervisor's note" in done.err
    assert "DESK701" not in done.err


def test_a_cancelled_request_owes_nothing_and_all_still_lists_its_breach(desk: Sandbox) -> None:
    run(desk, "reply", ID, "-m", "正在处理", at="10:30")  # the response was due at ten
    assert run(desk, "sla", "check", at="10:40").code == 1
    cancelled = run(desk, "cancel", ID, "--reason", "重复", at="10:50")
    assert cancelled.code == 0, cancelled.err
    assert run(desk, "sla", "check").code == 0
    listed = run(desk, "sla", "check", "--all", "--format", "json").json()["items"]
    assert {one["target"]: one["state"] for one in listed} == {
        "response": "breached", "resolution": "dropped"
    }  # fmt: skip
