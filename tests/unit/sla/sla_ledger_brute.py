"""The ledger by patience: one target at a time, one step of time at a time.

Shares no code with the engine and none of its ideas: no axis of open time, no cycles and legs. A
target is a counter that goes up in each step in which its clock runs. `step` must divide every
instant and amount. Terms are plain dicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DONE = ("resolved", "confirmed", "closed")
WAITING = "waiting"
PAUSES = {"resolution": ("customer", "vendor", "window"), "update": "all", "response": ()}


@dataclass
class Run:
    """One run of a target, as it is told step by step."""

    began: int
    origin: int
    terms: dict
    past: list = field(default_factory=list)
    """(from, to, terms) that were left behind and stay as they were counted."""
    stopped: set = field(default_factory=set)
    """Steps in which it was met, before it came back."""
    state: str = "open"
    ended: int | None = None
    withdrawn: bool = False


class Watch:
    """Watches one target through a history."""

    def __init__(self, target: str, desks: dict, terms_of, step: int) -> None:
        self.target, self.desks, self.terms_of, self.step = target, desks, terms_of, step
        self.runs: list[Run] = []
        self.trail: dict[int, str] = {}
        self.status: str | None = None
        self.held = False
        """Its start came in a state in which it does not start."""

    def watch(self, events, at: int) -> list[dict]:
        queue, t, reason = list(events), events[0].when, None
        while t <= at:
            while queue and queue[0].when == t:
                reason = queue[0].values.get("waiting.reason")
                self.happen(queue.pop(0), t)
            if t < at and self.status == WAITING:
                self.trail[t] = reason
            t += self.step
        return [self.tell(run, at, reason) for run in self.runs]

    # ── what happens ─────────────────────────────────────────────────────────────────────────────

    def happen(self, event, t: int) -> None:
        before, self.status = self.status, event.state_after
        terms = self.terms_of(event.values.get("priority"))
        human = event.do == "reply" and not event.auto and event.for_ != "requester"
        for run in self.open():
            if (self.target == "resolution" and self.status in DONE) or (
                self.target != "resolution" and human
            ):
                run.state, run.ended = "met", t
            elif self.status == "cancelled":
                run.state, run.ended = "dropped", t
            elif self.status in DONE and before != self.status:
                run.state, run.ended = "over", t
        if before != self.status:
            self.come_back(before, t, terms)
        starts = event.do == ("message" if self.target == "update" else "submit")
        idle = {"response": DONE, "resolution": ("closed",), "update": ()}[self.target]
        if starts and self.status in (*idle, "cancelled"):
            self.held = self.held or self.target == "update" or not self.runs
        elif starts and not self.open():
            self.runs.append(Run(t, t, terms))
            if self.target == "resolution" and self.status in DONE:
                self.runs[-1].state, self.runs[-1].ended = "met", t
        for run in self.open():
            if terms != run.terms:
                self.change(run, terms, t)

    def come_back(self, before, t: int, terms: dict) -> None:
        last, mode = self.runs[-1] if self.runs else None, terms["on_reopen"]
        reopened = self.target == "resolution" and before in DONE and self.status not in DONE
        if mode == "never" or self.status == "cancelled" or not (before == "cancelled" or reopened):
            return
        if self.held or (before == "cancelled" and last and last.state == "dropped"):
            self.held = False
            self.runs.append(Run(t, t, terms))
            return
        if last is None:
            return
        if not reopened or last.state != "met":
            return
        if mode == "resume":
            last.stopped.update(range(last.ended, t, self.step))
            last.state, last.ended = "open", None
        else:
            last.withdrawn = mode == "restart"
            self.runs.append(Run(t, t, terms))

    def change(self, run: Run, terms: dict, t: int) -> None:
        mode = terms["on_priority_change"]
        if mode == "forward":
            run.past.append((run.origin, t, run.terms))
            run.origin = t
        else:
            run.past = []
            run.origin = run.began if mode == "retroactive" else t
        run.terms = terms

    def open(self) -> list[Run]:
        return [run for run in self.runs if run.state == "open"]

    # ── counting ─────────────────────────────────────────────────────────────────────────────────

    def step_is(self, run: Run, terms: dict, t: int, end: int) -> str:
        """waited, counted or skipped; what comes after the end of the run waits for nothing."""
        if t < end:
            why = self.trail.get(t)
            reasons = PAUSES[self.target] if terms["pauses"] is None else terms["pauses"]
            if t in run.stopped or (why is not None and (reasons == "all" or why in reasons)):
                return "waited"
        desk = self.desks[terms["clock"]]
        return "counted" if desk is None or desk.is_open(t) else "skipped"

    def due(self, run: Run, end: int) -> int:
        spent = sum(
            self.step
            for start, stop, terms in run.past
            for t in range(start, stop, self.step)
            if self.step_is(run, terms, t, end) == "counted"
        )
        t, left = run.origin, max(run.terms["seconds"] - spent, 0)
        while left > 0:
            if self.step_is(run, run.terms, t, end) == "counted":
                left -= self.step
            t += self.step
        while run.terms["boundary"] == "snap" and self.step_is(run, run.terms, t, end) != "counted":
            t += self.step
        return t

    # ── the outcome ──────────────────────────────────────────────────────────────────────────────

    def tell(self, run: Run, at: int, reason: str | None) -> dict:
        end = at if run.ended is None else run.ended
        due = self.due(run, end)
        state = self.state(run, due, end, reason)
        told = {"state": state, "ended": run.ended, "due": None if state == "hidden" else due}
        told |= {"waited": 0, "counted": 0, "skipped": 0}
        for start, stop, terms in [*run.past, (run.origin, end, run.terms)]:
            for t in range(start, min(stop, end), self.step):
                told[self.step_is(run, terms, t, end)] += self.step
        told["remaining"] = None
        if run.ended is None:
            low, high = sorted((max(at, run.origin) if at <= due else at, due))
            kinds = [self.step_is(run, run.terms, t, end) for t in range(low, high, self.step)]
            told["remaining"] = self.step * kinds.count("counted") * (1 if at <= due else -1)
        return told

    def state(self, run: Run, due: int, end: int, reason: str | None) -> str:
        late = due < end
        if run.state == "met":
            return "missed" if late else "dropped" if run.withdrawn else "met"
        if run.state == "dropped":
            return "dropped"
        if run.state == "over":
            return "breached" if late else "dropped"
        if self.status == WAITING:
            waits = alike = end
            while waits - self.step in self.trail:
                waits -= self.step
            while self.trail.get(alike - self.step) == reason:
                alike -= self.step
            reasons = PAUSES[self.target] if run.terms["pauses"] is None else run.terms["pauses"]
            if run.terms["hidden"] and due >= waits:
                return "hidden"
            if (reasons == "all" or reason in reasons) and due >= alike:
                return "paused"
        return "breached" if late else "running"
