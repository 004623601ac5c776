"""Ledgers of random histories under random policies, against the patient one; and their balance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sla_brute import DAYS, Desk
from sla_builders import T, calendar, desks, fuzz, window
from sla_ledger_brute import Watch
from sla_stories import OPEN, RULES, Progress, policy

from svcdesk.sla.calendar import ALWAYS, always_open
from svcdesk.sla.explain import Count
from svcdesk.sla.history import History
from svcdesk.sla.ledger import ledger

TARGETS = ("resolution", "response", "update")
FACTS = ("message", "reply", "reply auto", "reply for=requester", "set priority=P1",
         "set priority=P2", "note")  # fmt: skip
MOVES = {
    "open": ("start", "assign assignee=engineer-1", "wait waiting.reason=customer",
             "wait waiting.reason=approval", "wait waiting.reason=vendor", "resolve", "cancel",
             "reject"),
    "waiting": ("resume", "resume", "wait waiting.reason=approval",
                "wait waiting.reason=customer", "resolve", "start", "cancel"),
    "resolved": ("confirm", "close", "reject", "reopen"),
    "confirmed": ("close", "reject"),
    "closed": ("reopen", "reject"),
    "cancelled": ("reopen",),
}  # fmt: skip
STARTS = ("", "", "", "", "status=waiting waiting.reason=customer", "status=closed",
          "status=resolved", "status=cancelled")  # fmt: skip


@st.composite
def histories(draw, start: int, step: int, gap: int):
    """A request's life: legal moves and facts at random times, several at one instant too."""
    progress, when = Progress(), start
    first = f"{draw(st.sampled_from(STARTS))} priority={draw(st.sampled_from(['P1', 'P2']))}"
    made = [progress.step(0, when, "submit", first.split())]
    for number in range(1, draw(st.integers(0, 9)) + 1):
        when += draw(st.integers(0, gap)) * step
        state = progress.state
        moves = MOVES["open" if state in OPEN and state != "waiting" else state]
        do, *words = draw(st.sampled_from(moves + FACTS)).split()
        made.append(progress.step(number, when, do, words))
    return History("SR-20241010-001", "uid-1", tuple(made))


@st.composite
def terms(draw, step: int, most: int, clocks):
    return {
        "seconds": draw(st.integers(0, most)) * step,
        "clock": draw(st.sampled_from(clocks)),
        "pauses": draw(st.sampled_from([None, "all", [], ["customer"], ["approval", "vendor"]])),
        "boundary": draw(st.sampled_from(["tight", "tight", "snap"])),
        "hidden": draw(st.integers(0, 4)) == 0,
        "on_reopen": draw(st.sampled_from(["resume", "restart", "new_cycle", "never"])),
        "on_priority_change": draw(st.sampled_from(["retroactive", "forward", "reset"])),
    }


def written(asked: dict) -> dict:
    """Terms as a policy file has them."""
    spelt = {key: asked[key] for key in ("clock", "boundary", "on_reopen", "on_priority_change")}
    spelt |= {"duration": f"{asked['seconds']}s", "hidden_while_waiting": asked["hidden"]}
    return spelt | ({} if asked["pauses"] is None else {"pauses": asked["pauses"]})


def compare(history, at, ours, brute, chosen, step):
    """Every entry of the ledger against the patient one, and the balance of its intervals."""
    made = policy(
        [(f"priority:{p}", {t: written(chosen[p][t]) for t in TARGETS}) for p in ("P1", "P2")]
    )
    calendars = {"random": ours, ALWAYS: always_open(ours.zone.name)}
    found = ledger(history, RULES, made, calendars, at)
    known = [event for event in history.occurrences if event.when <= at]
    for target in TARGETS:
        watch = Watch(
            target, {"random": brute, "24x7": None}, lambda p, t=target: chosen[p][t], step
        )
        expected = watch.watch(known, at)
        entries = [entry for entry in found.entries if entry.target == target]
        assert len(entries) == len(expected)
        for entry, told in zip(entries, expected, strict=True):
            parts = entry.intervals(at)
            totals = {kind: sum(p.seconds for p in parts if p.count is kind) for kind in Count}
            got = {
                "state": entry.state.value,
                "ended": entry.ended,
                "due": entry.due,
                "waited": totals[Count.WAITING],
                "counted": totals[Count.COUNTED],
                "skipped": totals[Count.SKIPPED],
                "remaining": entry.remaining,
            }
            assert got == told, (target, entry.cycle)
            end = at if entry.ended is None else entry.ended
            assert sum(totals.values()) == max(end - entry.started, 0)
            edges = [entry.started, *(part.end for part in parts)]
            assert edges[:-1] == [part.start for part in parts]


