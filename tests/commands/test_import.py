"""Real incidents of a company's desk become records; counted by a script that shares no code.

Data: “Incident management process enriched event log” (Amaral, Fantinato, Peres), UCI Machine
Learning Repository, CC BY 4.0.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest
from command_runner import svcdesk

from svcdesk import open_desk
from svcdesk.lifecycle.fold import fold
from svcdesk.testing import Sandbox

DATA = Path(__file__).parents[1] / "data" / "real" / "incident_event_log_600.csv"
MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "incident-event-log.mapping.yaml"
IMPORT = ("import", str(DATA), "--mapping", str(MAPPING))

STATES = {
    "New": "new",
    "Active": "in_progress",
    "Awaiting User Info": "waiting",
    "Awaiting Problem": "waiting",
    "Resolved": "resolved",
    "Closed": "closed",
}
PRIORITIES = {"1": "P1", "2": "P2", "3": "P3", "4": "P3"}


@pytest.fixture(scope="module")
def last_rows() -> dict[str, dict[str, str]]:
    """Incident → its last row in the file, read with nothing but the csv module."""
    rows: dict[str, dict[str, str]] = {}
    with DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            rows[row["number"]] = row
    return rows


def rows_per_incident() -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    with DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            counts[row["number"]] += 1
    return counts


def slug(name: str) -> str | None:
    return None if name == "?" else re.sub(r"\s+", "-", name.strip()).lower()


def test_every_incident_ends_as_its_last_row_says(
    desk: Sandbox, last_rows: dict[str, dict[str, str]]
) -> None:
    done = svcdesk(desk.root, *IMPORT, "--format", "json", who="engineer-1")
    assert done.code == 0, done.err
    counts = done.json()
    assert (counts["rows"], counts["created"], counts["forced"]) == (4137, 600, 0)
    assert counts["items"] == []
    assert desk.status() == ""

    opened = open_desk(desk.root)
    expected_events = rows_per_incident()
    seen = set()
    for loaded in opened.load_all("request"):
        record = loaded.record  # an unreadable one has no record, and fails here
        key = str(record.get("x-source"))
        last = last_rows[key]
        folded = fold(record.events, opened.workflow("request"))
        assert folded.status == STATES[last["incident_state"]], key
        assert folded.values.get("assignee") == slug(last["assigned_to"]), key
        assert folded.values.get("priority") == PRIORITIES[last["priority"][0]], key
        assert not folded.unsettled(), key
        assert len(record.events) == expected_events[key], key
        assert not any(event.do == "correct" for event in record.events)
        seen.add(key)
    assert seen == set(last_rows)

    checked = svcdesk(desk.root, "check", "--quiet", "--format", "json")
    assert checked.code == 0, checked.out[:2000]
    assert checked.json()["read"] == 600


def test_importing_twice_changes_nothing_and_a_longer_file_adds_what_is_new(
    desk: Sandbox, tmp_path: Path
) -> None:
    lines = DATA.read_text(encoding="utf-8").splitlines(keepends=True)
    short, longer = tmp_path / "short.csv", tmp_path / "longer.csv"
    short.write_text("".join(lines[:30]), encoding="utf-8")
    longer.write_text("".join(lines[:45]), encoding="utf-8")
    mapping = ("--mapping", str(MAPPING), "--format", "json")

    first = svcdesk(desk.root, "import", str(short), *mapping)
    head = desk.git("rev-parse", "HEAD")
    again = svcdesk(desk.root, "import", str(short), *mapping, at="2024-12-01T09:00:00+08:00")
    assert (again.code, again.json()["created"], again.json()["updated"]) == (0, 0, 0)
    assert desk.git("rev-parse", "HEAD") == head

    more = svcdesk(desk.root, "import", str(longer), *mapping, at="2024-12-02T09:00:00+08:00")
    assert more.json()["events"] == 44
    created, updated = more.json()["created"], more.json()["updated"]
    assert created + updated >= 1
    assert first.json()["created"] + created == len({line.split(",")[0] for line in lines[1:45]})


def test_rows_that_are_not_understood_are_listed_with_the_reason(
    desk: Sandbox, tmp_path: Path
) -> None:
    lines = DATA.read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "broken.csv"
    broken.write_text(
        "\n".join(
            [
                lines[0],
                lines[1],
                lines[2].replace("Resolved", "Dreaming", 1),
                lines[3].replace("29-02-2016 11:29", "soon", 1),
                lines[4],
            ]
        ),
        encoding="utf-8",
    )
    done = svcdesk(desk.root, "import", str(broken), "--mapping", str(MAPPING), "--format", "json")
    assert done.code == 1
    refused = {item["row"]: item["why"] for item in done.json()["items"]}
    assert set(refused) == {3, 4}  # as a spreadsheet counts them, the header being row 1
    assert "Dreaming" in refused[3]
    assert "soon" in refused[4]
    assert done.json()["events"] == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("counter: sys_mod_count", "counter: nowhere"), "nowhere"),
        (("format: '%d-%m-%Y %H:%M'", "frmat: x"), "time.frmat"),
        (("zone: America/Sao_Paulo", "zone: Mars/Olympus"), "Mars/Olympus"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_whole(
    desk: Sandbox, tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    done = svcdesk(desk.root, "import", str(DATA), "--mapping", str(mapping))
    assert done.code == 3
    assert expected in done.err
    assert desk.status() == ""


def test_importing_needs_the_right(desk: Sandbox) -> None:
    added = svcdesk(
        desk.root,
        "people",
        "add",
        "clerk-1",
        "--role",
        "front_desk",
        "--email",
        "clerk-1@example.org",
    )
    assert added.code == 0, added.err
    done = svcdesk(desk.root, *IMPORT, who="clerk-1")
    assert done.code == 3
    assert "import" in done.err
