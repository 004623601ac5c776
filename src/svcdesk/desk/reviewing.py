"""`review`: what a branch does to the desk, record by record, and what of it must not pass.

Both sides are read from git's objects, never from the working tree, and judged by the people, the
workflows, the schemas and the policies of the branch that is merged into.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_files import of_error
from svcdesk.desk.review_files import changed_past, file_findings, people_findings
from svcdesk.desk.review_own import made_invalid, own_findings, records_of
from svcdesk.desk.review_record import Bench, Judged
from svcdesk.desk.review_versions import Contents, Pairs, brought_by, pairs_of
from svcdesk.desk.revision import DeskAt
from svcdesk.desk.signing import verifier
from svcdesk.desk.survey import Survey
from svcdesk.errors import Refused, SvcdeskError, UsageError
from svcdesk.i18n import T
from svcdesk.lifecycle.links import linked_ids
from svcdesk.model.finding import Finding, failing
from svcdesk.model.record import Event
from svcdesk.review import rules
from svcdesk.review.authorship import Court, chains_of
from svcdesk.store.git_changes import (
    Entry,
    Made,
    between_trees,
    commits_between,
    staged_tree,
    uids_at,
)
from svcdesk.store.tickets import RECORDS, Loaded, decode_file
from svcdesk.values import NamedTuple

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.lifecycle.approval_values import Problem
    from svcdesk.store.yaml_read import Document

_MAIN = ("main", "master")


class Reviewed(NamedTuple):
    """What a review says: by record, in the order of their files, and its findings.

    `base` and `head` are commits (`head` None: what is staged); `read` records were looked at.
    """

    base: str
    head: str | None
    records: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    read: int
    unreadable: int

    @property
    def failed(self) -> bool:
        return failing(self.findings)


class Sides(NamedTuple):
    """The desk that judges, the desk of the branch, and what lies between."""

    base: DeskAt
    head: DeskAt
    entries: list[Entry]
    commits: list[Made]


def review(
    desk: Desk, revisions: str | None = None, *, staged: bool = False, at: datetime | None = None
) -> Reviewed:
    """Review `BASE...HEAD` (`BASE` alone: to HEAD; None: from what this branch follows, or main).

    With `staged` it is what is staged for the next commit, against HEAD. `at` is the moment as of
    which it is judged. Raises UsageError or NotFound for a revision that is none, Refused where
    the two have no commit in common.
    """
    if staged and revisions:
        raise UsageError(T("--staged is against HEAD: it goes with no revisions"))
    return judged(_staged(desk, at) if staged else _sides(desk, revisions, at), staged=staged)


def review_commits(
    desk: Desk, base: str, head: str, documents: Mapping[str, Document]
) -> tuple[Finding, ...]:
    """What a review finds in what `head` has and `base` has not, both being revisions.

    `documents` are blobs that were parsed already, by their ids.
    """
    return judged(_between(desk, base, head, None), documents=documents, telling=False).findings


def judged(
    sides: Sides,
    *,
    staged: bool = False,
    documents: Mapping[str, Document] | None = None,
    telling: bool = True,
) -> Reviewed:
    """The review of what lies between two sides; without `telling`, its findings alone."""
    base, entries = sides.base, sides.entries
    contents = Contents(base, documents or {})
    steps = (entry for made in sides.commits for part in made.changes for entry in part)
    contents.read([*entries, *steps])
    pairs = pairs_of(base, contents, entries)
    bringers = brought_by(base, contents, sides.commits)
    survey = _survey(base, pairs)
    _verify_by_clock(base, pairs)
    workflows = {kind: base.workflow(kind) for kind in base.kinds}
    court = Court(base.people, workflows, chains_of(workflows), base.facts.confirm_own)
    bench = Bench(base, court, bringers, survey, telling=telling)
    records = tuple(bench.judge(*one) for one in sorted(pairs.changes, key=lambda one: one[1].path))
    findings = [found for one in records for found in one.findings]
    findings += _identities(sides, pairs)
    findings += [of_error(error, path) for path, error in pairs.unreadable]
    findings += file_findings(base, entries, pairs)
    findings += own_findings(base, sides.head, entries, sides.commits)
    findings += made_invalid(sides.head, entries, records_of(base))
    findings += people_findings(base, sides.commits)
    findings += changed_past(base, sides.head, entries)
    once = {(one.sort_key(), str(one.message)): one for one in findings}
    ordered = tuple(sorted(once.values(), key=Finding.sort_key))
    head = None if staged else sides.head.commit
    return Reviewed(base.commit, head, records, ordered, len(records), len(pairs.unreadable))


def _sides(desk: Desk, revisions: str | None, at: datetime | None) -> Sides:
    said = revisions or f"{_default_base(desk)}..."
    one, dots, other = said.partition("...")
    if not dots:
        one, _, other = said.partition("..")
    return _between(desk, one or "HEAD", other or "HEAD", at)


def _between(desk: Desk, base: str, head: str, at: datetime | None) -> Sides:
    tip, branch = _at(desk, base, at), _at(desk, head, at)
    repository = tip.repository
    start = repository.merge_base(tip.commit, branch.commit)
    if start is None:
        raise Refused(
            T("“{one}” and “{other}” have no commit in common", one=base, other=head),
            hint=T("`git fetch --unshallow` brings the whole history")
            if repository.shallow
            else None,
            code="E_UNRELATED",
        )
    return Sides(
        tip,
        branch,
        between_trees(repository, start, branch.commit),
        commits_between(repository, tip.commit, branch.commit),
    )


def _staged(desk: Desk, at: datetime | None) -> Sides:
    """What is staged, as one commit that its author is about to make."""
    base, head = _at(desk, "HEAD", at), _at(desk, "HEAD", at)
    head.commit = staged_tree(base.repository, os.environ.get("GIT_INDEX_FILE"))
    entries = between_trees(base.repository, base.commit, head.commit)
    made = Made(head.commit, desk.identity.email, base.now().timestamp(), (tuple(entries),))
    return Sides(base, head, entries, [made])


def _at(desk: Desk, revision: str, at: datetime | None) -> DeskAt:
    found = DeskAt(desk, revision)
    if at is not None:
        found._clock = lambda: at
    return found


def _default_base(desk: Desk) -> str:
    upstream = desk.repository.upstream()
    if upstream is not None:
        return upstream.tracking
    here = desk.repository.branch
    for name in _MAIN:
        known = desk.repository.run("rev-parse", "--verify", "--quiet", f"refs/heads/{name}")
        if known.code == 0 and name != here:
            return name
    raise Refused(
        T("this branch follows none, and there is no branch main beside it to compare it with"),
        hint=T("say against what: svcdesk review BASE...HEAD"),
        code="E_NO_UPSTREAM",
    )


def _survey(base: DeskAt, pairs: Pairs) -> Survey:
    """The records under review as one check sees them; those that they link to are read ahead."""
    survey = Survey(base, True)
    linked: set[str] = set()
    for change, loaded, _ in pairs.changes:
        survey.add(loaded.record)
        survey.keep_fold(loaded, change.after.folded)
        workflow = base.workflow(change.record.kind)
        for version in (change.before, change.after):
            if version is not None:
                linked |= linked_ids(version.record, workflow)
    base.read_ahead(linked - survey.by_id.keys())
    return survey


def _verify_by_clock(base: DeskAt, pairs: Pairs) -> None:
    """A signature that is new has to be good now, whatever time its event claims."""
    earlier = {
        (change.record.uid, event.id)
        for change, _, _ in pairs.changes
        if change.before is not None
        for event in change.before.record.events
    }
    by_event, by_clock = verifier(base.people), verifier(base.people, moment=base.now())

    def verify(uid: str, event: Event) -> Problem | None:
        return (by_event if (uid, event.id) in earlier else by_clock)(uid, event)

    base.__dict__["verify_approval"] = verify


def _identities(sides: Sides, pairs: Pairs) -> Iterator[Finding]:
    """Records that are gone, exchanged, or whose number or uid is another record's already."""
    for gone in pairs.gone:
        yield Finding(
            rules.DELETED,
            T("{record} was deleted: {path}", record=gone.record.id, path=gone.path),
            gone.record.id, gone.path,
        )  # fmt: skip
    for before, after in pairs.exchanged:
        yield Finding(
            rules.IDENTITY,
            T("{path} held the record {old} and holds {new} now", path=after.path,
              old=before.record.uid, new=after.record.uid),
            after.record.id, after.path, after.document.line_of(["uid"]), "uid",
        )  # fmt: skip
    new = [loaded for change, loaded, _ in pairs.changes if change.before is None]
    yield from _taken_numbers(sides.base, new)
    yield from _taken_uids(sides.base, pairs, new)


