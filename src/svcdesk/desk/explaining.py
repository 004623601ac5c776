"""What a supervisor's note explains: escalations, by their events, and breaches, by targets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from svcdesk.errors import NotFound, Refused
from svcdesk.i18n import Label, T
from svcdesk.lifecycle.escalations import (
    ABOUT,
    ALL,
    EXPLAINS,
    breach_notes,
    chosen_events,
    escalations,
)
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.field_info import plain
from svcdesk.model.instants import strict_instant

if TYPE_CHECKING:
    from svcdesk.desk.author import Author
    from svcdesk.desk.desk import Desk
    from svcdesk.lifecycle.act import Words
    from svcdesk.lifecycle.escalations import Key
    from svcdesk.lifecycle.fold import Fold
    from svcdesk.model.record import Record, Value


def naming(desk: Desk, record: Record, author: Author, words: Words) -> Words:
    """What is said, with the events and breaches that it is about.

    `--about` names events by endings of their ids, targets by their names or labels (each of its
    breaches), or `all`: whatever wants a note. Only whoever may waive explains an escalation or a
    breach, as the note takes it off the list of failures (K4). Raises NotFound for what is none,
    Refused for a target that is not breached.
    """
    wanted = words.marks.get(ABOUT)
    if not isinstance(wanted, list):
        return words
    workflow = desk.workflow(record.kind)
    folded = fold(record.events, workflow)
    named = _Named(desk, record, folded, [str(one) for one in wanted])
    marks: dict[str, Value] = {key: value for key, value in words.marks.items() if key != ABOUT}
    if named.events:
        marks[ABOUT] = list(named.events)
    if named.breaches:
        marks[EXPLAINS] = [f"{target}.{cycle}" for target, cycle in named.breaches]
    derived = {one.event.id for one in escalations(record.events, folded)}
    if named.breaches or derived.intersection(named.events):
        authorise("waive", workflow.roles, author.person, author.principal, record=record.id)
    return words._replace(marks=marks)


class _Named:
    """`events` (ids) and `breaches` that the words of `--about` name."""

    def __init__(self, desk: Desk, record: Record, folded: Fold, wanted: Sequence[str]) -> None:
        self.record = record
        self.told = escalations(record.events, folded)
        self.rules = desk.sla.rules(record.kind).rules
        events: list[str] = []
        self.breaches: list[Key] = []
        everything = ALL in wanted
        targets = [self._target(one) for one in wanted]
        if everything or any(targets):
            late = self._late(desk, folded)
            for target in filter(None, targets):
                self._refuse_kept(target, late)
            self.breaches = [
                key
                for key in late
                if key[0] in targets or (everything and not self._is_noted(key, late[key], folded))
            ]
            events += [
                one.event.id
                for one in self.told
                if one.owes_note and (everything or one.key[0] in targets)
            ]
            if everything and not self.breaches and not events:
                raise NotFound(
                    T("{record} has no escalation that asks for a note, and no breach without one",
                      record=record.id),
                    record=record.id,
                )  # fmt: skip
        endings = [
            one for one, target in zip(wanted, targets, strict=True) if one != ALL and not target
        ]
        events += [one.id for one in chosen_events(record.id, folded, endings, self.rules)]
        self.events = list(dict.fromkeys(events))

    def _target(self, typed: str) -> str | None:
        word = plain(typed)
        for name, rule in self.rules.items():
            if word in map(plain, (name, *rule.labels.values())):
                return name
        return None

    def _late(self, desk: Desk, folded: Fold) -> dict[Key, int]:
        """Each breach, and when it came."""
        answer = desk.sla.ledger(self.record, desk.now(), folded)
        entries = answer.entries if answer else ()
        return {
            (one.target, one.cycle): one.breached_at or 0
            for one in entries
            if one.judged and one.is_late
        }

    def _is_noted(self, key: Key, breached_at: int, folded: Fold) -> bool:
        """Whether somebody has explained the breach since."""
        notes = [note for one in self.told if one.key[:2] == key for note in one.notes]
        notes += breach_notes(self.record.events, folded).get(key, ())
        return any(strict_instant(one.happened).timestamp() >= breached_at for one in notes)

    def _refuse_kept(self, target: str, late: Collection[Key]) -> None:
        if target not in {name for name, _ in late}:
            raise Refused(
                T("{record}: {target} is not breached, so there is nothing to explain",
                  record=self.record.id, target=Label(self.rules[target].labels, target)),
                hint=T("`svcdesk sla show {record}` shows how each stands", record=self.record.id),
                code="E_TARGET",
                record=self.record.id,
            )  # fmt: skip
