"""Records on their way to being written: read once, changed in memory, written together."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from svcdesk.errors import NotFound, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.links import links_of
from svcdesk.lifecycle.moves import Moved
from svcdesk.model.ids import ulid
from svcdesk.model.kind import Kind
from svcdesk.model.record import Record, Value, Values
from svcdesk.store import codec
from svcdesk.store.tickets import decode_file
from svcdesk.store.yaml_text import dump, rewrite
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

Read = Callable[[str], bytes | None]
"""Gives a file's bytes by its path relative to the root; None where there is none."""
ReadMany = Callable[[Sequence[str]], Mapping[str, bytes | None]]
"""The same of many files; they are then read already where one is asked for."""
_MANY = 16


class Change(NamedTuple):
    """One file before and after; `moves` are the record's changes in order."""

    path: str
    before: str | None
    after: str
    original: Record | None
    record: Record
    moves: tuple[Moved, ...]

    def diff(self) -> str:
        """The change as a unified diff, as `git diff` would show it."""
        old = (self.before or "").splitlines(keepends=True)
        new = self.after.splitlines(keepends=True)
        source = f"a/{self.path}" if self.before is not None else "/dev/null"
        return "".join(difflib.unified_diff(old, new, source, f"b/{self.path}"))


class Savepoint(NamedTuple):
    """A moment of a draft: how much had been kept, and attached, until then."""

    kept: int
    files: int


class _Kept(NamedTuple):
    """What a draft held of a path before something was kept; None: nothing."""

    path: str
    record: Record | None
    moves: list[Moved] | None


