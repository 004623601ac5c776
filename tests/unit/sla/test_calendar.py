"""Calendar files: precedence, what each day is, and everything that is refused."""

from datetime import date

import pytest
from sla_builders import OFFICE, T, calendar

from svcdesk.errors import Invalid
from svcdesk.sla.arithmetic import elapsed
from svcdesk.sla.calendar import DayKind, always_open
from svcdesk.sla.calendar_file import parse_calendar

YEAR = {
    "year": 2024,
    "source": "test",
    "holidays": [{"date": "2024-10-01", "name": "国庆节"}],
    "workdays": [
        {"date": "2024-10-12", "name": "国庆节调休"},
        {"date": "2024-09-29", "name": "半天", "hours": ["09:00-12:00"]},
    ],
}
NATIONAL_DAY = date(2024, 10, 1).toordinal()


def hours_on(made, day):
    return elapsed(made, T(f"{day} 00:00"), T(f"{day} 00:00") + 86400) / 3600


def test_the_week_holidays_and_make_up_days():
    made = calendar(years=[YEAR])
    assert hours_on(made, "2024-09-30") == 7.5
    assert hours_on(made, "2024-10-01") == 0
    assert hours_on(made, "2024-10-05") == 0
    assert hours_on(made, "2024-10-12") == 7.5, "a make-up day has the hours of an ordinary day"
    assert hours_on(made, "2024-09-29") == 3, "unless it says otherwise"
    assert made.day(NATIONAL_DAY).kind is DayKind.HOLIDAY
    assert made.day(NATIONAL_DAY).name == "国庆节"


def test_an_own_override_wins_over_holidays_and_make_up_days():
    made = calendar(
        years=[YEAR],
        overrides=[
            {"date": "2024-10-01", "hours": ["10:00-11:00"], "reason": "值班"},
            {"date": "2024-10-12", "closed": True, "reason": "停电"},
        ],
    )
    assert hours_on(made, "2024-10-01") == 1
    assert hours_on(made, "2024-10-12") == 0
    assert made.day(NATIONAL_DAY).name == "值班"


def test_an_ordinary_day_is_the_first_weekday_with_hours():
    made = calendar(hours={"tue": ["08:00-10:00"], "wed": OFFICE}, years=[YEAR])
    assert hours_on(made, "2024-10-12") == 2


def test_windows_may_touch_cross_midnight_and_end_at_24():
    made = calendar(hours={"mon": ["12:00-18:00", "09:00-12:00"], "tue": ["20:00-24:00"],
                           "wed": ["00:00-01:00", "22:00-06:00"]})  # fmt: skip
    assert hours_on(made, "2024-10-07") == 9
    assert made.openings.between(T("2024-10-08 00:00"), T("2024-10-11 00:00")) == [
        (T("2024-10-08 20:00"), T("2024-10-09 01:00")),
        (T("2024-10-09 22:00"), T("2024-10-10 06:00")),
    ]


def test_a_year_without_facts_is_missing_only_where_a_country_is_followed():
    plain, chinese = calendar(years=[YEAR]), calendar(years=[YEAR], country="CN")
    span = T("2023-12-31 23:00"), T("2025-01-01 01:00")
    assert plain.missing_years(*span) == ()
    assert chinese.missing_years(*span) == (2023, 2025)
    assert chinese.missing_years(T("2024-03-01 00:00"), T("2024-12-31 23:59")) == ()
    assert always_open().missing_years(*span) == ()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"zone": "Asia/Shanghia"}, "zone", "Shanghia"),
        ({"zone": "../etc/passwd"}, "zone", "time zone"),
        ({"zone": None}, "zone", "text"),
        ({"hours": {}}, "hours", "no hours at all"),
        ({"hours": {}, "overrides": [{"date": "2024-01-01", "closed": True, "reason": "x"}]},
         "hours", "no hours at all"),
        ({"hours": {"mon": ["09:00-12:00", "11:00-18:00"]}}, "hours.mon", "overlap at 11:00"),
        ({"hours": {"mon": ["22:00-09:00"], "tue": ["08:00-18:00"]}}, "hours", "midnight"),
        ({"hours": {"sun": ["22:00-09:00"], "mon": ["08:00-18:00"]}}, "hours", "midnight"),
        ({"hours": {"mon": ["22:00-08:00"]},
          "overrides": [{"date": "2024-10-08", "hours": ["07:00-09:00"], "reason": "x"}]},
         "overrides", "2024-10-08"),
        ({"hours": {"mon": ["09:00-25:00"]}}, "hours.mon", "no clock shows"),
        ({"hours": {"mon": ["09:60-10:00"]}}, "hours.mon", "no clock shows"),
        ({"hours": {"mon": ["9-18"]}}, "hours.mon", "not a window"),
        ({"hours": {"mon": ["09:00-09:00"]}}, "hours.mon", "empty"),
        ({"hours": {"mon": [900]}}, "hours.mon", "list of texts"),
        ({"hours": {"monday": OFFICE}}, "hours.monday", "does not"),
        ({"holidays": []}, "holidays", "does not"),
        ({"country": "China"}, "country", "code"),
        ({"years": [{"year": 2024, "source": "x"}] * 2}, "years", "twice"),
        ({"years": [{"year": "2024", "source": "x"}]}, "years.0.year", "year"),
        ({"years": [{"year": 2024}]}, "years.0.source", "text"),
        ({"years": [{"year": 2024, "source": "x",
                     "holidays": [{"date": "2025-01-01", "name": "元旦"}]}]},
         "years.0.holidays.0.date", "not in 2024"),
        ({"years": [{"year": 2024, "source": "x",
                     "holidays": [{"date": "2024-02-30", "name": "x"}]}]},
         "years.0.holidays.0.date", "date"),
        ({"years": [{"year": 2024, "source": "x",
                     "holidays": [{"date": "2024-10-01", "name": "a"}],
                     "workdays": [{"date": "2024-10-01", "name": "b"}]}]},
         "years.0.workdays.0.date", "twice"),
        ({"overrides": [{"date": "2024-10-01", "closed": True, "reason": "a"}] * 2},
         "overrides.1.date", "twice"),
        ({"overrides": [{"date": "2024-10-01", "reason": "a"}]}, "overrides.0.hours", "either"),
        ({"overrides": [{"date": "2024-10-01", "closed": True}]}, "overrides.0.reason", "text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_field(change, field, words):
    with pytest.raises(Invalid) as refusal:
        parse_calendar({"zone": "Asia/Shanghai", "hours": {"mon": OFFICE}, **change}, "office")
    assert refusal.value.field == field
    said = f"{refusal.value} {refusal.value.hint}"
    assert "office" in said
    assert words in said or (words == "does not" and "belongs here" in said)


def test_a_misspelt_zone_gets_the_near_one():
    with pytest.raises(Invalid) as refusal:
        calendar(zone="Asia/Shanghia")
    assert "Asia/Shanghai" in str(refusal.value.hint)
