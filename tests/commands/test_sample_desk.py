"""The sample desk in records/: norm C's own forms deserve two findings, and nothing else any."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk.store.tickets import Loaded
from svcdesk.testing import Sandbox

PROJECT = Path(__file__).parents[2]
FB = "records/feedback/2024/10/FB-20241001-001.yaml"
SR = "records/requests/2024/10/SR-20241001-001.yaml"
NOW = "2024-10-12T12:00:00+08:00"


@pytest.fixture
def sample(isolated: Path, tmp_path: Path) -> Sandbox:
    root = tmp_path / "sample"
    root.mkdir()
    shutil.copytree(PROJECT / "records", root / "records")
    made = Sandbox(root)
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit("the sample desk")
    return made


def findings(desk: Sandbox) -> list[tuple[str, str]]:
    done = svcdesk(desk.root, "check", "--quiet", "--format", "json", at=NOW)
    assert done.code in (0, 1), done.err
    return [(item["code"], item["record"]) for item in done.json()["items"]]


def test_the_norms_sample_deserves_two_findings_and_nothing_else_any(sample: Sandbox) -> None:
    assert findings(sample) == [("DESK201", "FB-20241001-001"), ("DESK301", "SR-20241001-001")]


def test_its_changes_show_a_rejection_a_new_plan_and_a_consent(sample: Sandbox) -> None:
    shown = svcdesk(sample.root, "show", "CR-20241008-001", "--format", "json", at=NOW).json()
    consent = shown["items"][0]["approval"]
    assert consent["granted"] is True
    assert [(one["decision"], one["why"]) for one in consent["decisions"]] == [
        ("reject", "superseded"),
        ("approve", None),
    ]
    waiting = svcdesk(sample.root, "start", "CR-20241011-001", who="engineer-1", at=NOW)
    assert waiting.code == 3
    assert "0 of 1 approvals count" in waiting.err


def test_mended_one_by_one_they_are_gone(sample: Sandbox) -> None:
    sample.edit(
        FB,
        "action: 记录需求，纳入下一季度产品优化计划\n",
        "action: 记录需求，纳入下一季度产品优化计划\n    owner: supervisor-1\n    due: 2024-12-31\n",
    )
    assert findings(sample) == [("DESK301", "SR-20241001-001")]
    sample.commit("owner and date of the improvement", who="supervisor-1")
    result = "数据库连接已恢复，用户可正常登录"
    moves = (
        ("resolve", "--result", result),
        ("confirm", "--via", "signature", "--as", "requester"),
        ("close",),
    )
    for who, move in zip(("engineer-1", "front-desk-1", "front-desk-1"), moves, strict=True):
        name, *rest = move
        done = svcdesk(sample.root, name, "SR-20241001-001", *rest, who=who, at=NOW)
        assert done.code == 0, done.err
    assert findings(sample) == []
    assert svcdesk(sample.root, "check", at=NOW).code == 0


def test_every_state_audience_and_priority_is_shown(sample: Sandbox) -> None:
    requests = [one.record for one in sample.open().load_all("request") if isinstance(one, Loaded)]
    workflow = sample.open().workflow("request")
    assert {record.status for record in requests} == set(workflow.states)
    assert {record.get("requester.audience") for record in requests} >= {"internal", "external"}
    assert {record.get("priority") for record in requests} >= {"P1", "P2", "P3"}
    assert any(record.get("channel") == "phone" and record.get("read_back") for record in requests)
    assert any(record.get("round") == 2 for record in requests)


def test_the_norms_facts_stand_in_the_sample(sample: Sandbox) -> None:
    facts = json.loads((PROJECT / "tests/data/norm-sample.json").read_text(encoding="utf-8"))
    desk = sample.open()
    request = desk.load(facts["request"]["id"]).record
    assert request.get("description") == facts["request"]["description"]
    assert request.get("requester.contact") == facts["request"]["contact_masked"]
    handling = desk.load(facts["handling"]["id"]).record
    steps = handling.get("steps")
    assert isinstance(steps, list)
    assert [[str(step["at"])[11:16], step["action"]] for step in steps] == facts["handling"][
        "steps"
    ]  # type: ignore[index,call-overload]
    assert handling.get("effort_hours") == facts["handling"]["effort_hours"]
    shown = svcdesk(sample.root, "show", facts["feedback"]["id"], "--format", "json", at=NOW)
    assert shown.json()["items"][0]["computed"]["satisfaction"] == facts["feedback"]["satisfaction"]


BREAKS: dict[str, tuple[str, Callable[[str], str]]] = {
    "no events": ("E_INVALID", lambda text: text.partition("events:")[0]),
    "tab": ("E_TAB", lambda text: text.replace("  name:", "\tname:", 1)),
    "conflict markers": ("E_CONFLICT", lambda text: f"<<<<<<< ours\n{text}"),
    "duplicate key": ("E_DUPLICATE", lambda text: text.replace("kind:", "uid: x\nkind:", 1)),
    "another id": ("E_ID_PATH", lambda text: text.replace("id: SR-", "id: SR-19", 1)),
    "unknown field": ("SCHEMA", lambda text: text.replace("events:", "prioritty: P1\nevents:", 1)),
    "wrong word": ("SCHEMA", lambda text: text.replace("type: ", "type: x", 1)),
    "hand-edited state": ("DESK", lambda text: text.replace("status: ", "status: closed # ", 1)),
    "two documents": ("E_MULTIDOC", lambda text: f"{text}\n---\na: 1\n"),
    "an anchor": ("E_ANCHOR", lambda text: text.replace("kind: request", "kind: &k request", 1)),
}


def test_ten_records_broken_in_ten_ways_are_each_named(sample: Sandbox) -> None:
    # the sample has eight requests; copies of two more make ten
    desk = sample.open()
    paths = sorted(desk.tickets.paths("SR"))
    for number, source in ((901, paths[1]), (902, paths[2])):
        text = sample.read(source)
        uid = desk.tickets.load(source).record.uid
        copied = text.replace(Path(source).stem, f"SR-20241008-{number}").replace(
            uid, f"{uid[:-3]}{number}"
        )
        sample.write(f"records/requests/2024/10/SR-20241008-{number}.yaml", copied)
    paths = sorted(sample.open().tickets.paths("SR"))
    expected = {}
    for path, (code, damage) in zip(paths, BREAKS.values(), strict=True):
        text = sample.read(path)
        assert damage(text) != text
        sample.write(path, damage(text))
        expected[path] = code
    done = svcdesk(sample.root, "check", "--format", "json", at=NOW)
    assert done.code == 1
    named: dict[str, set[str]] = {}
    for item in done.json()["items"]:
        named.setdefault(item["path"], set()).add(item["code"])
    for path, code in expected.items():
        assert any(found.startswith(code) for found in named[path]), (path, code, named[path])


def test_a_public_validator_agrees_with_check(sample: Sandbox, tmp_path: Path) -> None:
    schemas = tmp_path / "schemas"
    assert svcdesk(sample.root, "schema", "export", str(schemas)).code == 0

    def validate(kind: str, *files: str) -> int:
        command = [str(Path(sys.executable).with_name("check-jsonschema")), "--schemafile"]
        return subprocess.run(
            [*command, str(schemas / f"{kind}.schema.json"), *files],
            cwd=sample.root,
            capture_output=True,
            check=False,
        ).returncode

    prefixes = {
        "request": "SR", "handling": "IR", "delivery": "SD", "feedback": "FB", "change": "CR",
    }  # fmt: skip
    for kind, prefix in prefixes.items():
        assert validate(kind, *sample.open().tickets.paths(prefix)) == 0, kind
    for old, new in (("status: ", "status: un"), ("customer: ", "custmer: "), ("P1", "P9")):
        before = sample.read(SR)
        sample.write(SR, before.replace(old, new, 1))
        assert validate("request", SR) != 0, (old, new)
        found = svcdesk(sample.root, "check", "SR-20241001-001", "--format", "json", at=NOW)
        assert found.code == 1
        sample.write(SR, before)
