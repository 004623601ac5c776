"""Every switch of a policy at each of its values: a table that fails where a switch is ignored."""

import pytest
from sla_stories import clock, judged, policy, story

from svcdesk.sla.ledger import State

SUBMIT = "2024-10-10 10:00 submit priority=P2"  # a Thursday


def resolution(history, terms, at, rules=None):
    made = policy(rules, resolution=terms) if rules is None else policy(rules)
    found = judged(history, made, at)
    return [
        (entry.state.value, clock(entry.due), clock(entry.met))
        for entry in found.entries
        if entry.target == "resolution"
    ]


class TestClockAndDuration:
    @pytest.mark.parametrize(
        ("terms", "due"),
        [
            ({"duration": "8h", "clock": "24x7"}, "2024-10-10 18:00"),
            ({"duration": "8h", "clock": "office"}, "2024-10-11 10:30"),
            ({"duration": "1d", "clock": "24x7"}, "2024-10-11 10:00"),
            ({"duration": "1d", "clock": "office"}, "2024-10-14 11:30"),
            ({"duration": "3wd", "clock": "office"}, "2024-10-14 10:00"),
            ({"duration": "3wd", "clock": "24x7"}, "2024-10-13 10:00"),
            ({"duration": "3wd", "clock": "office", "end_of_day": True}, "2024-10-14 18:00"),
            ({"duration": "3wd", "clock": "office", "end_of_day": False}, "2024-10-14 10:00"),
            ({"duration": "390m", "clock": "office", "boundary": "tight"}, "2024-10-10 18:00"),
            ({"duration": "390m", "clock": "office", "boundary": "snap"}, "2024-10-11 09:00"),
        ],
    )
    def test_due(self, terms, due):
        assert resolution(story(SUBMIT), terms, "2024-10-10 11:00") == [("running", due, None)]


class TestStarts:
    LINES = (SUBMIT, "11:00 message", "11:30 message")

    @pytest.mark.parametrize(
        ("starts", "due"),
        [
            ({}, "2024-10-10 12:00"),
            ({"starts": "submitted"}, "2024-10-10 12:00"),
            ({"starts": "first_customer_message"}, "2024-10-10 13:00"),
        ],
    )
    def test_due(self, starts, due):
        made = policy(response={"duration": "2h", **starts})
        found = judged(story(*self.LINES), made, "2024-10-10 11:45")
        assert clock(found.entry("response").due) == due

    def test_new_terms_may_start_what_has_not_started(self):
        rules = [
            ("priority:P1", {"response": {"duration": "2h", "starts": "submitted"}}),
            ("priority:P2", {"response": {"duration": "4h", "starts": "first_customer_message"}}),
        ]
        made = policy(rules)
        raised = story(SUBMIT, "10:30 set priority=P1")
        assert clock(judged(raised, made, "2024-10-10 11:00").entry("response").due) == (
            "2024-10-10 12:00"
        )
        started = story(SUBMIT, "10:20 message", "10:30 set priority=P1")
        assert clock(judged(started, made, "2024-10-10 11:00").entry("response").due) == (
            "2024-10-10 12:20"
        )


REASONS = ("customer", "vendor", "approval", "problem", "window")


