"""What a sync refuses to publish, and what it says about clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from svcdesk.errors import Invalid, Refused, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.model.ids import milliseconds_of
from svcdesk.model.instants import strict_instant
from svcdesk.model.record import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from svcdesk.desk.desk import Desk
    from svcdesk.desk.traffic import Flow, Traffic

AHEAD = timedelta(days=1)
"""An event further ahead than this is not published."""
_APART = timedelta(hours=1)
_IMPORT = "import"


def refuse_unfit(desk: Desk, went: Traffic) -> None:
    """Raises Invalid for a record that others could not read, and Refused (E_FUTURE) for an event
    more than a day ahead of both this computer's clock and what its record had."""
    now = desk.now_ms()
    for flow in went.flows:
        if flow.error is not None and flow.after is None:
            error = flow.error
            raise Invalid(
                T("not pushed: {why}", why=error.message),
                hint=error.hint,
                code=error.code,
                record=flow.record_id,
                path=flow.path,
                line=error.line,
            )
        for event in future_events(flow, now):
            raise Refused(
                T("not pushed: {record}: the event {id} ({move}) is dated {time}, more than a day "
                  "ahead of this computer's clock", record=flow.record_id, id=event.id,
                  move=event.do, time=event.at),
                hint=T("put the clock right; `svcdesk doctor --fix` then dates it anew"),
                code="E_FUTURE",
                record=flow.record_id,
                path=flow.path,
            )  # fmt: skip


def future_events(flow: Flow, now_ms: int) -> list[Event]:
    """The new events of a record that are more than a day ahead of the clock, and of what the
    record had before."""
    newest = flow.before.newest_event_id() if flow.before else None
    limit = max(now_ms, milliseconds_of(newest) if newest else 0)
    day = int(AHEAD.total_seconds() * 1000)
    return [event for event in flow.events if milliseconds_of(event.id) > limit + day]


def clock_warnings(desk: Desk, came: Traffic) -> list[Text]:
    """Sentences about people whose clocks were an hour or more ahead, by what they recorded."""
    worst: dict[str, timedelta] = {}
    now = desk.now()
    for event in _recorded(came):
        moment = _moment(event)
        if moment is not None and moment - now >= _APART:
            worst[event.by] = max(worst.get(event.by, _APART), moment - now)
    said = [
        T("what {person} recorded is dated {hours} hours ahead of this computer's clock: one of "
          "the two clocks is wrong", person=person, hours=_hours(gap))
        for person, gap in sorted(worst.items())
    ]  # fmt: skip
    behind: dict[str, timedelta] = {}
    for event in _recorded(came):
        moment = _moment(event)
        if moment is None:
            continue
        counted = datetime.fromtimestamp(milliseconds_of(event.id) / 1000, UTC)
        if counted - moment >= _APART:
            behind[event.by] = max(behind.get(event.by, _APART), counted - moment)
    return said + [
        T("what {person} recorded met events dated {hours} hours later: one of the two clocks is "
          "wrong", person=person, hours=_hours(gap))
        for person, gap in sorted(behind.items())
    ]  # fmt: skip


def _recorded(came: Traffic) -> Iterable[Event]:
    """What people recorded at a keyboard: what the rules and imports write is dated otherwise."""
    for flow in came.flows:
        for event in flow.events:
            if event.derived is None and event.via != _IMPORT:
                yield event


def _moment(event: Event) -> datetime | None:
    try:
        return strict_instant(event.at)
    except SvcdeskError:
        return None


def _hours(gap: timedelta) -> str:
    return f"{gap.total_seconds() / 3600:.1f}"
