"""The records' files below `records/`: where each lies, which there are, and what they hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from svcdesk.errors import Ambiguous, FileRefused, Invalid, NotFound, SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.ids import date_of, is_record_id, prefix_of, relative_path
from svcdesk.model.record import Record
from svcdesk.store import codec
from svcdesk.store.files import read_below
from svcdesk.store.yaml_read import Document, parse
from svcdesk.values import NamedTuple

RECORDS = "records"
CALENDARS = f"{RECORDS}/calendars"
POLICIES = f"{RECORDS}/policies"
CUSTOMERS = f"{RECORDS}/customers.yaml"
FILE_LIMIT = 1 << 20
_SHOWN_CANDIDATES = 10


class Loaded(NamedTuple):
    """A record as read from `path` (relative to the desk's root), with its text and lines."""

    record: Record
    path: str
    document: Document


class Unreadable(NamedTuple):
    """A file that could not be read as a record, and why."""

    path: str
    error: SvcdeskError

    @property
    def record_id(self) -> str:
        return Path(self.path).stem


class Tickets(NamedTuple):
    """The records of the desk at `root`. `folders` maps each id prefix to its kind's folder;
    `documents` are the prefixes of documents, which belong to a request's chain."""

    root: Path
    folders: Mapping[str, str]
    documents: frozenset[str] = frozenset()

    def path_for(self, record_id: str, uid: str) -> str:
        """Where a record of that id and uid belongs, relative to the root.

        Raises FileRefused for an id that may not name a file, or of an unknown prefix.
        """
        if not is_record_id(record_id):
            raise _no_id(record_id)
        folder = self.folders.get(prefix_of(record_id))
        if folder is None:
            raise FileRefused(
                T("“{id}” has a prefix that no kind of this desk has", id=record_id),
                code="E_ID",
                hint=T("prefixes: {prefixes}", prefixes=", ".join(sorted(self.folders))),
            )
        return f"{RECORDS}/{relative_path(folder, record_id, uid)}"

    def existing(self, record_id: str) -> str | None:
        """The path of the record of that full id, if there is one; one file is looked at."""
        if not is_record_id(record_id) or prefix_of(record_id) not in self.folders:
            return None
        if date_of(record_id) is not None:
            path = self.path_for(record_id, "")
            return path if os.path.lexists(f"{self.root}/{path}") else None
        folder = f"{RECORDS}/{self.folders[prefix_of(record_id)]}"
        shelves = (self.root / folder).glob(f"*/{record_id}.yaml")
        return next((one.relative_to(self.root).as_posix() for one in shelves), None)

    def find(self, ending: str, likely: Callable[[], Collection[str]] | None = None) -> str:
        """The path of the one record whose id is, or ends with, `ending` (letter case aside).

        Where there is none, a number that a record had before it was renumbered is followed.

        People name requests and leave the documents of their chains to svcdesk, and `001` is often
        the end of both: a document is meant only where no other record ends like that. `likely`,
        asked where several do, gives the prefixes of which one is meant, if any is among them.
        Raises NotFound, or Ambiguous listing the candidates.
        """
        wanted = ending.strip().upper()
        exact = self.existing(wanted)
        if exact is not None:
            return exact
        if not re.fullmatch(r"[0-9A-Z-]{1,64}", wanted):
            raise NotFound(T("“{id}” is not the id of a record", id=ending), record=ending)
        found = [path for path in self.paths() if Path(path).stem.endswith(wanted)]
        candidates = self._meant(found or self._formerly(wanted), wanted, likely)
        if not candidates:
            raise NotFound(
                T("there is no record “{id}” here", id=ending),
                hint=T("`svcdesk list` shows the open ones"),
                record=ending,
            )
        if len(candidates) > 1:
            names = sorted(Path(path).stem for path in candidates)
            shown = ", ".join(names[:_SHOWN_CANDIDATES])
            more = len(names) - _SHOWN_CANDIDATES
            raise Ambiguous(
                T("{count} records end with “{id}”", count=len(names), id=ending)
                if found
                else T(
                    "{count} records had a number before that ends with “{id}”",
                    count=len(names),
                    id=ending,
                ),
                hint=T("{ids} and {more} more: give more of it", ids=shown, more=more)
                if more > 0
                else T("{ids}: give more of it", ids=shown),
                record=ending,
            )
        return candidates[0]

    def linked(self, record_id: str, uid: str | None) -> str | None:
        """The path of the record that a link means: by its uid, where the id leads nowhere or to
        another record; a link without one by a number that the record had before."""
        path = self.existing(record_id)
        if uid is None:
            return path or next(iter(self._formerly(record_id)), None)
        line = re.compile(rb"^uid:[ \t]*['\"]?" + re.escape(uid.encode()), re.MULTILINE)
        try:
            if path is not None and line.search(self.data(path)):
                return path
        except SvcdeskError:
            return path  # whoever reads it says what is wrong
        moved = (one for one, data in self.mentioning(uid.encode()) if line.search(data))
        return next(moved, path)

    def _formerly(self, wanted: str) -> list[str]:
        """The paths of records that had a number that is, or ends with, `wanted`."""
        found: dict[str, list[str]] = {}
        for path, _ in self.mentioning(b"\nformerly:"):
            try:
                former = self.load(path).record.get("formerly")
            except SvcdeskError:
                continue
            for one in former if isinstance(former, list) else []:
                if isinstance(one, str) and one.endswith(wanted):
                    found.setdefault("" if one == wanted else one, []).append(path)
        if "" in found:
            return found[""]
        whole = [paths for one, paths in found.items() if one.endswith(f"-{wanted}")]
        return list(dict.fromkeys(path for paths in whole or found.values() for path in paths))

    def mentioning(self, words: bytes) -> Iterator[tuple[str, bytes]]:
        """The files that have these bytes somewhere, with what they hold; reads every file."""
        for path in self.paths():
            try:
                data = self.data(path)
            except SvcdeskError:
                continue
            if words in data:
                yield path, data

    def data(self, path: str) -> bytes:
        """A file's bytes. Raises FileRefused."""
        return read_below(self.root, path, FILE_LIMIT)

    def _meant(
        self, paths: list[str], wanted: str, likely: Callable[[], Collection[str]] | None
    ) -> list[str]:
        """Of the files that end like that: whole parts of an id first, then what is likely, then
        no documents."""
        whole = [path for path in paths if Path(path).stem.endswith(f"-{wanted}")] or paths
        if len(whole) > 1 and likely is not None:
            prefixes = likely()
            whole = [path for path in whole if prefix_of(Path(path).stem) in prefixes] or whole
        others = [path for path in whole if prefix_of(Path(path).stem) not in self.documents]
        return others or whole

    def paths(self, prefix: str | None = None) -> Iterator[str]:
        """The path of every file that lies where a record may lie, in the order of their names."""
        folders = self.folders.values() if prefix is None else [self.folders[prefix]]
        for folder in sorted(set(folders)):
            yield from _walk(self.root, f"{RECORDS}/{folder}")

    def placed(self, path: str) -> Iterator[str]:
        """What `paths` lists of that which lies at a path of git's; nothing if it is gone.

        A path that ends in `/` is a folder into which git does not look.
        """
        for folder in sorted({f"{RECORDS}/{one}" for one in self.folders.values()}):
            if f"{path}/".startswith(f"{folder}/"):
                yield from self._placed(folder, path[len(folder) :].strip("/"))
            elif path.endswith("/") and folder.startswith(path):
                yield from _walk(self.root, folder)

    def _placed(self, folder: str, below: str) -> Iterator[str]:
        here = folder
        for name in below.split("/") if below else ():
            if (self.root / here).is_symlink() or (here.endswith(".yaml") and here != folder):
                break
            here = f"{here}/{name}"
        place = self.root / here
        if place.is_dir() and not place.is_symlink() and not here.endswith(".yaml"):
            yield from _walk(self.root, here)
        elif here == folder:
            yield from [here] if place.is_symlink() else []
        elif os.path.lexists(place) and not place.name.startswith("."):
            yield here

    def load(self, path: str) -> Loaded:
        """The record at a path. Raises FileRefused or Invalid, naming file and line."""
        return decode_file(self.data(path), path)

    def load_all(self, paths: Iterable[str]) -> Iterator[Loaded | Unreadable]:
        """The record at each path, or what is wrong with its file; never stops at a bad one."""
        for path in paths:
            try:
                yield self.load(path)
            except SvcdeskError as error:
                yield Unreadable(path, error)


def decode_file(data: bytes, path: str) -> Loaded:
    """The record in a file's bytes. Raises FileRefused or Invalid, naming file and line.

    The name of the file has to be the id inside it.
    """
    return decode_document(parse(data, path=path), path)


def decode_document(document: Document, path: str) -> Loaded:
    """The record in a file that was parsed already; as `decode_file` otherwise."""
    try:
        record = codec.decode(document.value, path=path)
    except Invalid as error:
        error.line = document.line_near(error.field or "")
        raise
    if not is_record_id(record.id):
        raise _no_id(record.id, path, document.line_of(["id"]))
    if f"{record.id}.yaml" != path.rpartition("/")[2]:
        raise FileRefused(
            T("{path}: the id inside is {id}", path=path, id=record.id),
            hint=T("a record's file is named after its id: rename the file, or mend the id"),
            code="E_ID_PATH",
            path=path,
            line=document.line_of(["id"]),
            record=record.id,
        )
    return Loaded(record, path, document)


def _no_id(record_id: str, path: str | None = None, line: int | None = None) -> FileRefused:
    return FileRefused(
        T("“{id}” is not the id of a record", id=record_id),
        hint=T("ids look like SR-20241001-001: capitals, ASCII digits, hyphens"),
        code="E_ID",
        path=path,
        line=line,
    )


def _walk(root: Path, folder: str) -> Iterator[str]:
    """Files below a folder; links, odd files and folders that are called like a record included
    (reading them is what refuses them)."""
    if (root / folder).is_symlink():
        yield folder
        return
    try:
        entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and not entry.name.endswith(".yaml"):
            yield from _walk(root, f"{folder}/{entry.name}")
        elif not entry.name.startswith("."):
            yield f"{folder}/{entry.name}"