class TestPauses:
    """Which waiting reasons stop the clock, for each target that can wait."""

    def due(self, target, reason, pauses):
        before = {
            "resolution": (), "response": (), "assessment": (), "handover": (),
            "start": ("10:00 assign assignee=engineer-1",), "update": ("10:00 message",),
            "progress": ("10:00 reply",),
        }[target]  # fmt: skip
        lines = (SUBMIT, *before, f"10:30 wait waiting.reason={reason}", "12:00 resume")
        terms = {"duration": "4h"} | ({} if pauses is None else {"pauses": pauses})
        found = judged(story(*lines), policy(**{target: terms}), "2024-10-10 13:00")
        return clock(found.entry(target).due)

    @pytest.mark.parametrize("reason", REASONS)
    @pytest.mark.parametrize(
        ("target", "by_default"),
        [
            ("resolution", {"customer", "vendor", "window"}),
            ("start", set(REASONS)),
            ("update", set(REASONS)),
            ("response", set()),
            ("assessment", set()),
            ("handover", set()),
            ("progress", set()),
        ],
    )
    def test_the_defaults_of_each_target(self, target, by_default, reason):
        moved = "2024-10-10 15:30" if reason in by_default else "2024-10-10 14:00"
        assert self.due(target, reason, None) == moved

    @pytest.mark.parametrize("target", ["resolution", "start", "update", "response", "progress"])
    @pytest.mark.parametrize(
        ("pauses", "moves"),
        [([], False), (["customer"], True), (["vendor"], False), ("all", True),
         (["vendor", "customer"], True)],
    )  # fmt: skip
    def test_the_policys_own_choice(self, target, pauses, moves):
        due = "2024-10-10 15:30" if moves else "2024-10-10 14:00"
        assert self.due(target, "customer", pauses) == due

    def test_a_new_reason_splits_the_wait(self):
        lines = (SUBMIT, "10:30 wait waiting.reason=customer", "11:00 wait waiting.reason=problem",
                 "12:00 resume")  # fmt: skip
        assert resolution(story(*lines), "4h", "2024-10-10 13:00") == [
            ("running", "2024-10-10 14:30", None)
        ]

    def test_only_open_seconds_of_a_wait_move_the_due_time(self):
        lines = (SUBMIT, "17:00 wait waiting.reason=customer", "2024-10-11 10:00 resume")
        terms = {"duration": "8h", "clock": "office"}
        assert resolution(story(*lines), terms, "2024-10-11 10:00") == [
            ("running", "2024-10-11 14:00", None)  # 10:30 and the two open hours of the wait
        ]

    def test_from_waiting_straight_to_resolved(self):
        lines = (SUBMIT, "10:30 wait waiting.reason=customer", "18:00 resolve")
        assert resolution(story(*lines), "4h", "2024-10-11 10:00") == [
            ("met", "2024-10-10 21:30", "2024-10-10 18:00")
        ]


class TestHiddenWhileWaiting:
    LINES = (SUBMIT, "11:00 wait waiting.reason=approval")

    @pytest.mark.parametrize(
        ("hidden", "state", "due"),
        [(True, "hidden", None), (False, "running", "2024-10-10 14:00")],
    )
    def test_while_it_waits(self, hidden, state, due):
        terms = {"duration": "4h", "hidden_while_waiting": hidden}
        assert resolution(story(*self.LINES), terms, "2024-10-10 12:00") == [(state, due, None)]

    @pytest.mark.parametrize(("hidden", "state"), [(True, State.HIDDEN), (False, State.BREACHED)])
    def test_a_due_time_that_passes_unseen_is_late_only_afterwards(self, hidden, state):
        made = policy(resolution={"duration": "4h", "hidden_while_waiting": hidden})
        waiting = judged(story(*self.LINES), made, "2024-10-10 15:00").entry("resolution")
        assert waiting.state is state
        assert (waiting.breached_at is None) == hidden
        lines = (*self.LINES, "15:00 resume")
        back = judged(story(*lines), made, "2024-10-10 15:00").entry("resolution")
        assert back.state is State.BREACHED

    def test_what_was_late_before_it_waited_is_not_hidden(self):
        terms = {"duration": "30m", "hidden_while_waiting": True}
        assert resolution(story(*self.LINES), terms, "2024-10-10 12:00")[0][0] == "breached"


