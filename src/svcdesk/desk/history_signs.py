"""What `doctor` says of the history of records: deletions, losses of merges, wrong clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from svcdesk.desk.deleted import Deleted, deleted_before, deleted_here
from svcdesk.desk.sign import Sign
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Severity

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_One = TypeVar("_One")
_MOST = 20
_MEND = T("`svcdesk doctor --fix` puts it right, in a commit that you can look at")


def deletions(desk: Desk) -> Iterator[Sign]:
    """Records that somebody deleted, by a commit or without one."""
    found = [one for one in (*deleted_here(desk), *deleted_before(desk)) if not one.undone]
    yield from _first(found, _deleted, lambda count: Sign(
        "deleted", T("{count} more records were deleted", count=count), Severity.WARNING
    ))  # fmt: skip


def _deleted(one: Deleted) -> Sign:
    return Sign(
        "deleted",
        T("{record} was deleted by commit {commit}", record=one.record_id, commit=one.commit[:10])
        if one.commit
        else T("{record} was deleted, and that is not committed", record=one.record_id),
        Severity.WARNING,
        one.advice,
    )


def losses(desk: Desk) -> Iterator[Sign]:
    """What merges of records as text left wrong, as history tells (docs/merging.md)."""
    from svcdesk.desk.merge_losses import Losses, sentence
    from svcdesk.desk.squash_losses import left_behind, removed
    from svcdesk.desk.squash_losses import sentence as left_sentence

    def wrong(message: Text) -> Sign:
        return Sign("merged", message, Severity.ERROR, _MEND)

    search = Losses(desk)
    out = removed(search, desk.repository.refreshed())
    yield from _first(
        [*search.find(), *out.losses],
        lambda loss: wrong(sentence(loss)),
        lambda count: wrong(T("{count} more records were left wrong by merges", count=count)),
    )
    for key, paths in search.twins():
        yield wrong(T("{paths} have one number or uid: {key}", paths=", ".join(paths), key=key))
    for left in left_behind(search, desk.repository.refreshed(), out.meant)[:_MOST]:
        yield Sign(
            "merged",
            left_sentence(left),
            Severity.WARNING if left.certain else Severity.NOTE,
            T("`svcdesk merge {branch}` brings them", branch=left.branch),
        )
    if desk.repository.shallow:
        yield Sign(
            "merged",
            T("merges before this shallow clone begins cannot be looked at"),
            Severity.NOTE,
            T("`git fetch --unshallow` brings the whole history"),
        )


def clock(desk: Desk) -> Iterator[Sign]:
    """Unpublished events of a clock that ran far ahead: a sync would refuse them."""
    from svcdesk.desk.redating import clock_behind, events_ahead, sentence

    found = events_ahead(desk)
    if not found:
        return
    hint = T("put the clock right, if it is not; `svcdesk doctor --fix` then dates them anew")
    if clock_behind(desk):
        hint = T("this computer's clock is behind what is published: put it right")

    def ahead(message: Text) -> Sign:
        return Sign("clock", message, Severity.ERROR, hint)

    yield from _first(
        found,
        lambda one: ahead(sentence(one)),
        lambda count: ahead(
            T("{count} more records have events that are too far ahead", count=count)
        ),
    )


def _first(
    found: Sequence[_One], sign: Callable[[_One], Sign], more: Callable[[int], Sign]
) -> Iterator[Sign]:
    """A sign each for as many as are read, and one that counts the rest."""
    yield from map(sign, found[:_MOST])
    if len(found) > _MOST:
        yield more(len(found) - _MOST)
