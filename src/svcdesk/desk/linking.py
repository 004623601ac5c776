"""`link` and `attach`: what belongs to a record, and where it lies."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Draft
from svcdesk.desk.naming import relation_of
from svcdesk.desk.records import Circumstances
from svcdesk.desk.writing import Done, Story, perform
from svcdesk.errors import FileRefused, Refused, SvcdeskError
from svcdesk.hashes import sha256
from svcdesk.i18n import T
from svcdesk.lifecycle.act import Act
from svcdesk.lifecycle.chain import with_link
from svcdesk.lifecycle.fold import fold
from svcdesk.lifecycle.links import (
    REQUEST,
    REVERSE,
    links_of,
    raised,
    reference,
    way_up,
    without_link,
)
from svcdesk.lifecycle.moves import Moved, set_fields
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.ids import next_event_id
from svcdesk.model.record import Record, Value
from svcdesk.store.files import read_regular, safe_name
from svcdesk.store.tickets import RECORDS

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

ATTACHMENTS = f"{RECORDS}/attachments"
_END = 6
"""So many characters of an id's end are 30 bits of chance."""
_MIB = 1 << 20


def link(
    desk: Desk,
    ending: str,
    relation: str,
    other_ending: str,
    around: Circumstances,
    *,
    remove: bool = False,
) -> Done:
    """Link a record with another, and the other with it where the relation has another side.

    `relation` is `related`, `parent`, `child`, `duplicate`, a document's kind (or `request` from
    the document), or a word of the desk's own. The uid is kept beside the id. With `remove` both
    links are taken out. Raises Refused for a record linked with itself, a kind that does not fit
    the relation, or a parent or a duplicate that the record itself is above.
    """
    author = desk.author(around.acting_for)

    def build(draft: Draft) -> Story:
        record, other = draft.record(ending), draft.record(other_ending)
        word = relation_of(desk, record.kind, relation)
        if record.uid == other.uid:
            raise Refused(T("{record} cannot be linked with itself", record=record.id),
                          record=record.id)  # fmt: skip
        for one in (record, other):
            roles = desk.workflow(one.kind).roles
            authorise("link", roles, author.person, author.principal, record=one.id)
        if not remove:
            _refuse_circle(draft, word, record, other)
        act = desk.act(author)
        for here, side, there in _sides(desk, record, word, other):
            draft.keep(_joined(desk, here, side, there, act, remove))
        said = "no longer " if remove else ""
        return Story(f"{record.id}: {said}{word} {other.id}", [], "link")

    return perform(desk, build, around.options)


def attach(
    desk: Desk,
    ending: str,
    files: Sequence[Path],
    around: Circumstances,
    *,
    name: str | None = None,
) -> Done:
    """Put files beside a record, in the same commit as the record's entry for each.

    A file lies at records/attachments/UU/UID/END/NAME, by the end of its entry's id: so two people
    who attach files of one name without seeing each other give git two paths, whichever git merges
    them. The entry holds name, size in bytes and SHA-256. `name` stores one file under another
    name. Raises FileRefused for a name that no file here may have, for what is not a plain file,
    and for one larger than the desk's limit.
    """
    author = desk.author(around.acting_for)
    limit = desk.facts.attachment_mib * _MIB

    def build(draft: Draft) -> Story:
        record = draft.record(ending)
        workflow = desk.workflow(record.kind)
        authorise("attach", workflow.roles, author.person, author.principal, record=record.id)
        act = desk.act(author, when=around.when)
        listed = record.get("attachments")
        entries: list[Value] = list(listed) if isinstance(listed, list) else []
        newest = record.newest_event_id()
        names: list[str] = []
        for file in files:
            given = name if name and len(files) == 1 else file.name
            stored = safe_name(unicodedata.normalize("NFC", given))
            _refuse_twin(record, stored, entries)
            data = _read(file, limit, desk.facts.attachment_mib)
            newest = next_event_id(act.now_ms, newest, act.chance())
            path = f"{record.uid[:2]}/{record.uid}/{newest[-_END:]}/{stored}"
            draft.attach(f"{ATTACHMENTS}/{path}", data)
            entries.append(_entry(newest, stored, path, data, act, around.words.text))
            names.append(stored)
        draft.keep(set_fields(record, workflow, {"attachments": entries}, act))
        return Story(f"{record.id}: attach {', '.join(names)}", [], "attach")

    return perform(desk, build, around.options)


