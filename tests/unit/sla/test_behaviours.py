"""The given state-level stories, each by its id; a story without a test here fails the last one."""

import json
from pathlib import Path

from sla_stories import clock, judged, policy, story

from svcdesk.sla.ledger import State
from svcdesk.sla.levels import newly_reached

GIVEN = json.loads(
    (Path(__file__).parents[2] / "data" / "sla" / "behaviours.json").read_text(encoding="utf-8")
)
FROM_MESSAGE = policy(response={"duration": "2h", "starts": "first_customer_message"})
SUBMIT = "2024-10-10 10:00 submit priority=P2"


def due_of(target, made, *lines, at="2024-10-10 20:00"):
    return clock(getattr(judged(story(*lines), made, at).entry(target), "due", None))


def test_b1_no_due_date_without_a_message_to_answer():
    assert judged(story(SUBMIT), FROM_MESSAGE, "2024-10-10 20:00").entries == ()


def test_b2_a_reply_clears_the_response_and_a_second_leaves_it_cleared():
    once = (SUBMIT, "10:05 message for=requester", "10:30 reply")
    for lines in (once, (*once, "11:00 reply")):
        entry = judged(story(*lines), FROM_MESSAGE, "2024-10-10 20:00").entry("response")
        assert (entry.state, clock(entry.met)) == (State.MET, "2024-10-10 10:30")


def test_b3_due_counts_from_the_first_unanswered_message():
    made = policy(update="2h")
    answered = (SUBMIT, "10:05 message", "10:30 reply", "11:00 message")
    assert due_of("update", made, *answered) == "2024-10-10 13:00"
    assert due_of("update", made, *answered, "11:01 message") == "2024-10-10 13:00"


def test_b5_replies_never_move_the_resolution():
    made = policy(resolution="2h")
    lines = (SUBMIT, "10:05 message", "10:30 reply", "11:00 message", "11:30 reply")
    assert {due_of("resolution", made, *lines[:n]) for n in range(1, 6)} == {"2024-10-10 12:00"}


def test_b6_a_change_from_two_to_four_hours_keeps_the_start():
    made = policy([("priority:P2", {"resolution": "2h"}), ("priority:P3", {"resolution": "4h"})])
    assert due_of("resolution", made, SUBMIT) == "2024-10-10 12:00"
    assert due_of("resolution", made, SUBMIT, "11:00 set priority=P3") == "2024-10-10 14:00"


def test_b8_hidden_while_waiting_with_and_without_the_time_excluded():
    lines = (SUBMIT, "11:00 wait waiting.reason=customer", "13:00 resume")
    for pauses, due in ((["customer"], "2024-10-10 16:00"), ([], "2024-10-10 14:00")):
        made = policy(resolution={"duration": "4h", "hidden_while_waiting": True, "pauses": pauses})
        waiting = judged(story(*lines[:2]), made, "2024-10-10 12:00").entry("resolution")
        assert (waiting.state, waiting.due) == (State.HIDDEN, None)
        assert due_of("resolution", made, *lines) == due


def test_b11_update_is_unset_then_set_then_unchanged_then_met():
    made = policy(update="2h")
    lines = (SUBMIT, "10:10 message", "10:20 message", "10:30 reply")
    assert due_of("update", made, *lines[:1]) is None
    assert due_of("update", made, *lines[:2]) == "2024-10-10 12:10"
    assert due_of("update", made, *lines[:3]) == "2024-10-10 12:10"
    after = judged(story(*lines), made, "2024-10-10 20:00").entry("update")
    assert after.state is State.MET and not after.is_open


