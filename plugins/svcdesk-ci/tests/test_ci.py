"""What the formats say, by themselves and as svcdesk sees them."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
import svcdesk_ci
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import SvcdeskError
from svcdesk.hookspecs import Rendering
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.table import Column, Table
from svcdesk.plugins import build_plugins
from svcdesk.reports.findings import findings_table

PLUGINS = build_plugins(extra=[("ci", svcdesk_ci)])
RULE = Rule("ACME001", "no-asset", Severity.ERROR, T("title"), T("why"), T("name it"))


def finding(message: str = "no asset", **more: Any) -> Finding:
    place = {"record": "SR-1", "path": "records/a.yaml", "line": 3, "field": "asset"}
    return Finding(RULE, T("{said}", said=message), **{**place, **more})


def render(name: str, *findings: Finding) -> str:
    table = findings_table(findings, schema="t/1", title=T("findings"), read=1, unreadable=0)
    text = PLUGINS.format(name).render(table, Rendering())
    assert isinstance(text, str)
    return text


def test_svcdesk_takes_all_three() -> None:
    assert PLUGINS.problems == ()
    assert [one.name for one in PLUGINS.formats()][-3:] == ["gitlab", "junit", "rdjsonl"]


def test_a_fingerprint_outlives_lines_and_words() -> None:
    def prints(*findings: Finding) -> list[str]:
        return [one["fingerprint"] for one in json.loads(render("gitlab", *findings))]

    today = prints(finding("3 h late", line=3))
    assert prints(finding("27 h late", line=90)) == today
    others = [finding(field="other"), finding(record="SR-2"), finding(field=None)]
    assert len({*prints(*others), *today}) == 4
    twins = prints(finding("one", line=1), finding("two", line=2))
    assert len(set(twins)) == 2
    assert twins[0] == today[0]


@pytest.mark.parametrize(
    ("severity", "gitlab", "rdjsonl", "junit"),
    [
        (Severity.ERROR, "critical", "ERROR", "failure"),
        (Severity.WARNING, "major", "WARNING", "failure"),
        (Severity.NOTE, "info", "INFO", "skipped"),
    ],
)
def test_weights(severity: Severity, gitlab: str, rdjsonl: str, junit: str) -> None:
    one = finding(severity=severity)
    assert json.loads(render("gitlab", one))[0]["severity"] == gitlab
    assert json.loads(render("rdjsonl", one))["severity"] == rdjsonl
    assert Xml.fromstring(render("junit", one)).find(f".//testcase/{junit}") is not None


def test_what_has_no_file_stands_at_the_desks() -> None:
    one = finding(path=None, line=7)
    assert json.loads(render("gitlab", one))[0]["location"] == {
        "path": "records/desk.yaml", "lines": {"begin": 1},
    }  # fmt: skip
    assert json.loads(render("rdjsonl", one))["location"]["path"] == "records/desk.yaml"


def test_nothing_found_is_an_empty_report_and_one_passing_test() -> None:
    assert json.loads(render("gitlab")) == []
    assert render("rdjsonl") == ""
    suite = Xml.fromstring(render("junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def test_what_is_no_finding_is_refused() -> None:
    table = Table("svcdesk/list/1", "", [Column("id", "id")], [["SR-1"]])
    for name in ("gitlab", "junit", "rdjsonl"):
        with pytest.raises(SvcdeskError, match="no findings"):
            PLUGINS.format(name).render(table, Rendering())


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_a_title_holds_the_reports_stay_well_formed(text: str) -> None:
    one = finding(text, path="records/" + text)
    json.loads(render("gitlab", one))
    assert len(render("rdjsonl", one).splitlines()) == 1
    json.loads(render("rdjsonl", one))
    failure = Xml.fromstring(render("junit", one).encode()).find(".//failure")
    assert failure is not None
    render("gitlab", one).encode()
