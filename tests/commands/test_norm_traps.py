"""Two traps of the norms' filled-in forms: effort is not elapsed time, serials are no links.

The others: the mean of the ratings (tests/unit/model/test_fields.py), the due times on a public
holiday (test_sla_norm_sample.py), 24 hours against three working days (tests/unit/sla/test_lint.py),
and the two findings of the sample (test_sample_desk.py).
"""

from __future__ import annotations

import pytest
from command_runner import svcdesk

from svcdesk.testing import Sandbox


def at(clock: str) -> str:
    return f"2024-10-10T{clock}:00+08:00"


@pytest.fixture
def desk(desk: Sandbox) -> Sandbox:
    """Two requests of one day, of which only the second is worked on."""
    for number in (1, 2):
        made = svcdesk(
            desk.root, "new", "--requester", "李*", "--description", f"生产系统无法登录 {number}",
            "--type", "fault", "--priority", "P1", "--channel", "online", at=at(f"09:0{number}"),
        )  # fmt: skip
        assert made.code == 0, made.err
    assert svcdesk(desk.root, "start", "SR-20241010-002", at=at("09:10")).code == 0
    for clock, effort, action in (
        ("09:30", "0.5", "远程登录系统排查"),
        ("11:00", "2.5", "升级数据库驱动"),
    ):
        done = svcdesk(
            desk.root, "step", "SR-20241010-002", "-m", action, "--effort", effort, at=at(clock)
        )
        assert done.code == 0, done.err
    return desk


def test_effort_is_what_people_spent_not_what_passed_between_steps(desk: Sandbox) -> None:
    handling = svcdesk(desk.root, "show", "IR-20241010-001", "--format", "json", at=at("12:00"))
    record = handling.json()["items"][0]["record"]
    assert record["effort_hours"] == 2.5  # as typed: the steps lie an hour and a half apart
    assert [step["at"][11:16] for step in record["steps"]] == ["09:30", "11:00"]


def test_the_serials_of_a_request_and_its_documents_are_not_coupled(desk: Sandbox) -> None:
    handling = svcdesk(desk.root, "show", "IR-20241010-001", "--format", "json", at=at("12:00"))
    record = handling.json()["items"][0]["record"]
    assert "SR-20241010-002" in str(record["request"])
    first = svcdesk(desk.root, "step", "SR-20241010-001", "-m", "电话指导", at=at("12:10"))
    assert first.code == 0, first.err
    later = svcdesk(desk.root, "show", "IR-20241010-002", "--format", "json", at=at("12:20"))
    assert "SR-20241010-001" in str(later.json()["items"][0]["request"])
    assert svcdesk(desk.root, "check", "--quiet", at=at("12:30")).code == 0
