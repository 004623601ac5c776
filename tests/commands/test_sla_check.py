"""`svcdesk sla check` through the installed command: what matters first, and what fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

POLICY = """\
from: 2000-01-01
targets:
  resolution:
    clock: 24x7
    duration: 4h
"""
DONE = "更换网线后复测 10 分钟无丢包"


def at(clock: str, day: int = 10) -> str:
    return f"2024-10-{day:02}T{clock}:00+08:00"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """Three requests with four hours each: 001 of 08:00, 002 of 10:00, 003 of 12:00 (P1)."""
    desk.write("records/policies/delivery-template.yaml", POLICY)
    desk.commit("four hours")
    for clock, priority in (("08:00", "P3"), ("10:00", "P2"), ("12:00", "P1")):
        made = svcdesk(
            desk.root, "new", "--requester", "李*", "--description", f"登录失败 {priority} 号",
            "--type", "consultation", "--priority", priority, "--channel", "online",
            at=at(clock),
        )  # fmt: skip
        assert made.code == 0, made.err
    return desk


def check(desk: Sandbox, *argv: str, now: str = at("13:00"), **more: Any) -> Outcome:
    return svcdesk(desk.root, "sla", "check", *argv, at=now, **more)


def states(outcome: Outcome) -> list[tuple[str, str]]:
    import json

    return [(one["record"][-3:], one["state"]) for one in json.loads(outcome.out)["items"]]


def test_what_matters_first_comes_first(desk: Sandbox) -> None:
    outcome = check(desk, "--format", "json")
    assert states(outcome) == [("001", "breached"), ("002", "at_risk"), ("003", "open")]
    assert outcome.code == 1
    assert "1 breached (0 explained), 1 at risk, 1 next" in outcome.err
    lines = [line for line in check(desk).out.splitlines() if "SR-2024" in line]
    assert [line.split()[0] for line in lines] == ["breached", "at", "open"]


@pytest.mark.parametrize(
    ("now", "fail_on", "code"),
    [
        ("11:00", "breach", 0), ("11:00", "risk", 1), ("11:00", "none", 0),
        ("13:00", "breach", 1), ("13:00", "risk", 1), ("13:00", "none", 0),
        ("08:30", "risk", 0),
    ],
)  # fmt: skip
def test_what_makes_it_fail(desk: Sandbox, now: str, fail_on: str, code: int) -> None:
    assert check(desk, "--fail-on", fail_on, now=at(now)).code == code


def test_within_says_how_near_a_risk_is(desk: Sandbox) -> None:
    near = check(desk, "--within", "30m", "--format", "json")
    assert states(near)[1] == ("002", "open")
    far = check(desk, "--within", "4h", "--format", "json")
    assert states(far)[2] == ("003", "at_risk")


def test_a_query_chooses_the_records(desk: Sandbox) -> None:
    assert states(check(desk, "priority:P2", "--format", "json")) == [("002", "at_risk")]
    both = check(desk, "priority:P1,P2", "NOT", "priority:P1", "--format", "json")
    assert states(both) == [("002", "at_risk")]
    assert check(desk, "priority:P2").code == 0
    assert states(check(desk, "登录失败 P3", "--format", "json")) == [("001", "breached")]
    wrong = check(desk, "colour:red")
    assert (wrong.code, "colour" in wrong.err) == (2, True)


def test_an_ended_breach_counts_since_a_span_or_a_time(desk: Sandbox) -> None:
    done = svcdesk(
        desk.root, "resolve", "SR-20241010-001", "--result", DONE, "--force", "一线直接解决",
        at=at("13:00"),
    )  # fmt: skip
    assert done.code == 0, done.err
    query = ("priority:P3", "--format", "json")
    later = at("12:00", day=12)
    assert states(check(desk, *query, now=later)) == []
    assert check(desk, *query, now=later).code == 0
    for since in ("3d", "2024-10-10", "2024-10-10T13:00:00+08:00"):
        outcome = check(desk, *query, "--since", since, now=later)
        assert (states(outcome), outcome.code) == ([("001", "breached")], 1), since
    late = check(desk, *query, "--since", "2024-10-10T13:00:01+08:00", now=later)
    assert states(late) == []
    assert states(check(desk, *query, "--all", now=later)) == [("001", "breached")]
    wrong = check(desk, "--since", "whenever")
    assert (wrong.code, "whenever" in wrong.err) == (2, True)


def test_an_unreadable_file_fails_and_is_named_with_its_line(desk: Sandbox) -> None:
    path = desk.path_of("SR-20241010-003")
    desk.write(path, desk.read(path) + "id: twice\n")
    for argv in ((), ("--fail-on", "none"), ("--format", "json"), ("--format", "github")):
        outcome = check(desk, *argv, now=at("08:30"))
        assert outcome.code == 1
        assert path in outcome.err
    items = check(desk, "--format", "json", now=at("08:30")).json()
    assert items["unreadable"] == 1
    (unreadable,) = [one for one in items["items"] if one["state"] == "unreadable"]
    assert (unreadable["path"], unreadable["severity"]) == (path, "error")
    assert unreadable["line"]
    assert f"::error file={path},line={unreadable['line']}" in check(desk, "--format", "github").out


def test_github_sees_each_finding_at_its_line(desk: Sandbox, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    outcome = check(desk, "--format", "github", env={"GITHUB_STEP_SUMMARY": str(summary)})
    error, warning = outcome.out.splitlines()
    path = desk.path_of("SR-20241010-001")
    line = desk.read(path).splitlines().index("priority: P3") + 1
    assert error.startswith(f"::error file={path},line={line},title=DESK711 sla-breached::")
    assert "was due 2024-10-10 12:00 and is not met" in error
    assert warning.startswith("::warning file=")
    assert "service levels" in summary.read_text()
    found = svcdesk(desk.root, "check", "--format", "github", at=at("13:00"))
    assert all(one.startswith("::") for one in found.out.splitlines())


def test_before_submission_nothing_is_owed(desk: Sandbox) -> None:
    before = check(desk, "--at", at("07:59"), "--format", "json")
    assert (states(before), before.code) == ([], 0)
    shown = svcdesk(desk.root, "sla", "show", "001", "--at", at("07:59"), at=at("13:00"))
    assert shown.code == 0
    assert "was not submitted yet" in shown.out + shown.err
    explained = svcdesk(desk.root, "sla", "explain", "001", "--at", at("07:59"), at=at("13:00"))
    assert "was not submitted yet" in explained.out + explained.err


def test_the_same_commit_and_moment_give_the_same_answer(desk: Sandbox, tmp_path: Path) -> None:
    first = check(desk, "--at", at("13:00"), "--format", "json", now=at("20:00"))
    second = check(desk, "--format", "json", env={"TZ": "America/New_York"})
    assert first.out == second.out


def test_what_a_code_means_is_explained(desk: Sandbox) -> None:
    for code in ("DESK711", "sla-at-risk", "DESK701", "DESK601"):
        assert svcdesk(desk.root, "explain", code).code == 0
