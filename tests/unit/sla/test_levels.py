"""Escalation levels: when each comes, exactly once, in order, and never because of another."""

import pytest
from sla_stories import clock, judged, policy, story

from svcdesk.sla.levels import newly_reached

SUBMIT = "2024-10-10 10:00 submit priority=P2"


def levels(*moments, **terms):
    listed = [moment if isinstance(moment, dict) else {"at": moment} for moment in moments]
    return {"duration": "4h", "levels": listed, **terms}


def entry(terms, at, *lines, target="resolution"):
    return judged(story(SUBMIT, *lines), policy(**{target: terms}), at).entry(target)


@pytest.mark.parametrize(
    ("at", "clock_name", "comes"),
    [
        ("-30m", "24x7", "2024-10-10 13:30"),
        ("0", "24x7", "2024-10-10 14:00"),
        ("+2h", "24x7", "2024-10-10 16:00"),
        ("80%", "24x7", "2024-10-10 13:12"),
        ("33%", "24x7", "2024-10-10 11:19"),
        ("-10h", "24x7", "2024-10-10 10:00"),  # not before it began
        ("+1wd", "office", "2024-10-11 15:30"),
        ("-30m", "office", "2024-10-10 15:00"),
        ("-2h", "office", "2024-10-10 13:30"),
        ("50%", "office", "2024-10-10 12:00"),
        ("+3h", "office", "2024-10-11 09:30"),
    ],
)
def test_when_a_level_comes(at, clock_name, comes):
    (moment,) = entry(levels(at, clock=clock_name), "2024-10-10 10:10").levels
    assert clock(moment.instant) == comes
    assert moment.key == ("resolution", 1, 0)


def test_a_share_of_working_days_is_a_share_of_their_open_time():
    (moment,) = entry(levels("50%", duration="2wd", clock="office"), "2024-10-10 10:10").levels
    assert clock(moment.instant) == "2024-10-11 10:00"


def test_a_share_is_rounded_up_to_the_second():
    found = entry(levels("33%", duration="10s"), "2024-10-10 10:10")
    assert found.levels[0].instant - found.started == 4


def test_a_pause_moves_the_levels_and_what_would_come_during_it_has_not_come():
    terms = levels("-1h", "0", "+1h")
    lines = ("12:00 wait waiting.reason=customer",)
    waiting = entry(terms, "2024-10-10 20:00", *lines).levels
    assert [moment.reached for moment in waiting] == [False, False, False]
    resumed = entry(terms, "2024-10-10 20:00", *lines, "16:00 resume").levels
    assert [clock(moment.instant) for moment in resumed] == [
        "2024-10-10 17:00", "2024-10-10 18:00", "2024-10-10 19:00",
    ]  # fmt: skip
    assert all(moment.reached for moment in resumed)


def test_a_level_whose_moment_is_the_very_pause_comes_once_it_is_over():
    terms = levels("-1h")
    lines = ("13:00 wait waiting.reason=customer",)
    for at in ("2024-10-10 13:00", "2024-10-10 18:00"):
        assert not entry(terms, at, *lines).levels[0].reached
    (moment,) = entry(terms, "2024-10-10 18:00", *lines, "17:00 resume").levels
    assert (clock(moment.instant), moment.reached) == ("2024-10-10 17:00", True)


def test_nothing_comes_while_it_is_hidden():
    terms = levels("0", pauses=[], hidden_while_waiting=True)
    lines = ("12:00 wait waiting.reason=customer",)
    assert not entry(terms, "2024-10-10 20:00", *lines).levels[0].reached
    (moment,) = entry(terms, "2024-10-10 20:00", *lines, "19:00 resume").levels
    assert moment.reached


@pytest.mark.parametrize(
    ("resolved", "reached"),
    [("13:59", [True, False]), ("14:00", [True, False]), ("14:01", [True, True])],
)
def test_a_level_comes_only_before_its_target_is_met(resolved, reached):
    found = entry(levels("50%", "0"), "2024-10-10 20:00", f"{resolved} resolve")
    assert [moment.reached for moment in found.levels] == reached


def test_each_cycle_has_its_levels_anew():
    terms = levels("0", on_reopen="new_cycle")
    lines = ("15:00 resolve", "16:00 reject")
    found = judged(story(SUBMIT, *lines), policy(resolution=terms), "2024-10-11 00:00")
    keys = [moment.key for one in found.entries for moment in one.levels]
    assert keys == [("resolution", 1, 0), ("resolution", 2, 0)]
    all_levels = [moment for one in found.entries for moment in one.levels]
    assert [m.key for m in newly_reached(all_levels, {("resolution", 1, 0)})] == [
        ("resolution", 2, 0)
    ]


def test_new_ones_come_in_the_order_of_their_time():
    found = entry(levels("0", "80%", "50%"), "2024-10-10 20:00")
    assert [moment.level.at for moment in newly_reached(found.levels, ())] == ["50%", "80%", "0"]
    assert newly_reached(found.levels, {moment.key for moment in found.levels}) == ()


def test_what_a_level_sets_brings_on_no_further_level_of_the_same_instant():
    rules = [
        ("priority:P1", {"resolution": levels("50%", "0", duration="1h")}),
        (None, {"resolution": levels({"at": "50%", "set": {"priority": "P1"}}, "0")}),
    ]
    made = policy(rules)
    lines = [SUBMIT]
    first = judged(story(*lines), made, "2024-10-10 12:00").entry("resolution")
    (moment,) = newly_reached(first.levels, ())
    assert (moment.level.at, clock(moment.instant)) == ("50%", "2024-10-10 12:00")
    lines.append("12:00 escalate derived auto priority=P1")
    recorded = {moment.key}
    again = judged(story(*lines), made, "2024-10-10 12:00").entry("resolution")
    assert clock(again.due) == "2024-10-10 11:00"  # P1's hour, from the start
    assert newly_reached(again.levels, recorded) == ()
    later = judged(story(*lines), made, "2024-10-10 12:01").entry("resolution")
    (next_one,) = newly_reached(later.levels, recorded)
    assert next_one.level.at == "0"
    # the same change by a person brings the level at its own time
    lines[-1] = "12:00 set priority=P1"
    by_hand = judged(story(*lines), made, "2024-10-10 12:00").entry("resolution")
    assert [clock(m.instant) for m in newly_reached(by_hand.levels, recorded)] == [
        "2024-10-10 11:00"
    ]


def test_a_level_carries_what_is_to_be_done():
    terms = levels({"at": "0", "notify": ["assignee", "role:supervisor"], "require": "note",
                    "set": {"priority": "P1"}})  # fmt: skip
    (moment,) = entry(terms, "2024-10-10 10:10").levels
    assert moment.level.notify == ("assignee", "role:supervisor")
    assert (moment.level.require, moment.level.set) == ("note", {"priority": "P1"})


def test_a_promise_has_levels_before_the_time_promised():
    terms = {"levels": [{"at": "-30m"}, {"at": "50%"}]}
    line = "10:30 promise promise=2024-10-10T12:30:00+08:00"
    found = entry(terms, "2024-10-10 10:40", line, target="promise")
    assert [clock(moment.instant) for moment in found.levels] == [
        "2024-10-10 12:00", "2024-10-10 11:30",
    ]  # fmt: skip
