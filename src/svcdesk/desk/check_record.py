"""What is wrong with one record's file, beside what the norms' rules say of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.check_times import events_ahead
from svcdesk.errors import SvcdeskError
from svcdesk.hashes import sha256
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Effect, Fold, Step, fold
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.links import links_of, reference
from svcdesk.lifecycle.moves import shown, shown_apart
from svcdesk.lifecycle.rights import is_import
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.ids import prefix_of
from svcdesk.model.instants import strict_instant
from svcdesk.model.invisible import has_invisible
from svcdesk.model.kind import Workflow
from svcdesk.model.people import BOT, REQUESTER
from svcdesk.model.record import STRUCTURAL, Event, Record, Value, leaves
from svcdesk.store.files import read_below
from svcdesk.store.tickets import RECORDS, Loaded
from svcdesk.store.yaml_canonical import is_canonical

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_SHOWN_NAMES = 5


@dataclass(slots=True)
class Survey:
    """Every record that was read, as one check sees them. `partial`: only some were read, so what
    is not here may still exist; `hidden` are the ids of files that could not be read."""

    desk: Desk
    partial: bool
    by_id: dict[str, Record] = field(default_factory=dict)
    by_uid: dict[str, Record] = field(default_factory=dict)
    former: dict[str, Record] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    imported_names: dict[str, list[str]] = field(default_factory=dict)
    """Who is named in imported records and not listed, with the ids of these records."""
    _folds: dict[str, Fold] = field(default_factory=dict)

    def folded(self, loaded: Loaded) -> Fold:
        """The fold of a record's events, made once."""
        if loaded.path not in self._folds:
            record = loaded.record
            self._folds[loaded.path] = fold(record.events, self.desk.workflow(record.kind))
        return self._folds[loaded.path]

    def keep_fold(self, loaded: Loaded, folded: Fold) -> None:
        """The fold of a record's events as somebody made it already."""
        self._folds[loaded.path] = folded

    def add(self, record: Record) -> None:
        self.by_id.setdefault(record.id, record)
        self.by_uid.setdefault(record.uid, record)
        former = record.get("formerly")
        for one in former if isinstance(former, list) else []:
            self.former.setdefault(str(one), record)

    def find(self, record_id: str) -> Record | None:
        """The record of that id, or that had it before."""
        found = self.by_id.get(record_id) or self.former.get(record_id)
        if found is None and self.partial:
            path = self.desk.tickets.existing(record_id)
            if path is not None:
                try:
                    found = self.desk.tickets.load(path).record
                except SvcdeskError:
                    self.hidden.add(record_id)
                else:
                    self.add(found)
        return found

    def strangers(self) -> Iterator[Finding]:
        """One note for all whom only imported records name."""
        names = self.imported_names
        records = {one for ids in names.values() for one in ids}
        if names:
            shown = ", ".join(list(names)[:_SHOWN_NAMES])
            yield Finding(
                rules.UNKNOWN_PERSON,
                T(
                    "{people} people in {records} imported records are not listed in "
                    "records/people.yaml: {names}",
                    people=len(names),
                    records=len(records),
                    names=f"{shown} …" if len(names) > _SHOWN_NAMES else shown,
                ),
                path=f"{RECORDS}/people.yaml",
                severity=Severity.NOTE,
            )


def check_record(survey: Survey, loaded: Loaded) -> Iterator[Finding]:
    """The findings about one record's file, its place, its events, links and attachments."""
    content = list(check_content(survey, loaded))
    yield from content
    if any(one.rule is rules.UNKNOWN_KIND for one in content):
        return
    about = _About(loaded)
    yield from _attachments(about, survey.desk)
    if not is_canonical(loaded.document.text, loaded.document.value):
        yield about.finding(rules.LAYOUT, T("{path} is laid out another way", path=loaded.path))


def check_content(survey: Survey, loaded: Loaded) -> Iterator[Finding]:
    """What is wrong with what a record's file says: its place, its events and its links."""
    record, desk = loaded.record, survey.desk
    about = _About(loaded)
    yield from _limits(about)
    by_prefix = desk.kinds.by_prefix.get(prefix_of(record.id))
    if record.kind not in desk.kinds or by_prefix != record.kind:
        yield about.finding(
            rules.UNKNOWN_KIND,
            T("{record}: “{kind}” is not the kind of such an id",
              record=record.id, kind=record.kind),
            "kind",
        )  # fmt: skip
        return
    belongs = desk.tickets.path_for(record.id, record.uid)
    if belongs != loaded.path:
        yield about.finding(
            rules.MISPLACED, T("{path} belongs at {place}", path=loaded.path, place=belongs), "id"
        )
    workflow = desk.workflow(record.kind)
    yield from _schema(desk, about)
    yield from _hidden(about, desk)
    yield from _events(about, workflow, survey.folded(loaded))
    yield from events_ahead(loaded, desk.now())
    yield from _people(about, survey, survey.folded(loaded))
    yield from _links(about, survey, workflow)


