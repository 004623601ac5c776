"""What review finds about one record: its events, who made them, its times, its service level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_record import check_content
from svcdesk.desk.judging import judge
from svcdesk.desk.review_acts import act_findings
from svcdesk.desk.review_case import Bringers, Case
from svcdesk.desk.review_times import ledgers, snapshot_findings, time_findings
from svcdesk.desk.survey import Survey
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.approval import standing
from svcdesk.lifecycle.approval_flaws import turns
from svcdesk.lifecycle.header import hand_edits
from svcdesk.lifecycle.moves import shown_apart
from svcdesk.model.finding import Finding
from svcdesk.model.record import Record, Value, is_tombstone
from svcdesk.review import rules
from svcdesk.review.authorship import Court
from svcdesk.review.change import Change, Version
from svcdesk.review.sentences import said_of, said_of_approvals, said_of_sla
from svcdesk.store.tickets import Loaded
from svcdesk.store.yaml_read import Document

if TYPE_CHECKING:
    from svcdesk.desk.revision import DeskAt


@dataclass(slots=True)
class Judged:
    """What is to be said of a record: sentences, and findings."""

    path: str
    record: Record
    is_new: bool
    said: list[Text] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class _Unplaced(Document):
    """A file of which no line is looked for."""

    def line_of(self, path: Sequence[str | int]) -> int | None:
        return None

    def line_near(self, field: str) -> int | None:
        return None


def _without_lines(loaded: Loaded) -> Loaded:
    return loaded._replace(document=_Unplaced(*loaded.document))


class Bench:
    """Judges records by the desk of the branch that is merged into."""

    def __init__(
        self,
        base: DeskAt,
        court: Court,
        bringers: Bringers,
        survey: Survey,
        *,
        telling: bool = True,
    ) -> None:
        self.base = base
        self.court = court
        self.bringers = bringers
        self.survey = survey
        self.telling = telling

    def judge(self, change: Change, loaded: Loaded, earlier: Loaded | None) -> Judged:
        """Everything about one record; where nobody is to be told, what is found alone."""
        case = Case(self.base, self.court, self.bringers, change, loaded, earlier)
        judged = Judged(loaded.path, change.record, change.before is None)
        judged.findings += self._findings(case)
        if not self.telling:
            return judged
        fields = self.base.kinds.fields(case.record.kind)
        judged.said += said_of(change, case.events, case.workflow, fields)
        judged.said += said_of_sla(*ledgers(case), self.base.facts.zone)
        judged.said += _approvals(case)
        return judged

    def _findings(self, case: Case) -> Iterator[Finding]:
        yield from act_findings(case)
        yield from time_findings(case)
        yield from _header(case)
        yield from _attachments(case)
        yield from _checked(case, self.survey)
        yield from snapshot_findings(case)


def _header(case: Case) -> Iterator[Finding]:
    after = case.change.after
    before = case.change.before
    known: Mapping[str, tuple[Value, Value]] = {}
    if before is not None:
        known = hand_edits(before.record, before.folded, case.workflow)
    for path, values in hand_edits(case.record, after.folded, case.workflow).items():
        if known.get(path) == values:
            continue
        header, made = shown_apart(*values)
        yield case.finding(
            desk_rules.HAND_EDIT,
            T("{record}: {field} was edited by hand: the file says {header}, its events say "
              "{made}", record=case.record.id, field=path, header=header, made=made),
            path=path,
        )  # fmt: skip


def _attachments(case: Case) -> Iterator[Finding]:
    """Attachments that the base's record lists and this one does not; their files are looked at
    elsewhere."""
    before = case.change.before
    listed, now = (
        one.get("attachments") if one else None
        for one in (before.record if before else None, case.record)
    )
    if not isinstance(listed, list) or is_tombstone(now):
        return
    entries = now if isinstance(now, list) else []
    kept = {one.get("path") for one in entries if isinstance(one, Mapping)}
    redacted = sum(is_tombstone(one) for one in entries)
    gone = [one for one in listed if isinstance(one, Mapping) and one.get("path") not in kept]
    for one in gone[redacted:]:
        yield case.finding(
            rules.ATTACHMENT_REMOVED,
            T("{record}: the attachment {name} is not listed any more", record=case.record.id,
              name=one.get("name") or one.get("path")),
            path="attachments",
        )  # fmt: skip


def _checked(case: Case, survey: Survey) -> Iterator[Finding]:
    """What `check` says of the record, and did not say of it before.

    Lines are looked for when something is new: to find one, the whole file is read again.
    """
    after = case.change.after
    found = _check(case, _without_lines(case.loaded), after, survey)
    if not found:
        return
    known: set[tuple[str, str]] = set()
    if case.change.before is not None and case.earlier is not None:
        alone = Survey(case.base, True)
        alone.add(case.change.before.record)
        alone.keep_fold(case.earlier, case.change.before.folded)
        before = _check(case, _without_lines(case.earlier), case.change.before, alone)
        known = {(one.code, str(one.message)) for one in before}
    if all((one.code, str(one.message)) in known for one in found):
        return
    found = _check(case, case.loaded, after, survey)
    yield from (one for one in found if (one.code, str(one.message)) not in known)


def _check(case: Case, loaded: Loaded, version: Version, survey: Survey) -> list[Finding]:
    found = [one for one in check_content(survey, loaded) if one.rule is not desk_rules.UNSETTLED]
    found += judge(
        case.base, version.record, loaded.path, latest=survey.by_id,
        document=loaded.document, folded=version.folded,
    )  # fmt: skip
    return found


def _approvals(case: Case) -> Iterator[Text]:
    if case.workflow.approval is None:
        return
    people, verify = case.base.people, case.base.verify_approval
    signed = case.base.facts.signed_approvals
    sides = [
        standing(one.record, one.folded, case.workflow, people, verify, signed=signed).approvals
        if one is not None
        else ()
        for one in (case.change.before, case.change.after)
    ]
    yield from said_of_approvals(turns(*sides))