def _sides(
    desk: Desk, record: Record, relation: str, other: Record
) -> list[tuple[Record, str, Record]]:
    """Which record gets which link to which: the one asked for, and its reverse."""
    documents = desk.document_kinds
    if relation == REQUEST:
        record, relation, other = other, record.kind, record
    if relation in documents or relation == REQUEST:
        if other.kind != relation or record.kind in documents:
            raise Refused(
                T("{other} is a {kind}, not the {relation} of a request",
                  other=other.id, kind=other.kind, relation=relation),
                hint=T("`related` links any two records"),
                code="E_LINK",
                record=record.id,
            )  # fmt: skip
        return [(record, relation, other), (other, REQUEST, record)]
    reverse = REVERSE.get(relation)
    if record.kind == REQUEST and relation == other.kind:
        reverse = REQUEST  # a change, or a kind of the desk's own, that a request asks for
    return [(record, relation, other), *([(other, reverse, record)] if reverse else [])]


def _refuse_circle(draft: Draft, relation: str, record: Record, other: Record) -> None:
    """None is a duplicate, or a part, of what is one of it already, over however many others."""
    link = raised(relation, record.id, other.id)
    if link is None:
        return
    rising, lower, upper = link

    def above(record_id: str) -> list[str]:
        with suppress(SvcdeskError):  # a link that leads nowhere, or to what nobody can read
            links = links_of(draft.record(record_id))
            return [str(one["id"]) for rel, one in links if rel == rising and one.get("id")]
        return []

    way = way_up(upper, lower, above)
    if way:
        raise Refused(
            T("{record} and {other}: “{relation}” would go round in a circle: {way}",
              record=record.id, other=other.id, relation=rising, way=" → ".join([lower, *way])),
            hint=T("if it is the other that is wrong, take that out first: svcdesk link {record} "
                   "{relation} {other} --remove", record=way[0], relation=rising, other=way[1]),
            code="E_LINK",
            record=record.id,
        )  # fmt: skip


def _joined(desk: Desk, here: Record, word: str, there: Record, act: Act, remove: bool) -> Moved:
    """The record with that link (or without it)."""
    workflow = desk.workflow(here.kind)
    if word == REQUEST and workflow.request_link:
        field = workflow.request_link
        present = reference(here, workflow)
        if present and present.get("uid") not in (None, there.uid):
            raise Refused(
                T("{record} belongs to {request}", record=here.id, request=present.get("id")),
                hint=T("take that link out first: svcdesk link {record} request {request} "
                       "--remove", record=here.id, request=present.get("id")),
                code="E_LINK",
                record=here.id,
            )  # fmt: skip
        value: Value = None if remove else {"id": there.id, "uid": there.uid}
        return set_fields(here, workflow, {field: value}, act)
    linked = without_link(here, word, there) if remove else with_link(here, word, there)
    folded = fold(here.events, workflow)
    return Moved(here, linked, max(here.events, key=lambda event: event.id), folded)


def _read(file: Path, limit: int, mebibytes: int) -> bytes:
    try:
        return read_regular(file, limit)
    except FileRefused as error:
        if error.code != "E_SIZE":
            raise
        raise FileRefused(
            T("{path} is larger than {limit} MiB", path=file, limit=mebibytes),
            hint=T("put it where large files belong and link to it; `attachment_mib` in "
                   "records/desk.yaml is the limit"),
            code="E_SIZE",
            path=str(file),
        ) from None  # fmt: skip


def _refuse_twin(record: Record, name: str, entries: Sequence[Value]) -> None:
    """No two attachments of a record whose names some systems take for one."""
    for entry in entries:
        there = entry.get("name") if isinstance(entry, dict) and entry.get("path") else None
        if isinstance(there, str) and there.casefold() == name.casefold():
            raise Refused(
                T("{record} has an attachment “{name}” already", record=record.id, name=there),
                hint=T("give this one another name: --name NAME"),
                code="E_EXISTS",
                record=record.id,
            )


def _entry(
    entry_id: str, name: str, path: str, data: bytes, act: Act, note: str | None
) -> dict[str, Value]:
    entry: dict[str, Value] = {
        "id": entry_id,
        "name": name,
        "path": path,
        "sha256": sha256(data).hexdigest(),
        "size": len(data),
        "at": act.happened,
        "by": act.actor,
    }
    return {**entry, "note": note} if note else entry
