"""Escalation through the installed command: each level once, told, explained, whoever runs it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241010-001"
PEOPLE = """\
people:
  - id: engineer-1
    roles: [front_desk, dispatcher, engineer]
    team: network
    supervisor: supervisor-1
    emails: [engineer-1@example.org]
  - id: engineer-2
    roles: [engineer]
    emails: [engineer-2@example.org]
  - id: supervisor-1
    roles: [supervisor]
    emails: [supervisor-1@example.org]
  - id: supervisor-2
    roles: [supervisor]
    team: network
    emails: [supervisor-2@example.org]
  - id: robot-1
    roles: [bot]
    emails: [robot-1@example.org]
  - id: auditor-1
    roles: [auditor]
    emails: [auditor-1@example.org]
"""
POLICY = """\
from: 2000-01-01
targets:
  resolution:
    clock: 24x7
    duration: 4h
    levels:
      - at: 50%
        notify: [assignee]
        set:
          priority: P1
      - at: 0
        notify: [assignee, supervisor, role:bot]
        require: note
      - at: +2h
        notify: [engineer-2]
"""


def at(clock: str, day: int = 10) -> str:
    return f"2024-10-{day:02}T{clock}:00+08:00"


@pytest.fixture
def staffed(desk: Sandbox) -> Sandbox:
    """A P3 request of 10:00, assigned to engineer-1, under a policy of four hours."""
    desk.write("records/people.yaml", PEOPLE)
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.edit("records/desk.yaml", "confirm_own: false", "confirm_own: true")
    desk.commit("people and a policy")
    done(desk, "new", "--requester", "李*", "--description", "登录失败", "--type", "consultation",
         "--priority", "P3", "--channel", "phone", "--read-back", now=at("10:00"))  # fmt: skip
    done(desk, "assign", ID, "engineer-1", now=at("10:05"))
    return desk


def done(desk: Sandbox | Path, *argv: str, now: str, who: str = "engineer-1") -> Outcome:
    root = desk.root if isinstance(desk, Sandbox) else desk
    outcome = svcdesk(root, *argv, at=now, who=who)
    assert outcome.code == 0, (argv, outcome.err)
    return outcome


def escalate(desk: Sandbox | Path, now: str, *argv: str, who: str = "robot-1") -> Outcome:
    return done(desk, "sla", "escalate", *argv, now=now, who=who)


def record(desk: Sandbox | Path) -> dict[str, Any]:
    root = desk.root if isinstance(desk, Sandbox) else desk
    (path,) = (root / "records" / "requests").rglob(f"{ID}.yaml")
    loaded: dict[str, Any] = yaml.load(path.read_text(), yaml.BaseLoader)
    return loaded


def levels(desk: Sandbox | Path) -> list[tuple[Any, ...]]:
    return [
        (one["at"], one["by"], one["derived"], one.get("set"), one.get("notified"), one.get("require"))
        for one in sorted(record(desk)["events"], key=lambda event: event["id"])
        if "derived" in one
    ]  # fmt: skip


HALF = (at("12:00"), "svcdesk", ["resolution", "1", "0"], {"priority": "P1"}, ["engineer-1"], None)
DUE = (at("14:00"), "svcdesk", ["resolution", "1", "1"], None,
       ["engineer-1", "supervisor-1", "robot-1"], "note")  # fmt: skip


def test_each_level_is_recorded_once_in_order_in_one_commit(staffed: Sandbox) -> None:
    assert "nothing to change" in escalate(staffed, at("11:59")).out
    before = staffed.git("rev-list", "--count", "HEAD")
    escalate(staffed, at("14:30"))
    assert levels(staffed) == [HALF, DUE]
    assert record(staffed)["priority"] == "P1"
    assert int(staffed.git("rev-list", "--count", "HEAD")) == int(before) + 1
    head = staffed.git("rev-parse", "HEAD")
    assert "nothing to change" in escalate(staffed, at("14:31")).out
    assert staffed.git("rev-parse", "HEAD") == head
    escalate(staffed, at("20:00"))
    assert [one[2][2] for one in levels(staffed)] == ["0", "1", "2"]
    assert staffed.status() == ""
    checked = svcdesk(staffed.root, "check", "--format", "json", at=at("20:01"))
    assert {one["code"] for one in checked.json()["items"]} == {"DESK701"}, checked.out


def test_two_clones_make_the_same_bytes_whenever_they_run(staffed: Sandbox, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", staffed.root, clone], check=True)
    escalate(staffed, at("12:01"))
    escalate(staffed, at("14:01"), who="supervisor-1")
    done(clone, "assign", ID, "engineer-2", now=at("14:10"))  # known here alone
    escalate(clone, at("15:50"))
    here = {one["id"]: one for one in record(staffed)["events"] if "derived" in one}
    there = {one["id"]: one for one in record(clone)["events"] if "derived" in one}
    assert len(here) == 2
    assert here == there


def test_dry_run_and_an_earlier_moment_and_a_later_one(staffed: Sandbox) -> None:
    shown = escalate(staffed, at("14:30"), "--dry-run").out
    assert "+    do: escalate" in shown and "escalations" in shown
    assert levels(staffed) == []
    escalate(staffed, at("14:30"), "--at", at("13:00"))
    assert levels(staffed) == [HALF]
    refused = svcdesk(
        staffed.root, "sla", "escalate", "--at", at("18:00"), at=at("14:30"), who="robot-1"
    )
    assert refused.code == 3
    assert "has not come yet" in refused.err


def test_who_may(staffed: Sandbox) -> None:
    refused = svcdesk(staffed.root, "sla", "escalate", at=at("14:30"), who="auditor-1")
    assert refused.code == 3
    assert "bot" in refused.err
    assert levels(staffed) == []


def test_what_has_ended_long_ago_wakes_nobody(staffed: Sandbox) -> None:
    done(staffed, "resolve", ID, "--result", "更换网线后复测 10 分钟无丢包", now=at("15:00"))
    assert "nothing to change" in escalate(staffed, at("15:01", day=20)).out
    escalate(staffed, at("15:02", day=20), "--since", "2024-10-01")
    assert levels(staffed) == [HALF, DUE]  # the third level would have come after the end


def test_a_record_that_cannot_be_written_is_named_and_the_others_go_on(staffed: Sandbox) -> None:
    done(staffed, "new", "--requester", "李*", "--description", "打印机卡纸", "--type",
         "consultation", "--priority", "P3", "--channel", "phone", "--read-back",
         now=at("10:10"))  # fmt: skip
    text = staffed.read(ID)
    staffed.write(ID, text.replace("description: 登录失败", "description: 登录很慢"))
    outcome = svcdesk(staffed.root, "sla", "escalate", at=at("14:30"), who="robot-1")
    assert outcome.code == 5
    assert ID in outcome.err
    assert levels(staffed) == []
    assert "derived:" in staffed.read("SR-20241010-002")


def test_the_channels_are_told_who_is_meant(staffed: Sandbox, tmp_path: Path) -> None:
    heard = tmp_path / "heard.jsonl"
    staffed.write(
        "records/desk.yaml", staffed.read("records/desk.yaml") + "routes:\n  escalate:\n  - file\n"
    )
    staffed.commit("tell a file")
    config = tmp_path / "config.yaml"
    config.write_text(f"channels:\n  file:\n    path: {heard}\n")
    outcome = svcdesk(
        staffed.root, "sla", "escalate", at=at("14:30"), who="robot-1",
        env={"SVCDESK_CONFIG": str(config)},
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    told = [json.loads(line) for line in heard.read_text().splitlines()]
    assert [one["move"] for one in told] == ["escalate", "escalate"]
    assert told[1]["event"]["notified"] == ["engineer-1", "supervisor-1", "robot-1"]
    assert (
        told[1]["subject"] == f"{ID}: resolution is escalated to engineer-1, supervisor-1, robot-1"
    )
    assert told[1]["id"] == f"derived/{told[1]['event']['id']}"


def breach(desk: Sandbox, now: str, *argv: str) -> tuple[int, dict[str, Any]]:
    outcome = svcdesk(desk.root, "sla", "check", "--format", "json", *argv, at=now)
    items = [one for one in outcome.json()["items"] if one["target"] == "resolution"]
    return outcome.code, items[0] if items else {}


def test_the_supervisors_note_explains_the_breach(staffed: Sandbox) -> None:
    escalate(staffed, at("14:30"))
    code, item = breach(staffed, at("14:31"))
    assert (code, item["severity"], item["explained"]) == (1, "error", None)
    (event,) = [one for one in record(staffed)["events"] if one.get("require")]
    assert f"--about {event['id']}" in item["hint"]
    assert "DESK701" in svcdesk(staffed.root, "check", at=at("14:32")).out

    words = ("-m", "备件已从二线调来，客户已知会", "--about", event["id"][-6:])
    refused = svcdesk(staffed.root, "note", ID, *words, at=at("14:33"))
    assert (refused.code, "supervisor" in refused.err) == (3, True)
    done(staffed, "note", ID, *words, now=at("14:40"), who="supervisor-1")
    note = record(staffed)["events"][-1]
    assert (note["do"], note["about"]) == ("note", [event["id"]])

    assert svcdesk(staffed.root, "check", at=at("14:41")).code == 0
    code, item = breach(staffed, at("14:41"))
    assert (code, item["severity"], item["state"]) == (0, "note", "breached")
    assert item["explained"] == note["id"]
    assert "breached, explained" in svcdesk(staffed.root, "sla", "check", at=at("14:41")).out
    assert breach(staffed, at("14:39"))[0] == 1  # as of then there was no note


def test_all_names_the_escalations_that_owe_a_note(staffed: Sandbox) -> None:
    words = ("note", ID, "--about", "all", "-m", "已调配资源并告知客户")
    none = svcdesk(staffed.root, *words, at=at("11:00"), who="supervisor-1")
    assert none.code == 3
    escalate(staffed, at("20:00"))
    done(staffed, *words, now=at("20:10"), who="supervisor-1")
    (required,) = [one["id"] for one in record(staffed)["events"] if one.get("require")]
    assert record(staffed)["events"][-1]["about"] == [required]
    unknown = svcdesk(
        staffed.root, "note", ID, "--about", "ZZZZ", "-m", "说明", at=at("20:11"),
        who="supervisor-1",
    )  # fmt: skip
    assert (unknown.code, "ZZZZ" in unknown.err) == (3, True)


def test_a_level_may_not_set_what_no_event_records(staffed: Sandbox) -> None:
    text = staffed.read("records/policies/delivery-template.yaml")
    staffed.write(
        "records/policies/delivery-template.yaml", text.replace("priority: P1", "status: closed")
    )
    staffed.commit("a policy that closes")
    outcome = svcdesk(staffed.root, "sla", "escalate", at=at("14:30"), who="robot-1")
    assert outcome.code == 3
    assert "status" in outcome.err and "50%" in outcome.err


def test_a_later_resolution_dated_back_is_not_moved_by_what_a_level_set(staffed: Sandbox) -> None:
    """It was solved before the level came; that was only recorded later."""
    escalate(staffed, at("12:30"))
    done(staffed, "resolve", ID, "--result", "更换网线后复测 10 分钟无丢包", "--at", at("11:00"),
         now=at("15:00"))  # fmt: skip
    shown = svcdesk(staffed.root, "sla", "show", ID, "--format", "json", at=at("15:01")).json()
    (item,) = [one for one in shown["items"] if one["target"] == "resolution"]
    assert (item["state"], item["met"]) == ("met", at("11:00"))


def no_longer_due(desk: Sandbox | Path, now: str) -> list[str]:
    root = desk.root if isinstance(desk, Sandbox) else desk
    found = []
    for argv in (("show", ID), ("check", "--all"), ("check", "--all", "--format", "json")):
        outcome = svcdesk(root, "sla", *argv, at=now)
        said = outcome.out if "json" not in argv else outcome.err
        found.append(re.findall(r"the escalation of (\S+) at (\S+) \(\w+\) is no longer due", said))
    assert found[0] == found[1] == found[2], found
    return [" ".join(one) for one in found[0]]


def test_levels_that_a_merge_makes_undue_are_listed(staffed: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "other"
    staffed.git("clone", "--quiet", str(staffed.root), str(other))
    escalate(staffed, at("14:30"))
    assert no_longer_due(staffed, at("14:40")) == []
    # meanwhile, elsewhere: it was resolved after the first level, and long before it was due
    done(other, "start", ID, now=at("12:30"))
    done(other, "resolve", ID, "--result", "更换网线后复测 10 分钟无丢包", now=at("13:00"))
    staffed.git("fetch", "--quiet", str(other), "HEAD:refs/heads/other")
    done(staffed, "merge", "other", now=at("15:00"))
    assert no_longer_due(staffed, at("15:10")) == [f"resolution {at('14:00')}"]
    assert [one[2][2] for one in levels(staffed)] == ["0", "1"], "what is recorded stays"


ROOMY = """\
from: 2000-01-01
rules:
  - when: priority:P1
    targets:
      resolution:
        clock: 24x7
        duration: 9h
  - targets:
      resolution:
        clock: 24x7
        duration: 4h
        levels:
          - at: 50%
            set:
              priority: P1
"""


def test_what_a_level_sets_itself_makes_it_no_less_due(staffed: Sandbox) -> None:
    staffed.write("records/policies/delivery-template.yaml", ROOMY)
    staffed.commit("a level that makes room")
    escalate(staffed, at("12:30"))
    assert record(staffed)["priority"] == "P1"
    assert no_longer_due(staffed, at("13:00")) == []
