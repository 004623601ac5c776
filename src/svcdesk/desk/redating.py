"""Events of a clock that ran far ahead, before anybody else has them: found, and dated anew.

An event's id holds its time and decides the order, so such an event would outrank all that others
do; `sync` refuses to publish it. Here it gets the time of now, in the order in which it stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk.sla_snapshots import SNAPSHOT, at_close
from svcdesk.desk.sync_judging import AHEAD, future_events
from svcdesk.desk.traffic import Flow, between
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval_digest import SIGNATURE
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.lifecycle.header import hand_edits, project
from svcdesk.lifecycle.moves import Moved
from svcdesk.model.ids import next_event_id
from svcdesk.model.instants import strict_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Record, Value
from svcdesk.store import codec, remotes
from svcdesk.store.transaction import begin
from svcdesk.store.yaml_text import rewrite
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.author import Author
    from svcdesk.desk.desk import Desk

SUBJECT = "doctor: date anew"
"""How the subject of such a commit begins."""
_IMPORT = "import"
_HINT = T("take that commit back (git revert or git reset), and record it anew")


class Ahead(NamedTuple):
    """A record with unpublished events that are too far ahead, in the order of their ids."""

    record: Record
    path: str
    events: tuple[Event, ...]


class Redated(NamedTuple):
    """What was dated anew, in sentences, with the commit (None: nothing had to be); `left` is
    what cannot be: each with what to do."""

    commit: str | None = None
    done: tuple[Text, ...] = ()
    left: tuple[tuple[Text, Text], ...] = ()


def events_ahead(desk: Desk) -> list[Ahead]:
    """The records with events that the remote's branch has not, more than a day ahead of both
    this computer's clock and the newest event that the record has there.

    Without a remote branch there is none: nobody is waiting for them, and which of two clocks was
    wrong, the past or the present one, nothing tells.
    """
    upstream = _upstream(desk)
    repo = desk.repository.refreshed()
    if upstream is None or repo.head is None:
        return []
    now = desk.now_ms()
    return [
        Ahead(flow.after, flow.path, tuple(events))
        for flow in between(desk, repo, upstream, repo.head).flows
        if flow.after is not None and (events := _ahead(flow, now))
    ]


def clock_behind(desk: Desk) -> bool:
    """Whether rather this computer's clock is wrong: what is published was committed more than a
    day later than now."""
    upstream = _upstream(desk)
    if upstream is None:
        return False
    raw = desk.repository.git("show", "--no-patch", "--format=%ct", "--end-of-options", upstream)
    return int(raw.split()[-1]) > desk.now().timestamp() + AHEAD.total_seconds()


def sentence(one: Ahead) -> Text:
    """What is wrong with a record's events."""
    return T("{record}: {count} unpublished events are dated up to {time}, more than a day ahead "
             "of this computer's clock", record=one.record.id, count=len(one.events),
             time=one.events[-1].at)  # fmt: skip


def redate(desk: Desk) -> Redated:
    """Date such events of one's own anew, in one commit: their ids and times are of now, their
    order stays, and what refers to them goes along.

    Left, and named, are events that somebody else recorded, signed, imported or derived ones, and
    all where this computer's clock is behind. Raises what a write raises.
    """
    found = events_ahead(desk)
    if not found:
        return Redated()
    if clock_behind(desk):
        behind = T("put this computer's clock right first: what is published is later than it")
        return Redated(left=tuple((sentence(one), behind) for one in found))
    author = desk.author()
    done: list[Text] = []
    left: list[tuple[Text, Text]] = []
    with begin(desk.repository) as tx:
        texts = tx.read_many([one.path for one in found])
        changes: dict[str, bytes | None] = {}
        for one in found:
            after = _anew(desk, one, author)
            if after is None:
                left.append((sentence(one), _HINT))
                continue
            text = (texts[one.path] or b"").decode("utf-8").replace("\r\n", "\n")
            changes[one.path] = rewrite(text, codec.encode(after)).encode()
            done.append(T("{record}: {count} events are dated anew", record=one.record.id,
                          count=len(one.events)))  # fmt: skip
        if not changes:
            return Redated(left=tuple(left))
        subject = f"{SUBJECT} {len(changes)} records"
        commit = tx.commit(changes, subject, body="\n".join(str(one) for one in done))
    return Redated(commit, tuple(done), tuple(left))


def _upstream(desk: Desk) -> str | None:
    """The remote branch that this one follows, as far as known here."""
    repo = desk.repository.refreshed()
    try:
        line = remotes.line_of(repo)
    except SvcdeskError:
        return None
    found = repo.run("rev-parse", "--quiet", "--verify", f"{line.tracking}^{{commit}}")
    return line.tracking if found.code == 0 else None


def _ahead(flow: Flow, now_ms: int) -> Sequence[Event]:
    return sorted(future_events(flow, now_ms), key=lambda event: event.id)


def _anew(desk: Desk, one: Ahead, author: Author) -> Record | None:
    """The record with those events of now; None where they cannot be told anew for certain."""
    mine = author.person.id
    if any(_is_bound(event) or event.by != mine for event in one.events):
        return None
    record, workflow = one.record, desk.workflow(one.record.kind)
    before = fold(record.events, workflow)
    if hand_edits(record, before, workflow):
        return None
    events = list(_dated(desk, one, author))
    after = fold(events, workflow)
    if [step.effect for step in after.steps] != [step.effect for step in before.steps]:
        return None
    return _closed(desk, project(record._replace(events=tuple(events)), after, workflow), workflow)


def _is_bound(event: Event) -> bool:
    """What is made from the time itself, or sealed with it."""
    return event.derived is not None or event.via == _IMPORT or SIGNATURE in event.extra


def _dated(desk: Desk, one: Ahead, author: Author) -> Iterator[Event]:
    """All events of the record in their order, those ahead with ids and times of now."""
    now = desk.act(author).at
    wrong = {event.id for event in one.events}
    names: dict[str, str] = {}
    newest: str | None = None
    for event in sorted(one.record.events, key=lambda event: event.id):
        said = event
        if event.id in wrong:
            names[event.id] = next_event_id(desk.now_ms(), newest, desk.chance())
            said = _at(event, now)._replace(id=names[event.id])
        newest = said.id
        yield said._replace(
            void=tuple(names.get(one, one) for one in said.void),
            settles=tuple(names.get(one, one) for one in said.settles),
            times={names.get(one, one): time for one, time in said.times.items()},
        )


def _at(event: Event, now: str) -> Event:
    """The event with no time of the wrong clock in it; one whose clock was right by then keeps
    its own."""
    if not _is_later(event.happened, now) and not _is_later(event.at, now):
        return event
    clock = (event.at, event.when)
    values: dict[str, Value] = {
        path: now if value in clock and _is_later(str(value), now) else value
        for path, value in event.set.items()
    }
    when = event.when if event.when and not _is_later(event.when, now) else None
    return event._replace(at=now, when=when, set=values)


def _is_later(time: str, now: str) -> bool:
    return strict_instant(time) > strict_instant(now)


def _closed(desk: Desk, record: Record, workflow: Workflow) -> Record:
    """The record whose closing events say what its SLA came to by the new times."""
    folded: Fold = fold(record.events, workflow)
    for event in record.events:
        if SNAPSHOT in event.extra:
            kept = {name: value for name, value in event.extra.items() if name != SNAPSHOT}
            bare = event._replace(extra=kept)
            moved = at_close(desk, Moved(record, record, bare, folded))
            events = [moved.event if one.id == event.id else one for one in record.events]
            record = record._replace(events=tuple(events))
    return record
