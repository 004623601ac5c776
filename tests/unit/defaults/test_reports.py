"""Reports, as tables of values that can be added up by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from records import FACTS, KINDS, NOW, event, record, request

from svcdesk.hookspecs import Rendering, ReportRequest
from svcdesk.lifecycle.fold import fold
from svcdesk.model.people import People
from svcdesk.model.record import Record
from svcdesk.model.table import Cell, Table
from svcdesk.plugins import build_plugins

PLUGINS = build_plugins()
WORKFLOWS = {name: kind.workflow for name, kind in KINDS.items()}
Rows = Mapping[tuple[str, str], list[Any]]


def report(name: str, records: Sequence[Record], **keys: Any) -> Table:
    asked = ReportRequest(
        records=[(one, fold(one.events, WORKFLOWS[one.kind])) for one in records],
        workflows=WORKFLOWS,
        facts=FACTS,
        people=People({}),
        now=NOW,
        sla=keys.pop("sla", lambda _: []),
        **keys,
    )
    return PLUGINS.report(name).build(asked)


def values(table: Table) -> Rows:
    rows = [[one.value if isinstance(one, Cell) else one for one in row] for row in table.rows]
    return {(str(row[0]), str(row[1])): row[2:] for row in rows}


RESOLVED = request(
    event(150, "resolve", set={"result": "重启服务"}), priority="P1",
    **{"requester.audience": "external"},
)  # fmt: skip
SECOND_ROUND = request(
    event(60, "resolve"), event(90, "reject", reason="r"), event(240, "resolve"),
    priority="P1", type="consultation",
)  # fmt: skip
REOPENED = request(event(60, "resolve"), event(90, "reopen", reason="r"), priority="P2")
CANCELLED = request(event(30, "cancel", reason="r"), type=None)
NEW = request(submitted="2024-10-02T09:30:00+08:00")
ALL = [RESOLVED, SECOND_ROUND, REOPENED, CANCELLED, NEW]


def test_the_summary_counts_each_sort_and_takes_the_median_of_what_is_done() -> None:
    rows = values(report("summary", ALL))
    assert rows[("all", "")] == [5, 2, 3.3, None]  # 2.5 h and 4 h: 3.25, rounded up as on paper
    assert rows[("priority", "P1")] == [2, 0, 3.3, None]
    assert rows[("priority", "P2")] == [1, 1, None, None]
    assert rows[("type", "consultation")] == [1, 0, 4.0, None]
    assert rows[("type", "")] == [1, 0, None, None]
    assert rows[("status", "cancelled")] == [1, 0, None, None]
    assert rows[("requester.audience", "external")] == [1, 0, 2.5, None]
    for group in ("status", "type", "priority", "requester.audience"):
        assert sum(row[0] for (name, _), row in rows.items() if name == group) == 5


def test_a_period_is_by_submission_its_end_not_included() -> None:
    day = datetime(2024, 10, 2, 1, 30, tzinfo=UTC)  # when NEW was submitted
    assert values(report("summary", ALL, since=day))[("all", "")][0] == 1
    assert values(report("summary", ALL, until=day))[("all", "")][0] == 4
    title = str(report("summary", ALL, since=day).title)
    assert title == "Requests of desk, 2024-10-02 09:30 to …"


def test_satisfaction_is_the_mean_of_the_forms_own_figures() -> None:
    def form(*ratings: int) -> Record:
        names = ("timeliness", "effect", "attitude")
        return record(
            "feedback", **{f"ratings.{n}": r for n, r in zip(names, ratings, strict=False)}
        )

    forms = {id(RESOLVED): [form(5, 4, 5)], id(REOPENED): [form(3, 3, 3), form()]}
    rows = values(
        report("summary", ALL, documents=lambda one: {"feedback": forms.get(id(one), [])})
    )
    assert rows[("all", "")][3] == 3.9  # of 4.7 and 3.0: 3.85, rounded up as on paper
    assert rows[("priority", "P1")][3] == 4.7
    assert rows[("type", "consultation")][3] is None


def test_values_are_named_as_people_name_them() -> None:
    table = report("summary", ALL, label=lambda path, value: f"<{path}:{value}>")
    shown = PLUGINS.format("table").render(table, Rendering())
    assert "<priority:P1>" in shown
    assert "not given" in shown


def test_a_report_of_nothing_is_a_table_too() -> None:
    assert values(report("summary", [])) == {("all", ""): [0, 0, None, None]}
    assert values(report("sla", [])) == {}


def test_the_sla_report_counts_by_target_and_priority() -> None:
    targets = {
        id(RESOLVED): [("response", "met"), ("resolution", "breached")],
        id(SECOND_ROUND): [("response", "breached"), ("resolution", "breached")],
        id(REOPENED): [("response", "met"), ("resolution", "at_risk"), ("promise", "open")],
        id(CANCELLED): [("response", "dropped")],
        id(NEW): [("response", "open")],
    }
    table = report(
        "sla",
        ALL,
        sla=lambda one: [{"target": t, "state": s} for t, s in targets[id(one)]],
    )
    assert values(table) == {
        ("response", "P1"): [1, 1, 0, 0, 0.5],
        ("response", "P2"): [1, 0, 0, 0, 1.0],
        ("response", ""): [0, 0, 0, 1, None],
        ("resolution", "P1"): [0, 2, 0, 0, 0.0],
        ("resolution", "P2"): [0, 0, 1, 0, None],
        ("promise", "P2"): [0, 0, 0, 1, None],
    }
    shown = PLUGINS.format("table").render(table, Rendering())
    assert "50.0%" in shown
    assert "0.0%" in shown


@pytest.mark.parametrize("name", ["table", "json", "csv", "markdown", "html"])
def test_every_format_shows_every_report(name: str) -> None:
    for one in PLUGINS.reports():
        assert PLUGINS.format(name).render(report(one.name, ALL), Rendering())
