"""The request's table of targets: each event starts, meets, pauses and ends exactly its targets."""

import pytest
from sla_stories import RULES, TABLE, clock, judged, policy, story

from svcdesk.errors import Invalid
from svcdesk.sla.ledger import State
from svcdesk.sla.targets import parse_target_rules

EVERYTHING = policy(
    response="2h", start="2h", assessment="24h", update="4h", progress="8h", promise={},
    resolution="24h", feedback="3wd", handover="24h", check_back="7d", retention="1096d",
)  # fmt: skip


def states(*lines, at="2024-10-10 12:00"):
    """Target → state of its latest cycle."""
    found = judged(story(*lines), EVERYTHING, at)
    return {entry.target: entry.state.value for entry in found.entries}


SUBMITTED = dict.fromkeys(("response", "assessment", "resolution", "handover"), "running")
TAKEN = {**SUBMITTED, "handover": "met", "start": "running"}

SUBMIT = "2024-10-10 10:00 submit priority=P1"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], SUBMITTED),
        (["10:30 assign assignee=engineer-1"], TAKEN),
        (["10:30 take assignee=engineer-1"], TAKEN),
        (
            ["10:30 take assignee=engineer-1 promise=2024-10-10T15:00:00+08:00"],
            {**TAKEN, "response": "met", "promise": "running"},
        ),
        (["10:30 handover team=network"], {**SUBMITTED, "handover": "met"}),
        (["10:30 message for=requester"], {**SUBMITTED, "update": "running"}),
        (["10:30 reply auto"], SUBMITTED),
        (["10:30 reply for=requester"], SUBMITTED),
        (["10:30 reply"], {**SUBMITTED, "response": "met", "progress": "running"}),
        (
            ["10:30 reply promise=2024-10-10T15:00:00+08:00"],
            {**SUBMITTED, "response": "met", "progress": "running", "promise": "running"},
        ),
        (["10:30 promise promise=2024-10-10T15:00:00+08:00"], {**SUBMITTED, "promise": "running"}),
        (["10:30 assess"], SUBMITTED),
        (["10:30 assess plan"], {**SUBMITTED, "assessment": "met"}),
        (["10:30 call"], SUBMITTED),
        (["10:30 note"], SUBMITTED),
        (["10:30 rate for=requester"], SUBMITTED),
        (
            ["10:30 wait waiting.reason=customer"],
            {**SUBMITTED, "resolution": "paused"},
        ),
        (
            ["10:30 wait waiting.reason=approval"],
            SUBMITTED,
        ),
        (
            ["10:20 assign assignee=engineer-1", "10:30 wait waiting.reason=approval"],
            {**TAKEN, "start": "paused"},
        ),
        (
            ["10:20 message", "10:30 wait waiting.reason=problem"],
            {**SUBMITTED, "update": "paused"},
        ),
        (
            ["10:30 start assignee=engineer-1"],
            {**TAKEN, "start": "met"},
        ),
        (
            ["10:30 start assignee=engineer-1", "10:40 resolve"],
            {"response": "dropped", "assessment": "dropped", "resolution": "met",
             "handover": "met", "start": "met", "check_back": "running"},
        ),
        (
            ["10:40 resolve", "10:50 call"],
            {"response": "dropped", "assessment": "dropped", "resolution": "met",
             "handover": "dropped", "check_back": "met"},
        ),
        (
            ["10:40 resolve", "10:50 confirm for=requester"],
            {"response": "dropped", "assessment": "dropped", "resolution": "met",
             "handover": "dropped", "check_back": "running", "feedback": "running"},
        ),
        (
            ["10:40 resolve", "10:50 accept for=requester", "10:55 rate for=requester",
             "11:00 close"],
            {"response": "dropped", "assessment": "dropped", "resolution": "met",
             "handover": "dropped", "check_back": "running", "feedback": "met",
             "retention": "running"},
        ),
        (
            ["10:40 resolve", "10:50 confirm for=requester", "10:55 reject for=requester"],
            {"response": "dropped", "assessment": "dropped", "resolution": "running",
             "handover": "dropped", "check_back": "dropped", "feedback": "dropped"},
        ),
        (["10:40 cancel"], dict.fromkeys(SUBMITTED, "dropped")),
    ],
)  # fmt: skip
def test_each_event_moves_exactly_its_targets(lines, expected):
    assert states(SUBMIT, *lines) == expected


def test_a_response_without_an_expected_time_is_noted():
    first = judged(story(SUBMIT, "10:30 reply"), EVERYTHING, "2024-10-10 12:00")
    assert first.entry("response").lacks == "promise"
    told = judged(
        story(SUBMIT, "10:30 reply promise=2024-10-10T15:00:00+08:00"),
        EVERYTHING,
        "2024-10-10 12:00",
    )
    assert told.entry("response").lacks is None


