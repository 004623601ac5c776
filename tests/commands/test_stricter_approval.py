"""A workflow that asks for more approvals than before: what ended under the old one, and what goes
on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from change_stories import CHANGE, PEOPLE, approve, codes, desk_of_five, ok, proposed, start
from command_runner import svcdesk

from svcdesk.store.schema_sources import WORKFLOW, shipped_file
from svcdesk.testing import MakeDesk, Sandbox

LATE = {"who": "engineer-2", "at": "2024-10-01T13:00:00+08:00"}
SHIPPED = shipped_file("change", 1, WORKFLOW)


@pytest.fixture
def box(make_desk: MakeDesk) -> Sandbox:
    made = desk_of_five(make_desk, people=PEOPLE)
    assert proposed(made) == CHANGE
    return made


def stricter(box: Sandbox) -> None:
    text = SHIPPED.read_text("utf-8")
    assert "quorum: 1" in text
    box.write("schemas/change.workflow.yaml", text.replace("quorum: 1", "quorum: 2"))
    box.commit("two have to agree")


def ended(box: Sandbox) -> None:
    ok(start(box))
    ok(svcdesk(box.root, "do", CHANGE, "finish", "--field", "execution=按方案完成", **LATE))
    seen = "verification=高峰期观察 30 分钟，连接数峰值 180，无登录失败"
    ok(svcdesk(box.root, "do", CHANGE, "verify", "--field", seen, **LATE))
    ok(svcdesk(box.root, "close", CHANGE, at="2024-10-01T13:30:00+08:00"))


def test_what_ended_under_the_old_rule_is_a_note(box: Sandbox) -> None:
    ok(approve(box))
    ended(box)
    stricter(box)
    done = svcdesk(box.root, "check", "--format", "json")
    found = [one for one in json.loads(done.out)["items"] if one["code"] == "DESK801"]
    assert {one["severity"] for one in found} == {"note"}
    assert all("in force then asked for no more" in one["message"] for one in found)
    assert found
    assert codes(box) == []


def test_what_goes_on_needs_them(box: Sandbox) -> None:
    ok(approve(box))
    stricter(box)
    assert start(box).code == 3
    ok(approve(box, who="approver-2", at="2024-10-01T11:00:00+08:00"))
    ok(start(box))


def test_what_ended_without_consent_under_the_new_rule_stays_an_error(
    box: Sandbox, tmp_path: Path
) -> None:
    stricter(box)
    path = box.path_of(CHANGE)
    ok(approve(box))
    box.write("schemas/change.workflow.yaml", SHIPPED.read_text("utf-8"))
    ended(box)  # by a file that nobody committed
    box.git("checkout", "--quiet", "schemas/change.workflow.yaml")
    assert path in box.git("ls-files", path)
    assert "DESK801" in codes(box)
