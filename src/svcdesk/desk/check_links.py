"""What is wrong with what a record refers to: other records, and attachments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.desk.survey import About, Survey
from svcdesk.errors import SvcdeskError
from svcdesk.hashes import sha256
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.links import RISING, links_of, raised, reference
from svcdesk.model.finding import Finding, Rule
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Record, Value
from svcdesk.store.files import read_below
from svcdesk.store.tickets import RECORDS

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def check_links(about: About, survey: Survey, workflow: Workflow) -> Iterator[Finding]:
    request = reference(about.record, workflow)
    found = [(f"links.{i}", link) for i, (_, link) in enumerate(links_of(about.record))]
    if request is not None and workflow.request_link:
        found.append((workflow.request_link, request))
    for place, link in found:
        wrong = _link(about.record, survey, link)
        if wrong is not None:
            rule, message = wrong
            yield about.finding(rule, message, place)
    yield from _circles(about, survey)


def _circles(about: About, survey: Survey) -> Iterator[Finding]:
    record = about.record
    for rising in RISING:
        way = survey.circle(record.id, rising)
        if way:
            steps = {(rising, *step) for step in pairwise(way)}
            places = (
                f"links.{index}"
                for index, (relation, link) in enumerate(links_of(record))
                if raised(relation, record.id, str(link.get("id"))) in steps
            )
            yield about.finding(
                rules.LINK_CIRCLE,
                T("{record}: “{relation}” goes round in a circle: {way}",
                  record=record.id, relation=rising, way=" → ".join(way)),
                next(places, None),
            )  # fmt: skip


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


def check_attachments(about: About, desk: Desk) -> Iterator[Finding]:
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
