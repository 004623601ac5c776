"""`sla escalate`: every level that has come is recorded exactly once, and its people are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.sla import of_policy
from svcdesk.desk.writing import Done, Options, Story, perform
from svcdesk.errors import Invalid, Refused, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.escalations import ESCALATE, escalation_event, people_to_notify
from svcdesk.lifecycle.fold import STATUS, Fold, fold
from svcdesk.lifecycle.moves import append, refuse_hand_edits
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.record import Event, Record, Values
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.ledger import Ledger
from svcdesk.sla.levels import LevelMoment, newly_reached
from svcdesk.store import codec
from svcdesk.store.tickets import Unreadable

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

RECENT = timedelta(days=7)
"""How long after a target has ended its levels are still recorded: the history of a desk that
begins to escalate, or imports, wakes nobody."""


@dataclass(frozen=True, slots=True)
class Escalated:
    """What a run recorded, and the files that it could not look at or write, with the reason.

    `hidden`: the records whose policy is wrong, each with what is.
    """

    done: Done
    passed_over: tuple[Unreadable, ...]
    hidden: tuple[Unreadable, ...] = ()


def escalate(
    desk: Desk,
    *,
    at: datetime | None = None,
    since: datetime | None = None,
    options: Options | None = None,
) -> Escalated:
    """Record every level that has come by `at`, in one commit, and tell whom the levels name.

    Levels of a target that has ended count if it ended since `since` (7 days before). A record
    that cannot be written (edited by hand, uncommitted, not valid) is passed over and named, as is
    one whose policy is wrong. Raises NotAllowed without the right `escalate`, Refused for a time to
    come, and what is wrong in policies where that hides all records.
    """  # fmt: skip
    author = desk.author()
    authorise(ESCALATE, desk.workflow("request").roles, author.person, author.principal)
    moment = at or desk.now()
    if moment > desk.now():
        raise Refused(T("{when} has not come yet", when=moment.isoformat()), code="E_TIME")
    run = _Run(desk, moment, since or moment - RECENT)
    found = list(run.candidates())
    if run.hidden and not run.judged:
        raise run.hidden[0].error

    def build(draft: Draft) -> Story:
        told: list[str] = []
        for record_id, path in found:
            try:
                told += run.write(draft, record_id)
            except SvcdeskError as error:
                run.passed_over.append(Unreadable(path, error))
        return _story(told)

    done = perform(desk, build, options or Options())
    return Escalated(done, tuple(run.passed_over), tuple(run.hidden))


class _Run:
    """One run: which levels have come, and how they are written down."""

    def __init__(self, desk: Desk, at: datetime, since: datetime) -> None:
        self.desk, self.at, self.since = desk, at, int(since.timestamp())
        self.passed_over: list[Unreadable] = []
        self.hidden: list[Unreadable] = []
        self.judged = 0

    def candidates(self) -> Iterator[tuple[str, str]]:
        """Id and path of each record that has a level to record, read without the lock."""
        for loaded in self.desk.load_all():
            if isinstance(loaded, Unreadable):
                self.passed_over.append(loaded)
                continue
            record = loaded.record
            try:
                folded = fold(record.events, self.desk.workflow(record.kind))
                found = any(self.levels(record, folded))
            except SvcdeskError as error:
                if not of_policy(error):
                    raise
                self.hidden.append(Unreadable(loaded.path, error))
                continue
            self.judged += 1
            if found:
                yield record.id, loaded.path

    def levels(self, record: Record, folded: Fold) -> Iterator[tuple[LevelMoment, str]]:
        """The levels to record, in order, each with the event that began its cycle: all from one
        ledger, so that what a level sets brings on no other."""
        if not self.desk.sla.rules(record.kind).rules:
            return
        answer = self.desk.sla.ledger(record, self.at, folded)
        if answer is None:
            return
        began = _beginnings(answer, self.since)
        recorded = {event.derived for event in record.events if event.derived}
        with self.desk.sla.placing(answer.policy):
            moments = [
                moment
                for entry in answer.entries
                if (entry.target, entry.cycle) in began
                for moment in entry.levels
            ]
            reached = newly_reached(moments, recorded)
            for moment in reached:
                self.settings(record, moment)
        for moment in reached:
            yield moment, began[moment.key[0], moment.key[1]]

    def write(self, draft: Draft, record_id: str) -> list[str]:
        """Add the events of a record to the draft; a line of the commit for each."""
        record = draft.record(record_id)
        workflow = self.desk.workflow(record.kind)
        folded = fold(record.events, workflow)
        refuse_hand_edits(record, folded, workflow)
        if not self.desk.kinds.validator(record.kind).is_valid(codec.encode(record)):
            raise Refused(
                T("{record} is not valid", record=record.id),
                hint=T("`svcdesk check {record}` says why", record=record.id),
                record=record.id,
            )
        told = []
        for moment, began in list(self.levels(record, folded)):
            event = self.event(record, folded, moment, began)
            moved = append(record, folded, workflow, event)
            draft.keep(moved)
            record, folded = moved.record, moved.folded
            told.append(f"{record.id}: {_words(moment)}")
        return told

    def event(self, record: Record, folded: Fold, moment: LevelMoment, began: str) -> Event:
        values = _values_at(record, folded, moment.instant)
        return escalation_event(
            record.uid,
            moment.key,
            began,
            moment.instant,
            self.desk.facts.zone,
            set=self.settings(record, moment),
            notified=people_to_notify(moment.level.notify, values, self.desk.people),
            require=moment.level.require,
        )

    def settings(self, record: Record, moment: LevelMoment) -> Values:
        """What the level sets. Raises Invalid for a field that no event records."""
        tracked = self.desk.workflow(record.kind).tracked
        for name in moment.level.set:
            if name not in tracked or name == STATUS:
                raise Invalid(
                    T("{record}: the level {level} of {target} sets {field}, which it may not",
                      record=record.id, level=moment.level.at, target=moment.key[0], field=name),
                    hint=T("a level may set tracked fields other than the state; "
                           "`svcdesk sla lint` looks through the policies"),
                    field=f"{moment.level.place}.set.{name}",
                )  # fmt: skip
        return moment.level.set


def _beginnings(answer: Ledger, since: int) -> Mapping[tuple[str, int], str]:
    """The cycles whose levels are still recorded, each with the id of the event that began it."""
    return {
        (entry.target, entry.cycle): entry.source[0].event
        for entry in answer.entries
        if entry.source is not None and (entry.ended is None or entry.ended >= since)
    }


def _values_at(record: Record, folded: Fold, instant: int) -> Values:
    """The tracked values as they were at an instant, so that every clone names the same people."""
    history, _ = history_of(record.id, record.uid, folded)
    known = history.until(instant).occurrences
    return known[-1].values if known else folded.values


def _words(moment: LevelMoment) -> str:
    return f"escalate {moment.key[0]} (level {moment.level.at})"


def _story(told: Sequence[str]) -> Story:
    if len(told) == 1:
        return Story(told[0], [], ESCALATE)
    return Story(f"{len(told)} escalations", list(told), ESCALATE)
