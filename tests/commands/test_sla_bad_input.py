"""What is wrong with a calendar, a policy, a duration, a time or a record, said by the SLA's commands.

Each says what, where and what to do; none ends in a bug of ours.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command_runner import Outcome, svcdesk

from svcdesk.testing import Sandbox

ID = "SR-20241010-001"
OFFICE = "records/calendars/office.yaml"
POLICY = "records/policies/delivery-template.yaml"
READERS = (
    ("check",), ("show", "001"), ("explain", "001"), ("forecast",), ("lint",), ("escalate",),
    ("simulate", "--policy", "records/policies/audience.yaml"),
)  # fmt: skip


def at(clock: str, day: int = 10) -> str:
    return f"2024-10-{day:02}T{clock}:00+08:00"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """One request of Thursday 09:00, under P3, which runs on the calendar `office`."""
    made = svcdesk(
        desk.root, "new", "--requester", "李*", "--description", "登录失败", "--type",
        "consultation", "--priority", "P3", "--channel", "online", at=at("09:00"),
    )  # fmt: skip
    assert made.code == 0, made.err
    return desk


def sla(desk: Sandbox, *argv: str, now: str = at("10:00"), **more: Any) -> Outcome:
    return svcdesk(desk.root, "sla", *argv, at=now, **more)


def last(desk: Sandbox, old: str, new: str) -> int:
    """Write `new` for the last `old` of the policy, that of P3's resolution; its line."""
    before, _, after = desk.read(POLICY).rpartition(old)
    assert after
    desk.write(POLICY, before + new + after)
    return before.count("\n") + 1


def refused(outcome: Outcome, *parts: str, code: int = 3) -> None:
    assert outcome.code == code, (outcome.out, outcome.err)
    assert "a bug of ours" not in outcome.err
    for part in parts:
        assert part in outcome.err


# ── calendars ───────────────────────────────────────────────────────────────────────────────────

CALENDARS = {
    "zone": ("zone: Asia/Shanghai", "zone: Asia/Shangai",
             ("there is no time zone “Asia/Shangai”", "Asia/Shanghai")),
    "overlap": ("  mon:\n    - 09:00-12:00\n    - 13:30-18:00",
                "  mon:\n    - 09:00-12:00\n    - 11:30-18:00",
                ("hours.mon", "windows overlap at 11:30")),
    "no hours": (None, "hours: {}\n", ("no hours at all", "09:00-18:00")),
}  # fmt: skip


@pytest.mark.parametrize("fault", CALENDARS)
@pytest.mark.parametrize("argv", READERS, ids=lambda argv: argv[0])
def test_a_faulty_calendar_is_named_with_its_line(
    desk: Sandbox, fault: str, argv: tuple[str, ...]
) -> None:
    old, new, said = CALENDARS[fault]
    text = desk.read(OFFICE)
    broken = text[: text.index("hours:")] + new if old is None else text.replace(old, new, 1)
    desk.write(OFFICE, broken)
    line = next(n for n, one in enumerate(broken.splitlines(), 1) if one in broken.split(new)[0])
    outcome = sla(desk, *argv)
    refused(outcome, f"{OFFICE}:", *said)
    number = int(outcome.err.split(f"{OFFICE}:")[1].split(":")[0])
    assert line <= number <= broken[: broken.index(new)].count("\n") + 2


