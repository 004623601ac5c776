"""Ledgers of 600 real incidents: every one balances, and the patient ledger agrees.

The data: “Incident management process enriched event log”, C. A. L. Amaral, M. Fantinato,
S. M. Peres, UCI Machine Learning Repository, CC BY 4.0.
"""

import csv
from datetime import date, datetime
from itertools import groupby, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sla_brute import DAYS, Desk
from sla_builders import office, shipped
from sla_ledger_brute import Watch
from sla_stories import CALENDARS, RULES, compile_when, policy

from svcdesk.sla.explain import Count
from svcdesk.sla.history import History, Occurrence
from svcdesk.sla.instants import epoch
from svcdesk.sla.ledger import State, ledger
from svcdesk.sla.policy_file import parse_policy

FILE = Path(__file__).parents[2] / "data" / "real" / "incident_event_log_600.csv"
STATES = {
    "New": ("new", None),
    "Active": ("in_progress", None),
    "Awaiting User Info": ("waiting", "customer"),
    "Awaiting Problem": ("waiting", "problem"),
    "Resolved": ("resolved", None),
    "Closed": ("closed", None),
}
VERBS = {
    "new": "correct", "in_progress": "start", "waiting": "wait", "resolved": "resolve",
    "closed": "close",
}  # fmt: skip
PRIORITIES = {"1": "P1", "2": "P2", "3": "P3", "4": "P3"}
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = {**CALENDARS, "office": office()}


def instant(text):
    return epoch(datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=ZONE))


def histories():
    with FILE.open(encoding="utf-8") as lines:
        for number, rows in groupby(csv.DictReader(lines), key=lambda row: row["number"]):
            made, before, when = [], None, 0
            for place, row in enumerate(rows):
                time = instant(row["opened_at"] if before is None else row["sys_updated_at"])
                when = max(when, time)
                state, reason = STATES[row["incident_state"]]
                values = {"status": state, "priority": PRIORITIES[row["priority"][0]]}
                if row["assigned_to"] != "?":
                    values["assignee"] = row["assigned_to"]
                if reason:
                    values["waiting.reason"] = reason
                known = made[-1].values if made else {}
                made.append(
                    Occurrence(
                        id=f"{place:04d}",
                        when=when,
                        by="import",
                        do="submit" if before is None else VERBS[state],
                        state_before=before,
                        state_after=state,
                        values=values,
                        changed={k: v for k, v in values.items() if known.get(k) != v},
                    )
                )
                before = state
            yield History(number, number, tuple(made))


INCIDENTS = list(histories())
TEMPLATE = parse_policy(
    shipped("policies/delivery-template.yaml"), "delivery-template", compile_when
)


def test_there_are_six_hundred():
    assert len(INCIDENTS) == 600


@pytest.mark.parametrize("after", [0, 30 * 86400])
def test_every_interval_of_every_incident_balances_to_the_second(after):
    entries = 0
    for history in INCIDENTS:
        at = history.occurrences[-1].when + after
        for entry in ledger(history, RULES, TEMPLATE, OFFICE, at).entries:
            parts = entry.intervals(at)
            end = at if entry.ended is None else entry.ended
            assert sum(part.seconds for part in parts) == end - entry.started
            assert all(one.end == two.start for one, two in pairwise(parts))
            counted = sum(part.seconds for part in parts if part.count is Count.COUNTED)
            duration = entry.course.last.terms.duration
            if duration and duration.seconds and entry.judged:
                assert (counted > duration.seconds) == (entry.breached_at is not None)
            entries += 1
    assert entries > 2000


def test_the_patient_ledger_agrees_on_the_resolutions():
    """With hours in place of P3's working days, which the patient one does not know."""
    spans = {"P1": (4, "24x7"), "P2": (24, "24x7"), "P3": (22, "office")}
    terms = {
        priority: {
            "seconds": hours * 3600, "clock": clock, "pauses": None, "boundary": "tight",
            "hidden": False, "on_reopen": "resume", "on_priority_change": "retroactive",
        }
        for priority, (hours, clock) in spans.items()
    }  # fmt: skip
    made = policy(
        [(f"priority:{priority}", {"resolution": {"duration": f"{hours}h", "clock": clock}})
         for priority, (hours, clock) in spans.items()]
    )  # fmt: skip
    hours = [(9 * 3600, 12 * 3600), (13 * 3600 + 1800, 18 * 3600)]
    desk = Desk("Asia/Shanghai", dict.fromkeys(DAYS[:5], hours), differing_days(hours))
    compared = late = 0
    for history in INCIDENTS:
        solved = [event.when for event in history.occurrences if event.state_after == "resolved"]
        at = solved[-1] + 3600 if solved else history.occurrences[-1].when
        if at - history.submitted > 30 * 86400:
            continue
        found = ledger(history, RULES, made, OFFICE, at)
        watch = Watch("resolution", {"office": desk, "24x7": None}, terms.__getitem__, step=60)
        known = [event for event in history.occurrences if event.when <= at]
        (told,) = watch.watch(known, at)
        entry = found.entry("resolution")
        assert (entry.state.value, entry.due, entry.ended) == (
            told["state"], told["due"], told["ended"],
        )  # fmt: skip
        compared += 1
        late += entry.state is State.MISSED
    assert compared > 500 and 0 < late < compared


def differing_days(hours):
    """Date → windows, for the holidays and make-up days that the office calendar's file lists."""
    return {
        date.fromisoformat(item["date"]): [] if kind == "holidays" else hours
        for year in shipped("calendars/office.yaml")["years"]
        for kind in ("holidays", "workdays")
        for item in year[kind]
    }


@pytest.mark.parametrize("hours", [(8, 4), (24, 2), (4, 4)])
def test_a_stricter_policy_never_turns_a_breach_into_a_pass(hours):
    loose, strict = (
        policy(resolution={"duration": f"{n}h", "clock": "office"}, response=f"{n}h") for n in hours
    )
    worse = 0
    for history in INCIDENTS:
        at = history.occurrences[-1].when + 86400
        before = ledger(history, RULES, loose, OFFICE, at).entries
        after = ledger(history, RULES, strict, OFFICE, at).entries
        for one, other in zip(before, after, strict=True):
            assert (one.target, one.cycle) == (other.target, other.cycle)
            assert other.breached_at is not None or one.breached_at is None
            worse += (other.breached_at is not None) - (one.breached_at is not None)
    assert worse > 0 or hours[0] == hours[1]
