"""The calendar that ships, and the facts that it was made from."""

import builtins
import json
from datetime import date
from pathlib import Path

import pytest
from sla_builders import T, office, shipped

from svcdesk.errors import Invalid, Refused
from svcdesk.sla.arithmetic import add, add_working_days, elapsed
from svcdesk.sla.calendar import DayKind
from svcdesk.store.holiday_facts import doubts, facts

SAMPLE = Path(__file__).parents[2] / "data" / "sla" / "cn_makeup_sample.json"
MAKEUP = {date.fromisoformat(day) for day in json.loads(SAMPLE.read_text())["makeup_workdays"]}
YEARS = sorted({day.year for day in MAKEUP})


def test_the_make_up_days_are_those_on_which_two_libraries_agree():
    made = office()
    found = {
        date.fromordinal(ordinal)
        for ordinal, day in made.dated.items()
        if day.kind is DayKind.MAKEUP and date.fromordinal(ordinal).year in YEARS
    }
    assert found == MAKEUP
    assert all(made.works_on(day.toordinal()) for day in MAKEUP)


@pytest.mark.parametrize("year", range(2016, 2027))
def test_the_file_says_what_the_facts_say(year):
    entry = next(item for item in shipped("calendars/office.yaml")["years"] if item["year"] == year)
    assert {**facts("CN", year), "source": entry["source"]} == entry


def test_every_year_from_2016_to_2026_is_there_and_no_other():
    made = office()
    assert made.missing_years(T("2015-06-01 00:00"), T("2027-06-01 00:00")) == (2015, 2027)
    assert made.country == "CN"


def test_the_norms_sample_on_the_office_calendar():
    assert add(office(), T("2024-10-01 09:30"), 4 * 3600) == T("2024-10-08 14:30")
    assert add_working_days(office(), T("2024-10-10 10:00"), 3) == T("2024-10-14 10:00")
    assert elapsed(office(), T("2024-10-10 00:00"), T("2024-10-11 00:00")) == 7.5 * 3600


def test_days_in_exchange_carry_the_festivals_name():
    named = {item["date"]: item["name"] for item in facts("CN", 2024)["workdays"]}
    assert named["2024-10-12"] == "国庆节调休（换 2024-10-07 休息）"
    named = {item["date"]: item["name"] for item in facts("CN", 2025)["holidays"]}
    assert named["2025-10-08"] == "国庆节（与 2025-10-11 对换）"
    english = facts("CN", 2024, "en")
    assert any("National Day" in item["name"] for item in english["workdays"])
    assert {item["date"] for item in english["holidays"]} == {
        item["date"] for item in facts("CN", 2024)["holidays"]
    }


def test_a_year_that_is_not_announced_is_doubted():
    assert doubts("CN", 2024, facts("CN", 2024)) == ()
    assert doubts("DE", 2024, facts("DE", 2024)) == ()
    (doubt,) = doubts("CN", 2045, facts("CN", 2045))
    assert "not announced" in str(doubt)


@pytest.mark.parametrize(("country", "near"), [("XX", ""), ("CHN1", "CHN"), ("cn", "CN")])
def test_an_unknown_country_gets_near_names(country, near):
    with pytest.raises(Invalid) as refusal:
        facts(country, 2024)
    assert refusal.value.field == "country"
    assert near in str(refusal.value.hint)


def test_a_year_that_nobody_knows_is_refused():
    with pytest.raises(Invalid) as refusal:
        facts("CN", 1899)
    assert "1899" in str(refusal.value)


def test_without_the_library_one_line_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "holidays":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refused) as refusal:
        facts("CN", 2024)
    assert "pip install 'svcdesk[holidays]'" in str(refusal.value.hint)