class TestOnReopen:
    """Resolved after 1 h of 4, rejected 2 h later."""

    LINES = (SUBMIT, "11:00 resolve", "13:00 reject")
    LATE = (SUBMIT, "16:00 resolve", "17:00 reject")

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            ({}, [("running", "2024-10-10 16:00", None)]),
            ({"on_reopen": "resume"}, [("running", "2024-10-10 16:00", None)]),
            (
                {"on_reopen": "restart"},
                [("dropped", "2024-10-10 14:00", None), ("running", "2024-10-10 17:00", None)],
            ),
            (
                {"on_reopen": "new_cycle"},
                [("met", "2024-10-10 14:00", "2024-10-10 11:00"),
                 ("running", "2024-10-10 17:00", None)],
            ),
            ({"on_reopen": "never"}, [("met", "2024-10-10 14:00", "2024-10-10 11:00")]),
        ],
    )  # fmt: skip
    def test_met_in_time_and_rejected(self, mode, expected):
        terms = {"duration": "4h", **mode}
        assert resolution(story(*self.LINES), terms, "2024-10-10 13:30") == expected

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            ("resume", [("breached", "2024-10-10 14:00", None)]),
            (
                "restart",
                [("missed", "2024-10-10 14:00", "2024-10-10 16:00"),
                 ("running", "2024-10-10 21:00", None)],
            ),
            (
                "new_cycle",
                [("missed", "2024-10-10 14:00", "2024-10-10 16:00"),
                 ("running", "2024-10-10 21:00", None)],
            ),
            ("never", [("missed", "2024-10-10 14:00", "2024-10-10 16:00")]),
        ],
    )  # fmt: skip
    def test_a_miss_stays_visible(self, mode, expected):
        terms = {"duration": "4h", "on_reopen": mode}
        assert resolution(story(*self.LATE), terms, "2024-10-10 17:30") == expected

    @pytest.mark.parametrize("mode", ["resume", "restart", "new_cycle"])
    def test_cancelled_and_reopened_it_starts_anew(self, mode):
        lines = (SUBMIT, "11:00 cancel", "13:00 reopen")
        terms = {"duration": "4h", "on_reopen": mode}
        assert resolution(story(*lines), terms, "2024-10-10 13:30") == [
            ("dropped", "2024-10-10 14:00", None),
            ("running", "2024-10-10 17:00", None),
        ]

    def test_cancelled_and_reopened_it_stays_dropped_if_so_chosen(self):
        lines = (SUBMIT, "11:00 cancel", "13:00 reopen")
        terms = {"duration": "4h", "on_reopen": "never"}
        assert resolution(story(*lines), terms, "2024-10-10 13:30") == [
            ("dropped", "2024-10-10 14:00", None)
        ]

    def test_created_closed_it_starts_when_it_is_reopened(self):
        lines = (f"{SUBMIT} status=closed", "13:00 reopen")
        assert resolution(story(*lines), "4h", "2024-10-10 13:30") == [
            ("running", "2024-10-10 17:00", None)
        ]

    def test_a_rejection_of_open_work_is_only_a_fact(self):
        lines = (SUBMIT, "10:30 start", "11:00 reject")
        assert resolution(story(*lines), "4h", "2024-10-10 13:30") == [
            ("running", "2024-10-10 14:00", None)
        ]


