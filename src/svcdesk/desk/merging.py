"""`merge`: bring a branch in, its records merged by their events and fields, in one commit.

The merged tree is made and judged before anything is seen to change; then files, index and branch
move on together under the desk's lock, so that whatever happens in between, all of it is there or
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from svcdesk.desk.merge_records import MergedRecords, merge_records
from svcdesk.desk.merge_takes import Take, idle, refuse_wrong
from svcdesk.desk.merge_troubles import Trouble, trouble_of
from svcdesk.errors import GitFailed, Refused
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Step
from svcdesk.model.finding import Severity
from svcdesk.model.ids import ulid
from svcdesk.store import merge_commit
from svcdesk.store.git import Repository
from svcdesk.store.git_message import compose_message
from svcdesk.store.transaction import Transaction, begin

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk
    from svcdesk.store.yaml_read import Document


@dataclass(frozen=True, slots=True)
class MergeDone:
    """What a merge did, or why it did not: with `troubles`, nothing has changed.

    `merged` are the ids of records that both sides had changed, `brought` is how many files came
    from the branch as they are there; `unsettled` are (record, event) that the merge made so;
    `taken` are the decisions, as they were typed, that settled something.
    """

    branch: str
    commit: str | None
    merged: tuple[str, ...] = ()
    brought: int = 0
    troubles: tuple[Trouble, ...] = ()
    unsettled: tuple[tuple[str, Step], ...] = ()
    notes: tuple[Text, ...] = ()
    taken: tuple[str, ...] = ()


def merge_branches(
    desk: Desk, branches: Sequence[str], *, takes: Sequence[str] = (), push: bool = False
) -> list[MergeDone]:
    """Merge branches (or any revisions) into the current branch, one commit for each.

    `takes` settle conflicts: `FIELD=VALUE` or `FIELD@BRANCH`, each with or without `ID:` before
    it. Stops at the first branch with conflicts that are not settled. `push` pushes to the
    branch that the current one follows, never by force.

    Raises RepositoryState during other operations of git and for uncommitted edits in files that
    would change; Refused for unrelated histories, conflicts outside of records and a result that
    is not valid; NotFound for a branch that is none; and what a write raises.
    """
    done = []
    wanted = [Take.parse(desk, one, branches) for one in takes]
    for branch in branches:
        last = branch == branches[-1]
        done.append(_merge_one(desk, branch, wanted, last=last))
        if done[-1].troubles:
            return done
    taken = [said for one in done for said in one.taken]
    done[-1] = replace(done[-1], notes=(*done[-1].notes, *idle(takes, taken)))
    if push:
        untold = _push(desk)
        done[-1] = replace(done[-1], notes=(*done[-1].notes, *untold))
    return done


def fast_forward(desk: Desk, commit: str) -> None:
    """Move the branch on to a commit that holds all of it, files and index with it.

    Raises what a merge raises.
    """
    with begin(desk.repository) as tx:
        repo = desk.repository.refreshed()
        assert repo.head is not None
        merge_commit.refuse_odd_modes(repo, repo.head, commit)
        changes = _changes(repo, repo.head, commit)
        tx.read_many(list(changes))
        tx.commit(changes, f"fast-forward to {commit[:12]}", made=commit)


def _merge_one(desk: Desk, branch: str, takes: Sequence[Take], *, last: bool) -> MergeDone:
    op = ulid(desk.now_ms(), desk.chance())
    with begin(desk.repository, op=op) as tx:
        repo = desk.repository.refreshed()
        other = repo.resolve(branch)
        one = repo.head
        if one is None:
            raise Refused(T("this branch has no commit yet: there is nothing to merge with"))
        bases = _bases(repo, one, other, branch)
        if bases == [other]:
            return MergeDone(branch, None, notes=tuple(tx.notes))
        records = merge_records(desk, repo, bases, one, other, takes, branch)
        if last:
            refuse_wrong(takes, records.taken)
        troubles = tuple(
            trouble_of(repo, record, path, conflict, (bases[0], one, other), desk.facts.zone)
            for record, path, conflict in records.conflicts
        )
        if troubles:
            return MergeDone(branch, None, records.merged, troubles=troubles)
        commit, brought = _commit(desk, tx, repo, branch, one, other, records)
        return MergeDone(
            branch,
            commit,
            records.merged,
            brought,
            unsettled=records.unsettled,
            notes=(*tx.notes, *records.notes),
            taken=tuple(one.said for one in records.taken),
        )


def _bases(repo: Repository, one: str, other: str, branch: str) -> list[str]:
    bases = merge_commit.merge_bases(repo, one, other)
    if not bases:
        raise Refused(
            T("“{branch}” and this branch have no commit in common", branch=branch)
            if not repo.shallow
            else T("“{branch}” and this branch have no commit in common as far as this shallow "
                   "clone reaches", branch=branch),
            hint=T("`git fetch --unshallow` brings the whole history")
            if repo.shallow
            else T("two desks are not merged; import the records of one into the other"),
            code="E_UNRELATED",
        )  # fmt: skip
    return bases


def _commit(
    desk: Desk,
    tx: Transaction,
    repo: Repository,
    branch: str,
    one: str,
    other: str,
    records: MergedRecords,
) -> tuple[str | None, int]:
    """Make the merge's commit and move files, index and branch on to it."""
    tree, unmerged = merge_commit.merged_tree(repo, one, other)
    foreign = [path for path in unmerged if path not in records.decided]
    if foreign:
        raise Refused(
            T("git cannot merge {paths}", paths=", ".join(foreign[:5])),
            hint=T("they are no records: merge with `git merge {branch}` and settle them there",
                   branch=branch),
            code="E_MERGE",
            path=foreign[0],
        )  # fmt: skip
    merge_commit.write_blobs(repo, records.contents)
    tree = merge_commit.edited_tree(repo, tree, records.changes)
    merge_commit.refuse_odd_modes(repo, one, tree)
    subject = f"merge {branch}: {len(records.merged)} records changed on both sides"
    trailers = [("Svcdesk-Op", tx.op)]
    message = compose_message(subject, "\n".join(records.merged), trailers)
    made = merge_commit.commit_tree(repo, tree, [one, other], message)
    _refuse_unfit(desk, repo, branch, one, other, made, records.documents)
    changes = _changes(repo, one, made)
    tx.read_many(list(changes))
    commit = tx.commit(changes, subject, body="\n".join(records.merged), made=made)
    return commit, max(0, len(changes) - len(records.merged))


