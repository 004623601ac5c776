"""What a closing event keeps, and that a later policy edit does not rewrite it."""

import json

import pytest
from sla_builders import T
from sla_stories import clock, judged, policy, story

from svcdesk.errors import Invalid
from svcdesk.sla.ledger import State
from svcdesk.sla.snapshot import events_digest, restore, snapshot, stands

LINES = (
    "2024-10-10 10:00 submit priority=P2",
    "11:00 reply",
    "15:00 resolve",
    "16:00 confirm",
    "17:00 close",
)
HISTORY = story(*LINES)
IDS = [event.id for event in HISTORY.occurrences]
CLOSED = T("2024-10-10 17:00")
THEN = policy(response="2h", resolution="4h", feedback={"duration": "3wd", "clock": "office"})
AFTER = "2024-10-20 10:00"


def kept():
    made = snapshot(
        judged(HISTORY, THEN, "2024-10-10 17:00"), "p-digest", {"office": "c", "other": "x"}, IDS
    )
    return json.loads(json.dumps(made))  # it goes through a file


def test_it_names_what_it_was_judged_by_and_the_verdicts():
    stored = kept()
    assert stored["policy"] == {"name": "test", "digest": "p-digest"}
    assert stored["calendars"] == {"office": "c"}
    assert [(one["target"], one["state"]) for one in stored["targets"]] == [
        ("response", "met"), ("resolution", "missed"), ("feedback", "running"),
    ]  # fmt: skip
    resolution = stored["targets"][1]
    assert resolution["due"] == "2024-10-10T06:00:00+00:00"
    assert resolution["met"] == "2024-10-10T07:00:00+00:00"
    assert resolution["breached"] == resolution["due"]


def test_it_stands_for_its_events_in_any_order_and_for_no_others():
    stored = kept()
    assert stands(stored, reversed(IDS))
    assert not stands(stored, [*IDS, "9999"])
    assert not stands(stored, IDS[:-1])
    assert events_digest(IDS) == events_digest([*IDS, IDS[0]])


@pytest.mark.parametrize(
    "edited",
    [
        policy(response="10m", resolution="48h", feedback={"duration": "1wd", "clock": "office"}),
        policy(response="10m"),
        policy(response="2h", resolution="4h", feedback={"duration": "3wd", "clock": "office"},
               assessment="1h", start="1h", handover="1m"),
    ],
    ids=["other durations", "targets taken away", "targets added"],
)  # fmt: skip
def test_a_later_policy_changes_no_verdict(edited):
    live = judged(HISTORY, edited, AFTER)
    found = restore(live, kept(), CLOSED)
    then = judged(HISTORY, THEN, AFTER)
    verdicts = {(e.target, e.state, e.due, e.met, e.breached_at) for e in found.entries}
    expected = {(e.target, e.state, e.due, e.met, e.breached_at) for e in then.entries}
    if "feedback" not in {entry.target for entry in live.entries}:
        verdicts = {verdict for verdict in verdicts if verdict[0] != "feedback"}
        expected = {verdict for verdict in expected if verdict[0] != "feedback"}
    assert verdicts == expected


@pytest.mark.parametrize(
    ("more", "at", "state"),
    [
        ((), "2024-10-10 18:00", State.RUNNING),
        ((), AFTER, State.BREACHED),
        (("2024-10-12 10:00 rate",), AFTER, State.MET),
        (("2024-10-19 10:00 rate",), AFTER, State.MISSED),
    ],
)
def test_what_was_open_at_the_closing_keeps_its_due_time_and_goes_on(more, at, state):
    edited = policy(response="2h", resolution="4h", feedback="1h")
    found = restore(judged(story(*LINES, *more), edited, at), kept(), CLOSED)
    entry = found.entry("feedback")
    assert (entry.state, clock(entry.due)) == (state, "2024-10-14 16:00")
    assert (entry.breached_at is not None) == (state in (State.BREACHED, State.MISSED))


def test_what_was_reopened_since_is_the_ledgers_own():
    again = story(*LINES, "2024-10-11 09:00 reopen")
    found = restore(judged(again, THEN, "2024-10-11 10:00"), kept(), CLOSED)
    assert found.entry("resolution").is_open


def test_a_target_that_the_closing_itself_starts_is_the_ledgers():
    made = policy(response="2h", resolution="4h", retention="1096d")
    found = restore(judged(HISTORY, made, AFTER), kept(), CLOSED)
    assert found.entry("retention").state is State.RUNNING


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "fine"}, "targets.0.state"),
        ({"cycle": "1"}, "targets.0.cycle"),
        ({"due": "noon"}, "targets.0.due"),
        ({"target": None}, "targets.0.target"),
    ],
)
def test_a_snapshot_of_another_shape_is_refused_by_field(change, field):
    stored = kept()
    stored["targets"][0].update(change)
    with pytest.raises(Invalid) as refusal:
        restore(judged(HISTORY, policy(response="10m"), AFTER), stored, CLOSED)
    assert refusal.value.field == field