def test_a_faulty_calendar_file_of_a_script_is_named_with_its_line(
    desk: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "night.yaml"
    file.write_text("zone: Asia/Shanghai\nhours:\n  mon:\n    - 25:00-26:00\n")
    done = sla(desk, "calc", "--calendar", str(file), "--from", "2024-10-10 10:00", "--add", "1h")
    refused(done, f"{file}:", "25:00-26:00")


def test_an_unknown_calendar_is_named_where_the_policy_names_it(desk: Sandbox) -> None:
    line = last(desk, "clock: office", "clock: offise")
    for argv in (("check",), ("show", "001"), ("explain", "001"), ("escalate",)):
        done = sla(desk, *argv)
        refused(done, "offise", "24x7, office", f"{POLICY}:{line}:")
    linted = sla(desk, "lint")
    assert linted.code == 1
    assert "DESK604" in linted.out and f"{POLICY}:{line}" in linted.out
    asked = sla(desk, "calc", "--calendar", "offise", "--from", "2024-10-10", "--add", "1h")
    refused(asked, "“offise”", "24x7, office")


def test_an_unknown_country_or_year_brings_no_holidays(desk: Sandbox) -> None:
    before = desk.read(OFFICE)
    for country, said in (("Chnia", "CHN"), ("ZZ", "no public holidays are known")):
        refused(svcdesk(desk.root, "calendar", "sync", country, "2024"), said)
    refused(svcdesk(desk.root, "calendar", "sync", "CN", "1800"), "1800", "by hand")
    assert desk.read(OFFICE) == before


def test_an_unknown_zone_of_a_new_desk(tmp_path: Path) -> None:
    done = svcdesk(tmp_path, "init", "--zone", "Asia/Shangai")
    refused(done, "“Asia/Shangai”", "Asia/Shanghai", code=2)


# ── policies and durations ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "argv", [one for one in READERS if one[0] != "simulate"], ids=lambda a: a[0]
)
def test_three_days_is_no_duration_and_both_meanings_are_offered(
    desk: Sandbox, argv: tuple[str, ...]
) -> None:
    line = last(desk, "duration: 3wd", "duration: 3 days")
    refused(sla(desk, *argv), f"{POLICY}:{line}:", "“3 days”", "3d for 3 times 24 hours, 3wd")


def test_a_duration_on_the_line_is_an_error_of_the_line(desk: Sandbox) -> None:
    asked = ("calc", "--from", "2024-10-10 10:00", "--add")
    for days in ("3 days", "3天"):
        refused(sla(desk, *asked, days), f"“{days}”", "3d for 3 times 24 hours, 3wd", code=2)
    refused(sla(desk, *asked, "soon"), "“soon”", "4h, 30m", code=2)
    refused(sla(desk, "check", "--within", "3 dayz"), "3 dayz", code=2)


@pytest.mark.parametrize("calendar", ["24x7", "office"])
@pytest.mark.parametrize("span", ["1000000h", "-1000000h", "9999999wd", "99999999999999h"])
def test_a_million_hours_get_a_clear_answer(desk: Sandbox, calendar: str, span: str) -> None:
    done = sla(desk, "calc", "--calendar", calendar, "--from", "2024-10-10 10:00", f"--add={span}")
    if span == "99999999999999h":
        refused(done, "no clock runs that long", code=2)
    else:
        refused(done, "50 years")


def test_a_million_hours_in_a_policy(desk: Sandbox) -> None:
    last(desk, "duration: 3wd", "duration: 1000000h")
    refused(sla(desk, "check"), POLICY, "50 years")
    linted = sla(desk, "lint")
    assert linted.code == 1
    assert "50 years" in linted.out


def test_an_unreachable_rule_and_a_circle_are_found_where_they_stand(desk: Sandbox) -> None:
    desk.write(
        POLICY,
        "from: 2000-01-01\nrules:\n"
        "  - when: priority:P1,P2\n    targets:\n"
        "      resolution:\n        duration: 4h\n        clock: 24x7\n        levels:\n"
        "          - at: 0\n            set:\n              priority: P3\n"
        "  - when: priority:P1\n    targets:\n"
        "      response:\n        duration: 1h\n        clock: 24x7\n"
        "  - targets:\n"
        "      resolution:\n        duration: 8h\n        clock: 24x7\n        levels:\n"
        "          - at: 0\n            set:\n              priority: P2\n",
    )
    done = sla(desk, "lint", "--format", "json")
    assert done.code == 1
    found = {one["code"]: one for one in done.json()["items"] if one["path"] == POLICY}
    assert {"DESK602", "DESK609"} <= set(found)
    assert found["DESK602"]["line"] == 12  # the rule that nothing reaches
    assert "comes back to where it was" in found["DESK609"]["message"]