@fuzz
@given(st.data())
def test_the_ledger_agrees_with_the_patient_one_in_days(data):
    step = 1800
    ours, brute, base = data.draw(desks(step, zones=("UTC", "Asia/Shanghai", "Europe/Berlin")))
    history = data.draw(histories(base, step, gap=30))
    chosen = {
        p: {t: data.draw(terms(step, 30, ("24x7", "random"))) for t in TARGETS}
        for p in ("P1", "P2")
    }
    at = base + data.draw(st.integers(0, 240)) * step
    compare(history, at, ours, brute, chosen, step)


@fuzz
@given(st.data())
def test_the_ledger_agrees_with_the_patient_one_second_by_second(data):
    start = T("2024-10-10 09:00")
    marks = sorted(data.draw(st.sets(st.integers(32400, 34200), min_size=2, max_size=8)))
    windows = list(zip(marks[::2], marks[1::2], strict=False))
    windows.append((34200, 64800))
    brute = Desk("Asia/Shanghai", dict.fromkeys(DAYS, windows))
    hours = [window(*pair) for pair in windows]
    ours = calendar(hours=dict.fromkeys(DAYS, hours))
    history = data.draw(histories(start, 1, gap=300))
    chosen = {
        p: {t: data.draw(terms(1, 900, ("24x7", "random"))) for t in TARGETS} for p in ("P1", "P2")
    }
    compare(history, start + data.draw(st.integers(0, 2400)), ours, brute, chosen, 1)


@fuzz
@given(st.data())
def test_nobody_is_late_at_an_instant_at_which_they_wait(data):
    """A breach begins while the clock runs, never while it is paused or hidden."""
    step = 1800
    ours, _, base = data.draw(desks(step, zones=("UTC",)))
    history = data.draw(histories(base, step, gap=20))
    asked = written(data.draw(terms(step, 30, ("random",))))
    if data.draw(st.booleans()):
        asked |= {"duration": f"{data.draw(st.integers(1, 4))}wd", "boundary": "tight",
                  "end_of_day": data.draw(st.booleans())}  # fmt: skip
    made = policy(resolution=asked)
    calendars = {"random": ours, ALWAYS: always_open("UTC")}
    at = base + data.draw(st.integers(0, 480)) * step
    for entry in ledger(history, RULES, made, calendars, at).entries:
        if entry.breached_at is None:
            continue
        inside = [
            part
            for part in entry.intervals(at)
            if part.count is Count.WAITING and part.start < entry.breached_at < part.end
        ]
        assert not inside


@fuzz
@given(st.data())
def test_a_stricter_policy_never_turns_a_breach_into_a_pass(data):
    step = 1800
    ours, _, base = data.draw(desks(step, zones=("UTC",)))
    history = data.draw(histories(base, step, gap=20))
    calendars = {"random": ours, ALWAYS: always_open("UTC")}
    at = base + data.draw(st.integers(0, 300)) * step
    loose = {p: data.draw(terms(step, 30, ("24x7", "random"))) for p in ("P1", "P2")}
    less = data.draw(st.integers(0, 30)) * step
    strict = {p: {**one, "seconds": max(one["seconds"] - less, 0)} for p, one in loose.items()}
    before, after = (
        ledger(
            history,
            RULES,
            policy([(f"priority:{p}", {t: written(one) for t in TARGETS}) for p, one in x.items()]),
            calendars,
            at,
        ).entries
        for x in (loose, strict)
    )
    assert [(e.target, e.cycle) for e in before] == [(e.target, e.cycle) for e in after]
    for one, other in zip(before, after, strict=True):
        assert one.breached_at is None or other.breached_at is not None


@pytest.mark.parametrize("at", ["2024-10-10 08:00", "2024-10-10 09:59"])
def test_before_it_is_submitted_a_record_owes_nothing_and_says_so(at):
    progress = Progress()
    history = History("SR-1", "u", (progress.step(0, T("2024-10-10 10:00"), "submit", []),))
    found = ledger(history, RULES, policy(resolution="4h"), {ALWAYS: always_open()}, T(at))
    assert found.entries == ()
    assert "not submitted" in str(found.notes[0])
