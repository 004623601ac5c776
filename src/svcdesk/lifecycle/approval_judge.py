"""Judges one approval by itself: form, effect, right, signature, fields, content, parties."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from svcdesk.i18n import T
from svcdesk.lifecycle.approval_content import Contents
from svcdesk.lifecycle.approval_digest import APPROVE, DECISION, DIGEST, FIELDS, REJECT, SIGNATURE
from svcdesk.lifecycle.approval_people import conflicting_party, humans, substitution_flaw
from svcdesk.lifecycle.approval_values import Approval, Problem, Verify, Why
from svcdesk.lifecycle.fold import Effect, Step
from svcdesk.model.approval_rule import ApprovalRule
from svcdesk.model.kind import Workflow
from svcdesk.model.people import REQUESTER, People
from svcdesk.model.record import Event, Value


class Judge:
    """Judges the approvals of one record, each by itself."""

    def __init__(
        self,
        uid: str,
        rule: ApprovalRule,
        workflow: Workflow,
        people: People,
        verify: Verify,
        signed: bool,
        contents: Contents,
    ) -> None:
        self.uid = uid
        self.rule = rule
        self.workflow = workflow
        self.people = people
        self.verify = verify
        self.signed = signed
        self.contents = contents
        self.human = humans(people)
        self.parties: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {}

    def approval(
        self, given: int, step: Step, point: int, place: int, forgiven: Collection[Why]
    ) -> Approval:
        event = step.event
        problem = next(
            (one for one in self._problems(given, step, point) if one.why not in forgiven), None
        )
        return Approval(event, place, str(event.extra.get(DECISION)), event.actor, problem)

    def _problems(self, given: int, step: Step, point: int) -> Sequence[Problem]:
        """What is wrong, the gravest first."""
        event = step.event
        form = self._form(event) or self._effect(step)
        if form is not None:
            return [form]
        checks = (
            self._right(event),
            self._signature(event),
            self._fields(event),
            self._content(event, given, point),
            self._apart(event),
        )
        return [one for one in checks if one is not None]

    def _form(self, event: Event) -> Problem | None:
        fields, digest = event.extra.get(FIELDS), event.extra.get(DIGEST)
        known = event.extra.get(DECISION) in (APPROVE, REJECT)
        if known and isinstance(fields, list) and isinstance(digest, str):
            return None
        return Problem(Why.FORM, T("it lacks decision, fields or digest"))

    def _effect(self, step: Step) -> Problem | None:
        if step.counts:
            return None
        if step.effect is Effect.VOIDED:
            return Problem(Why.EFFECT, T("it was taken back"))
        state = self.workflow.state_label(step.before)
        return Problem(Why.EFFECT, T("nothing was to be approved: it was {state}", state=state))

    def _right(self, event: Event) -> Problem | None:
        whose = event.actor
        person = self.people.get(whose)
        if person is None or whose == REQUESTER:
            return Problem(Why.RIGHT, T("{person} is not listed", person=whose))
        roles = self.workflow.roles
        if roles.rights and not roles.allow(person.roles, self.rule.move):
            return Problem(Why.RIGHT, T("{person} has no role that approves", person=whose))
        if event.on_behalf is None or event.on_behalf == event.by:
            return None
        if not self.rule.substitutes:
            return Problem(Why.SUBSTITUTE, T("nobody approves in another's place here"))
        flaw = substitution_flaw(self.people, self.human, event.by, whose, event.at)
        return Problem(Why.SUBSTITUTE, flaw) if flaw is not None else None

    def _signature(self, event: Event) -> Problem | None:
        if event.extra.get(SIGNATURE) is None:
            if not self.signed:
                return None
            return Problem(Why.SIGNATURE, T("it is not signed, and this desk asks for that"))
        return self.verify(self.uid, event)

    def _fields(self, event: Event) -> Problem | None:
        lacking = tuple(one for one in self.rule.fields if one not in _names(event))
        if not lacking:
            return None
        said = T("it is not of {fields}", fields=", ".join(lacking))
        return Problem(Why.FIELDS, said, lacking)

    def _content(self, event: Event, given: int, point: int) -> Problem | None:
        names, digest = _names(event), str(event.extra[DIGEST])
        if self.contents.digest(point, names) == digest:
            return None
        redacted = self.contents.redacted(point, names)
        if redacted:
            said = T("{fields} was redacted since", fields=", ".join(redacted))
            return Problem(Why.REDACTED, said, redacted)
        exchange = self.contents.exchanged(given, point, names, digest)
        if exchange is None:
            return Problem(Why.CONTENT, T("its digest fits nothing that the record ever said"))
        fields = ", ".join(exchange.fields)
        if exchange.step is None:
            said = T("{fields} was changed since, by hand", fields=fields)
        else:
            changer = exchange.step.event
            said = T("{fields} was changed since, by {by} at {at}", fields=fields, by=changer.by,
                     at=changer.happened)  # fmt: skip
        return Problem(Why.CONTENT, said, exchange.fields)

    def _apart(self, event: Event) -> Problem | None:
        both = (event.by, event.actor)
        found = conflicting_party(self.rule, self.parties, self.human, both)
        if found is None:
            return None
        said = T("{person} is the {party}", person=found[0], party=found[1].label)
        return Problem(Why.APART, said)


def _names(event: Event) -> tuple[str, ...]:
    fields: Value = event.extra.get(FIELDS)
    return tuple(str(one) for one in fields) if isinstance(fields, list) else ()