def test_a_policy_to_try_that_is_none(desk: Sandbox, tmp_path: Path) -> None:
    refused(sla(desk, "simulate", "--policy", str(tmp_path / "none.yaml")), "none.yaml")
    file = tmp_path / "strict.yaml"
    file.write_text("rules:\n  - targets:\n      resolution:\n        duration: 3 days\n"
                    "        clock: 24x7\n")  # fmt: skip
    refused(sla(desk, "simulate", "--policy", str(file)), f"{file}:4:", "“3 days”")


def checked(desk: Sandbox, path: str) -> list[tuple[str, int | None, str]]:
    """What `check` finds in a file: code, line, what it says with its hint."""
    done = svcdesk(desk.root, "check", "--format", "json", at=at("10:00"))
    return [
        (one["code"], one["line"], f"{one['message']} {one['hint']}")
        for one in done.json()["items"]
        if one["path"] == path
    ]


UNRECKONABLE = {
    "calendar": ("clock: office", "clock: offise", "DESK604", ("offise", "office")),
    "duration": ("duration: 3wd", "duration: 1000000h", "DESK610", ("50 years",)),
    "units": ("duration: 3wd", "duration: 3 days", "SCHEMA_FORM", ("“3 days”", "3wd")),
    "target": ("resolution:", "resolutoin:", "DESK610", ("resolutoin", "resolution")),
    "key": ("clock: office", "clok: office", "SCHEMA_UNKNOWN", ("clok",)),
    "query": ("when: priority:P2", "when: prioritty:P2", "E_INVALID", ("prioritty", "priority")),
}


@pytest.mark.parametrize("fault", UNRECKONABLE)
def test_check_finds_what_no_deadline_can_be_reckoned_from(desk: Sandbox, fault: str) -> None:
    assert checked(desk, POLICY) == []
    old, new, code, parts = UNRECKONABLE[fault]
    line = last(desk, old, new)
    (found,) = [one for one in checked(desk, POLICY) if one[1] == line]
    assert found[0] == code
    for part in parts:
        assert part in found[2]


def test_what_is_only_unwise_is_for_lint(desk: Sandbox) -> None:
    last(desk, "duration: 3wd", "duration: 1h")  # P3 before P1 and P2
    assert checked(desk, POLICY) == []
    assert "DESK601" in sla(desk, "lint").out


def test_check_finds_names_that_lead_nowhere(desk: Sandbox) -> None:
    customers = "records/customers.yaml"
    desk.write(customers, "customers:\n  - name: 客户A\n    policy: audiense\n")
    ((code, line, said),) = checked(desk, customers)
    assert (code, line) == ("DESK020", 3)
    assert "“audiense”" in said and "audience" in said.replace("audiense", "")
    desk.edit("records/desk.yaml", "policy: delivery-template", "policy: delivery-templat")
    ((code, line, said),) = checked(desk, "records/desk.yaml")
    assert code == "DESK020" and "did you mean delivery-template?" in said
    assert desk.read("records/desk.yaml").splitlines()[(line or 0) - 1].startswith("policy:")


def test_a_target_on_an_unreadable_calendar_is_said_once(desk: Sandbox) -> None:
    desk.edit(OFFICE, "zone: Asia/Shanghai", "zone: Asia/Shangai")
    assert [one[0] for one in checked(desk, OFFICE)] == ["E_INVALID"]
    assert checked(desk, POLICY) == []


# ── times ───────────────────────────────────────────────────────────────────────────────────────


def test_an_end_before_its_start_is_an_error_of_the_line(desk: Sandbox) -> None:
    asked = ("calc", "--from", "2024-10-10 10:00", "--to")
    refused(sla(desk, *asked, "2024-10-10 09:59"), "lies before --from", "--add -2h", code=2)
    assert sla(desk, *asked, "2024-10-10 10:00").out == "0\n"
    assert sla(desk, *asked, "2024-10-10 10:01").out == "60\n"
    case = '[{"id": "a", "kind": "elapsed", "start": "2024-10-10T10:00:00+08:00", "end": "2024-10-10T09:00:00+08:00", "calendar": {"timezone": "UTC", "hours": {"thu": [["00:00", "24:00"]]}}}]'
    assert sla(desk, "calc", "--cases", "-", stdin=case).out == '{"id": "a", "result": 0}\n'


