"""What is wrong below records/ beside the records: the desk's own files, strays, twins, links."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.deleted import deleted_here, missing
from svcdesk.desk.settings import parse_facts, parse_people
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Finding
from svcdesk.model.record import Record
from svcdesk.sla.calendar import ALWAYS
from svcdesk.store.tickets import RECORDS
from svcdesk.store.yaml_read import Document, parse

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

DESK_FILE = f"{RECORDS}/desk.yaml"
PEOPLE_FILE = f"{RECORDS}/people.yaml"
_OWN = {"desk.yaml": "desk", "people.yaml": "people", "customers.yaml": "customers"}
_SHELVES = {"calendars": "calendar", "policies": "policy"}
_ATTACHMENTS = "attachments"
_WELCOME = frozenset({"README.md", "README.zh-CN.md"})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something below records/: its path from the root, and whether it is a plain file."""

    path: str
    plain: bool


def walk(root: Path) -> list[Entry]:
    """Everything below records/ that is not a folder, hidden files aside, by name."""
    found: list[Entry] = []

    def look(folder: str) -> None:
        try:
            entries = sorted(os.scandir(root / folder), key=lambda one: one.name)
        except OSError:
            return
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False) and not path.endswith(".yaml"):
                look(path)
            else:
                found.append(Entry(path, entry.is_file(follow_symlinks=False)))

    look(RECORDS)
    return found


def check_desk_files(desk: Desk, entries: Iterable[Entry]) -> Iterator[Finding]:
    """The desk's own files: readable, of their schema, and understood."""
    own = [entry.path for entry in entries if schema_of(entry.path) is not None]
    for path in own:
        yield from _check_file(desk, path, str(schema_of(path)))
    for needed in (DESK_FILE, PEOPLE_FILE):
        if needed not in own:
            yield of_error(missing(desk.root, needed))


def check_kinds(desk: Desk) -> Iterator[Finding]:
    """The desk's own schemas and workflows, and its plugins' fields: put together, all of them."""
    try:
        names = list(desk.kinds)
    except SvcdeskError as error:
        yield of_error(error)
        return
    for name in names:
        try:
            desk.kinds.validator(name).is_valid({})
        except SvcdeskError as error:
            yield of_error(error)


def check_references(desk: Desk, entries: Sequence[Entry]) -> Iterator[Finding]:
    """What the desk's own files name, in each other: policies, calendars, kinds, schemes."""
    facts, there = desk.facts, {entry.path for entry in entries}
    for field, shelf, name in (
        ("policy", "policies", facts.policy),
        ("calendar", "calendars", facts.calendar),
    ):
        path = f"{RECORDS}/{shelf}/{name}.yaml"
        if path not in there and (field, name) != ("calendar", ALWAYS):
            known = [
                PurePosixPath(one).stem for one in there if one.startswith(f"{RECORDS}/{shelf}/")
            ]
            line = desk.document(DESK_FILE).line_of([field])
            yield _missing(field, T("there is no {path}", path=path), near_name(name, known), line)
    try:
        desk.plugins.numbering(facts.numbering)
    except SvcdeskError as error:
        yield _missing("numbering", error.message, error.hint)
    for type_, kinds in facts.documents.items():
        for kind in kinds:
            if kind not in desk.kinds:
                yield _missing(f"documents.{type_}", T("there is no kind “{kind}”", kind=kind))


def check_queries(desk: Desk) -> Iterator[Finding]:
    """The queries of desk.yaml: each can be used by its name."""
    from svcdesk.desk.querying import problem_of

    document = desk.document(DESK_FILE) if desk.facts.queries else None
    for name in desk.facts.queries:
        problem = problem_of(desk, name)
        if problem is not None and document is not None:
            yield Finding(
                rules.SAVED_QUERY,
                T("{path}: {field}: {what}",
                  path=DESK_FILE, field=f"queries.{name}",
                  what=next(iter(str(problem.message).splitlines()), "")),
                path=DESK_FILE,
                line=document.line_of(["queries", name]),
                field=f"queries.{name}",
                hint=problem.hint,
            )  # fmt: skip


