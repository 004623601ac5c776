"""What the check rules say of a record: every plugin's rules, each on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from svcdesk.desk.rules import RULE_FAILED
from svcdesk.errors import PluginFailed, SvcdeskError
from svcdesk.hookspecs import Subject
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.lifecycle.links import links_of
from svcdesk.model.finding import Finding
from svcdesk.model.record import Record
from svcdesk.store.yaml_read import Document

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk


def judge(
    desk: Desk,
    record: Record,
    path: str,
    *,
    latest: Mapping[str, Record] | None = None,
    document: Document | None = None,
    folded: Fold | None = None,
    complete: bool = False,
) -> list[Finding]:
    """Every rule's findings about one record.

    `latest` are records by id that stand instead of those on disk (an operation's own changes);
    `complete` says that they are all there is. `document` is the parsed file, for line numbers;
    `folded` the record's fold, where it is made already.
    """
    workflow = desk.workflow(record.kind)
    subject = Subject(
        record=record,
        folded=folded or fold(record.events, workflow),
        workflow=workflow,
        documents=linked(desk, record, latest or {}, complete=complete),
        facts=desk.facts,
        people=desk.people,
        now=desk.now(),
        path=path,
        line_of=document.line_of if document else lambda _: None,
    )
    findings: list[Finding] = []
    for check in desk.plugins.checks():
        if not check.kinds or record.kind in check.kinds:
            try:
                findings += check.find(subject)
            except PluginFailed as error:
                findings.append(Finding(RULE_FAILED, error.message, record.id, path or None))
    if workflow.approval is not None:
        from svcdesk.desk.approval_findings import approval_findings

        findings += approval_findings(desk, record, subject.folded, path, subject.line_of)
    if record.get("customer") is not None:
        from svcdesk.desk.customers import customer_findings

        findings += customer_findings(desk, record, path, subject.line_of)
    return findings


def linked(
    desk: Desk, record: Record, latest: Mapping[str, Record], *, complete: bool = False
) -> dict[str, list[Record]]:
    """The readable records of this one's chain, by kind, oldest first."""
    found: dict[str, list[Record]] = {}
    for relation, link in links_of(record):
        if relation in desk.document_kinds:
            other = latest.get(str(link.get("id")))
            if other is None and not complete:
                other = _stored(desk, str(link.get("id")))
            if other is None:
                continue  # `check` names dead links and unreadable files; here they say nothing
            found.setdefault(other.kind, []).append(other)
    return found


def _stored(desk: Desk, record_id: str) -> Record | None:
    path = desk.tickets.existing(record_id)
    try:
        return None if path is None else desk.tickets.load(path).record
    except SvcdeskError:
        return None
