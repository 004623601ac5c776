"""`sync`: take in what others published, publish what is ours, and say what came and went.

    fetch → renumber what is taken → merge → judge → push at once; refused: sleep, and again

Every step is a commit or nothing, and none depends on an earlier try: a sync that is stopped at
any moment is simply run again. Nothing that others have is ever rewritten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from svcdesk.desk.network import network_limit
from svcdesk.desk.traffic import Traffic, between
from svcdesk.errors import GitFailed, Refused
from svcdesk.i18n import T, Text
from svcdesk.store import claims, published, remotes
from svcdesk.store.bearings import take_bearings
from svcdesk.store.git import current_branch
from svcdesk.store.git_state import refuse_state
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.claiming import Claims
    from svcdesk.desk.desk import Desk
    from svcdesk.desk.merge_troubles import Trouble
    from svcdesk.desk.merging import MergeDone
    from svcdesk.lifecycle.fold import Step
    from svcdesk.store.bearings import Bearings
    from svcdesk.store.git import Repository
    from svcdesk.store.remotes import Line

TRIES = 12
PATIENCE = 60.0
"""Seconds after which a sync that is refused again and again stops."""
_FIRST_SLEEP = 0.1
_LONGEST_SLEEP = 4.0
_NOTHING = Traffic()
_REREAD = ("facts", "people", "kinds", "tickets", "numbers", "plugins", "fields", "sla")


class Synced(NamedTuple):
    """What a sync did. `came` and `went` are what differs, record by record; with `troubles`
    (conflicts) nothing was merged or pushed. `renumbered` gives new numbers by old ones."""

    branch: str
    came: Traffic = _NOTHING
    went: Traffic = _NOTHING
    pushed: bool = False
    renumbered: tuple[tuple[str, str], ...] = ()
    unsettled: tuple[tuple[str, Step], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[Text, ...] = ()


def sync(
    desk: Desk,
    *,
    remote: str | None = None,
    takes: Sequence[str] = (),
    deleted: Sequence[str] = (),
    publish: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Synced:
    """Take in what the current branch's remote branch has, and publish what is here.

    `remote` chooses the remote, `takes` settle conflicts as in `merge_branches`; `deleted` are the
    ids of published records whose deletion is meant, `publish` makes a branch that the remote does
    not have. Conflicts are given as `troubles`. Raises RepositoryState while something is under
    way; Refused E_NO_REMOTE, E_NEW_BRANCH, E_REWRITTEN, E_UNRELATED, E_FUTURE, E_DELETION, E_LOST,
    E_AGAIN (refused for too long: all work is kept); GitFailed E_REMOTE (not reached), E_PUSH (the
    remote refuses for good), and what a merge raises.
    """
    repo = desk.repository_now()
    refuse_state(repo)
    bearings = take_bearings(repo)
    line = remotes.line_of(repo, remote, bearings)
    meant = Meant(takes, deleted, publish)
    return _Sync(desk, repo, line, bearings, meant, sleep).run()


class Meant(NamedTuple):
    """What whoever syncs decided: see `sync`."""

    takes: Sequence[str] = ()
    deleted: Sequence[str] = ()
    publish: bool = False


class _Sync:
    """One sync under way."""

    def __init__(
        self,
        desk: Desk,
        repo: Repository,
        line: Line,
        bearings: Bearings,
        meant: Meant,
        sleep: Callable[[float], None],
    ) -> None:
        self._desk = desk
        self._line = line
        self._meant = meant
        self._sleep = sleep
        self._repo = repo
        self._bearings: Bearings | None = bearings
        self._start = repo.head
        self._seen: str | None = None
        self._renumbered: dict[str, str] = {}
        self._unsettled: dict[str, tuple[str, Step]] = {}
        self._notes: dict[str, Text] = {}
        self._taken: list[str] = []

    @cached_property
    def _claims(self) -> Claims:
        from svcdesk.desk.claiming import Claims

        return Claims(self._desk, self._line)

    def run(self) -> Synced:
        deadline = time.monotonic() + PATIENCE
        last = ""
        for attempt in range(TRIES):
            if attempt:
                import random

                pause = min(_LONGEST_SLEEP, _FIRST_SLEEP * 2 ** (attempt - 1))
                self._sleep(random.uniform(pause / 2, pause))
            outcome = self._once()
            if isinstance(outcome, Synced):
                return outcome
            last = outcome
            if time.monotonic() > deadline:
                break
        raise Refused(
            T("not pushed: {branch} moved on each time; the remote last said: {words}",
              branch=self._line.name, words=last),
            hint=T("all work is kept here, and what came in is merged; `svcdesk sync` goes on"),
            code="E_AGAIN",
        )  # fmt: skip

    def _once(self) -> Synced | str:
        """One try: the outcome, or what the remote said when somebody else was quicker."""
        upstream = self._fetch()
        repo = self._repo
        if upstream is None and not self._meant.publish:
            from svcdesk.desk.sync_judging import refuse_new_branch

            refuse_new_branch(repo, self._line)
        if repo.head == upstream or repo.head is None:
            return self._finish(upstream, pushed=False)
        self._renumber(repo, upstream)
        merged = self._merge(upstream)
        if merged is not None and merged.troubles:
            return Synced(
                self._line.name, troubles=merged.troubles, notes=tuple(self._notes.values()),
                renumbered=tuple(self._renumbered.items()),
            )  # fmt: skip
        head = self._desk.repository.refreshed().head
        assert head is not None
        if head == upstream:
            return self._finish(upstream, pushed=False)
        return self._push(upstream, head)

    def _fetch(self) -> str | None:
        """The remote branch as it is now (None: the remote has none), its history looked at."""
        desk, line = self._desk, self._line
        repo = self._repo
        bearings, self._bearings = self._bearings or take_bearings(repo), None
        before = published.tips_of(repo, line, bearings)
        self._seen = before.seen
        seen = before.seen or before.upstream
        there = remotes.to_fetch(repo, line, bearings)
        if not remotes.fetch(repo, line.remote, there, network_limit(desk)):
            self._repo = repo.refreshed()
            if seen is not None:
                raise Refused(
                    T("{branch} is gone from the remote", branch=line.name),
                    hint=T("if that was meant, switch to another branch; to bring it back: "
                           "git push {remote} {branch_here}",
                           remote=line.remote, branch_here=repo.refreshed().branch),
                    code="E_REWRITTEN",
                )  # fmt: skip
            return None
        after = published.tips(repo, line)
        upstream = after.upstream
        assert upstream is not None
        if published.pending(repo):
            from svcdesk.desk.publishing import tell_published

            self._note(*tell_published(desk, upstream))
            self._repo = repo.refreshed()
        elif current_branch(repo.root, repo.git_dir) == repo.branch:
            self._repo = repo._replace(head=after.head)
        else:
            self._repo = repo.refreshed()
        if seen is not None and seen != upstream:
            self._refuse_rewritten(self._repo, seen, upstream)
        return upstream

    def _refuse_rewritten(self, repo: Repository, seen: str, upstream: str) -> None:
        if repo.holds(upstream, seen) or repo.head is None or not repo.holds(repo.head, seen):
            return
        published.remember_seen(repo, self._line, seen)
        count = len(repo.git("rev-list", seen, f"^{upstream}").splitlines())
        raise Refused(
            T("the history of {branch} was rewritten: {count} commits that were published are no "
              "longer in it, and a merge would bring them back", branch=self._line.name,
              count=count),
            hint=T("ask who did it; to follow: git rebase --onto {branch} {seen} – it keeps what "
                   "only you have – and sync again",
                   branch=self._line.name, seen=seen[:12]),
            code="E_REWRITTEN",
        )  # fmt: skip

    def _renumber(self, repo: Repository, upstream: str | None) -> None:
        taken = self._claims.taken(repo, upstream)
        if not taken:
            return
        from svcdesk.desk.renumbering import renumber_taken

        done, numbers = renumber_taken(self._desk, taken)
        self._note(*done.notes)
        for old, new in numbers.items():
            first = next((one for one, now in self._renumbered.items() if now == old), old)
            self._renumbered[first] = new

    def _merge(self, upstream: str | None) -> MergeDone | None:
        desk = self._desk
        repo = desk.repository.refreshed()
        assert repo.head is not None
        if upstream is None or repo.holds(repo.head, upstream):
            return None
        from svcdesk.desk import merging

        if repo.holds(upstream, repo.head):
            merging.fast_forward(desk, upstream)
            merged = None
        else:
            takes = [one for one in self._meant.takes if one not in self._taken]
            [merged] = merging.merge_branches(desk, [self._line.name], takes=takes)
            self._taken += merged.taken
            self._note(*merged.notes)
            self._unsettled |= {step.event.id: (one, step) for one, step in merged.unsettled}
        for name in _REREAD:  # the desk's own files may have come in, too
            desk.__dict__.pop(name, None)
        return merged

    def _push(self, upstream: str | None, head: str) -> Synced | str:
        from svcdesk.desk.publishing import push_claimed, tell_published
        from svcdesk.desk.sync_judging import refuse_lost, refuse_unfit

        desk, repo = self._desk, self._desk.repository
        since = upstream or self._parted(repo, head)
        went = between(desk, repo, since, head)
        refuse_unfit(desk, went, self._meant.deleted)
        refuse_lost(desk, since)
        pushed = push_claimed(desk, self._claims, self._line, since, went)
        if pushed.done:
            self._note(*tell_published(desk, head))
            return self._finish(upstream, pushed=True, went=went)
        if pushed.again:
            return pushed.words
        raise GitFailed(
            T("not pushed: {words}", words=pushed.words),
            hint=T("all work is kept here; when the remote's reason is gone, sync again"),
            code="E_PUSH",
        )

    def _parted(self, repo: Repository, head: str) -> str | None:
        """Where a branch that is new at the remote left the remote's main branch."""
        main = remotes.main_beside(repo, self._line)
        return None if main is None else repo.merge_base(main, head)

    def _finish(self, upstream: str | None, *, pushed: bool, went: Traffic | None = None) -> Synced:
        desk = self._desk
        repo = desk.repository  # nothing here needs to know where HEAD is
        if upstream is not None and not pushed:
            if upstream != self._seen:
                published.remember_seen(repo, self._line, upstream)
            if claims.standings(repo.common_dir):
                self._claims.tidy(repo)
        if self._meant.takes:
            from svcdesk.desk.merge_takes import idle

            self._note(*idle(self._meant.takes, self._taken))
        came = self._came(repo, upstream)
        if came.flows:
            from svcdesk.desk.sync_judging import clock_warnings

            self._note(*clock_warnings(desk, came))
        return Synced(
            self._line.name,
            came,
            went or _NOTHING,
            pushed,
            tuple(self._renumbered.items()),
            tuple(self._unsettled.values()),
            notes=tuple(self._notes.values()),
        )

    def _came(self, repo: Repository, upstream: str | None) -> Traffic:
        if upstream is None or self._start is None or upstream == self._start:
            return _NOTHING
        base = repo.merge_base(self._start, upstream)
        return between(self._desk, repo, base, upstream)

    def _note(self, *sentences: Text) -> None:
        for one in sentences:
            self._notes.setdefault(str(one), one)
