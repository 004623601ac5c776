"""One record made again as the merge driver makes it: each merge that lost something once more.

What a merge would have made of a record is brought to the record as it is now. What is not certain
is left and named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from svcdesk.desk.merge_losses import Loss, Losses, Place, sentence
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.header import hand_edits, project
from svcdesk.merging.conflict import ABSENT, Conflict, Held, Side
from svcdesk.model.record import Record, Values, value_at
from svcdesk.store import codec
from svcdesk.store.git import Repository
from svcdesk.store.merge_commit import merge_bases
from svcdesk.store.merge_files import merge_file, read_versions
from svcdesk.store.merge_history import parents_of
from svcdesk.store.merge_rules import MergeRules
from svcdesk.store.tickets import Loaded, decode_file
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_text import rewrite

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

Settle = Callable[[Conflict], "Held | Side | None"]
_BY_HAND = T("see docs/merging.md")


class _Unsure(Exception):
    """What nothing tells for certain: fields with what they may be."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields)
        self.fields = fields


class Remaking:
    """Records made again, in memory: `done` says which, `left` what is not certain, with what to
    do."""

    def __init__(self, desk: Desk, repo: Repository, losses: Losses) -> None:
        self._desk = desk
        self._repo = repo
        self._rules = MergeRules(desk.kinds)
        self._trees = losses.trees
        self.done: list[Text] = []
        self.left: list[tuple[Text, Text]] = []

    def made_again(self, uid: str, places: list[Place], losses: list[Loss]) -> bytes | None:
        """The record as it is now with what each of the merges would have made of it; None where
        nothing changes, or it is not certain. `places` are its files."""
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
        now, then = (loaded(data, path).record for data in (current, before))
        known = {event.id for event in now.events}
        events = [*now.events, *(event for event in then.events if event.id not in known)]
        events.sort(key=lambda event: event.id)
        workflow = self._desk.workflow(now.kind)
        folded = fold(events, workflow)
        edited = hand_edits(now, fold(now.events, workflow), workflow)
        unsure = [name for name, (here, _) in edited.items() if folded.values.get(name) != here]
        if unsure:
            raise _Unsure(unsure)
        return text_of(current, project(now._replace(events=tuple(events)), folded, workflow))

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

    def joined(self, uid: str, places: list[Place]) -> bytes | None:
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


def loaded(data: bytes, path: str) -> Loaded:
    """The record in a file's bytes, whose line ends may be those of Windows."""
    return decode_file(data.replace(b"\r\n", b"\n"), path)


def text_of(data: bytes, record: Record) -> bytes:
    """A file's bytes changed so that they hold the record."""
    return rewrite(data.decode("utf-8").replace("\r\n", "\n"), codec.encode(record)).encode()