def test_a_reply_meets_every_open_promise_and_a_later_promise_excuses_no_earlier_one():
    lines = (
        SUBMIT,
        "10:10 take assignee=engineer-1 promise=2024-10-10T11:00:00+08:00",
        "10:50 promise promise=2024-10-10T14:00:00+08:00",
        "11:30 reply",
    )
    found = judged(story(*lines), EVERYTHING, "2024-10-10 12:00")
    first, second = found.entry("promise", 1), found.entry("promise", 2)
    assert (first.state, clock(first.due), clock(first.met)) == (
        State.MISSED, "2024-10-10 11:00", "2024-10-10 11:30",
    )  # fmt: skip
    assert (second.state, clock(second.due)) == (State.MET, "2024-10-10 14:00")


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("10:59 reply", State.MET),
        ("11:00 reply", State.MET),
        ("11:01 reply", State.MISSED),
        ("10:30 deliver", State.MET),
        ("10:30 assess plan", State.BREACHED),
        ("10:30 reply auto", State.BREACHED),
        ("10:30 resolve", State.MET),
    ],
)
def test_a_promise_is_kept_by_a_reply_or_the_move_promised_on_time(event, state):
    promised = "10:10 promise promise=2024-10-10T11:00:00+08:00 move=deliver"
    found = judged(story(SUBMIT, promised, event), EVERYTHING, "2024-10-10 12:00")
    assert found.entry("promise").state is state


def test_waiting_does_not_pause_a_promise():
    lines = (SUBMIT, "10:10 promise promise=2024-10-10T11:00:00+08:00",
             "10:20 wait waiting.reason=customer")  # fmt: skip
    assert states(*lines)["promise"] == "breached"
    made = policy(promise={"pauses": "all"})
    found = judged(story(*lines), made, "2024-10-10 12:00").entry("promise")
    assert (found.state, clock(found.due)) == (State.BREACHED, "2024-10-10 11:00")


def test_a_promise_of_a_cancelled_request_does_not_come_back_but_what_is_owed_does():
    lines = (SUBMIT, "10:10 promise promise=2024-10-10T11:00:00+08:00", "10:15 message",
             "10:20 cancel", "14:00 reopen")  # fmt: skip
    found = judged(story(*lines), EVERYTHING, "2024-10-10 15:00")
    told = [(entry.target, entry.state.value, clock(entry.started)) for entry in found.entries]
    assert [one for one in told if one[0] == "promise"] == [
        ("promise", "dropped", "2024-10-10 10:10")
    ]
    for target in ("response", "assessment", "update", "resolution", "handover"):
        assert [one for one in told if one[0] == target][-1][1:] == ("running", "2024-10-10 14:00")


def test_an_assignment_after_the_work_is_done_starts_nothing_later():
    lines = (SUBMIT, "10:10 resolve", "10:20 assign assignee=engineer-1", "10:30 reject")
    assert "start" not in states(*lines, "10:40 note")


def test_progress_is_owed_again_after_each_reply():
    found = judged(story(SUBMIT, "10:30 reply", "12:00 reply"), EVERYTHING, "2024-10-10 13:00")
    cycles = [entry for entry in found.entries if entry.target == "progress"]
    assert [(entry.cycle, entry.state.value, clock(entry.due)) for entry in cycles] == [
        (1, "met", "2024-10-10 18:30"),
        (2, "running", "2024-10-10 20:00"),
    ]


def test_retention_is_a_date_to_report_and_never_a_breach():
    lines = (SUBMIT, "10:40 resolve", "10:50 confirm", "11:00 close")
    found = judged(story(*lines), EVERYTHING, "2030-01-01 00:00").entry("retention")
    assert (found.state, found.breached_at, found.judged) == (State.MET, None, False)
    assert clock(found.due) == "2027-10-11 11:00"


def test_the_check_back_call_begins_anew_with_each_resolution():
    lines = (SUBMIT, "10:40 resolve", "10:45 call", "10:50 reject", "11:00 resolve")
    found = judged(story(*lines), EVERYTHING, "2024-10-10 12:00")
    assert [e.state.value for e in found.entries if e.target == "check_back"] == ["met", "running"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"rules": {"response": {}}}, "rules.response.starts"),
        ({"rules": {"response": {"starts": {"now": [{}]}}}}, "rules.response.starts.now.0"),
        ({"rules": {"response": {"starts": {"now": [{"does": "x"}]}}}},
         "rules.response.starts.now.0.does"),
        ({"rules": {"response": {"start": {}}}}, "rules.response.start"),
        ({"rules": {"response": {"starts": {"now": [{"do": 1}]}}}},
         "rules.response.starts.now.0.do"),
        ({"targets": {}}, "targets"),
    ],
)  # fmt: skip
def test_a_table_of_another_shape_is_refused_by_field(data, field):
    with pytest.raises(Invalid) as refusal:
        parse_target_rules(data)
    assert refusal.value.field == field


def test_the_shipped_table_has_every_target_of_the_norms_with_a_label_in_both_languages():
    assert set(RULES.rules) == {
        "response", "start", "assessment", "update", "progress", "promise", "resolution",
        "feedback", "handover", "check_back", "retention",
    }  # fmt: skip
    assert all(set(rule.labels) == {"en", "zh"} for rule in RULES.rules.values())
    assert TABLE["waiting"]["reason"] == "waiting.reason"
