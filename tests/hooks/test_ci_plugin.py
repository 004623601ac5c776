"""The formats for forges, installed, named and trusted, read by what nobody here wrote.

The schemas below say in our own words what the forges publish: GitLab's own check of a report
(gitlabhq/gitlabhq, app/validators/json_schemas/codeclimate.json) with the severities of its
documentation, and reviewdog's Diagnostic (reviewdog/reviewdog, proto/rdf).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from junitparser import Failure, JUnitXml, Skipped

from svcdesk.testing import Sandbox

ID = "SR-20241001-001"
TEXT = {"type": "string"}
LINE = {"type": "integer", "minimum": 1}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": LINE},
                    },
                },
            },
        },
    },
}
RDF = {
    "type": "object",
    "required": ["message", "location"],
    "additionalProperties": False,
    "properties": {
        "message": TEXT,
        "location": {
            "type": "object",
            "required": ["path"],
            "additionalProperties": False,
            "properties": {
                "path": TEXT,
                "range": {
                    "type": "object",
                    "required": ["start"],
                    "additionalProperties": False,
                    "properties": {
                        "start": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"line": LINE, "column": LINE},
                        }
                    },
                },
            },
        },
        "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
        "source": {"type": "object", "properties": {"name": TEXT, "url": TEXT}},
        "code": {"type": "object", "properties": {"value": TEXT, "url": TEXT}},
    },
}


@pytest.fixture
def desk(make_desk: Callable[..., Sandbox]) -> Sandbox:
    """A desk that names the plugin, with one request that is late and was not read back."""
    made = make_desk()
    made.write("records/desk.yaml", made.read("records/desk.yaml") + "plugins:\n  - ci\n")
    made.commit("formats for forges")
    fields = {"description": "登录失败 <b>&\"]]>", "requester.name": "李*", "type": "fault",
              "priority": "P1", "channel": "phone"}  # fmt: skip
    made.open().new("request", fields)
    return made


def svcdesk(desk: Sandbox, site: Path, *argv: str, at: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "svcdesk", *argv],
        cwd=desk.root,
        env={**os.environ, "PYTHONPATH": str(site), "SVCDESK_TRUST": "ci", "SVCDESK_NOW": at},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=[("check",), ("sla", "check", "--since", "1d")], ids=["check", "sla"])
def report(request: Any, desk: Sandbox, ci_site: Path) -> Callable[[str], str]:
    """What a command finds, in a format."""

    def run(name: str) -> str:
        done = svcdesk(
            desk, ci_site, *request.param, "--format", name, at="2024-10-01T14:00:00+08:00"
        )
        assert done.returncode == 1, done.stderr
        return done.stdout

    return run


def test_gitlab_takes_the_report(report: Callable[[str], str], desk: Sandbox) -> None:
    found = json.loads(report("gitlab"))
    Draft202012Validator(GITLAB).validate(found)
    assert found
    assert len({one["fingerprint"] for one in found}) == len(found)
    for one in found:
        assert (desk.root / one["location"]["path"]).is_file()


def test_reviewdog_takes_each_line(report: Callable[[str], str]) -> None:
    lines = report("rdjsonl").splitlines()
    assert lines
    for line in lines:
        Draft202012Validator(RDF).validate(json.loads(line))


def test_a_junit_parser_reads_the_suite(report: Callable[[str], str]) -> None:
    suites = JUnitXml.fromstring(report("junit").encode())
    cases = [case for suite in suites for case in suite]
    assert suites.tests == len(cases) > 0
    failed = [one for case in cases for one in case.result if isinstance(one, Failure)]
    skipped = [one for case in cases for one in case.result if isinstance(one, Skipped)]
    assert suites.failures == len(failed) > 0
    assert len(failed) + len(skipped) <= len(cases)
    assert all(one.message for one in failed)


def test_tomorrow_knows_todays_breach_again(desk: Sandbox, ci_site: Path) -> None:
    def prints(at: str) -> dict[str, str]:
        done = svcdesk(desk, ci_site, "sla", "check", "--format", "gitlab", at=at)
        return {one["fingerprint"]: one["severity"] for one in json.loads(done.stdout)}

    today = prints("2024-10-01T14:00:00+08:00")
    desk.write(ID, "# a comment moves every line\n\n" + desk.read(ID))
    tomorrow = prints("2024-10-02T14:00:00+08:00")
    assert today
    assert today.items() <= tomorrow.items()


def test_a_target_in_good_time_passes(desk: Sandbox, ci_site: Path) -> None:
    at = "2024-10-01T09:40:00+08:00"
    done = svcdesk(desk, ci_site, "sla", "check", "--within", "1m", "--format", "junit", at=at)
    suites = JUnitXml.fromstring(done.stdout.encode())
    assert (done.returncode, suites.failures) == (0, 0)
    assert suites.tests >= 2
    assert json.loads(
        svcdesk(desk, ci_site, "sla", "check", "--within", "1m", "--format", "gitlab", at=at).stdout
    ) == []  # fmt: skip


def test_its_own_tests_pass_where_it_is_installed(ci_site: Path) -> None:
    tests = Path(__file__).parents[2] / "plugins" / "svcdesk-ci" / "tests"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)],
        cwd=ci_site,
        env={**os.environ, "PYTHONPATH": str(ci_site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