def test_before_submission_nothing_is_owed_and_that_is_said(desk: Sandbox) -> None:
    early = ("--at", at("08:59"))
    assert sla(desk, "check", *early, "--format", "json").json()["items"] == []
    for argv in (("show", "001"), ("explain", "001")):
        done = sla(desk, *argv, *early)
        assert done.code == 0
        assert "was not submitted yet" in done.out + done.err
    refused(sla(desk, "explain", "001", *early, "--target", "response"), "no target “response”")


def test_a_local_time_that_the_clock_skips_or_shows_twice(desk: Sandbox) -> None:
    desk.edit("records/desk.yaml", "zone: Asia/Shanghai", "zone: Europe/Berlin")
    skipped = sla(desk, "calc", "--from", "2024-03-31 02:30", "--add", "1h")
    assert (skipped.code, skipped.out) == (0, "2024-03-31T04:30:00+02:00\n")
    assert "skips 2024-03-31 02:30" in skipped.err
    assert "2024-03-31T03:30:00+02:00 was taken, by the offset before the change" in skipped.err
    twice = sla(desk, "calc", "--from", "2024-10-27 02:30", "--add", "1h")
    assert (twice.code, twice.out) == (0, "2024-10-27T02:30:00+01:00\n")
    assert "comes twice in Europe/Berlin, as the clock goes back" in twice.err
    assert "the first, 2024-10-27T02:30:00+02:00, was taken (RFC 5545" in twice.err
    exact = sla(
        desk, "calc", "--calendar", "24x7", "--from", "2024-10-27T02:30:00+01:00", "--add", "1h"
    )
    assert (exact.out, exact.err) == ("2024-10-27T03:30:00+01:00\n", "")


def test_a_due_time_that_the_clock_skips_is_decided_and_said(desk: Sandbox) -> None:
    desk.edit("records/desk.yaml", "zone: Asia/Shanghai", "zone: Europe/Berlin")
    desk.write(
        POLICY, "from: 2000-01-01\ntargets:\n  resolution:\n    duration: 1wd\n    clock: 24x7\n"
    )
    made = svcdesk(
        desk.root, "new", "--requester", "李*", "--description", "登录失败", "--type",
        "consultation", "--priority", "P3", "--channel", "online", at="2024-03-30T02:30:00+01:00",
    )  # fmt: skip
    assert made.code == 0, made.err
    done = sla(desk, "show", "SR-20240330-001", now="2024-03-30T10:00:00+01:00")
    assert "does not exist in Europe/Berlin" in done.out + done.err
    assert "by the offset before the change" in done.out + done.err


# ── records ─────────────────────────────────────────────────────────────────────────────────────


def rewritten(desk: Sandbox, old: str, new: str) -> str:
    path = desk.path_of(ID)
    text = desk.read(path)
    assert old in text
    desk.write(path, text.replace(old, new))
    return path


def test_a_record_without_its_submission_owes_nothing_and_says_why(desk: Sandbox) -> None:
    rewritten(
        desk, "do: submit\n    set:\n      status: new", "do: note\n    set:\n      status: new"
    )
    for argv in (("check",), ("show", "001"), ("explain", "001")):
        done = sla(desk, *argv, now=at("10:00", day=20))
        assert done.code == 0, done.err
        assert "its events hold no submission" in done.out + done.err
    assert svcdesk(desk.root, "check", at=at("10:00")).code == 1


def test_a_submission_without_its_time_counts_from_when_it_was_written(desk: Sandbox) -> None:
    path = desk.path_of(ID)
    desk.write(path, re.sub(r"\n *submitted: .*", "", desk.read(path)))
    assert svcdesk(desk.root, "check", at=at("10:00")).code == 1
    (response,) = [
        one for one in sla(desk, "show", "001", "--format", "json").json()["items"]
        if one["target"] == "response"
    ]  # fmt: skip
    assert response["started"] == at("09:00")


