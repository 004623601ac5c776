"""Records put right after merges without the merge driver: made again as the driver makes them.

Each merge that lost something is made again from its parents, and what that changes is brought to
the record as it is now. Everything goes into one commit; what is not certain is left and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.merge_losses import Loss, Losses, Place, sentence
from svcdesk.desk.renumbering import act_by_rule, with_number
from svcdesk.desk.squash_losses import removed
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.act import Words
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits, project
from svcdesk.lifecycle.links import relinked
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.model.ids import date_of
from svcdesk.model.record import Record, Values, value_at
from svcdesk.store import codec, remotes
from svcdesk.store.merge_commit import merge_bases
from svcdesk.store.merge_files import merge_file, read_versions
from svcdesk.store.merge_history import parents_of
from svcdesk.store.merge_rules import MergeRules
from svcdesk.store.tickets import Loaded, decode_file
from svcdesk.store.transaction import begin
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import rewrite
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

Settle = Callable[[Conflict], "Held | Side | None"]


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


class _Unsure(Exception):
    """What nothing tells for certain: fields with what they may be."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields)
        self.fields = fields


class _Mending:
    """The whole repair, in memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._repo = desk.repository.refreshed()
        self._rules = MergeRules(desk.kinds)
        self._losses = Losses(desk)
        self._trees = self._losses.trees
        self._owners: dict[str, str] = {}
        self.changes: dict[str, bytes | None] = {}
        self.done: list[Text] = []
        self.left: list[tuple[Text, Text]] = []
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
            data = self._made_again(uid, now.get(uid, []), found)
            if data is not None:
                made[uid] = data
        for uid, places in now.items():
            if len(places) > 1 and uid not in losses:
                data = self._joined(uid, places)
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

    # ── one record made again ──────────────────────────────────────────────────────────────────

    def _made_again(self, uid: str, places: list[Place], losses: list[Loss]) -> bytes | None:
        if len(places) > 1:
            self._leave(losses[-1], [place.path for place in places])
            return None
        current = self._trees.data(places[0].blob) if places else None
        path = places[0].path if places else losses[0].path
        before = current
        try:
            for loss in losses:
                current = self._after(loss, path, current)
        except _Unsure as unsure:
            self._leave(losses[-1], unsure.fields)
            return None
        except SvcdeskError as error:
            self.left.append((error.message, error.hint or _BY_HAND))
            return None
        if current is None or current == before:
            return None
        if not self._is_sound(current, path):
            self._leave(losses[-1], [])
            return None
        for loss in losses:
            self.done.append(sentence(loss))
        return current

    def _after(self, loss: Loss, path: str, current: bytes | None) -> bytes | None:
        """The record as it is now with what the merge would have made of it."""
        parents = parents_of(self._repo, loss.merge)
        if loss.kind in ("replaced", "dropped"):
            before = self._version(parents[0], loss.uid)
            return before if current is None else self._with_events(path, current, before)
        merged = self._version(loss.merge, loss.uid)
        known = self._parsed(merged, path)
        redone = self._redone(loss, path, parents, known)
        if redone is None or current is None or self._parsed(current, path) is None:
            return redone if redone is not None else current
        base = merged if known is not None else self._base(parents, loss.uid)
        return self._three(path, base, current, redone, lambda _: Side.ONE)

    def _with_events(self, path: str, current: bytes, before: bytes | None) -> bytes:
        """The record as it is now with the events that it had before; its tracked fields are what
        all of them make. A field that says neither that nor what the events of now make is
        somebody's edit, or what a merge as text mixed up: nothing tells."""
        if before is None:
            return current
        now, then = (self._loaded(data, path).record for data in (current, before))
        known = {event.id for event in now.events}
        events = [*now.events, *(event for event in then.events if event.id not in known)]
        events.sort(key=lambda event: event.id)
        workflow = self._desk.workflow(now.kind)
        folded = fold(events, workflow)
        edited = hand_edits(now, fold(now.events, workflow), workflow)
        unsure = [name for name, (here, _) in edited.items() if folded.values.get(name) != here]
        if unsure:
            raise _Unsure(unsure)
        return _text(current, project(now._replace(events=tuple(events)), folded, workflow))

    def _redone(
        self, loss: Loss, path: str, parents: list[str], merged: Values | None
    ) -> bytes | None:
        """The merge made again; what it could not decide is as somebody decided in it."""

        def settle(conflict: Conflict) -> Held | Side | None:
            if merged is None:
                return None
            value = value_at(merged, conflict.field)
            for side in Side:
                held = conflict.value(side)
                if (None if held is ABSENT else held) == value:
                    return side
            return value

        result: bytes | None = None
        for parent in parents:
            version = self._version(parent, loss.uid)
            if version is None or version == result:
                continue
            if result is None:
                result = version
                continue
            base = self._base([parents[0], parent], loss.uid)
            if base in (result, version):
                result = version if base == result else result
                continue
            result = self._three(path, base, result, version, settle)
        return result

    def _three(
        self, path: str, base: bytes | None, one: bytes, other: bytes, settle: Settle
    ) -> bytes:
        versions = read_versions(path, base, one, other, self._rules.at(path))
        merged = merge_file(versions, settle=settle)
        if merged.conflicts:
            raise _Unsure([conflict.field for conflict in merged.conflicts])
        return merged.data

    def _joined(self, uid: str, places: list[Place]) -> bytes | None:
        """One record of several files with its uid: renumbered on both sides, or copied."""
        result = self._trees.data(places[0].blob)
        try:
            again = self._rejoined(uid, places)
            for place in places[1:] if again is None else ():
                base = self._base([self._added(places[0].path), self._added(place.path)], uid)
                data = self._trees.data(place.blob)
                result = self._three(place.path, base, result, data, lambda _: None)
        except (_Unsure, SvcdeskError):
            self.left.append(
                (T("{paths} are one record, with the uid {uid}, and differ",
                   paths=", ".join(place.path for place in places), uid=uid),
                 T("keep one of them, with all events of both: `git rm` the others"))
            )  # fmt: skip
            return None
        result = again if again is not None else result
        self.done.append(
            T("{paths}: one record in {count} files became one again",
              paths=", ".join(place.path for place in places), count=len(places))
        )  # fmt: skip
        return result

    def _rejoined(self, uid: str, places: list[Place]) -> bytes | None:
        """The merge that left these very files made again; None where there is none."""
        args = ("log", "-1", "--merges", "-m", "--diff-filter=A", "--no-renames", "--format=%H")
        raw = self._repo.git(*args, str(self._repo.head), "--", places[-1].path)
        merge = raw.decode("ascii").partition("\n")[0]
        if not merge or set(self._trees.at(merge).get(uid, [])) != set(places):
            return None
        loss = Loss(uid, places[0].path, merge, "record")
        return self._redone(loss, places[0].path, parents_of(self._repo, merge), None)

    def _version(self, commit: str, uid: str) -> bytes | None:
        places = self._trees.at(commit).get(uid, [])
        return self._trees.data(places[0].blob) if places else None

    def _base(self, commits: list[str], uid: str) -> bytes | None:
        bases = merge_bases(self._repo, commits[0], commits[-1])
        return self._version(bases[0], uid) if len(bases) == 1 else None

    def _added(self, path: str) -> str:
        """The newest commit, no merge, that put a file at a path; HEAD where there is none."""
        head = str(self._repo.head)
        args = ("log", "-1", "--diff-filter=A", "--no-renames", "--format=%H", head, "--", path)
        return self._repo.git(*args).decode("ascii").strip() or head

    def _parsed(self, data: bytes | None, path: str) -> Values | None:
        try:
            return None if data is None else parse(data.replace(b"\r\n", b"\n"), path=path).value
        except SvcdeskError:
            return None

    def _is_sound(self, data: bytes, path: str) -> bool:
        """Whether the result can be read and says what its events make of it."""
        try:
            record = codec.decode(parse(data.replace(b"\r\n", b"\n"), path=path).value, path=path)
            workflow = self._desk.workflow(record.kind)
        except SvcdeskError:
            return False
        return not hand_edits(record, fold(record.events, workflow), workflow)

    def _leave(self, loss: Loss, fields: list[str]) -> None:
        words = sentence(loss)
        if fields:
            words = T("{what}; the sides differ in {fields}", what=words, fields=", ".join(fields))
        hint = T("git show {merge} -m -- {path} shows what each side had; write it by hand, with "
                 "the events of both sides", merge=loss.merge[:12], path=loss.path)  # fmt: skip
        self.left.append((words, hint))

    # ── where each belongs ─────────────────────────────────────────────────────────────────────

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
        record = self._loaded(data, path).record
        workflow = desk.workflow(record.kind)
        number = desk.numbers.allocate(workflow, self.given, date_of(record.id))
        self.given.add(number)
        holder = T("{id} is another record too", id=record.id)
        moved = with_number(record, workflow, number, act_by_rule(desk), Words(reason=str(holder)))
        after = moved.record
        if self._owners.get(path) == uid or path not in self._owners:
            self.changes[path] = None
        self._take(uid, desk.tickets.path_for(number, uid), _text(data, after))
        self.done.append(T("{record} is {number} now: {why}", record=record.id, number=number,
                           why=holder))  # fmt: skip
        self._put_links_right(after)

    def _put_links_right(self, record: Record) -> None:
        for path, uid in list(self._owners.items()):
            data = self._bytes_at(uid, path)
            if uid == record.uid or record.uid.encode() not in data:
                continue
            try:
                other = self._loaded(data, path).record
                changed = relinked(other, self._desk.workflow(other.kind), record)
            except SvcdeskError:
                continue
            if changed != other:
                self._take(uid, path, _text(data, changed))

    def _bytes_at(self, uid: str, path: str) -> bytes:
        """A file as this repair leaves it so far."""
        data = self.changes.get(path)
        if data is not None and self._owners.get(path) == uid:
            return data
        [place] = [one for one in self._now[uid] if one.path == path]
        return self._trees.data(place.blob)

    def _loaded(self, data: bytes, path: str) -> Loaded:
        return decode_file(data.replace(b"\r\n", b"\n"), path)

    def _on_main(self, uid: str, path: str) -> bool:
        return any(
            place.path == path
            for main in remotes.main_of(self._repo)
            for place in self._trees.at(main).get(uid, ())
        )


_BY_HAND = T("see docs/merging.md")


def _text(data: bytes, record: Record) -> bytes:
    return rewrite(data.decode("utf-8").replace("\r\n", "\n"), codec.encode(record)).encode()