def _refuse_unfit(
    desk: Desk,
    repo: Repository,
    branch: str,
    one: str,
    other: str,
    made: str,
    documents: Mapping[str, Document],
) -> None:
    """Raise Refused (E_REVIEW) where a review of the merged result finds errors.

    What is published already is everybody's, and taken in as it is.
    """
    upstream = repo.upstream()
    if upstream is not None and repo.holds(upstream.tracking, other):
        return
    from svcdesk.desk.reviewing import review_commits

    found = review_commits(desk, one, made, documents)
    errors = [finding for finding in found if finding.weight is Severity.ERROR]
    if errors:
        first = errors[0]
        raise Refused(
            T("not merged: a review of the result finds {count} errors; {code}: {message}",
              count=len(errors), code=first.code, message=first.message),
            hint=T("see them all: svcdesk review HEAD...{branch}", branch=branch),
            code="E_REVIEW",
            record=first.record,
            path=first.path,
        )  # fmt: skip


def _changes(repo: Repository, one: str, made: str) -> Mapping[str, bytes | None]:
    """The files that differ between HEAD and the merge, with their new bytes."""
    names = repo.diff_names(one, made)
    blobs = repo.ls_tree(made)
    present = {path: blobs[path].id for path, letter in names.items() if letter != "D"}
    contents = dict(repo.cat_blobs(sorted(set(present.values()))))
    return {path: contents[present[path]] if path in present else None for path in names}


def _push(desk: Desk) -> list[Text]:
    """Push to the branch that the current one follows; sentences about channels not told."""
    from svcdesk.desk.claiming import Claims
    from svcdesk.desk.publishing import push_claimed, tell_published
    from svcdesk.desk.sync_judging import refuse_lost, refuse_unfit
    from svcdesk.desk.traffic import between
    from svcdesk.store import published, remotes

    repo = desk.repository.refreshed()
    if repo.upstream() is None:
        raise Refused(
            T("merged, but not pushed: this branch follows none"),
            hint=T("git push --set-upstream REMOTE {branch}", branch=repo.branch),
            code="E_NO_UPSTREAM",
        )
    line = remotes.line_of(repo)
    tip = published.tips(repo, line).upstream
    went = between(desk, repo, tip, str(repo.head))
    refuse_unfit(desk, went)
    refuse_lost(desk, tip)
    pushed = push_claimed(desk, Claims(desk, line), line, tip, went)
    if not pushed.done:
        raise GitFailed(
            T("merged, but not pushed: {words}", words=pushed.words),
            hint=T("the merge is kept; `svcdesk sync` takes in what is new there and pushes"),
            code="E_PUSH",
        )
    return tell_published(desk, repo.head)