def check_hand_edits(survey: Survey, loaded: Loaded, head: Record | None) -> Iterator[Finding]:
    """Tracked fields that say something else than the events; `head` is the committed record."""
    record, about = loaded.record, _About(loaded)
    workflow = survey.desk.workflow(record.kind)
    edits = hand_edits(record, survey.folded(loaded), workflow)
    for path, values in edits.items():
        committed = head is not None and head.get(path) == values[0]
        header, made = shown_apart(*values)
        yield about.finding(
            rules.HAND_EDIT,
            T("{record}: {field} was edited by hand and committed: the file says {header}, its "
              "events say {made}", record=record.id, field=path, header=header, made=made)
            if committed
            else T("{record}: {field} was edited by hand, not committed: the file says {header}, "
                   "its events say {made}", record=record.id, field=path, header=header, made=made),
            path,
            hint=T("`svcdesk adopt {record}` records it; `svcdesk adopt {record} --discard` puts "
                   "{made} back", record=record.id, made=made),
        )  # fmt: skip


class _About:
    """Makes findings about one file, with the line of what they are about."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    @property
    def record(self) -> Record:
        return self.loaded.record

    def finding(
        self,
        rule: Rule,
        message: Text,
        field: str | None = None,
        *,
        hint: Text | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        line = self.loaded.document.line_near(field) if field else None
        return Finding(rule, message, self.record.id, self.loaded.path, line, field, hint, severity)


def _limits(about: _About) -> Iterator[Finding]:
    for warning in about.loaded.document.warnings:
        yield about.finding(
            rules.NEAR_LIMIT, T("{path}: {warning}", path=about.loaded.path, warning=warning)
        )


def _schema(desk: Desk, about: _About) -> Iterator[Finding]:
    document = about.loaded.document
    validator = desk.kinds.validator(about.record.kind)
    if validator.is_valid(document.value):
        return
    problems = validator.problems(document.value, line_of=document.line_of, path=about.loaded.path)
    for one in problems:
        yield Finding(
            rules.of_refusal(one.code),
            one.message,
            about.record.id,
            about.loaded.path,
            one.line,
            one.field,
            one.hint,
        )


def _hidden(about: _About, desk: Desk) -> Iterator[Finding]:
    fields = desk.kinds.fields(about.record.kind)
    for path, value in leaves(about.record.header):
        field = fields.get(path)
        if field is None or field.type == "lines" or not isinstance(value, str):
            continue
        if has_invisible(value):
            yield about.finding(
                rules.HIDDEN,
                T("{record}: {field} is “{text}”", record=about.record.id, field=path, text=value),
                path,
            )


def _events(about: _About, workflow: Workflow, folded: Fold) -> Iterator[Finding]:
    seen: set[str] = set()
    record = about.record
    known = {event.id for event in record.events}
    for index, event in enumerate(record.events):
        wrong = _event_form(event, seen, known)
        seen.add(event.id)
        if wrong is not None:
            yield about.finding(
                rules.EVENT_FORM,
                T("{record}: event {event}: {wrong}", record=record.id, event=event.id,
                  wrong=wrong),
                f"events.{index}",
            )  # fmt: skip
        if event.do not in workflow.moves and event.do not in STRUCTURAL:
            yield about.finding(
                rules.UNKNOWN_MOVE,
                T("{record}: a {kind} has no move “{move}”", record=record.id,
                  kind=workflow.named(), move=event.do),
                f"events.{index}.do",
            )  # fmt: skip
    places = {event.id: index for index, event in enumerate(record.events)}
    for step in folded.unsettled():
        yield about.finding(
            rules.UNSETTLED, unsettled_sentence(record, step), f"events.{places[step.event.id]}"
        )


def unsettled_sentence(record: Record, step: Step) -> Text:
    """What an unsettled event met, for people."""
    event = step.event
    if step.effect is Effect.DEAD:
        return T(
            "{record}: “{move}” by {by} had no effect: the record was {state} by then",
            record=record.id, move=event.do, by=event.by, state=shown(step.before),
        )  # fmt: skip
    field, (saw, stood) = next(iter(step.collisions.items()))
    return T(
        "{record}: “{move}” by {by} changed {field} from {stood}; its author had seen {saw}",
        record=record.id, move=event.do, by=event.by, field=field, stood=shown(stood),
        saw=shown(saw),
    )  # fmt: skip


def _event_form(event: Event, seen: set[str], known: set[str]) -> Text | None:
    """What is wrong with an event, beyond what the schema says."""
    if event.id in seen:
        return T("its id is there twice")
    try:
        at = strict_instant(event.at)
        if event.when is not None and strict_instant(event.when) > at:
            return T("it happened later (when) than it was recorded (at)")
        for time in event.times.values():
            strict_instant(time)
    except SvcdeskError as error:
        return error.message
    for other in (*event.void, *event.settles):
        if other not in known:
            return T("it is about {event}, which is not there", event=other)
    return None


def _people(about: _About, survey: Survey, folded: Fold) -> Iterator[Finding]:
    """Who is named and not listed: who acted, and whom the record is assigned to.

    Another system's people are collected, and told together: nobody lists them one by one.
    """
    record = about.record
    listed = {*survey.desk.people.by_id, BOT, REQUESTER}
    named: dict[str, tuple[str, bool]] = {}
    assignee = folded.values.get("assignee")
    workflow, people = survey.desk.workflow(record.kind), survey.desk.people
    imports = {one.id for one in record.events if is_import(one, workflow, people)}
    if isinstance(assignee, str):
        named[assignee] = ("assignee", bool(imports))
    for index, event in enumerate(record.events):
        for key, person in (("by", event.by), ("for", event.on_behalf)):
            if person is not None:
                named.setdefault(person, (f"events.{index}.{key}", event.id in imports))
    for person, (place, from_import) in named.items():
        if person in listed:
            continue
        if from_import:
            survey.imported_names.setdefault(person, []).append(record.id)
            continue
        yield about.finding(
            rules.UNKNOWN_PERSON,
            T("{record}: {person} is not listed in records/people.yaml",
              record=record.id, person=person),
            place,
        )  # fmt: skip


def _links(about: _About, survey: Survey, workflow: Workflow) -> Iterator[Finding]:
    request = reference(about.record, workflow)
    found = [(f"links.{i}", link) for i, (_, link) in enumerate(links_of(about.record))]
    if request is not None and workflow.request_link:
        found.append((workflow.request_link, request))
    for place, link in found:
        wrong = _link(about.record, survey, link)
        if wrong is not None:
            rule, message = wrong
            yield about.finding(rule, message, place)


def _link(record: Record, survey: Survey, link: Mapping[str, Value]) -> tuple[Rule, Text] | None:
    record_id, uid = str(link.get("id")), link.get("uid")
    target = survey.find(record_id)
    if target is None:
        if record_id in survey.hidden:
            return None  # that its file cannot be read is a finding of its own
        return rules.DEAD_LINK, T(
            "{record}: there is no record {other}", record=record.id, other=record_id
        )
    if not uid:
        return rules.BARE_LINK, T(
            "{record}: the link to {other} lacks its uid", record=record.id, other=record_id
        )
    if uid != target.uid:
        meant = survey.by_uid.get(str(uid))
        return rules.DEAD_LINK, T(
            "{record}: the link says {other}, but its uid is that of {meant}",
            record=record.id, other=record_id, meant=meant.id if meant else T("no record"),
        )  # fmt: skip
    return None


def _attachments(about: _About, desk: Desk) -> Iterator[Finding]:
    entries = about.record.get("attachments")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
            continue
        path = f"{RECORDS}/attachments/{entry['path']}"
        field = f"attachments.{index}"
        try:
            data = read_below(desk.root, path, 1 << 30)
        except SvcdeskError as error:
            yield about.finding(
                rules.ATTACHMENT_GONE,
                T("{record}: attachment {name}: {why}", record=about.record.id,
                  name=entry.get("name"), why=error.message),
                field,
            )  # fmt: skip
            continue
        digest = entry.get("sha256")
        if isinstance(digest, str) and sha256(data).hexdigest() != digest:
            yield about.finding(
                rules.ATTACHMENT_CHANGED,
                T("{record}: {path} is not the file that was attached", record=about.record.id,
                  path=path),
                field,
            )  # fmt: skip
