"""Publishing what is committed: one push, and telling the channels of what it made public.

What was about to be pushed is noted first, so a stop between push and telling loses no message: the
next sync finds the note and sees whether the remote has it. A message may be told twice, under one
id.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.telling import EVERY, IMPORT
from svcdesk.desk.traffic import between
from svcdesk.errors import PluginFailed, SvcdeskError
from svcdesk.hookspecs import Means, Notice
from svcdesk.i18n import T, Text
from svcdesk.model.record import RENUMBER
from svcdesk.store import codec, published, remotes
from svcdesk.store.git import Repository
from svcdesk.store.git_listing import text
from svcdesk.store.git_message import trailers_of
from svcdesk.store.settling import OP
from svcdesk.store.told import told
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.claiming import Claims
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.traffic import Flow, Traffic
    from svcdesk.store.published import Pending
    from svcdesk.store.remotes import Line, Pushed

WRITE_LIMIT = 3.0
"""Seconds that publishing after a write may take."""


class _Commit(NamedTuple):
    id: str
    parent: str | None
    subject: str
    op: str


def push_branch(
    desk: Desk,
    line: Line,
    since: str | None,
    claims: Mapping[str, str],
    timeout: float,
) -> Pushed:
    """Push the current commit, and with it claims of numbers (ref → object); all or none.

    `since` is what the remote has of it, up to where channels were told (None: as far as they
    were). Where the remote takes it, this clone remembers so. Raises GitFailed (E_REMOTE).
    """
    repo = desk.repository.refreshed()
    assert repo.head is not None
    start = since or told(repo.common_dir)
    published.begin_publishing(repo, start, repo.head)
    expected = dict.fromkeys(claims, "")
    refs = {line.ref: repo.head, **claims}
    pushed = remotes.push(repo, line.remote, refs, timeout, expected=expected)
    if pushed.done:
        published.remember_seen(repo, line, repo.head)
        if not line.follows:
            repo.git("branch", "--quiet", f"--set-upstream-to={line.name}", "--", str(repo.branch))
    return pushed


def push_claimed(
    desk: Desk, claims: Claims, line: Line, since: str | None, went: Traffic
) -> Pushed:
    """Push the current commit with claims of the numbers of its new records: what is another
    record's number is refused, and `claims` knows then. Where the remote takes no claims, it is
    pushed without. Raises GitFailed (E_REMOTE)."""
    from svcdesk.desk.claiming import MANY
    from svcdesk.desk.network import network_limit

    repo, limit = desk.repository, network_limit(desk)
    wanted = claims.wanted(repo, went)
    if len(wanted) > MANY:
        early = claims.ahead(repo, wanted, went)
        wanted = {}
        if early is not None and not claims.not_allowed(early):
            claims.learn(repo, early)
            return early
    pushed = _push(desk, claims, line, since, wanted, limit)
    if pushed.done:
        claims.published(repo, went)
    elif pushed.again:
        claims.learn(repo, pushed)
    return pushed


def _push(
    desk: Desk,
    claims: Claims,
    line: Line,
    since: str | None,
    wanted: Mapping[str, str],
    limit: float,
) -> Pushed:
    """One push with claims; where the remote takes none, without."""
    pushed = push_branch(desk, line, since, wanted, limit)
    if not pushed.done and wanted and claims.not_allowed(pushed):
        pushed = push_branch(desk, line, since, {}, limit)
    return pushed


def tell_published(desk: Desk, upstream: str | None) -> list[Text]:
    """Tell the channels of every noted publication that the remote has; sentences about those
    channels that failed. Notes of what it does not have are dropped: a later push covers it."""
    repo = desk.repository
    failed: list[Text] = []
    for note in published.pending(repo):
        if upstream is not None and repo.holds(upstream, note.end):
            failed += _tell(desk, note)
        published.end_publishing(repo, note.end)
    return failed


def publish_after_write(desk: Desk) -> list[Text]:
    """For desks that publish on every write: one try of a few seconds, and what to say about it.

    Whatever goes wrong, the write stands.
    """
    from svcdesk.desk.claiming import Claims
    from svcdesk.desk.sync_judging import refuse_lost, refuse_new_branch, refuse_unfit

    try:
        repo = desk.repository.refreshed()
        line = remotes.line_of(repo)
        upstream = published.tips(repo, line).upstream
        went = between(desk, repo, upstream, str(repo.head))
        if upstream is None:
            refuse_new_branch(repo, line)
        try:
            refuse_unfit(desk, went)
            refuse_lost(desk, upstream)
        except SvcdeskError as error:
            return [error.message]
        claims = Claims(desk, line)
        pushed = _push(desk, claims, line, upstream, claims.wanted(repo, went), WRITE_LIMIT)
        if pushed.done:
            return tell_published(desk, repo.head)
        if pushed.again:
            return [T("not pushed: {branch} has something new; `svcdesk sync` brings it in",
                      branch=line.name)]  # fmt: skip
        return [T("not pushed: {words}", words=pushed.words)]
    except SvcdeskError as error:
        return [T("not pushed: {words}", words=error)]


def _tell(desk: Desk, note: Pending) -> list[Text]:
    if not desk.facts.routes:
        return []
    failed: dict[str, Text] = {}
    for names, notice in _notices(desk, note):
        for name in names:
            if name in failed:
                continue
            try:
                means = Means(desk.config.channel(name), sys.stderr, desk.root)
                desk.plugins.channel(name).send(notice, means)
            except (PluginFailed, SvcdeskError) as error:
                failed[name] = T("channel “{name}” was not told: {why}", name=name, why=error)
    return list(failed.values())


def _notices(desk: Desk, note: Pending) -> Iterator[tuple[list[str], Notice]]:
    """Every new event of the commits that became public, with the channels that are to hear it."""
    repo, routes = desk.repository, desk.facts.routes
    end = {flow.after.uid: flow.after.id
           for flow in between(desk, repo, note.start, note.end).flows if flow.after}  # fmt: skip
    for commit in _commits(repo, note):
        flows = [one for one in between(desk, repo, commit.parent, commit.id).flows if one.events]
        move = _move_of(flows)
        names = list(dict.fromkeys([*routes.get(move, ()), *routes.get(EVERY, ())]))
        if not names or move == IMPORT:
            continue
        for flow in flows:
            for notice in _of_flow(desk, commit, flow, end):
                yield names, notice


def _of_flow(desk: Desk, commit: _Commit, flow: Flow, end: Mapping[str, str]) -> Iterator[Notice]:
    """The notices of a record's events; it is named by the number under which it became public."""
    assert flow.after is not None
    number = end.get(flow.after.uid, flow.after.id)
    header = {key: value for key, value in codec.encode(flow.after).items() if key != "events"}
    for event in flow.events:
        yield Notice(
            id=f"derived/{event.id}" if event.derived else f"{commit.op}/{event.id}",
            op=commit.op,
            move=event.do,
            subject=commit.subject.replace(flow.after.id, number)
            if event.do != RENUMBER
            else commit.subject,
            record={**header, "id": number},
            event=codec.encode_event(event),
            commit=commit.id,
            desk=desk.facts.name,
        )


def _move_of(flows: list[Flow]) -> str:
    """What the commit is routed by: its first move, or `import`."""
    events = [event for flow in flows for event in flow.events]
    if any(event.via == IMPORT for event in events):
        return IMPORT
    moves = [event.do for event in events if event.do != "submit"]
    return (moves or [event.do for event in events] or [""])[0]


def _commits(repo: Repository, note: Pending) -> list[_Commit]:
    """The commits of ours, merges aside, that a publication brought, oldest first."""
    span = [note.end, *([f"^{note.start}"] if note.start else [])]
    form = "--format=%H%x00%P%x00%B%x00"
    raw = text(repo.git("log", "--reverse", "--no-merges", "-z", form, *span, "--"))
    words = raw.split("\0")
    found = []
    for commit, parent, message in zip(words[::4], words[1::4], words[2::4], strict=False):
        op = dict(trailers_of(message)).get(OP)
        if op:
            subject = message.partition("\n")[0]
            found.append(_Commit(commit, parent or None, subject, op))
    return found
