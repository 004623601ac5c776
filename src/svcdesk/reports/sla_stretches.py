"""A target's time in stretches: what has counted, what will until it is due, and the due time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from svcdesk.sla.entries import Entry, State
from svcdesk.sla.explain import Count, Interval
from svcdesk.values import NamedTuple

_ORDINARY = frozenset({"open", "closed"})
_MOST = 8
"""So many ordinary stretches in a row are listed one by one; of more, those at both ends."""
_ENDS = 2


class Stretch(NamedTuple):
    """A stretch of time; `ahead`: it is still to come. `days`: it stands for so many ordinary
    working days, of whose time `counted` seconds count. The due time itself has no length."""

    interval: Interval
    ahead: bool = False
    days: int = 0
    counted: int = 0
    is_due: bool = False


def stretches(entry: Entry, at: int, zone: tzinfo, *, every: bool) -> list[Stretch]:
    """What became of the time from the start to the end, else to `at`, and what will until the
    target is due, with the due time where it falls. Unless `every`, many ordinary days in a row
    are one."""
    known = [Stretch(one) for one in entry.intervals(at)]
    known += [Stretch(one, ahead=True) for one in ahead(entry, at)]
    due = entry.due if entry.due is not None else entry.breached_at
    whole = list(_with_due(known, due))
    return whole if every else list(_grouped(whole, zone))


def ahead(entry: Entry, at: int) -> list[Interval]:
    """The intervals from `at` until an open target is due; none while its clock stands still."""
    due = entry.due
    if not entry.is_open or entry.state is State.PAUSED or due is None or due <= at:
        return []
    return [replace(one, start=max(one.start, at)) for one in entry.intervals(due) if one.end > at]


def _with_due(known: Sequence[Stretch], due: int | None) -> Iterator[Stretch]:
    """The same, split where the due time falls, and that between."""
    for place, one in enumerate(known):
        start, end = one.interval.start, one.interval.end
        if due is None or not (start <= due < end or (due == end and place == len(known) - 1)):
            yield one
            continue
        if start < due:
            yield one._replace(interval=replace(one.interval, end=due))
        yield Stretch(Interval(due, due, Count.COUNTED, "due"), one.ahead, is_due=True)
        if due < end:
            yield one._replace(interval=replace(one.interval, start=due))


def _grouped(whole: Sequence[Stretch], zone: tzinfo) -> Iterator[Stretch]:
    run: list[Stretch] = []
    for one in whole:
        if not _is_ordinary(one) or (run and run[-1].ahead != one.ahead):
            yield from _folded(run, zone)
            run = []
        if _is_ordinary(one):
            run.append(one)
        else:
            yield one
    yield from _folded(run, zone)


def _is_ordinary(one: Stretch) -> bool:
    return one.interval.reason in _ORDINARY and not one.interval.name and not one.is_due


def _folded(run: Sequence[Stretch], zone: tzinfo) -> Iterator[Stretch]:
    """A run with its middle in one; a short one as it is."""
    if len(run) <= _MOST:
        yield from run
        return
    middle = [one.interval for one in run[_ENDS:-_ENDS]]
    open_ones = [one for one in middle if one.count is Count.COUNTED]
    dates = {datetime.fromtimestamp(one.start, UTC).astimezone(zone).date() for one in open_ones}
    yield from run[:_ENDS]
    yield Stretch(
        Interval(middle[0].start, middle[-1].end, Count.COUNTED, "open"),
        run[0].ahead,
        len(dates),
        sum(one.end - one.start for one in open_ones),
    )
    yield from run[-_ENDS:]
