"""What review finds about one record: its events, who made them, its times, its service level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_record import Survey, check_content, unsettled_sentence
from svcdesk.desk.judging import judge
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval import standing
from svcdesk.lifecycle.approval_flaws import turns
from svcdesk.lifecycle.fold import Effect, Step, fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import shown_apart
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.record import Event, Record, Value
from svcdesk.review import rules
from svcdesk.review.authorship import Court, author_flaw, rights_flaws
from svcdesk.review.change import Brought, Change, Events, Version, events_of
from svcdesk.review.sentences import said_of, said_of_approvals, said_of_sla
from svcdesk.review.times import dated_back, deciding, future_events, verdicts
from svcdesk.sla.entries import Ledger
from svcdesk.store.codec import encode_event
from svcdesk.store.tickets import Loaded
from svcdesk.store.yaml_read import Document

if TYPE_CHECKING:
    from svcdesk.desk.revision import DeskAt

_CLOSED = "closed"
_SNAPSHOT = "snapshot"
Bringers = Mapping[tuple[str, str], list[Brought]]


@dataclass(slots=True)
class Judged:
    """What is to be said of a record: sentences, and findings."""

    path: str
    record: Record
    is_new: bool
    said: list[Text] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class _Unplaced(Document):
    """A file of which no line is looked for."""

    def line_of(self, path: Sequence[str | int]) -> int | None:
        return None

    def line_near(self, field: str) -> int | None:
        return None


def _without_lines(loaded: Loaded) -> Loaded:
    return loaded._replace(document=_Unplaced(*loaded.document))


class Bench:
    """Judges records by the desk of the branch that is merged into."""

    def __init__(
        self,
        base: DeskAt,
        court: Court,
        bringers: Bringers,
        survey: Survey,
        *,
        telling: bool = True,
    ) -> None:
        self.base = base
        self.court = court
        self.bringers = bringers
        self.survey = survey
        self.telling = telling

    def judge(self, change: Change, loaded: Loaded, earlier: Loaded | None) -> Judged:
        """Everything about one record; where nobody is to be told, what is found alone."""
        case = _Case(self, change, loaded, earlier)
        judged = Judged(loaded.path, change.record, change.before is None)
        judged.findings += case.findings()
        if not self.telling:
            return judged
        judged.said += said_of(change, case.events, case.workflow)
        before, after = case.ledgers()
        judged.said += said_of_sla(before, after, self.base.facts.zone)
        judged.said += case.approvals()
        return judged


class _Case:
    """One record before the bench."""

    def __init__(
        self, bench: Bench, change: Change, loaded: Loaded, earlier: Loaded | None
    ) -> None:
        self.bench = bench
        self.base = bench.base
        self.change = change
        self.loaded = loaded
        self.earlier = earlier
        self.record = change.record
        self.workflow = self.base.workflow(self.record.kind)
        self.events: Events = events_of(change, encode_event)
        self.places = {event.id: place for place, event in enumerate(self.record.events)}
        self._live: dict[int, Ledger | None] = {}

    def findings(self) -> Iterator[Finding]:
        yield from self._history()
        yield from self._steps()
        yield from self._authors()
        yield from self._times()
        yield from self._header()
        yield from self._checked()
        yield from self._snapshot()

    def finding(
        self,
        rule: Rule,
        message: Text,
        event: Event | None = None,
        path: str | None = None,
        severity: Severity | None = None,
        hint: Text | None = None,
    ) -> Finding:
        place = f"events.{self.places[event.id]}" if event and event.id in self.places else path
        line = self.loaded.document.line_near(place) if place else None
        return Finding(rule, message, self.record.id, self.loaded.path, line, place, hint, severity)

    # ── events ────────────────────────────────────────────────────────────────────────────────

    def _history(self) -> Iterator[Finding]:
        before = self.change.before
        for old, new in self.events.changed:
            one, other = encode_event(old), encode_event(new)
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            yield self.finding(
                rules.EVENT_CHANGED,
                T("{record}: “{move}” by {by}, {time}, says something else now: {keys}",
                  record=self.record.id, move=old.do, by=old.by, time=old.at,
                  keys=", ".join(keys)),
                new,
            )  # fmt: skip
        for old in self.events.removed:
            yield self.finding(
                rules.EVENT_REMOVED,
                T("{record}: “{move}” by {by}, {time}, is gone", record=self.record.id,
                  move=old.do, by=old.by, time=old.at),
            )  # fmt: skip
        named = self.change.after.folded.values.get("id")
        if before is not None and self.record.id not in (before.record.id, named):
            yield self.finding(
                rules.IDENTITY,
                T("{old} is called {new} now, and no event says so", old=before.record.id,
                  new=self.record.id),
                path="id",
            )  # fmt: skip

    def _steps(self) -> Iterator[Finding]:
        known = set()
        if self.change.before is not None:
            known = {step.event.id for step in self.change.before.folded.unsettled()}
        new = {event.id for event in self.events.new}
        for step in self.change.after.folded.unsettled():
            if step.event.id in known:
                continue
            if step.event.id in new and self._was_dead(step):
                yield self.finding(
                    rules.ILLEGAL,
                    T("{record}: “{move}” by {by} is not possible in the state {state}",
                      record=self.record.id, move=step.event.do, by=step.event.by,
                      state=self.workflow.state_label(step.before)),
                    step.event,
                )  # fmt: skip
                continue
            yield self.finding(
                desk_rules.UNSETTLED,
                unsettled_sentence(self.record, step),
                step.event,
                severity=Severity.WARNING,
            )

    def _was_dead(self, step: Step) -> bool:
        """Whether a move was without effect already in the commit that brought it: then it met
        nobody else's act, but was never possible."""
        if step.effect is not Effect.DEAD:
            return False
        key = (self.record.uid, step.event.id)
        brought = self.bench.bringers.get(key)
        if not brought:
            return True
        there = fold(brought[0].record.events, self.workflow)
        return there.effect_of(step.event.id) is Effect.DEAD

    def _authors(self) -> Iterator[Finding]:
        for event in (*self.events.new, *(new for _, new in self.events.changed)):
            flaws = [
                flaw
                for brought in self.bench.bringers.get((self.record.uid, event.id), ())
                if (flaw := author_flaw(brought, self.record.uid)) is not None
            ]
            for flaw in dict.fromkeys(flaws):
                yield self.finding(
                    rules.FORGED,
                    T("{record}: “{move}”, {time}: {flaw}", record=self.record.id, move=event.do,
                      time=event.at, flaw=flaw),
                    event,
                )  # fmt: skip
        yield from self._levels()
        for event in self.events.new:
            for flaw in rights_flaws(event, self.change.after, self.bench.court):
                yield self.finding(
                    rules.UNAUTHORISED,
                    T("{record}: “{move}”, {time}: {flaw}", record=self.record.id, move=event.do,
                      time=event.at, flaw=flaw),
                    event,
                )  # fmt: skip

    def _levels(self) -> Iterator[Finding]:
        """Escalations that set what no level of the policy sets."""
        setting = [one for one in self.events.new if one.derived is not None and one.set]
        ledger = self._ledger(self.change.after) if setting else None
        entries = ledger.entries if ledger else ()
        levels = {one.key: one.level for entry in entries for one in entry.levels}
        for event in setting:
            level = levels.get(event.derived or ("", 0, 0))
            if level is None or dict(level.set) != dict(event.set):
                yield self.finding(
                    rules.FORGED,
                    T("{record}: “{move}”, {time}, sets {fields}, and the policy has no such level",
                      record=self.record.id, move=event.do, time=event.at,
                      fields=", ".join(event.set)),
                    event,
                )  # fmt: skip

    # ── times ─────────────────────────────────────────────────────────────────────────────────

    def _times(self) -> Iterator[Finding]:
        future = future_events(self.change, self.events.new, self.base.now_ms())
        for event in future:
            yield self.finding(
                rules.FUTURE,
                T("{record}: “{move}” by {by} is dated {time}", record=self.record.id,
                  move=event.do, by=event.by, time=event.at),
                event,
            )  # fmt: skip
        brought = {
            event.id: found[-1]
            for event in self.events.new
            if (found := self.bench.bringers.get((self.record.uid, event.id)))
        }
        dated = dated_back(self.events.new, brought)
        if not dated:
            return
        targets = self._deciding(dated)
        for event in self.events.new:
            if event.id not in dated:
                continue
            since = dated[event.id].astimezone(self.base.facts.zone).isoformat(timespec="seconds")
            if targets:
                yield self.finding(
                    rules.BACK_DATED,
                    T("{record}: “{move}” by {by} is said to have happened {time}, and is known "
                      "since {since}: it decides {targets}", record=self.record.id, move=event.do,
                      by=event.by, time=event.happened, since=since, targets=", ".join(targets)),
                    event,
                )  # fmt: skip
            elif event.when is not None:
                yield self.finding(
                    rules.BACK_DATED,
                    T("{record}: “{move}” by {by} is said to have happened {time}, and is known "
                      "since {since}; it decides nothing", record=self.record.id, move=event.do,
                      by=event.by, time=event.happened, since=since),
                    event,
                    severity=Severity.NOTE,
                )  # fmt: skip

    def _deciding(self, dated: Mapping[str, datetime]) -> list[str]:
        """The names of the targets that times dated back decide."""
        zone = self.base.facts.zone
        try:
            return [target for target, _ in deciding(self.record, dated, zone, self._reckon)]
        except SvcdeskError:
            return []  # times that are none are findings of their own

    def _reckon(self, record: Record) -> Ledger | None:
        return self.base.sla.live(record, self.base.now())

    def ledgers(self) -> tuple[Ledger | None, Ledger | None]:
        """What is owed before and after, under the base's policy, whatever a close has kept."""
        before = self.change.before
        if before is not None and not any(self.events):
            return None, None
        return self._ledger(before), self._ledger(self.change.after)

    def _ledger(self, version: Version | None) -> Ledger | None:
        if version is None:
            return None
        if id(version) not in self._live:
            try:
                self._live[id(version)] = self.base.sla.live(
                    version.record, self.base.now(), version.folded
                )
            except SvcdeskError:
                self._live[id(version)] = None
        return self._live[id(version)]

    def _snapshot(self) -> Iterator[Finding]:
        """A closing event keeps verdicts, by which the record is judged ever after."""
        closing = [event for event in self.events.new if _SNAPSHOT in event.extra]
        if not closing:
            return
        live = verdicts(self._ledger(self.change.after))
        try:
            kept = verdicts(
                self.base.sla.ledger(self.record, self.base.now(), self.change.after.folded)
            )
        except SvcdeskError as error:
            yield self.finding(
                rules.SNAPSHOT,
                T("{record}: {why}", record=self.record.id, why=error.message), closing[-1],
            )  # fmt: skip
            return
        other = sorted({name for name, cycle in {**live, **kept}
                        if live.get((name, cycle)) != kept.get((name, cycle))})  # fmt: skip
        if other:
            yield self.finding(
                rules.SNAPSHOT,
                T("{record}: what “{move}” keeps of {targets} is not what its events and the "
                  "policy give", record=self.record.id, move=closing[-1].do,
                  targets=", ".join(other)),
                closing[-1],
            )  # fmt: skip

    # ── the header, and what check says ───────────────────────────────────────────────────────

    def _header(self) -> Iterator[Finding]:
        after = self.change.after
        before = self.change.before
        known: Mapping[str, tuple[Value, Value]] = {}
        if before is not None:
            known = hand_edits(before.record, before.folded, self.workflow)
        for path, values in hand_edits(self.record, after.folded, self.workflow).items():
            if known.get(path) == values:
                continue
            header, made = shown_apart(*values)
            yield self.finding(
                desk_rules.HAND_EDIT,
                T("{record}: {field} was edited by hand: the file says {header}, its events say "
                  "{made}", record=self.record.id, field=path, header=header, made=made),
                path=path,
            )  # fmt: skip

    def _checked(self) -> Iterator[Finding]:
        """What `check` says of the record, and did not say of it before.

        Lines are looked for when something is new: to find one, the whole file is read again.
        """
        survey, after = self.bench.survey, self.change.after
        found = self._check(_without_lines(self.loaded), after, survey)
        if not found:
            return
        known: set[tuple[str, str]] = set()
        if self.change.before is not None and self.earlier is not None:
            alone = Survey(self.base, True)
            alone.add(self.change.before.record)
            alone.keep_fold(self.earlier, self.change.before.folded)
            before = self._check(_without_lines(self.earlier), self.change.before, alone)
            known = {(one.code, str(one.message)) for one in before}
        if all((one.code, str(one.message)) in known for one in found):
            return
        found = self._check(self.loaded, after, survey)
        yield from (one for one in found if (one.code, str(one.message)) not in known)

    def _check(self, loaded: Loaded, version: Version, survey: Survey) -> list[Finding]:
        found = [
            one for one in check_content(survey, loaded) if one.rule is not desk_rules.UNSETTLED
        ]
        found += judge(
            self.base, version.record, loaded.path, latest=survey.by_id,
            document=loaded.document, folded=version.folded,
        )  # fmt: skip
        return found

    # ── approvals ─────────────────────────────────────────────────────────────────────────────

    def approvals(self) -> Iterator[Text]:
        if self.workflow.approval is None:
            return
        people, verify = self.base.people, self.base.verify_approval
        signed = self.base.facts.signed_approvals
        sides = [
            standing(one.record, one.folded, self.workflow, people, verify, signed=signed).approvals
            if one is not None
            else ()
            for one in (self.change.before, self.change.after)
        ]
        yield from said_of_approvals(turns(*sides))
