"""600 real incidents under a policy: every ledger balances, and a patient count agrees with it.

Data: “Incident management process enriched event log” (Amaral, Fantinato, Peres), UCI Machine
Learning Repository, CC BY 4.0. The policy and the calendar are those of docs/examples.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import svcdesk
from real_brute import Told, Year, incidents

from svcdesk import open_desk
from svcdesk.desk import Desk
from svcdesk.lifecycle.fold import fold
from svcdesk.model.record import Record
from svcdesk.sla.explain import Count
from svcdesk.sla.ledger import Entry
from svcdesk.sla.snapshot import iso
from svcdesk.store.tickets import Unreadable
from svcdesk.testing import NOW, Sandbox, isolated_environment

DATA = Path(__file__).parents[1] / "data" / "real" / "incident_event_log_600.csv"
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
POLICY = EXAMPLES / "incident-event-log.policy.yaml"


@pytest.fixture(scope="module")
def imported(desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A desk under the example's policy and calendar, with all incidents; made once."""
    root = tmp_path_factory.mktemp("incidents") / "desk"
    shutil.copytree(desk_template, root)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "SVCDESK_")):
                patch.delenv(name)
        for name, value in isolated_environment(root.with_name("home")).items():
            patch.setenv(name, value)
        desk = Sandbox(root)
        desk.write("records/policies/incidents.yaml", POLICY.read_text(encoding="utf-8"))
        desk.write(
            "records/calendars/business.yaml",
            (EXAMPLES / "incident-event-log.calendar.yaml").read_text(encoding="utf-8"),
        )
        desk.edit("records/desk.yaml", "policy: delivery-template", "policy: incidents")
        desk.commit("a policy for the incidents")
        desk.open().import_file(DATA, EXAMPLES / "incident-event-log.mapping.yaml")
    yield root


@pytest.fixture
def desk(imported: Path) -> Desk:
    return open_desk(imported, clock=lambda: NOW)


def records(desk: Desk) -> Iterator[tuple[str, Record]]:
    for loaded in desk.load_all("request"):
        assert not isinstance(loaded, Unreadable)
        yield str(loaded.record.get("x-source")), loaded.record


def told(entry: Entry, at: int) -> Told:
    sums = dict.fromkeys(Count, 0)
    for part in entry.intervals(at):
        sums[part.count] += part.seconds
    assert entry.course is not None
    return Told(
        entry.started,
        entry.ended,
        entry.course.due,
        sums[Count.COUNTED],
        sums[Count.SKIPPED],
        sums[Count.WAITING],
        entry.is_late if entry.ended is None or entry.met else entry.breached_at is not None,
    )


def test_the_policy_has_no_trap_and_its_calendar_is_well_formed(imported: Path) -> None:
    found = svcdesk(imported, "sla", "lint", "--format", "json").json()["items"]
    assert [one["message"] for one in found if "incidents" in one["message"]] == []
    assert svcdesk(imported, "calendar", "check").code == 0


def test_every_ledger_balances_and_the_patient_count_agrees(desk: Desk) -> None:
    year, rows = Year(), incidents(DATA)
    compared = balanced = 0
    for key, record in records(desk):
        own = rows[key]
        folded = fold(record.events, desk.workflow("request"))
        halfway = (own[0].when + own[-1].when) // 120 * 60
        for at in (halfway, own[-1].when + 3600):
            answer = desk.sla.live(record, datetime.fromtimestamp(at, UTC), folded)
            assert answer is not None
            for entry in answer.entries:
                parts = entry.intervals(at)
                end = at if entry.ended is None else entry.ended
                assert sum(part.seconds for part in parts) == max(end - entry.started, 0), key
                edges = [entry.started, *(part.end for part in parts)]
                assert edges[:-1] == [part.start for part in parts], key
                balanced += 1
            for name, count in (("response", year.response), ("resolution", year.resolution)):
                entry = answer.entry(name)
                assert (told(entry, at) if entry else None) == count(own, at), (key, name, iso(at))
                compared += 1 if entry else 0
    assert compared > 2000
    assert balanced >= compared


@pytest.mark.parametrize("factor", [2, 10])
def test_a_stricter_policy_turns_no_breach_into_a_pass(
    imported: Path, tmp_path: Path, factor: int
) -> None:
    stricter = tmp_path / "stricter.yaml"
    text = POLICY.read_text(encoding="utf-8")
    stricter.write_text(
        re.sub(r"duration: (\d+)h", lambda one: f"duration: {int(one[1]) * 60 // factor}m", text)
    )
    done = svcdesk(
        imported, "sla", "simulate", "--policy", str(stricter), "--format", "json",
        at="2024-10-01T09:30:00+08:00",
    )  # fmt: skip
    assert done.code == 0, done.err
    answer = done.json()
    assert answer["items"], "nothing changed: the comparison would say nothing"
    assert {(one["now"], one["then"]) for one in answer["items"]} == {("kept", "late")}
    assert answer["late_then"] > answer["late_now"] > 0
