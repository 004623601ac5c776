"""What is wrong with one record's file, beside what the norms' rules say of the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.check_links import check_attachments, check_links
from svcdesk.desk.check_times import events_ahead
from svcdesk.desk.survey import About, Survey
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Effect, Fold, Step
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import shown, shown_apart
from svcdesk.lifecycle.rights import is_import
from svcdesk.model.finding import Finding
from svcdesk.model.ids import prefix_of
from svcdesk.model.instants import strict_instant
from svcdesk.model.invisible import has_invisible
from svcdesk.model.kind import Workflow
from svcdesk.model.people import BOT, REQUESTER
from svcdesk.model.record import STRUCTURAL, Event, Record, leaves
from svcdesk.store.tickets import Loaded
from svcdesk.store.yaml_canonical import is_canonical

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def check_record(survey: Survey, loaded: Loaded) -> Iterator[Finding]:
    """The findings about one record's file, its place, its events, links and attachments."""
    content = list(check_content(survey, loaded))
    yield from content
    if any(one.rule is rules.UNKNOWN_KIND for one in content):
        return
    about = About(loaded)
    yield from check_attachments(about, survey.desk)
    if not is_canonical(loaded.document.text, loaded.document.value):
        yield about.finding(rules.LAYOUT, T("{path} is laid out another way", path=loaded.path))


def check_content(survey: Survey, loaded: Loaded) -> Iterator[Finding]:
    """What is wrong with what a record's file says: its place, its events and its links."""
    record, desk = loaded.record, survey.desk
    about = About(loaded)
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
    yield from check_links(about, survey, workflow)


def check_hand_edits(survey: Survey, loaded: Loaded, head: Record | None) -> Iterator[Finding]:
    """Tracked fields that say something else than the events; `head` is the committed record."""
    record, about = loaded.record, About(loaded)
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


def _limits(about: About) -> Iterator[Finding]:
    for warning in about.loaded.document.warnings:
        yield about.finding(
            rules.NEAR_LIMIT, T("{path}: {warning}", path=about.loaded.path, warning=warning)
        )


def _schema(desk: Desk, about: About) -> Iterator[Finding]:
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


def _hidden(about: About, desk: Desk) -> Iterator[Finding]:
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


def _events(about: About, workflow: Workflow, folded: Fold) -> Iterator[Finding]:
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


def _people(about: About, survey: Survey, folded: Fold) -> Iterator[Finding]:
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