def test_b16_response_due_then_paused_then_resolution_due_then_fulfilled():
    made = policy(response="1h", resolution="4h")
    lines = (SUBMIT, "10:30 reply", "10:30 wait waiting.reason=customer", "11:30 resume",
             "12:00 resolve")  # fmt: skip

    def state(count, at):
        found = judged(story(*lines[:count]), made, at)
        return [(entry.target, entry.state.value) for entry in found.entries]

    assert state(1, "2024-10-10 10:10") == [("response", "running"), ("resolution", "running")]
    assert state(3, "2024-10-10 11:00") == [("response", "met"), ("resolution", "paused")]
    assert state(4, "2024-10-10 11:40") == [("response", "met"), ("resolution", "running")]
    assert state(5, "2024-10-10 12:10") == [("response", "met"), ("resolution", "met")]


def test_b17_closing_the_next_day_leaves_the_resolution_time():
    lines = (SUBMIT, "10:30 resolve", "11:00 confirm", "2024-10-11 10:00 close")
    found = judged(story(*lines), policy(resolution="4h"), "2024-10-12 10:00")
    entry = found.entry("resolution")
    assert entry.met - entry.started == 30 * 60
    assert sum(part.seconds for part in entry.intervals(found.at)) == 30 * 60


def test_b19_levels_fire_once_each_and_in_order():
    levels = [{"at": "-60m", "set": {"priority": "4"}}, {"at": "-30m", "set": {"priority": "5"}}]
    made = policy(resolution={"duration": "120m", "levels": levels})
    lines, recorded = ["2024-10-10 10:00 submit priority=3"], set()
    seen = []
    for at in ("10:59", "11:01", "11:01", "11:31", "11:31", "12:30"):
        found = judged(story(*lines), made, f"2024-10-10 {at}").entry("resolution")
        for moment in newly_reached(found.levels, recorded):
            recorded.add(moment.key)
            priority = moment.level.set["priority"]
            seen.append((at, priority))
            lines.append(f"{clock(moment.instant)} escalate derived auto priority={priority}")
    assert seen == [("11:01", "4"), ("11:31", "5")]
    assert story(*lines).occurrences[-1].values["priority"] == "5"


def test_b21_a_later_edit_of_the_submitted_time_moves_no_due_time():
    made = policy(resolution="2h")
    edit = "10:30 set submitted=2024-10-10T08:00:00+08:00"
    assert due_of("resolution", made, SUBMIT, edit) == "2024-10-10 12:00"


def test_b24_created_closed_the_timer_never_runs_created_waiting_it_is_paused_from_the_start():
    made = policy(response="1h", resolution="2h")
    closed = judged(story(f"{SUBMIT} status=closed"), made, "2024-10-12 10:00")
    assert closed.entries == ()
    waiting = f"{SUBMIT} status=waiting waiting.reason=customer"
    paused = judged(story(waiting), made, "2024-10-12 10:00").entry("resolution")
    assert (paused.state, paused.remaining) == (State.PAUSED, 7200)
    assert due_of("resolution", made, waiting, "12:00 resume") == "2024-10-10 14:00"


def test_b26_a_miss_stays_visible_after_a_late_reply():
    found = judged(story(SUBMIT, "13:00 reply"), policy(response="2h"), "2024-10-10 20:00")
    entry = found.entry("response")
    assert entry.state is State.MISSED
    assert (clock(entry.breached_at), clock(entry.met)) == ("2024-10-10 12:00", "2024-10-10 13:00")


def test_b28_closed_surveyed_reopened_and_closed_again_is_one_survey():
    first = (SUBMIT, "10:30 resolve", "11:00 confirm", "11:10 close")
    again = ("12:00 reopen", "13:00 resolve", "14:00 confirm", "14:10 close")
    made = policy(feedback="3wd")

    def surveys(*lines):
        found = judged(story(*lines), made, "2024-10-10 20:00")
        return [entry.state.value for entry in found.entries]

    assert surveys(*first, "11:30 rate", *again) == ["met"]
    assert surveys(*first, *again) == ["dropped", "running"]


def test_every_given_story_has_its_test():
    tested = {name.split("_")[1] for name in globals() if name.startswith("test_b")}
    assert tested == {entry["id"] for entry in GIVEN} and len(GIVEN) == 14
