"""One operation, one commit: plan under the lock, judge, write, tell.

Whatever fails before the commit leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from svcdesk.desk.draft import Change, Draft
from svcdesk.desk.judging import judge
from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.rights import authorise
from svcdesk.model.finding import Finding, Severity
from svcdesk.model.ids import ulid
from svcdesk.model.record import RENUMBER, Record
from svcdesk.store import codec
from svcdesk.store.claims import CLAIM_LIMIT, has_remote
from svcdesk.values import NamedTuple

_NOT_CLAIMED = ("import", RENUMBER)
"""What gives numbers that are claimed only when their records are published."""

if TYPE_CHECKING:
    from svcdesk.desk.bulk import Failure, Task
    from svcdesk.desk.desk import Desk


class Options(NamedTuple):
    """How to write. `force` is the reason for writing what the schema or a rule refuses."""

    dry_run: bool = False
    no_commit: bool = False
    include_dirty: bool = False
    force: str | None = None
    op: str | None = None
    keep_going: bool = False
    """Of many records, change those that can be changed and name the others."""


class Done(NamedTuple):
    """What an operation did (or, with `dry_run`, would do)."""

    op: str
    subject: str
    message: str
    changes: tuple[Change, ...]
    commit: str | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    """Further files written in the same commit, such as attachments."""
    untold: tuple[Text, ...] = ()
    """Channels that could not be told, in sentences; the records stand all the same."""
    notes: tuple[Text, ...] = ()
    """What the store did besides: an earlier write ended, a hook that hung after the commit."""
    tasks: tuple[Task, ...] = ()
    """What was done with which record, and the values that it met: a plan, after a dry run."""
    failures: tuple[Failure, ...] = ()
    """What could not be done, where the others were done all the same."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(change.record.id for change in self.changes)

    def diff(self) -> str:
        return "".join(change.diff() for change in self.changes)


