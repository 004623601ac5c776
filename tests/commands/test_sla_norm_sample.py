"""The norm's own sample under `delivery-template`, and the given cases through `sla calc`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox

DATA = Path(__file__).parents[1] / "data" / "sla"
POLICY = "records/policies/delivery-template.yaml"


def new(desk: Sandbox, priority: str, at: str) -> str:
    done = svcdesk(
        desk.root, "new", "--requester", "李*", "--description", "生产系统无法登录", "--type",
        "consultation", "--priority", priority, "--channel", "phone", "--read-back",
        "--format", "ids", at=at,
    )  # fmt: skip
    assert done.code == 0, done.err
    return done.out.strip()


def resolution(desk: Sandbox, record: str, at: str) -> dict[str, object]:
    shown = svcdesk(
        desk.root, "sla", "explain", record, "--target", "resolution", "--format", "json", at=at
    )
    assert shown.code == 0, shown.err
    (item,) = json.loads(shown.out)["items"]
    return dict(item)


def test_p1_round_the_clock_is_due_the_same_day(desk: Sandbox) -> None:
    record = new(desk, "P1", "2024-10-01T09:30:00+08:00")
    item = resolution(desk, record, "2024-10-01T10:00:00+08:00")
    assert item["due"] == "2024-10-01T13:30:00+08:00"


def test_p1_on_the_office_calendar_is_due_after_the_holiday_by_name(desk: Sandbox) -> None:
    first, found, rest = desk.read(POLICY).partition("  - when: priority:P1\n")
    rule, following, others = rest.partition("  - when: priority:P2\n")
    desk.write(POLICY, first + found + rule.replace("24x7", "office") + following + others)
    desk.commit("P1 in office hours")
    record = new(desk, "P1", "2024-10-01T09:30:00+08:00")
    item = resolution(desk, record, "2024-10-09T09:00:00+08:00")
    assert item["due"] or item["breached_at"]
    assert "2024-10-08T14:30:00+08:00" in (item["due"], item["breached_at"])
    table = svcdesk(
        desk.root, "sla", "explain", record, "--target", "resolution",
        at="2024-10-09T09:00:00+08:00",
    )  # fmt: skip
    assert "国庆节" in table.out


def test_p3_counts_the_make_up_saturday_by_name(desk: Sandbox) -> None:
    record = new(desk, "P3", "2024-10-10T10:00:00+08:00")
    item = resolution(desk, record, "2024-10-10T11:00:00+08:00")
    assert item["due"] == "2024-10-14T10:00:00+08:00"
    days = {day["date"]: day["kind"] for day in item["days"]}  # type: ignore[attr-defined]
    assert days["2024-10-12"] == "makeup"


@pytest.mark.parametrize("name", ["arithmetic.json", "add_days.json"])
def test_calc_agrees_on_every_given_case(tmp_path: Path, name: str) -> None:
    cases = json.loads((DATA / name).read_text(encoding="utf-8"))
    done = svcdesk(tmp_path, "sla", "calc", "--cases", str(DATA / name))
    assert done.code == 0, done.err
    answers = {one["id"]: one for one in map(json.loads, done.out.splitlines())}
    assert len(answers) == len(cases)
    for case in cases:
        given = answers[case["id"]]
        if case["kind"] == "elapsed":
            assert given["result"] == case["expected_seconds"], case["id"]
        else:
            wanted = datetime.fromisoformat(case["expected"])
            assert datetime.fromisoformat(given["result"]) == wanted, case["id"]


def test_a_case_that_cannot_be_computed_is_an_error_of_its_own(tmp_path: Path) -> None:
    good, *_ = json.loads((DATA / "arithmetic.json").read_text(encoding="utf-8"))
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([{**good, "id": "bad", "kind": "subtract"}, good]))
    done = svcdesk(tmp_path, "sla", "calc", "--cases", str(path))
    bad, fine = map(json.loads, done.out.splitlines())
    assert (bad["id"], set(bad)) == ("bad", {"id", "error"})
    assert set(fine) == {"id", "result"}