class TestOnPriorityChange:
    """P2 (8 h on one clock) becomes P1 (4 h on another) after a pause; Thursday, office hours.

    10:00–11:00 counted, 11:00–12:00 waiting, changed at 14:30, when the office clock shows 2 h
    (10–11 and 13:30–14:30) and the 24x7 clock 3.5 h.
    """

    LINES = (SUBMIT, "11:00 wait waiting.reason=customer", "12:00 resume",
             "14:30 set priority=P1")  # fmt: skip

    def rules(self, mode, old="office", new="24x7", short="4h"):
        change = {} if mode is None else {"on_priority_change": mode}
        return [
            ("priority:P1", {"resolution": {"duration": short, "clock": new, **change}}),
            ("priority:P2", {"resolution": {"duration": "8h", "clock": old, **change}}),
        ]

    @pytest.mark.parametrize(
        ("mode", "due"),
        [
            (None, "2024-10-10 15:00"),  # 4 h and the pause, from 10:00 on the new clock
            ("retroactive", "2024-10-10 15:00"),
            ("forward", "2024-10-10 16:30"),  # 2 of the 4 h are spent
            ("reset", "2024-10-10 18:30"),
        ],
    )
    def test_due(self, mode, due):
        found = resolution(story(*self.LINES), None, "2024-10-10 14:45", self.rules(mode))
        assert found == [("running", due, None)]

    @pytest.mark.parametrize(
        ("mode", "due"),
        [
            ("retroactive", "2024-10-11 10:00"),
            ("forward", "2024-10-11 10:00"),
            ("reset", "2024-10-11 14:30"),
        ],
    )
    def test_due_in_working_days(self, mode, due):
        rules = self.rules(mode, old="office", new="office", short="1wd")
        lines = (SUBMIT, "14:30 set priority=P1")
        assert resolution(story(*lines), None, "2024-10-10 14:45", rules) == [
            ("running", due, None)
        ]

    def test_forward_keeps_the_working_days_that_have_passed(self):
        rules = [
            ("priority:P1", {"resolution": {"duration": "3wd", "clock": "office",
                                            "on_priority_change": "forward"}}),
            ("priority:P2", {"resolution": {"duration": "5wd", "clock": "early"}}),
        ]  # fmt: skip
        lines = (
            SUBMIT,
            "2024-10-14 09:00 set priority=P1",
        )  # Friday passed on `early`, not Saturday
        assert resolution(story(*lines), None, "2024-10-14 09:30", rules) == [
            ("running", "2024-10-16 10:00", None)
        ]

    def test_forward_never_makes_late_before_the_change(self):
        rules = self.rules("forward", short="1h")
        assert resolution(story(*self.LINES), None, "2024-10-10 14:30", rules) == [
            ("running", "2024-10-10 14:30", None)
        ]

    @pytest.mark.parametrize("mode", ["retroactive", "forward", "reset"])
    def test_what_was_met_stays_met(self, mode):
        lines = (SUBMIT, "11:30 resolve", "12:00 set priority=P1")
        rules = self.rules(mode, old="24x7", short="1h")
        assert resolution(story(*lines), None, "2024-10-10 14:30", rules) == [
            ("met", "2024-10-10 18:00", "2024-10-10 11:30")
        ]

    def test_terms_that_end_drop_the_target_and_terms_that_come_start_it(self):
        rules = [("priority:P1", {"resolution": "4h"}), (None, {"response": "1h"})]
        lowered = story("2024-10-10 10:00 submit priority=P1", "11:00 set priority=P3")
        assert resolution(lowered, None, "2024-10-10 12:00", rules) == [
            ("dropped", "2024-10-10 14:00", None)
        ]
        raised = story("2024-10-10 10:00 submit priority=P3", "11:00 set priority=P1")
        assert resolution(raised, None, "2024-10-10 12:00", rules) == [
            ("running", "2024-10-10 14:00", None)
        ]

    def test_the_due_times_that_held_before_are_kept(self):
        found = judged(story(*self.LINES), policy(self.rules("retroactive")), "2024-10-10 14:45")
        ((until, due),) = found.entry("resolution").earlier_dues
        assert (clock(until), clock(due)) == ("2024-10-10 14:30", "2024-10-11 11:30")


class TestCancelled:
    def test_open_targets_are_dropped_also_late_ones(self):
        lines = (SUBMIT, "16:00 cancel")
        found = judged(story(*lines), policy(resolution="4h"), "2024-10-11 10:00")
        entry = found.entry("resolution")
        assert entry.state is State.DROPPED
        assert clock(entry.breached_at) == "2024-10-10 14:00"

    def test_what_was_missed_stays_missed(self):
        lines = (SUBMIT, "13:00 reply", "16:00 cancel")
        found = judged(story(*lines), policy(response="1h"), "2024-10-11 10:00")
        assert found.entry("response").state is State.MISSED