def near_name(name: str, known: Sequence[str]) -> Text:
    """The nearest of the names that there are, or all of them."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return T("did you mean {names}?", names=near[0])
    return T("there are: {names}", names=", ".join(sorted(known)) or "–")


def _missing(
    field: str, message: Text, hint: Text | None = None, line: int | None = None
) -> Finding:
    """Something that desk.yaml names and that is not there."""
    return Finding(
        rules.UNKNOWN_NAME,
        T("{path}: {field}: {what}", path=DESK_FILE, field=field, what=message),
        path=DESK_FILE,
        line=line,
        field=field,
        hint=hint,
    )


def check_strays(
    desk: Desk, entries: Iterable[Entry], records: Iterable[Record]
) -> Iterator[Finding]:
    """Files that nothing reads, links and odd files, names that some systems take for one."""
    listed = {
        f"{RECORDS}/{_ATTACHMENTS}/{one.get('path')}"
        for record in records
        for one in _attachments(record)
    }
    folders = set(desk.tickets.folders.values())
    names: dict[str, str] = {}
    for entry in entries:
        folded = unicodedata.normalize("NFC", entry.path).casefold()
        twin = names.setdefault(folded, entry.path)
        if twin != entry.path:
            yield Finding(
                rules.TWIN_NAME,
                T("{path} and {other} are one file on some systems", path=entry.path, other=twin),
                path=entry.path,
            )
        if not _expected(entry, folders, listed):
            yield Finding(
                rules.STRAY, T("{path} is no part of the desk", path=entry.path), path=entry.path
            )
        elif not entry.plain and not _is_record(entry.path, folders):
            yield Finding(
                rules.of_refusal("E_NOT_REGULAR"),
                T("{path} is not a regular file", path=entry.path),
                path=entry.path,
            )


def check_deleted(desk: Desk, records: Iterable[Record]) -> Iterator[Finding]:
    """The records that are gone from the working tree, and whose deletion nobody committed."""
    for one in deleted_here(desk, {record.uid for record in records}):
        yield Finding(
            rules.DELETED,
            T("{record} was deleted: {path}", record=one.record_id, path=one.path),
            record=one.record_id,
            path=one.path,
            hint=one.advice,
        )


def check_modes(desk: Desk) -> Iterator[Finding]:
    """What git holds below records/ as anything but a plain file (threat case 36)."""
    kinds = {"120000": T("a link"), "160000": T("a submodule"), "100755": T("a program")}
    for path, blob in desk.repository.ls_files(RECORDS).items():
        if blob.mode in kinds:
            yield Finding(
                rules.ODD_MODE,
                T("git holds {path} as {what}", path=path, what=kinds[blob.mode]),
                path=path,
                hint=T("git update-index --chmod=-x {path}", path=path)
                if blob.mode == "100755"
                else None,
            )


def of_error(error: SvcdeskError, path: str | None = None) -> Finding:
    """A refusal as a finding: the same code, words, place and advice."""
    return Finding(
        rules.of_refusal(error.code),
        error.message,
        error.record,
        error.path or path,
        error.line,
        error.field,
        error.hint,
    )


def schema_of(path: str) -> str | None:
    """The schema of one of the desk's own files; None for any other path."""
    folder, _, name = path.removeprefix(f"{RECORDS}/").rpartition("/")
    if not folder:
        return _OWN.get(name)
    return _SHELVES.get(folder) if name.endswith(".yaml") else None


def _check_file(desk: Desk, path: str, schema: str) -> Iterator[Finding]:
    from svcdesk.store.schema import file_validator

    try:
        document = parse(desk.read_file(path) or b"", path=path)
    except SvcdeskError as error:
        yield of_error(error, path)
        return
    validator = file_validator(schema)
    if validator.is_valid(document.value):
        yield from _understand(document, path)
        return
    for one in validator.problems(document.value, line_of=document.line_of, path=path):
        yield Finding(
            rules.of_refusal(one.code), one.message, None, path, one.line, one.field, one.hint
        )


def _understand(document: Document, path: str) -> Iterator[Finding]:
    """What only our own readers notice: a zone that is none, two people of one e-mail."""
    readers = {DESK_FILE: parse_facts, PEOPLE_FILE: parse_people}
    try:
        if path in readers:
            readers[path](document.value, path)
    except SvcdeskError as error:
        error.line = error.line or document.line_near(error.field or "")
        yield of_error(error, path)


def _attachments(record: Record) -> Iterator[Mapping[str, object]]:
    listed = record.get("attachments")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping) and entry.get("path"):
            yield entry


def _expected(entry: Entry, folders: set[str], listed: set[str]) -> bool:
    """Whether something of that name belongs there."""
    path = entry.path
    if path.rpartition("/")[2] in _WELCOME or schema_of(path) is not None:
        return True
    return path in listed or _is_record(path, folders)


def _is_record(path: str, folders: set[str]) -> bool:
    folder = path.removeprefix(f"{RECORDS}/").partition("/")[0]
    return folder in folders and path.endswith(".yaml")
