"""The records of two commits merged in one process: paired by uid, merged where both sides changed
them, judged, and put where their ids say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from svcdesk.desk.merge_takes import Take
from svcdesk.desk.reading import many_values
from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Step
from svcdesk.merging.conflict import Conflict, Held, Side
from svcdesk.model.record import Values
from svcdesk.store.git import Repository
from svcdesk.store.merge_commit import merge_bases
from svcdesk.store.merge_files import FileMerge, merge_file, read_versions
from svcdesk.store.merge_pairs import Pair, Place, find_pairs
from svcdesk.store.merge_rules import MergeRules
from svcdesk.store.tickets import decode_document
from svcdesk.store.yaml_read import Document, parse
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


class Twins(NamedTuple):
    """Two records that both belong at `path`: each by its uid and blob."""

    path: str
    first: tuple[str, str]
    second: tuple[str, str]


@dataclass(slots=True)
class MergedRecords:
    """What is to stand below `records/`: `changes` gives the blob of each path that both sides
    had a say in (None: nothing there), `contents` the new blobs' bytes, `decided` every path
    that git's own merge has no say in. `conflicts` are (record id, path, conflict); `documents`
    are blobs that were read on the way; `taken` are the decisions that settled something."""

    changes: dict[str, str | None] = field(default_factory=dict)
    contents: list[bytes] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, str, Conflict]] = field(default_factory=list)
    events: list[tuple[str, Step]] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    taken: list[Take] = field(default_factory=list)

    @property
    def merged(self) -> tuple[str, ...]:
        return tuple(self.ids)

    @property
    def unsettled(self) -> tuple[tuple[str, Step], ...]:
        return tuple(self.events)


def merge_records(
    desk: Desk,
    repo: Repository,
    bases: Sequence[str],
    one: str,
    other: str,
    takes: Sequence[Take],
    branch: str,
) -> MergedRecords:
    """Merge the records of two commits whose best common ancestors are `bases`.

    No record is ever lost: one that a side deleted stays as the other side has it. Of two records
    with one number the one that is not on main gets another. Raises Refused (E_TWINS) where that
    does not tell which, Invalid for a result that its schema does not allow.
    """
    work = _Work(desk, repo, list(bases), takes, branch)
    work.tips = {Side.ONE: one, Side.OTHER: other}
    pairs, work.blobs = find_pairs(repo, list(bases), one, other)
    with many_values():
        for pair in pairs:
            work.take(pair)
        work.part_twins()
    return work.found


class _Work:
    """One merge under way."""

    def __init__(
        self, desk: Desk, repo: Repository, bases: list[str], takes: Sequence[Take], branch: str
    ) -> None:
        self._desk = desk
        self._repo = repo
        self._rules = MergeRules(desk.kinds)
        self._bases = bases
        self._takes = takes
        self._branch = branch
        self._owners: dict[str, str] = {}
        self._twins: list[Twins] = []
        self.blobs: Mapping[str, bytes] = {}
        self.tips: Mapping[Side, str] = {}
        self.found = MergedRecords()

    def take(self, pair: Pair) -> None:
        """Decide about one record or file."""
        if pair.one is None and pair.other is None:
            return
        self.found.decided.update(place.path for place in pair.places)
        if pair.on_both:
            self._merge(pair)
        elif pair.uid is not None:
            self._keep(pair)
        elif pair.one is not None and pair.other is not None:
            base = pair.base
            chosen = pair.other if base and base.blob == pair.one.blob else pair.one
            self._put(chosen.path, chosen.blob, chosen.path)
        else:
            self._come_or_go(pair)

    def part_twins(self) -> None:
        """Give the record that is not on main another number, where two have one."""
        if self._twins and not self.found.conflicts:
            from svcdesk.desk.merge_twins import part

            self.found.notes += part(self._desk, self._repo, self._twins, self.found, self._data)

    def _data(self, blob: str) -> bytes:
        new = {self._repo.blob_id(data): data for data in self.found.contents}
        return new[blob] if blob in new else self.blobs[blob]

    def _keep(self, pair: Pair) -> None:
        """A record that one side alone changed, made or moved – or deleted: then it stays."""
        base = pair.base
        if pair.one is not None and pair.other is not None:
            theirs = base is not None and base.blob == pair.one.blob
            chosen: Place = pair.other if theirs else pair.one
        else:
            [chosen] = [place for place in (pair.one, pair.other) if place is not None]
            if any(pair.bases):
                self.found.notes.append(
                    T("{path} was deleted on one side and stays; to take a request back, cancel it",
                      path=chosen.path)
                )  # fmt: skip
        for place in (pair.one, pair.other):
            if place is not None and place.path != chosen.path:
                self.found.changes.setdefault(place.path, None)
        if chosen is not pair.one:
            self._judge(parse(self.blobs[chosen.blob], path=chosen.path), chosen.path)
        self._put(chosen.path, chosen.blob, str(pair.uid))

    def _come_or_go(self, pair: Pair) -> None:
        """Another file that only one side has: new there, or deleted on the other side."""
        here = pair.one or pair.other
        assert here is not None
        base = pair.base
        if base is not None and base.blob == here.blob:
            self.found.changes[here.path] = None
        else:
            self._put(here.path, here.blob, here.path)

    def _merge(self, pair: Pair) -> None:
        assert pair.one is not None
        assert pair.other is not None
        sides = (pair.one, pair.other)
        path = pair.one.path
        record_id = stem = path.rpartition("/")[2].removesuffix(".yaml")
        versions = read_versions(
            path,
            self._base(pair),
            self.blobs[pair.one.blob],
            self.blobs[pair.other.blob],
            self._rules.at(path),
        )

        def settle(conflict: Conflict) -> Held | Side | None:
            return self._settle(stem, conflict, pair.uid is not None)

        merged = merge_file(versions, settle=settle)
        if merged.conflicts:
            self.found.conflicts += [(record_id, path, one) for one in merged.conflicts]
            return
        place = self._place(merged, path)
        assert merged.document is not None
        if pair.uid is not None:
            self._judge(merged.document, place, [versions.one, versions.other])
            record_id = place.rpartition("/")[2].removesuffix(".yaml")
            self.found.ids.append(record_id)
            self.found.events += [(record_id, step) for step in merged.merged.unsettled]
            self._name_overruled(pair, record_id, merged.merged.overruled)
        for side in sides:
            if side.path != place:
                self.found.changes.setdefault(side.path, None)
        self.found.contents.append(merged.data)
        blob = self._repo.blob_id(merged.data)
        self.found.documents[blob] = merged.document
        for known, document in zip(
            (pair.base, *sides), (versions.base, versions.one, versions.other), strict=True
        ):
            if known is not None and document is not None and b"\r" not in self.blobs[known.blob]:
                self.found.documents[known.blob] = document
        self._put(place, blob, pair.uid or place)

    def _name_overruled(
        self, pair: Pair, record_id: str, overruled: Sequence[tuple[str, Side]]
    ) -> None:
        """Say of each new text that gave way to a redaction where it still stands."""
        for name, side in overruled:
            there = pair.one if side is Side.ONE else pair.other
            assert there is not None
            self.found.notes.append(
                T("{record}: {field} was redacted on one side; the newer text of the other is "
                  "gone with it, and stands in history: git show {commit}:{path}",
                  record=record_id, field=name, commit=self.tips[side][:12], path=there.path)
            )  # fmt: skip

    def _settle(self, record_id: str, conflict: Conflict, known: bool) -> Held | Side | None:
        """What was decided about a conflict; `known` says that its file is a record."""
        for take in self._takes:
            if take.decides(record_id, conflict, known):
                self.found.taken.append(take)
                return take.choice(self._branch, conflict, known)
        return None

    def _base(self, pair: Pair) -> bytes | None:
        """What both began as. Of several ancestors (a criss-cross history) their merge, without
        what they disagree about."""
        if pair.base is not None:
            return self.blobs[pair.base.blob]
        known = [place for place in pair.bases if place is not None]
        if not known:
            return None
        data = self.blobs[known[0].blob]
        for index, place in enumerate(known[1:], 1):
            below = self._below(self._bases[0], self._bases[index], known[0].path)
            path = known[0].path
            try:
                versions = read_versions(
                    path, below, data, self.blobs[place.blob], self._rules.at(path)
                )
                data = merge_file(versions, leave_out=True).data
            except SvcdeskError:
                return None
        return data or None

    def _below(self, one: str, other: str, path: str) -> bytes | None:
        bases = merge_bases(self._repo, one, other)
        return self._repo.read_blob(bases[0], path) if len(bases) == 1 else None

    def _place(self, merged: FileMerge, path: str) -> str:
        """Where the merged file belongs: where its id says, for a record."""
        value: Values = merged.merged.value
        if "events" not in value:
            return path
        return self._desk.tickets.path_for(str(value.get("id")), str(value.get("uid")))

    def _put(self, path: str, blob: str, owner: str) -> None:
        known = self._owners.setdefault(path, owner)
        if known != owner:
            there = self.found.changes[path]
            assert there is not None
            self._twins.append(Twins(path, (known, there), (owner, blob)))
            return
        self.found.changes[path] = blob

    def _judge(self, document: Document, path: str, before: Sequence[Document] = ()) -> None:
        """A record has to be readable and named after its id. What its schema does not allow is
        refused where it was valid `before`, on both sides, and else said."""
        loaded = decode_document(document._replace(path=path), path)
        validator = self._desk.kinds.validator(loaded.record.kind)
        if validator.is_valid(loaded.document.value):
            return
        problems = validator.problems(loaded.document.value, path=path)
        first = problems[0].message if problems else T("its schema does not allow it")
        said = T("{path} is not valid: {problem}", path=path, problem=first)
        if not before or not all(self._is_valid(one) for one in before):
            self.found.notes.append(said)
            return
        raise Invalid(
            T("after the merge, {problem}", problem=said),
            hint=problems[0].hint if problems else None,
            code="E_MERGED",
            record=loaded.record.id,
            path=path,
        )

    def _is_valid(self, document: Document) -> bool:
        value = document.value
        return self._desk.kinds.validator(str(value.get("kind"))).is_valid(value)
