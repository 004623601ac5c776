"""What `doctor` says of the history of records: deletions, losses of merges, wrong clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcdesk.desk.deleted import deleted_before, deleted_here
from svcdesk.i18n import T, Text
from svcdesk.model.finding import Severity

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_MOST = 20
_MEND = T("`svcdesk doctor --fix` puts it right, in a commit that you can look at")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at. `weight` None is in order; otherwise how much it matters."""

    name: str
    message: Text
    weight: Severity | None = None
    hint: Text | None = None


def deletions(desk: Desk) -> Iterator[Sign]:
    """Records that somebody deleted, by a commit or without one."""
    found = [one for one in (*deleted_here(desk), *deleted_before(desk)) if not one.undone]
    for one in found[:_MOST]:
        yield Sign(
            "deleted",
            T("{record} was deleted by commit {commit}",
              record=one.record_id, commit=one.commit[:10])
            if one.commit
            else T("{record} was deleted, and that is not committed", record=one.record_id),
            Severity.WARNING,
            one.advice,
        )  # fmt: skip
    if len(found) > _MOST:
        yield Sign(
            "deleted",
            T("{count} more records were deleted", count=len(found) - _MOST),
            Severity.WARNING,
        )


def losses(desk: Desk) -> Iterator[Sign]:
    """What merges of records as text left wrong, as history tells (docs/merging.md)."""
    from svcdesk.desk.merge_losses import Losses, sentence
    from svcdesk.desk.squash_losses import left_behind, removed
    from svcdesk.desk.squash_losses import sentence as left_sentence

    search = Losses(desk)
    out = removed(search, desk.repository.refreshed())
    found = [*search.find(), *out.losses]
    for loss in found[:_MOST]:
        yield Sign("merged", sentence(loss), Severity.ERROR, _MEND)
    if len(found) > _MOST:
        yield Sign(
            "merged",
            T("{count} more records were left wrong by merges", count=len(found) - _MOST),
            Severity.ERROR,
            _MEND,
        )
    for key, paths in search.twins():
        yield Sign(
            "merged",
            T("{paths} have one number or uid: {key}", paths=", ".join(paths), key=key),
            Severity.ERROR,
            _MEND,
        )
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
    for one in found[:_MOST]:
        yield Sign("clock", sentence(one), Severity.ERROR, hint)
    if len(found) > _MOST:
        yield Sign(
            "clock",
            T("{count} more records have events that are too far ahead", count=len(found) - _MOST),
            Severity.ERROR,
            hint,
        )
