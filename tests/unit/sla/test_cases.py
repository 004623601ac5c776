"""The given cases of working-time arithmetic, every one of them, through the one adapter."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from svcdesk.errors import Invalid
from svcdesk.sla.cases import work_out

DATA = Path(__file__).parents[2] / "data" / "sla"
CASES = [
    case
    for name in ("arithmetic.json", "add_days.json")
    for case in json.loads((DATA / name).read_text(encoding="utf-8"))
]


def answer(case):
    result = work_out(case)
    return result if isinstance(result, int) else datetime.fromisoformat(result)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_case_comes_out(case):
    if case["kind"] == "elapsed":
        assert answer(case) == case["expected_seconds"]
    else:
        assert answer(case) == datetime.fromisoformat(case["expected"])


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "expected_other_convention" in case],
    ids=lambda case: case["id"],
)
def test_the_other_boundary_gives_the_other_answer(case):
    other = {**case, "boundary": {"tight": "snap", "snap": "tight"}[case["boundary"]]}
    assert answer(other) == datetime.fromisoformat(case["expected_other_convention"])


def test_there_are_as_many_cases_as_were_given():
    assert len(CASES) == 185 + 16


PLAIN = {"timezone": "Asia/Shanghai", "hours": {"mon": [["09:00", "18:00"]]}}


def test_a_make_up_day_without_hours_of_its_own_has_the_ordinary_ones():
    case = {
        "id": "x",
        "kind": "elapsed",
        "calendar": {**PLAIN, "extra_workdays": ["2024-10-12"], "holidays": ["2024-10-12"]},
        "start": "2024-10-12T00:00:00+08:00",
        "end": "2024-10-13T00:00:00+08:00",
    }
    assert work_out(case) == 9 * 3600


@pytest.mark.parametrize("case", [None, 3, [], "add"])
def test_what_is_no_case_at_all_is_refused(case):
    with pytest.raises(Invalid):
        work_out(case)


def test_answers_carry_the_calendars_offset_and_end_of_day_is_a_mode():
    case = {
        "id": "x",
        "kind": "add_days",
        "calendar": PLAIN,
        "start": "2024-10-07T02:00:00+00:00",
        "days": 1,
        "mode": "end_of_day",
    }
    assert work_out(case) == "2024-10-14T18:00:00+08:00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "subtract"}, "kind"),
        ({"seconds": "many"}, "seconds"),
        ({"seconds": 1.5}, "seconds"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2024-10-07T09:00:00"}, None),
        ({"boundary": "loose"}, "boundary"),
        ({"pauses": ["2024-10-07T09:00:00+08:00"]}, "pauses"),
        ({"calendar": {"timezone": "Mars/Base", "hours": {}}}, "zone"),
        ({"calendar": {"timezone": "UTC", "hours": {}}}, "hours"),
        ({"calendar": {"timezone": "UTC", "hours": {"mon": [["9", "18:00"]]}}}, "hours.mon"),
        ({"seconds": 3600 * 1_000_000}, None),
    ],
)
def test_a_case_that_cannot_be_computed_says_why(change, field):
    case = {
        "id": "x",
        "kind": "add",
        "calendar": PLAIN,
        "start": "2024-10-07T09:00:00+08:00",
        "seconds": 60,
        **change,
    }
    with pytest.raises(Invalid) as refusal:
        work_out(case)
    if field:
        assert refusal.value.field == field
