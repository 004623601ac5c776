"""`show` and `log`: one record whole, with the documents of its chain and all that happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk.reading import read_together
from svcdesk.errors import NotFound, PluginFailed, SvcdeskError
from svcdesk.i18n import T
from svcdesk.lifecycle.as_of import as_of
from svcdesk.lifecycle.fold import Fold, Step, fold
from svcdesk.lifecycle.links import REQUEST, links_of, reference
from svcdesk.model.computed import COMPUTED
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value
from svcdesk.store.tickets import Unreadable
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.lifecycle.approval import Standing
    from svcdesk.lifecycle.approval_values import Approval

_ITEM_KEYS = frozenset({"id", "at", "by"})


class Part(NamedTuple):
    """One record of a view. `computed` are its kind's computed fields that have a value, such as
    a feedback's satisfaction; `consent` is where it stands, for a kind that asks for approval."""

    record: Record
    path: str
    folded: Fold
    workflow: Workflow
    computed: Mapping[str, Value]
    consent: Standing | None = None


class Linked(NamedTuple):
    """A record that another is linked with by `relation`, beside the chain; without record and
    workflow where its file cannot be read."""

    relation: str
    id: str
    record: Record | None = None
    workflow: Workflow | None = None


class View(NamedTuple):
    """A record with the documents of its chain, oldest first; for a document, its request too.

    `links` are its own links to other records, in their order. `unreadable` are files of these
    records that could not be read; `dead` the ids of links that lead to no record.
    """

    main: Part
    documents: tuple[Part, ...] = ()
    request: Part | None = None
    links: tuple[Linked, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    dead: tuple[str, ...] = ()

    @property
    def record(self) -> Record:
        return self.main.record

    def unsettled(self) -> tuple[Step, ...]:
        """The record's events that crossed others and that nobody has settled."""
        return self.main.folded.unsettled()


class LogEntry(NamedTuple):
    """One event: of which record, what became of it in the fold, whether it is settled; for an
    approval, whether it counts. `words` are what it wrote into a list of the record, such as the
    steps of a handling."""

    record_id: str
    kind: str
    step: Step
    settled: bool
    approval: Approval | None = None
    words: tuple[str, ...] = ()


def show(desk: Desk, ending: str, *, at: datetime | None = None, chain_only: bool = False) -> View:
    """A record whole, as it is or (with `at`) as it was known then.

    With `chain_only` other links than those of the chain are left alone. Raises NotFound,
    Ambiguous, FileRefused or Invalid for the record itself; what is wrong with another record of
    its chain, or with one it is linked with, is part of the view.
    """
    loaded = desk.load(ending)
    main = _part(desk, loaded.record, loaded.path, at)
    if main is None:
        raise NotFound(
            T("{record} was not there yet at {at}", record=loaded.record.id, at=at),
            record=loaded.record.id,
        )
    above = reference(main.record, main.workflow)
    meant = [(relation, str(link.get("id"))) for relation, link in links_of(main.record)]
    if above is not None:
        meant.append((REQUEST, str(above.get("id"))))
    if chain_only:
        meant = [one for one in meant if one[0] in desk.document_kinds or one[0] == REQUEST]
    return _view(desk, main, meant, at)


def _view(desk: Desk, main: Part, meant: Sequence[tuple[str, str]], at: datetime | None) -> View:
    """The record with all that it names, by relation and id: documents, its request, the others."""
    uids = _uids_of_links(main)
    wanted: dict[str, list[tuple[str, str]]] = {}
    dead: list[str] = []
    for relation, record_id in dict.fromkeys(meant):
        path = desk.tickets.linked(record_id, uids.get(record_id))
        if path is None:
            dead.append(record_id)
        else:
            wanted.setdefault(path, []).append((relation, record_id))
    reading = read_together(desk, wanted)
    unreadable = list(reading.unreadable)
    documents: list[Part] = []
    requests: list[Part] = []
    links: list[Linked] = []
    for loaded in reading.loaded:
        for relation, _ in wanted[loaded.path]:
            of_chain = relation in desk.document_kinds or (relation == REQUEST and not requests)
            try:
                if not of_chain:
                    links += _linked(desk, relation, loaded.record, at)
                elif part := _part(desk, loaded.record, loaded.path, at):
                    (requests if relation == REQUEST else documents).append(part)
            except SvcdeskError as error:
                unreadable.append(Unreadable(loaded.path, error))
    for one in reading.unreadable:
        links += [
            Linked(relation, record_id)
            for relation, record_id in wanted[one.path]
            if relation != REQUEST and relation not in desk.document_kinds
        ]
    request = requests[0] if requests else None
    return View(main, tuple(documents), request, tuple(links), tuple(unreadable), tuple(dead))


def _linked(desk: Desk, relation: str, record: Record, at: datetime | None) -> Iterator[Linked]:
    """The link to a record, unless that was not there yet."""
    workflow = desk.workflow(record.kind)
    known = record if at is None else as_of(record, workflow, at)
    if known is not None:
        yield Linked(relation, known.id, known, workflow)


def _uids_of_links(part: Part) -> dict[str, str]:
    """The uid that stands beside an id in a record's links, by id."""
    above = reference(part.record, part.workflow)
    links = [link for _, link in links_of(part.record)] + ([above] if above is not None else [])
    return {str(link.get("id")): str(link["uid"]) for link in links if link.get("uid")}


def log(desk: Desk, ending: str) -> tuple[LogEntry, ...]:
    """Every event of a record and of the documents of its chain, in the order of the fold."""
    view = show(desk, ending, chain_only=True)
    entries = [
        LogEntry(
            part.record.id,
            part.record.kind,
            step,
            step.event.id in part.folded.settled,
            decisions.get(step.event.id),
            _written(part.record, step.event.id),
        )
        for part in (view.main, *view.documents)
        for decisions in [_decisions(part)]
        for step in part.folded.steps
    ]
    return tuple(sorted(entries, key=lambda entry: entry.step.event.id))


def contact_of(desk: Desk, record: Record) -> Mapping[str, str] | None:
    """The full contact of a record's requester, from the address books outside git.

    None where the record has no `requester.ref`. Raises NotFound where no book knows it, Refused
    where a book cannot be read.
    """
    ref = record.get("requester.ref")
    if not isinstance(ref, str) or not ref:
        return None
    from svcdesk.hookspecs import Means

    settings = {"book": desk.config.get("contacts.book")}
    means = Means(settings=settings, repository=desk.root)
    failed: SvcdeskError | None = None
    for book in desk.plugins.contacts():
        try:
            found = book.find(ref, means)
        except PluginFailed as error:
            failed = failed or error  # another book may know
            continue
        if found is not None:
            return found
    if failed is not None:
        raise failed
    raise NotFound(
        T("{record}: no address book knows {ref}", record=record.id, ref=ref),
        hint=T("`contacts.book` in your own configuration names the book"),
        code="E_CONTACTS",
        record=record.id,
    )


def _part(desk: Desk, record: Record, path: str, at: datetime | None) -> Part | None:
    workflow = desk.workflow(record.kind)
    known = record if at is None else as_of(record, workflow, at)
    if known is None:
        return None
    fields = desk.kinds.fields(record.kind)
    computed = {
        name: value
        for name, compute in COMPUTED.items()
        if name in fields and (value := compute(known.header)) is not None
    }
    folded = fold(known.events, workflow)
    return Part(known, path, folded, workflow, computed, _consent(desk, known, folded, workflow))


def _consent(desk: Desk, record: Record, folded: Fold, workflow: Workflow) -> Standing | None:
    if workflow.approval is None:
        return None
    from svcdesk.desk.approval_findings import standing_of

    return standing_of(desk, record, folded)


def _written(record: Record, event: str) -> tuple[str, ...]:
    """The texts of the item of a list that an event wrote: the item has the event's id."""
    for value in record.header.values():
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping) and item.get("id") == event:
                texts = (text for key, text in item.items() if key not in _ITEM_KEYS)
                return tuple(one for one in texts if isinstance(one, str))
    return ()


def _decisions(part: Part) -> dict[str, Approval]:
    return {one.event.id: one for one in part.consent.approvals} if part.consent else {}