def test_events_out_of_order_are_reckoned_in_order_and_a_bad_clock_is_named(desk: Sandbox) -> None:
    assert svcdesk(desk.root, "assign", "001", "engineer-1", at=at("09:30")).code == 0
    assert svcdesk(desk.root, "start", "001", at=at("09:40")).code == 0
    before = sla(desk, "show", "001", "--format", "json").out
    path = desk.path_of(ID)
    head, *events = desk.read(path).split("  - id: ")
    desk.write(path, head + "".join(f"  - id: {one}" for one in reversed(events)))
    assert sla(desk, "show", "001", "--format", "json").out == before
    desk.write(path, head + "".join(f"  - id: {one}" for one in events))
    rewritten(desk, "at: 2024-10-10T09:40:00+08:00", "at: 2024-10-10T09:10:00+08:00")
    told = sla(desk, "show", "001")
    assert "was 1200 s behind" in told.out + told.err


def test_events_in_the_future_are_not_known_yet(desk: Sandbox) -> None:
    for argv in (("show", "001"), ("check",)):
        done = sla(desk, *argv, "--format", "json", now=at("10:00", day=9))
        assert (done.code, done.json()["items"]) == (0, [])
    assert svcdesk(desk.root, "resolve", "001", "--result", "更换网线后复测正常", "--force", "x",
                   at=at("10:00", day=11)).code == 0  # fmt: skip
    (resolution,) = [
        one for one in sla(desk, "show", "001", "--format", "json").json()["items"]
        if one["target"] == "resolution"
    ]  # fmt: skip
    assert (resolution["state"], resolution["met"]) == ("open", None)


@pytest.mark.parametrize(
    "when",
    ["submitted:today", "submitted:7天前..", "submitted:..yesterday", "priority:P1 submitted:yesterday..",
     "-submitted:本周"],
)  # fmt: skip
def test_a_rule_that_depends_on_the_day_is_refused(desk: Sandbox, when: str) -> None:
    text = "from: 2000-01-01\nrules:\n  - when: {}\n    targets:\n      resolution:\n        duration: 4h\n        clock: 24x7\n"
    desk.write(POLICY, text.format(f"'{when}'"))
    for argv in (("check",), ("lint",)):
        refused(sla(desk, *argv), f"{POLICY}:3:", "means something else every day", "2024-10-01")
    desk.write(POLICY, text.format("'submitted:2024-10-01..'"))
    assert sla(desk, "check").code == 0


# ── small things ────────────────────────────────────────────────────────────────────────────────


def test_a_condition_is_refused_in_one_line_and_nobody_in_it_is_me(desk: Sandbox) -> None:
    for when, *parts in (
        ("priority:P9", "“P9”", "P1, P2, P3"),
        ("assignee:me", "another person for each who asks", "by the id"),
    ):
        before = desk.read(POLICY)
        last(desk, "when: priority:P2", f"when: {when}")
        ((code, _, said),) = checked(desk, POLICY)
        assert code == "E_INVALID" and "\n" not in said and "^" not in said
        for part in parts:
            assert part in said
        desk.write(POLICY, before)


def test_a_city_is_known_by_its_zone_and_calendar_check_says_where(desk: Sandbox) -> None:
    desk.edit(OFFICE, "zone: Asia/Shanghai", "zone: Asia/Beijing")
    line = next(n for n, one in enumerate(desk.read(OFFICE).splitlines(), 1) if "zone:" in one)
    done = svcdesk(desk.root, "calendar", "check", at=at("10:00"))
    assert done.code == 1
    assert f"{OFFICE}:{line}: " in done.out
    assert "do you mean Asia/Shanghai?" in done.out


def test_hours_after_midnight_are_shown_as_clocks_show_them(desk: Sandbox) -> None:
    text = desk.read(OFFICE)
    desk.write(OFFICE, text.replace("- 13:30-18:00", "- 22:00-06:00", 1))
    shown = svcdesk(desk.root, "calendar", "show", "--month", "2024-11", at=at("10:00")).out
    assert "22:00-06:00 of the next day" in shown and "30:00" not in shown


def test_ids_are_those_of_the_records_each_once(desk: Sandbox) -> None:
    assert sla(desk, "check", "--format", "ids").out == f"{ID}\n"


def test_a_forecast_says_how_far_it_looks(desk: Sandbox) -> None:
    assert "due within 1d, as of 2024-10-10 10:00" in sla(desk, "forecast").err
    assert "due within 2h" in sla(desk, "forecast", "--within", "2h").err
