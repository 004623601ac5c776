"""Intake: read back (K3), complete for its state, and answered with an expected time (A 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from svcdesk.defaults.checks.subject import found, if_imported, is_empty, is_open, last_event
from svcdesk.hookspecs import Check, Subject
from svcdesk.i18n import Label, T
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.people import BOT, REQUESTER

if TYPE_CHECKING:
    from svcdesk.model.record import Event

NOT_READ_BACK = Rule(
    "DESK401",
    "not-read-back",
    Severity.WARNING,
    T("an oral request was not read back to the caller"),
    T("what was misheard is worked on in vain; a request by phone counts as registered once the"
      " caller has heard it and agreed"),
    T("read it back, then `svcdesk set ID read_back=true` (or `new --read-back` next time)"),
    "A 3.1 (K3)",
)  # fmt: skip
INCOMPLETE = Rule(
    "DESK403",
    "incomplete-for-state",
    Severity.WARNING,
    T("a field that the record's state asks for is missing"),
    T("the norm's form has that field filled in at this point; the kind's workflow lists which"
      " (`requires:` of the state)"),
    T("fill it in: `svcdesk set ID FIELD=VALUE`"),
    "C 3.1–3.4",
)  # fmt: skip
NO_EXPECTED_TIME = Rule(
    "DESK404",
    "no-expected-time",
    Severity.NOTE,
    T("the first response names no expected time"),
    T("a response says by when the problem is expected to be solved, so that the user can plan"),
    T("say when: `svcdesk take ID --eta TIME`, or later `svcdesk promise ID TIME`"),
    "A 3.2",
)

_ORAL: Final = {"phone": None, "desk": Severity.NOTE, "onsite": Severity.NOTE}
"""How much it weighs by channel: face to face, a slip is seen at once."""
_CALLED: Final = {"phone": {"zh": "电话"}, "desk": {"zh": "前台"}, "onsite": {"zh": "现场"}}
_JUDGED_ELSEWHERE: Final = {"delivery": frozenset({"unmet", "corrections"})}


def not_read_back(subject: Subject) -> Iterator[Finding]:
    """A request by phone without `read_back`; a note once it is too late to ask."""
    channel = subject.record.get("channel")
    if not isinstance(channel, str) or channel not in _ORAL:
        return
    if subject.record.get("read_back") is not True:
        weight = _ORAL[channel] if is_open(subject) else Severity.NOTE
        submit = last_event(subject, ("submit",))
        called = Label({"en": channel, **_CALLED[channel]}, channel)
        yield found(
            subject,
            NOT_READ_BACK,
            T("taken by {channel} and not read back to the caller", channel=called),
            "channel",
            weight=if_imported(subject, submit) or weight,
        )


def incomplete_for_state(subject: Subject) -> Iterator[Finding]:
    """Each field that the workflow's state requires and the record does not have."""
    state = subject.workflow.states.get(subject.folded.status or "")
    elsewhere = _JUDGED_ELSEWHERE.get(subject.record.kind, frozenset())
    for path in state.requires if state is not None else ():
        if is_empty(subject.record.get(path)) and path not in elsewhere:
            message = T(
                "{state}, and no {field}",
                state=subject.workflow.state_label(subject.folded.status),
                field=path,
            )
            weight = if_imported(subject, last_event(subject, sets="status"))
            yield found(subject, INCOMPLETE, message, path, weight=weight)


def no_expected_time(subject: Subject) -> Iterator[Finding]:
    """A request whose first response promised nothing, nor anything after it."""
    first = next((one for one in subject.folded.counted() if _is_response(one)), None)
    if first is None or last_event(subject, sets="promise") is not None:
        return
    message = T("{by} responded without naming an expected time", by=first.actor)
    place = ("events", subject.record.events.index(first))
    yield found(subject, NO_EXPECTED_TIME, message, *place)


def _is_response(event: Event) -> bool:
    """Whether a person of ours took the request or replied; an automatic reply is none."""
    human = event.actor not in (REQUESTER, BOT) and event.extra.get("auto") is not True
    return human and event.do in ("take", "reply")


def svcdesk_register_checks() -> Iterable[Check]:
    return [
        Check(NOT_READ_BACK, not_read_back, ("request",)),
        Check(INCOMPLETE, incomplete_for_state),
        Check(NO_EXPECTED_TIME, no_expected_time, ("request",)),
    ]