class Draft:
    """Hands out records by id and keeps what becomes of them; a record is read only once."""

    def __init__(self, desk: Desk, read: Read, read_many: ReadMany | None = None) -> None:
        self._desk = desk
        self._read = read
        self._read_many = read_many
        self._texts: dict[str, str | None] = {}
        self._held: dict[str, Values] = {}
        self._originals: dict[str, Record | None] = {}
        self._records: dict[str, Record] = {}
        self._moves: dict[str, list[Moved]] = {}
        self._kept: list[_Kept] = []
        self._made: dict[str, tuple[list[Moved], Change | None]] = {}
        self._numbers = desk.numbers.giving()
        self._edited: dict[str, str] = {}
        self._files: dict[str, bytes] = {}
        self._kept_anyway: set[str] = set()
        self._gone: list[str] = []
        self._renumbered: dict[str, str] = {}

    def expect(self, ids: Sequence[str]) -> None:
        """Many records will be asked for: read them together, which takes a tenth of the time.

        What is wrong with one of them is for whoever asks for it.
        """
        if self._read_many is None or len(ids) < _MANY:
            return
        paths = [self._desk.tickets.existing(one.upper()) for one in ids]
        with suppress(SvcdeskError):
            self._read_many([path for path in paths if path is not None])

    def record(self, ending: str) -> Record:
        """The record of that id (or unique ending), as it stands in this draft."""
        path = self._renumbered.get(ending) or self._desk.tickets.find(ending)
        if path not in self._records:
            data = self._read(path)
            if data is None:
                raise NotFound(T("{path} is gone", path=path), path=path)
            loaded = decode_file(data, path)
            self._texts[path] = loaded.document.text
            self._held[path] = loaded.document.value
            self._originals[path] = self._records[path] = loaded.record
        return self._records[path]

    def documents(self, record: Record) -> dict[str, list[Record]]:
        """The records linked from this one that belong to its chain, oldest first, by kind."""
        found: dict[str, list[Record]] = {}
        for relation, link in links_of(record):
            if relation in self._desk.document_kinds:
                document = self.record(str(link.get("id")))
                found.setdefault(document.kind, []).append(document)
        return found

    def new_number(self, kind: Kind, day: date | None = None) -> str:
        """A free id after the desk's numbering scheme, registered today or on `day`."""
        return self._numbers.next(kind.workflow, day)

    def new_id(self, kind: Kind) -> tuple[str, str]:
        """A free id, and a fresh uid."""
        return self.new_number(kind), ulid(self._desk.now_ms(), self._desk.chance())

    def text(self, record: Record) -> str | None:
        """The text of a record's file as it was read; None for a new record."""
        return self._texts.get(self._desk.tickets.path_for(record.id, record.uid))

    def lay_out_as(self, record: Record, text: str) -> None:
        """Start from this text of a record's file, typed by somebody, instead of the one read:
        its comments, blank lines and layout are what the new file keeps."""
        path = self._desk.tickets.path_for(record.id, record.uid)
        self._edited[path] = text
        self._made.pop(path, None)

    def attach(self, path: str, data: bytes) -> None:
        """Write a further file in the same commit; it must not exist."""
        self._files[path] = data

    @property
    def files(self) -> dict[str, bytes]:
        """The further files to be written, by path."""
        return dict(self._files)

    def keep(self, moved: Moved, *, even_unchanged: bool = False) -> None:
        """Take over what a move made of a record.

        `even_unchanged` commits the file also if its text stays: uncommitted edits are taken in.
        """
        path = self._desk.tickets.path_for(moved.record.id, moved.record.uid)
        if even_unchanged:
            self._kept_anyway.add(path)
        if path not in self._texts:
            self._texts[path], self._originals[path] = None, None
        self._kept.append(_Kept(path, self._records.get(path), self._moves.get(path)))
        self._records[path] = moved.record
        self._moves[path] = [*self._moves.get(path, []), moved]

    def savepoint(self) -> Savepoint:
        """How the draft stands, to go back to. What was read stays read."""
        return Savepoint(len(self._kept), len(self._files))

    def back_to(self, point: Savepoint) -> None:
        """Forget what was kept since. Numbers given since stay given: they are never reused."""
        while len(self._kept) > point.kept:
            path, record, moves = self._kept.pop()
            if record is None:
                del self._records[path]
            else:
                self._records[path] = record
            if moves is None:
                del self._moves[path]
            else:
                self._moves[path] = moves
        for path in list(self._files)[point.files :]:
            del self._files[path]

    def move_file(self, record: Record, moved: Moved) -> None:
        """Take over a record that has another id now: its file goes where that says."""
        old = self._desk.tickets.path_for(record.id, record.uid)
        new = self._desk.tickets.path_for(moved.record.id, moved.record.uid)
        self._read(new)  # nothing may lie there
        self._texts[new], self._originals[new] = self._texts[old], self._originals[old]
        if old in self._held:
            self._held[new] = self._held[old]
        self._gone.append(old)
        self._renumbered |= dict.fromkeys((record.id, moved.record.id), new)
        self._moves[new] = self._moves.pop(old, [])
        self.keep(moved)

    @property
    def gone(self) -> list[str]:
        """The paths at which nothing is left, because their records have other ids now."""
        return list(self._gone)

    def given_ids(self) -> frozenset[str]:
        return frozenset(self._numbers.given)

    def changes(self, *, since: Savepoint | None = None) -> list[Change]:
        """What is to be written (`since`: of the records kept since then), in the order in which
        it was first kept. A changed record keeps every line that does not have to change.
        """
        kept = (
            self._moves if since is None else {one.path: None for one in self._kept[since.kept :]}
        )
        found = (self._change(path) for path in kept)
        return [change for change in found if change is not None]

    def _change(self, path: str) -> Change | None:
        """What is to be written at a path, if anything; made once for what was kept there."""
        moves = self._moves[path]
        known = self._made.get(path)
        if known is not None and known[0] is moves:
            return known[1]
        record, before, edited = self._records[path], self._texts[path], self._edited.get(path)
        value = codec.encode(record)
        if before is None:
            after = dump(_in_schema_order(value, self._desk.kinds[record.kind].schema))
        elif edited is None:
            after = rewrite(before, value, held=self._held[path])
        else:
            after = rewrite(edited, value)
        change = None
        if after != before or path in self._kept_anyway:
            change = Change(path, before, after, self._originals[path], record, tuple(moves))
        self._made[path] = (moves, change)
        return change


def _in_schema_order(value: dict[str, Value], schema: Values) -> dict[str, Value]:
    """The same mapping with its keys in the order of the schema, `events` last."""
    properties = schema.get("properties")
    order = list(properties) if isinstance(properties, dict) else []
    known = [key for key in order if key in value and key != "events"]
    others = [key for key in value if key not in known and key != "events"]
    return {key: value[key] for key in [*known, *others, "events"]}
