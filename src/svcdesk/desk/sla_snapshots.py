"""What the SLA came to when a record was closed: kept in the closing event, and read from there.

So a later edit of a policy or calendar never rewrites history. The digests are git's own ids of
the policy's and calendars' files, and git still has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.fold import Fold, Step
from svcdesk.lifecycle.moves import Moved
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Value
from svcdesk.sla.calendar import Calendar
from svcdesk.sla.calendar_file import parse_calendar
from svcdesk.sla.from_fold import history_of
from svcdesk.sla.ledger import Ledger, ledger
from svcdesk.sla.policy_file import parse_policy
from svcdesk.sla.snapshot import restore, snapshot, stands
from svcdesk.store.yaml_read import parse

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts

CLOSED = "closed"
SNAPSHOT = "snapshot"


def at_close(desk: Parts, moved: Moved) -> Moved:
    """The same move; one that closes a record carries what its SLA came to.

    A policy that cannot be read keeps nobody from closing: there is no snapshot then.
    """
    step = next(one for one in moved.folded.steps if one.event.id == moved.event.id)
    if step.after != CLOSED or step.before == CLOSED:
        return moved
    record = moved.record
    try:
        answer = desk.sla.live(record, strict_instant(moved.event.happened), moved.folded)
        if answer is None:
            return moved
        stored = snapshot(
            answer,
            desk.sla.policy_digest(answer.policy),
            desk.sla.calendar_digests(),
            _ids_before(moved.folded, step),
        )
    except SvcdeskError:
        return moved
    event = moved.event._replace(extra={**moved.event.extra, SNAPSHOT: stored})
    events = tuple(event if one.id == event.id else one for one in record.events)
    return Moved(moved.before, record._replace(events=events), event, moved.folded)


def as_closed(desk: Parts, answer: Ledger, folded: Fold, kind: str, uid: str) -> Ledger:
    """The ledger with the verdicts of the record's last close, where it carries them.

    As of an instant before a close, the ledger under the policy and calendars that judged there,
    so that nobody who looks back sees deadlines that nobody had. Where a merge has brought events
    from before the close since, they are reckoned in under the same, and a note says so.
    """
    closings = [one for one in folded.steps if _closes(one)]
    closing = next((one for one in reversed(closings) if _when(one) <= answer.at), None)
    if closing is None:
        return _before_close(desk, answer, folded, kind, uid, closings[0]) if closings else answer
    stored = closing.event.extra.get(SNAPSHOT)
    if not isinstance(stored, Mapping):
        return answer
    closed_at = _when(closing)
    if stands(stored, _ids_before(folded, closing)):
        return restore(answer, stored, closed_at)
    note = T("events from before the close came in later; it was reckoned anew")
    again = _again(desk, answer, folded, stored, kind, uid) or answer
    return again._replace(notes=(*again.notes, note))


def _before_close(
    desk: Parts, answer: Ledger, folded: Fold, kind: str, uid: str, closing: Step
) -> Ledger:
    """The ledger as of an instant before a close, by what judged at the close; the same where
    nothing has changed since, or git has those versions no more."""
    stored = closing.event.extra.get(SNAPSHOT)
    if not isinstance(stored, Mapping) or not _is_other(desk, stored):
        return answer
    again = _again(desk, answer, folded, stored, kind, uid)
    if again is None:
        return answer
    note = T("reckoned by the policy and calendars of the close; they have been edited since")
    return again._replace(notes=(*again.notes, note))


def _is_other(desk: Parts, stored: Mapping[str, Value]) -> bool:
    """Whether the policy or a calendar that a snapshot names is another now."""
    policy, calendars = stored.get("policy"), stored.get("calendars")
    if not isinstance(policy, Mapping) or not isinstance(calendars, Mapping):
        return False
    if desk.sla.policy_digest(str(policy.get("name"))) != policy.get("digest"):
        return True
    now = desk.sla.calendar_digests() if calendars else {}
    return any(now.get(name) != digest for name, digest in calendars.items())


def _again(
    desk: Parts,
    answer: Ledger,
    folded: Fold,
    stored: Mapping[str, Value],
    kind: str,
    uid: str,
) -> Ledger | None:
    """The ledger under the versions that a snapshot names; None where git has them no more."""
    policy, calendars = stored.get("policy"), stored.get("calendars")
    if not isinstance(policy, Mapping) or not isinstance(calendars, Mapping):
        return None
    name = str(policy.get("name"))
    wanted = {str(policy.get("digest")): name}
    wanted |= {str(digest): str(calendar) for calendar, digest in calendars.items()}
    try:
        blobs = dict(desk.repository.cat_blobs(list(wanted)))
        then: dict[str, Calendar] = dict(desk.sla.calendars)
        for calendar, digest in calendars.items():
            then[calendar] = parse_calendar(
                parse(blobs[str(digest)], path=calendar).value, calendar
            )
        value = parse(blobs[str(policy.get("digest"))], path=name).value
        history, _ = history_of(answer.record, uid, folded)
        rules = desk.sla.rules(kind)
        return ledger(history, rules, parse_policy(value, name, desk.sla.compile), then, answer.at)
    except SvcdeskError:
        return None


def _when(closing: Step) -> int:
    return int(strict_instant(closing.event.happened).timestamp())


def _closes(step: Step) -> bool:
    return step.counts and step.after == CLOSED and step.before != CLOSED


def _ids_before(folded: Fold, closing: Step) -> list[str]:
    return [one.event.id for one in folded.steps if one.counts and one.event.id < closing.event.id]
