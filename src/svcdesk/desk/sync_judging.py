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
    from collections.abc import Iterable, Sequence

    from svcdesk.desk.desk import Desk
    from svcdesk.desk.traffic import Flow, Traffic
    from svcdesk.store.git import Repository
    from svcdesk.store.remotes import Line

AHEAD = timedelta(days=1)
"""An event further ahead than this is not published."""
_APART = timedelta(hours=1)
_IMPORT = "import"


def refuse_unfit(desk: Desk, went: Traffic, deleted: Sequence[str] = ()) -> None:
    """Raises Invalid for a record that others could not read; Refused for an event more than a day
    ahead of both this computer's clock and what its record had (E_FUTURE), and for a record that
    others have and that was deleted here (E_DELETION), unless `deleted` has its id."""
    now = desk.now_ms()
    meant = tuple(one.strip().upper() for one in deleted)
    for flow in went.flows:
        if flow.after is None and flow.error is None and not flow.record_id.endswith(meant):
            raise Refused(
                T("not pushed: {record} was deleted here, and others have it",
                  record=flow.record_id),
                hint=T("bring it back with the command that `svcdesk doctor` names, and cancel it "
                       "if it is not wanted: svcdesk cancel {record}; if it must go: svcdesk sync "
                       "--deleted {record}", record=flow.record_id),
                code="E_DELETION",
                record=flow.record_id,
                path=flow.path,
            )  # fmt: skip
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


def refuse_new_branch(repo: Repository, line: Line) -> None:
    """Raises Refused (E_NEW_BRANCH) for a branch that follows none and that the remote, which has
    a main branch, does not have: it is published on demand."""
    from svcdesk.store.remotes import main_beside

    main = None if line.follows else main_beside(repo, line)
    if main is None:
        return
    name = main.removeprefix("refs/remotes/")
    raise Refused(
        T("this branch follows none, and {remote} has no branch “{branch}”",
          remote=line.remote, branch=repo.branch),
        hint=T("to publish it beside {main}: svcdesk sync --publish; to bring its work to "
               "{main}: git switch {here}, then svcdesk merge {branch}",
               main=name, here=name.partition("/")[2], branch=repo.branch),
        code="E_NEW_BRANCH",
    )  # fmt: skip


def refuse_lost(desk: Desk, since: str | None) -> None:
    """Raises Refused (E_LOST) where a merge after `since` (None: any) lost events or records."""
    from svcdesk.desk.merge_losses import Losses, sentence

    found = Losses(desk).lost_since(since)
    if found:
        raise Refused(
            T("not pushed: {what}", what=sentence(found[0])),
            hint=T("`svcdesk doctor --fix` puts it right, in a commit that you can look at"),
            code="E_LOST",
            path=found[0].path,
        )


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