class Story:
    """What the commit says: filled in while the draft is made. `trailers` are further ones."""

    __slots__ = ("body", "move", "subject", "trailers")

    def __init__(
        self,
        subject: str = "",
        body: Sequence[str] = (),
        move: str = "",
        trailers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.subject = subject
        self.body = list(body)
        self.move = move
        self.trailers = list(trailers)


Build = Callable[[Draft], Story]


def perform(desk: Desk, build: Build, options: Options) -> Done:
    """Run an operation: `build` changes records in the draft and says what the commit says.

    Raises whatever `build` raises, Invalid for what the schema or a rule refuses, and the store's
    refusals (Busy, RepositoryState, Changed, GitFailed). Nothing is written then.
    """
    op = options.op or ulid(desk.now_ms(), desk.chance())
    if options.force:
        author = desk.author()
        authorise("force", desk.workflow("request").roles, author.person)
    if options.dry_run:
        return _drafted(desk, Draft(desk, desk.read_file), build, options, op)[1]

    from svcdesk.store.transaction import begin

    with begin(desk.repository, op=op, dirty_ok=options.include_dirty) as tx:
        limit = monotonic() + CLAIM_LIMIT
        while True:
            draft = Draft(desk, tx.read, tx.read_many)
            story, done = _drafted(desk, draft, build, options, op)
            if _claimed(desk, draft, done.changes, story.move, options, limit):
                break
        if not done.changes and not draft.files:
            return done._replace(notes=tuple(tx.notes))
        commit = tx.commit(
            {change.path: change.after.encode() for change in done.changes}
            | draft.files
            | dict.fromkeys(draft.gone),
            story.subject,
            body="\n".join(story.body),
            trailers=_trailers(story, done.changes, op, options.force),
            no_commit=options.no_commit,
        )
        if draft.given_ids():
            desk.numbers.remember(draft.given_ids())
        done = done._replace(commit=commit, notes=tuple(tx.notes))
    if options.no_commit:
        return done
    from svcdesk.desk.telling import after_commit

    untold, notes = after_commit(desk, done, story.move)
    return done._replace(untold=tuple(untold), notes=(*done.notes, *notes))


def _drafted(
    desk: Desk, draft: Draft, build: Build, options: Options, op: str
) -> tuple[Story, Done]:
    """What an operation makes of the records, judged; nothing is written yet."""
    story = build(draft)
    changes = draft.changes()
    findings = refuse_bad(desk, changes, options)
    message = _message(story, changes, op)
    return story, Done(
        op, story.subject, message, tuple(changes), None, findings, tuple(draft.files)
    )


def _claimed(
    desk: Desk,
    draft: Draft,
    changes: Sequence[Change],
    move: str,
    options: Options,
    limit: float,
) -> bool:
    """Claim the numbers given in a draft where there is a remote, up to the moment `limit`.

    False where others hold one of them: then the draft is to be made again, with other numbers.
    """
    given = draft.given_ids()
    new = {
        one.record.id: one.record.uid
        for one in changes
        if one.record.id in given or (one.original and one.original.id != one.record.id)
    }
    if not new or not has_remote(desk.repository.common_dir):
        return True
    from svcdesk.desk.claiming import claim_new, mark_new

    if options.no_commit or move in _NOT_CLAIMED:
        mark_new(desk, new)
        return True
    foreign = claim_new(desk, new, limit)
    desk.numbers.remember(frozenset(foreign))
    return not foreign


def _message(story: Story, changes: Sequence[Change], op: str) -> str:
    from svcdesk.store.git_message import compose_message

    trailers = _trailers(story, changes, op, None)
    return compose_message(story.subject, "\n".join(story.body), trailers)


def _trailers(
    story: Story, changes: Sequence[Change], op: str, force: str | None
) -> list[tuple[str, str]]:
    trailers = [("Svcdesk-Record", change.record.id) for change in changes]
    trailers += story.trailers
    if force:
        trailers.append(("Svcdesk-Forced", force))
    return [*trailers, ("Svcdesk-Op", op)]


def refuse_bad(desk: Desk, changes: Sequence[Change], options: Options) -> tuple[Finding, ...]:
    """Refuse what is not valid; give the lesser findings that the change brings."""
    brought: list[Finding] = []
    latest = {change.record.id: change.record for change in changes}
    asked = [change for change in changes if change.record.kind not in desk.document_kinds]
    of_many = len(asked) > 1
    for change in changes:
        if not options.force:
            _refuse_invalid(desk, change, of_many)
        brought += _new_findings(desk, change, latest)
    refused = [one for one in brought if one.weight is Severity.ERROR]
    if refused and not options.force:
        worst = refused[0]
        raise Invalid(
            _of(worst.record, worst.message) if of_many else worst.message,
            hint=worst.hint or worst.rule.remedy,
            code=worst.code,
            record=_meant(worst.record, changes),
            path=worst.path if _meant(worst.record, changes) == worst.record else None,
            field=worst.field,
        )
    return tuple(one for one in brought if one.weight is not Severity.NOTE)


def _meant(record: str | None, changes: Sequence[Change]) -> str | None:
    """The record that a refusal is about: never a document that was not written after all."""
    new = {change.record.id for change in changes if change.before is None}
    known = [change.record.id for change in changes if change.before is not None]
    return known[0] if record in new and known else record


def _of(record: str | None, message: Text) -> Text:
    """What is wrong with one of many records, which is named unless the sentence does it."""
    if record is None or record in str(message):
        return message
    return T("{record}: {message}", record=record, message=message)


def _refuse_invalid(desk: Desk, change: Change, of_many: bool) -> None:
    validator = desk.kinds.validator(change.record.kind)
    value = codec.encode(change.record)
    if validator.is_valid(value):
        return
    problems = validator.problems(value, path=change.path)
    if not problems:
        return
    first = problems[0]
    more = len(problems) - 1
    said = T("{first} (and {more} more)", first=first.message, more=more) if more else first.message
    raise Invalid(
        _of(change.record.id, said) if of_many else said,
        hint=first.hint,
        code=first.code,
        record=change.record.id,
        path=change.path,
        field=first.field,
    )


def _new_findings(desk: Desk, change: Change, latest: Mapping[str, Record]) -> list[Finding]:
    """What the rules say of the record now that they did not say of it before."""
    last = change.moves[-1].folded if change.moves else None
    folded = last if last is not None and last.is_of(change.record.events) else None
    after = judge(desk, change.record, change.path, latest=latest, folded=folded)
    if change.original is None or not after:
        return after
    try:
        before = judge(desk, change.original, change.path)
    except SvcdeskError:
        before = []
    known = {(one.code, one.field, str(one.message)) for one in before}
    return [one for one in after if (one.code, one.field, str(one.message)) not in known]
