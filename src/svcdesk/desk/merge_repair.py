"""Records put right after merges without the merge driver, each at a place of its own.

`desk/merge_remaking.py` makes each of them again. Everything goes into one commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.merge_losses import Loss, Losses, Place
from svcdesk.desk.merge_remaking import Remaking, loaded, text_of
from svcdesk.desk.renumbering import act_by_rule, with_number
from svcdesk.desk.squash_losses import removed
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.links import relinked
from svcdesk.model.ids import date_of
from svcdesk.model.record import Record
from svcdesk.store import remotes
from svcdesk.store.transaction import begin
from svcdesk.store.yaml_read import parse
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


class Mended(NamedTuple):
    """What was put right, in sentences, with the commit that holds it (None: nothing had to be);
    `left` is what is not certain: each with what to do."""

    commit: str | None = None
    done: tuple[Text, ...] = ()
    left: tuple[tuple[Text, Text], ...] = ()


def mend_merges(desk: Desk) -> Mended:
    """Put right what merges of records as text left wrong, and numbers that two records have.

    A record or event that was lost comes back, a file that cannot be read and a header that its
    events do not make are made again. Of two records with one number the one keeps it that is on
    the remote's main branch, else the one that has it now, else the earlier one. Raises what a
    write raises; nothing is changed then.
    """
    with begin(desk.repository) as tx:
        work = _Mending(desk)
        work.run()
        if not work.changes:
            return Mended(left=tuple(work.left))
        tx.read_many(list(work.changes))
        said = [str(one) for one in work.done]
        subject = f"doctor: mend {len(said)} records that were merged as text"
        commit = tx.commit(work.changes, subject, body="\n".join(said))
        desk.numbers.remember(frozenset(work.given))
    return Mended(commit, tuple(work.done), tuple(work.left))


class _Mending:
    """The whole repair, in memory: what each record is, and where it belongs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._repo = desk.repository.refreshed()
        self._losses = Losses(desk)
        self._trees = self._losses.trees
        self._records = Remaking(desk, self._repo, self._losses)
        self._owners: dict[str, str] = {}
        self.changes: dict[str, bytes | None] = {}
        self.done = self._records.done
        self.left = self._records.left
        self.given: set[str] = set()

    def run(self) -> None:
        if self._repo.head is None:
            return
        now = self._now
        self._owners = {place.path: uid for uid, places in now.items() for place in places}
        losses: dict[str, list[Loss]] = {}
        for loss in (*self._losses.find(), *removed(self._losses, self._repo).losses):
            losses.setdefault(loss.uid, []).append(loss)
        made: dict[str, bytes] = {}
        for uid, found in losses.items():
            data = self._records.made_again(uid, now.get(uid, []), found)
            if data is not None:
                made[uid] = data
        for uid, places in now.items():
            if len(places) > 1 and uid not in losses:
                data = self._records.joined(uid, places)
                if data is not None:
                    made[uid] = data
        for uid in made:
            for place in now.get(uid, []):
                self.changes[place.path] = None
                self._owners.pop(place.path, None)
        for uid, data in made.items():
            self._put(uid, data)
        self._part_twins()
        self._forget_unchanged()

    def _forget_unchanged(self) -> None:
        for path, data in list(self.changes.items()):
            for place in self._now.get(self._owners.get(path, ""), []):
                if place.path == path and self._trees.data(place.blob) == data:
                    del self.changes[path]

    @property
    def _now(self) -> Mapping[str, list[Place]]:
        return self._trees.at(str(self._repo.head))

    def _put(self, uid: str, data: bytes) -> None:
        value = parse(data.replace(b"\r\n", b"\n"), path="").value
        path = self._desk.tickets.path_for(str(value.get("id")), uid)
        holder = self._owners.get(path)
        if holder is None or holder == uid:
            self._take(uid, path, data)
        elif self._on_main(uid, path) and not self._on_main(holder, path):
            there = self._bytes_at(holder, path)
            self._take(uid, path, data)
            self._renumber(holder, path, there)
        else:
            self._renumber(uid, path, data)

    def _part_twins(self) -> None:
        """Two files of one number, as numbers without a date may have: the later gives way."""
        by_id: dict[str, list[str]] = {}
        for path in self._owners:
            by_id.setdefault(path.rpartition("/")[2], []).append(path)
        for paths in by_id.values():
            ranked = sorted(
                paths, key=lambda path: (not self._on_main(self._owners[path], path),
                                         self._owners[path])
            )  # fmt: skip
            for path in ranked[1:]:
                uid = self._owners.pop(path)
                self._renumber(uid, path, self._bytes_at(uid, path))

    def _take(self, uid: str, path: str, data: bytes) -> None:
        self._owners[path] = uid
        self.changes[path] = data

    def _renumber(self, uid: str, path: str, data: bytes) -> None:
        desk = self._desk
        record = loaded(data, path).record
        workflow = desk.workflow(record.kind)
        number = desk.numbers.allocate(workflow, self.given, date_of(record.id))
        self.given.add(number)
        holder = T("{id} is another record too", id=record.id)
        moved = with_number(record, workflow, number, act_by_rule(desk), Words(reason=str(holder)))
        after = moved.record
        if self._owners.get(path) == uid or path not in self._owners:
            self.changes[path] = None
        self._take(uid, desk.tickets.path_for(number, uid), text_of(data, after))
        self.done.append(T("{record} is {number} now: {why}", record=record.id, number=number,
                           why=holder))  # fmt: skip
        self._put_links_right(after)

    def _put_links_right(self, record: Record) -> None:
        for path, uid in list(self._owners.items()):
            data = self._bytes_at(uid, path)
            if uid == record.uid or record.uid.encode() not in data:
                continue
            try:
                other = loaded(data, path).record
                changed = relinked(other, self._desk.workflow(other.kind), record)
            except SvcdeskError:
                continue
            if changed != other:
                self._take(uid, path, text_of(data, changed))

    def _bytes_at(self, uid: str, path: str) -> bytes:
        """A file as this repair leaves it so far."""
        data = self.changes.get(path)
        if data is not None and self._owners.get(path) == uid:
            return data
        [place] = [one for one in self._now[uid] if one.path == path]
        return self._trees.data(place.blob)

    def _on_main(self, uid: str, path: str) -> bool:
        return any(
            place.path == path
            for main in remotes.main_of(self._repo)
            for place in self._trees.at(main).get(uid, ())
        )