def _taken_numbers(base: DeskAt, new: Sequence[Loaded]) -> Iterator[Finding]:
    """New records at whose place the base has come to hold another one."""
    for loaded in new:
        blob = base.tree.get(loaded.path)
        if blob is None:
            continue
        try:
            [(_, data)] = base.repository.cat_blobs([blob.id])
            other = decode_file(data, loaded.path).record.uid
        except SvcdeskError:
            other = ""
        if other != loaded.record.uid:
            yield Finding(
                rules.NUMBER_TAKEN,
                T("{record}: the number is another record's on the branch that this is merged into",
                  record=loaded.record.id),
                loaded.record.id, loaded.path, loaded.document.line_of(["id"]), "id",
            )  # fmt: skip


def _taken_uids(base: DeskAt, pairs: Pairs, new: Sequence[Loaded]) -> Iterator[Finding]:
    """New records with a uid that another file has, here or on the base."""
    if not new:
        return
    known: dict[str, str] = {}
    for path, uid in uids_at(base.repository, base.commit, f"{RECORDS}/").items():
        known.setdefault(uid, path)
    for change, loaded, _ in pairs.changes:
        uid = change.record.uid
        where = change.before.path if change.before else known.setdefault(uid, loaded.path)
        if change.before is not None:
            known[uid] = loaded.path
        elif where != loaded.path:
            yield Finding(
                desk_rules.TWIN_UID,
                T("{path} has the {key} of {other}: {value}", path=loaded.path, key="uid",
                  other=where, value=uid),
                loaded.record.id, loaded.path, loaded.document.line_of(["uid"]), "uid",
            )  # fmt: skip
