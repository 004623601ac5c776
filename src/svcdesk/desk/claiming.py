"""Numbers that others must not give: claimed at the remote for a record's uid.

A number is final when its record is on the remote's main branch, or when its claim is held for its
uid. Whoever brings a record to main claims its number in the same push, so a held number stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from svcdesk.desk.network import network_limit
from svcdesk.desk.traffic import UID, Traffic, pairs
from svcdesk.errors import Busy, SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.ids import date_of
from svcdesk.store import claims, lock, remotes
from svcdesk.store.claims import Standing, claim_ref, claim_text, claimed_uid, id_of
from svcdesk.store.numbers import TakenIds

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.store.git import Repository
    from svcdesk.store.remotes import Line, Pushed

MANY = 250
"""So many claims at most go along with one push."""
_OLD = timedelta(days=400)
_RECORDS = "records/"


class Claims:
    """The claims of one remote, as one sync or one new record deals with them."""

    def __init__(self, desk: Desk, line: Line) -> None:
        self._desk = desk
        self._line = line
        self._foreign: set[str] = set()
        self._main: str | None = None
        self._known_main = False

    @property
    def main(self) -> str:
        """The tracking ref of the remote's main branch, else of the branch that ours follows."""
        if not self._known_main:
            self._main = next(iter(remotes.main_of(self._desk.repository, self._line.remote)), None)
            self._known_main = True
        return self._main or self._line.tracking

    # ── bringing records to the remote ─────────────────────────────────────────────────────────

    def taken(self, repo: Repository, upstream: str | None) -> dict[str, str]:
        """The records here that the remote lacks and whose numbers are other records there: id →
        where, in words."""
        assert repo.head is not None
        if upstream is None and not self._foreign:
            return {}
        ours = pairs(self._desk, repo, upstream, repo.head)
        created = {
            _stem(after[0]): uid
            for uid, (before, after) in ours.sides.items()
            if before is None and after is not None and not uid.startswith("/")
        }
        found: dict[str, str] = {}
        for where in dict.fromkeys((upstream, self._main_tip(repo))) if created else ():
            if where is None:
                continue
            name = self._line.name if where == upstream else self.main[len("refs/remotes/") :]
            places = {_stem(path): blob.id for path, blob in repo.ls_tree(where, _RECORDS).items()}
            same = {one: places[one] for one in created if one in places}
            data = dict(repo.cat_blobs(sorted(set(same.values()))))
            for record_id, blob in same.items():
                there = UID.search(data[blob])
                if there is None or there[1].decode("ascii") != created[record_id]:
                    found.setdefault(record_id, name)
        for record_id in self._foreign & set(created):
            found.setdefault(record_id, str(T("a claim of another clone")))
        return found

    def wanted(self, repo: Repository, went: Traffic) -> dict[str, str]:
        """The claims to make along with a push: ref → object, for each new record whose number
        is not held."""
        known = claims.standings(repo.common_dir)
        new = {
            flow.after.id: flow.after.uid
            for flow in went.flows
            if flow.after is not None and (flow.before is None or flow.former)
        }
        open_ones = {
            one: uid for one, uid in new.items() if known.get(one) != Standing(uid, held=True)
        }
        return self._make(repo, open_ones)

    def ahead(self, repo: Repository, wanted: Mapping[str, str], went: Traffic) -> Pushed | None:
        """Claim numbers in parts, where there are too many to go along with one push. None where
        all are held now; else how the part that failed ended."""
        limit = network_limit(self._desk)
        uids = {flow.after.id: flow.after.uid for flow in went.flows if flow.after is not None}
        for part in _parts(wanted):
            expected = dict.fromkeys(part, "")
            pushed = remotes.push(
                repo, self._line.remote, part, limit, expected=expected, hooks=False
            )
            if not pushed.done:
                return pushed
            held = {one: Standing(uids[one], held=True) for one in map(id_of, part) if one in uids}
            self._change(repo, held, ())
        return None

    def not_allowed(self, pushed: Pushed) -> bool:
        """Whether the remote takes no claims: a fork, no right, or no atomic pushes."""
        return not pushed.again

    def learn(self, repo: Repository, pushed: Pushed) -> None:
        """After a refused push: whose the claims are that stood in the way."""
        ids = [one for one in map(id_of, pushed.refused) if one is not None]
        new = {}
        for record_id, uid in self._holders(repo, ids).items():
            mine = self._uid_here(repo, record_id)
            if uid is not None and uid == mine:
                new[record_id] = Standing(uid, held=True)
            else:
                self._foreign.add(record_id)
        self._change(repo, new, ())

    def published(self, repo: Repository, went: Traffic) -> None:
        """After a push: claims of numbers that are on main have done their work."""
        self.tidy(repo)
        if any(flow.before is None or flow.former for flow in went.flows):
            self._sweep(repo)

    def tidy(self, repo: Repository) -> None:
        """Forget the standing of numbers that are on main, and of records that are gone."""
        known = claims.standings(repo.common_dir)
        if not known:
            return
        paths = {one: self._desk.tickets.path_for(one, value.uid) for one, value in known.items()}
        main = self._main_tip(repo)
        there = repo.tree_entries(main, list(paths.values())) if main else {}
        data = dict(repo.cat_blobs(sorted({blob.id for blob in there.values()})))
        gone = []
        for one, path in paths.items():
            found = UID.search(data[there[path].id]) if path in there else None
            on_main = found is not None and found[1].decode("ascii") == known[one].uid
            here = self._uid_here(repo, one)
            other = here is not None and here != known[one].uid
            if on_main or other or not (self._desk.root / path).exists():
                gone.append(one)
        self._change(repo, {}, gone)

    # ── claiming for a new record ──────────────────────────────────────────────────────────────

    def claim(self, repo: Repository, new: Mapping[str, str], deadline: float) -> set[str]:
        """Claim numbers (id → uid) and make sure that main does not have them; gives those that
        are somebody else's. Raises GitFailed where the remote cannot be asked in time."""
        refs = self._make(repo, new)
        expected = dict.fromkeys(refs, "")
        pushed = remotes.push(
            repo, self._line.remote, refs, _left(deadline), expected=expected, hooks=False
        )
        if not pushed.done:
            if not pushed.again:
                raise remotes.unreachable(self._line.remote, pushed.words)
            self._learn_series(repo, new, deadline)
            return {one for one in map(id_of, pushed.refused) if one is not None} or set(new)
        name = self.main.removeprefix(f"refs/remotes/{self._line.remote}/")
        remotes.fetch(repo, self._line.remote, {f"refs/heads/{name}": self.main}, _left(deadline))
        main = self._main_tip(repo)
        paths = {self._desk.tickets.path_for(one, uid): one for one, uid in new.items()}
        found = repo.tree_entries(main, list(paths)) if main else {}
        return {paths[path] for path in found}

    def _learn_series(self, repo: Repository, new: Mapping[str, str], deadline: float) -> None:
        """Move this clone's high-water marks over what others hold in the same series."""
        for series in {one.rpartition("-")[0] for one in new}:
            pattern = claim_ref(f"{series}-*")
            held = remotes.list_refs(repo, self._line.remote, pattern, _left(deadline))
            TakenIds(repo).remember([one for one in map(id_of, held) if one is not None])

    # ── parts ──────────────────────────────────────────────────────────────────────────────────

    def _make(self, repo: Repository, new: Mapping[str, str]) -> dict[str, str]:
        from svcdesk.store.merge_commit import write_blobs

        texts = [claim_text(uid, self._desk.chance()) for uid in new.values()]
        made = write_blobs(repo, texts)
        return {claim_ref(one): blob for one, blob in zip(new, made, strict=True)}

    def _holders(self, repo: Repository, ids: list[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        limit = network_limit(self._desk)
        for one in ids:
            ref = claim_ref(one)
            held = remotes.list_refs(repo, self._line.remote, ref, limit).get(ref)
            if held is None:
                continue
            remotes.fetch_object(repo, self._line.remote, ref, limit)
            try:
                found[one] = claimed_uid(next(data for _, data in repo.cat_blobs([held])))
            except SvcdeskError:
                found[one] = None
            TakenIds(repo).remember([one])
        return found

    def _uid_here(self, repo: Repository, record_id: str) -> str | None:
        path = self._desk.tickets.existing(record_id)
        data = repo.read_blob("HEAD", path) if path else None
        found = UID.search(data or b"")
        return found[1].decode("ascii") if found else None

    def _main_tip(self, repo: Repository) -> str | None:
        answer = repo.run("rev-parse", "--verify", "--quiet", f"{self.main}^{{commit}}")
        return answer.out.decode("ascii").strip() or None

    def _sweep(self, repo: Repository) -> None:
        """Take away the claims of numbers that are on main, and very old ones. The next sync
        tries again what does not work now."""
        main = self._main_tip(repo)
        limit = network_limit(self._desk)
        try:
            held = remotes.list_refs(repo, self._line.remote, f"{claims.PREFIX}*", limit)
            there = {_stem(path) for path in repo.ls_tree(main, _RECORDS)} if main else set()
            old = {ref: blob for ref, blob in held.items() if self._is_done(id_of(ref), there)}
            for part in _parts(old):
                gone = dict.fromkeys(part, "")
                remotes.push(repo, self._line.remote, gone, limit, expected=part, hooks=False)
        except SvcdeskError:
            return

    def _is_done(self, record_id: str | None, on_main: set[str]) -> bool:
        if record_id is None:
            return False
        day = date_of(record_id)
        return record_id in on_main or (day is not None and self._desk.now().date() - day > _OLD)

    def _change(
        self, repo: Repository, new: Mapping[str, Standing], gone: list[str] | tuple[()]
    ) -> None:
        if not new and not gone:
            return
        try:
            with lock.acquire(repo.common_dir, claims.CLAIM_LIMIT):
                claims.change_standings(repo.common_dir, new, gone)
        except Busy:
            return  # it is a mark, and the next sync makes it


def claim_new(desk: Desk, new: Mapping[str, str], limit: float) -> set[str]:
    """Claim the numbers of records about to be written (id → uid) up to the moment `limit` (of
    `time.monotonic`), or mark them as provisional. Gives those that are somebody else's: then
    nothing is marked, and others are to be chosen.

    The caller holds the desk's lock. Never raises for a remote that is slow, gone or unwilling.
    """
    repo = desk.repository
    try:
        line = remotes.line_of(repo.refreshed())
        foreign = Claims(desk, line).claim(repo, new, limit)
    except SvcdeskError:
        mark_new(desk, new)
        return set()
    if not foreign:
        mark_new(desk, new, held=True)
    return foreign


def mark_new(desk: Desk, new: Mapping[str, str], *, held: bool = False) -> None:
    """Note the standing of new numbers; the caller holds the desk's lock."""
    standing = {one: Standing(uid, held) for one, uid in new.items()}
    claims.change_standings(desk.repository.common_dir, standing)


def _parts(refs: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Refs in parts of MANY: a push names each of them twice in its command line."""
    items = list(refs.items())
    for first in range(0, len(items), MANY):
        yield dict(items[first : first + MANY])


def _left(deadline: float) -> float:
    return max(0.05, deadline - time.monotonic())


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")
