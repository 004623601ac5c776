"""Tells the channels what happened, once it stands; a channel that fails is named, nothing more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from svcdesk.errors import PluginFailed
from svcdesk.hookspecs import Means, Notice
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.escalations import NOTIFIED
from svcdesk.model.facts import ON_WRITE
from svcdesk.model.record import Event
from svcdesk.store import codec
from svcdesk.store.claims import has_remote

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.writing import Done

EVERY = "*"
IMPORT = "import"


def after_commit(desk: Desk, done: Done, move: str) -> tuple[list[Text], list[Text]]:
    """What follows a commit: without a remote the channels are told; with one, a desk that
    publishes on every write pushes, and what is published is told. Sentences about channels that
    were not told, and about what was not pushed."""
    common_dir = desk.repository.common_dir
    if has_remote(common_dir):
        if desk.facts.publish != ON_WRITE or done.commit is None:
            return [], []
        from svcdesk.desk.publishing import publish_after_write

        return [], publish_after_write(desk)
    failed = tell(desk, done, move)
    if done.commit is not None:
        from svcdesk.store.told import remember_told

        remember_told(common_dir, done.commit)
    return failed, []


def tell(desk: Desk, done: Done, move: str) -> list[Text]:
    """Tell the routed channels of every move of an operation; sentences about those that failed.

    Of an import nobody is told: what it brings in happened long ago.
    """
    routes = desk.facts.routes
    names = list(dict.fromkeys([*routes.get(move, ()), *routes.get(EVERY, ())]))
    if not names or not done.changes or move == IMPORT:
        return []
    failed: list[Text] = []
    for name in names:
        channel = desk.plugins.channel(name)
        means = Means(desk.config.channel(name), sys.stderr, desk.root)
        for notice in notices(desk, done, move):
            try:
                channel.send(notice, means)
            except PluginFailed as error:
                failed.append(T("channel “{name}” was not told: {why}", name=name, why=error))
                break
    return failed


def notices(desk: Desk, done: Done, move: str) -> list[Notice]:
    """One notice for each event that the operation added."""
    made = []
    for change in done.changes:
        record = {
            key: value for key, value in codec.encode(change.record).items() if key != "events"
        }
        known = {event.id for event in change.original.events} if change.original else set()
        for moved in change.moves:
            if moved.event.id in known:
                continue  # fields changed that no event decides: nothing happened to tell of
            made.append(
                Notice(
                    id=_name(done, moved.event),
                    op=done.op,
                    move=moved.event.do,
                    subject=_subject(done, change.record.id, moved.event),
                    record=record,
                    event=codec.encode_event(moved.event),
                    commit=done.commit,
                    desk=desk.facts.name,
                )
            )
    return made


def _name(done: Done, event: Event) -> str:
    """Names a notice for ever. What the rules did is told by every clone under one name."""
    return f"derived/{event.id}" if event.derived else f"{done.op}/{event.id}"


def _subject(done: Done, record_id: str, event: Event) -> str:
    """The sentence of the commit; for an escalation, what is escalated to whom."""
    if event.derived is None:
        return done.subject
    target = event.derived[0]
    told = event.extra.get(NOTIFIED)
    people = ", ".join(map(str, told)) if isinstance(told, list) else "–"
    sentence = T(
        "{record}: {target} is escalated to {people}",
        record=record_id,
        target=target,
        people=people,
    )
    return str(sentence)
