"""Annotations of GitHub Actions, read back as the runner reads them, and the job's summary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdesk.defaults.formats import github
from svcdesk.errors import UsageError
from svcdesk.hookspecs import Rendering
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.table import Column, Table
from svcdesk.reports.findings import findings_table
from svcdesk.terminal import escape

RULE = Rule("ACME001", "no-asset", Severity.ERROR, T("title"), T("why"), T("name it"))
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(github.SUMMARY, raising=False)


def finding(message: str = "no asset", **more: object) -> Finding:
    place = {"record": "SR-1", "path": "records/a.yaml", "line": 3, **more}
    return Finding(RULE, T("{said}", said=message), **place)


def shown(*findings: Finding) -> Table:
    return findings_table(
        findings, schema="svcdesk/check/1", title=T("findings"), read=1, unreadable=0
    )


def render(*findings: Finding) -> str:
    return github.render(shown(*findings), Rendering())


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """Name, properties and message of a workflow command, by GitHub's own description of them."""
    name, given, message = re.fullmatch(r"::([a-z-]+)(?: (.*?))?::(.*)", line).groups()
    properties = dict(one.split("=", 1) for one in (given or "").split(",") if one)
    for mark, code in ((":", "%3A"), (",", "%2C"), ("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
        properties = {key: value.replace(code, mark) for key, value in properties.items()}
        if mark not in ":,":
            message = message.replace(code, mark)
    return name, properties, message


def test_an_annotation_stands_at_its_line() -> None:
    name, properties, message = as_the_runner_reads(render(finding()).rstrip("\n"))
    assert name == "error"
    assert properties == {"file": "records/a.yaml", "line": "3", "title": "ACME001 no-asset"}
    assert message == "no asset\n→ name it"


def test_without_a_file_there_is_no_line() -> None:
    _, properties, _ = as_the_runner_reads(render(finding(path=None)).rstrip("\n"))
    assert properties == {"title": "ACME001 no-asset"}


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_weights_are_levels(severity: Severity, level: str) -> None:
    assert render(finding(severity=severity)).startswith(f"::{level} ")


@given(message=TEXT, path=TEXT.filter(bool))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_stays_inside_its_annotation(message: str, path: str) -> None:
    """Case 73: a title with `%0A::add-mask::` in it, line breaks, commas and colons."""
    (line,) = render(finding(message, path=path)).splitlines()
    name, properties, said = as_the_runner_reads(line)
    assert (name, set(properties)) == ("error", {"file", "line", "title"})
    assert properties["file"] == escape(path)
    assert said == escape(message, multiline=True) + "\n→ name it"


@pytest.mark.case(73)
@pytest.mark.parametrize(
    "title",
    ["x\n::set-output name=y::z", "x%0A::add-mask::a", "x\r::stop-commands::t", "\x1b[2J::error::"],
)
def test_no_command_is_smuggled_in(title: str) -> None:
    lines = render(finding(title)).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("::error file=")


def test_ten_of_a_level_are_shown_and_the_rest_counted() -> None:
    ten = render(*(finding(f"n{i}") for i in range(10)))
    assert len(ten.splitlines()) == 10
    assert "more" not in ten
    findings = [finding(f"n{i}") for i in range(25)]
    findings += [finding(f"w{i}", severity=Severity.WARNING) for i in range(12)]
    lines = render(*findings).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        *["::error"] * 9, "::error::and", *["::warning"] * 9, "::warning::and",
    ]  # fmt: skip
    assert lines[9] == "::error::and 16 more: see the job's summary"
    assert lines[19] == "::warning::and 3 more: see the job's summary"


@pytest.mark.case(71)
def test_the_summary_is_added_to_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    monkeypatch.setenv(github.SUMMARY, str(summary))
    render(finding("@team <b>look</b>"))
    text = summary.read_text()
    assert text.startswith("# before\n")
    assert "| ACME001 |" in re.sub(" +", " ", text)
    assert "`@team`" in text and "<b>" not in text  # case 71


def test_the_summary_stays_below_the_runners_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("x" * 400_000)
    monkeypatch.setenv(github.SUMMARY, str(summary))
    render(*(finding("很长的说明" * 40 + str(i)) for i in range(2000)))
    size = summary.stat().st_size
    assert 400_000 < size < github.SUMMARY_LIMIT
    assert "of 2,000" in summary.read_text()
    summary.write_text("x" * (github.SUMMARY_LIMIT - 10))
    render(finding())
    assert summary.stat().st_size == github.SUMMARY_LIMIT - 10


def test_a_summary_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(github.SUMMARY, str(tmp_path))
    with pytest.raises(UsageError, match="cannot be written"):
        render(finding())


def test_what_is_no_finding_is_refused_and_open_targets_are_left_out() -> None:
    rows = Table("svcdesk/list/1", "", [Column("id", "id")], [["SR-1"]])
    with pytest.raises(UsageError, match="no findings"):
        github.render(rows, Rendering())
    open_target = rows._replace(items=[{"record": "SR-1", "severity": None, "message": None}])
    assert github.render(open_target, Rendering()) == ""
