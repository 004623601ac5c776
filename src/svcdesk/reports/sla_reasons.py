"""Why a deadline is what it is: every counted and skipped interval by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo

from svcdesk.i18n import Label, T, Text
from svcdesk.model.record import Value
from svcdesk.model.table import Cell, Column, Table
from svcdesk.reports.sla_stretches import Stretch, ahead, stretches
from svcdesk.reports.sla_targets import Target, target_item
from svcdesk.sla.calendar import ALWAYS
from svcdesk.sla.explain import Count, Interval, WorkingDay

_REASONS = {
    "open": T("working time"),
    "makeup": T("make-up working day"),
    "closed": T("outside working hours"),
    "holiday": T("public holiday"),
    "override": T("the calendar's own exception"),
    "waiting": T("waiting"),
    "stopped": T("met for a while, before it was reopened"),
}
_COUNTS = {Count.COUNTED: T("counted"), Count.SKIPPED: T("skipped"), Count.WAITING: T("waiting")}
_STYLES = {Count.COUNTED: "strong", Count.SKIPPED: "dim", Count.WAITING: "risk"}


def reasons_table(
    targets: Sequence[Target],
    zone: tzinfo,
    at: int,
    words: Mapping[str, Label],
    *,
    every: bool = True,
) -> Table:
    """A row an interval, as far as the due time, which has a row of its own; and a row a working
    day that a duration in working days counted. Unless `every`, many ordinary days in a row are
    one row. `words` are what people call the reasons to wait.

    Of the items, which always have all, the seconds of `intervals` add up to the target's end (or
    `at`) minus its start; `ahead` are those until it is due.
    """
    rows: list[list[Cell | Value]] = []
    items: list[dict[str, Value]] = []
    for target in targets:
        days = target.entry.days(at)
        for one in stretches(target.entry, at, zone, every=every):
            rows.append(_row(target, one, zone, words))
        for day in days:
            shown = date.fromordinal(day.ordinal).isoformat()
            rows.append(
                [
                    Cell(target.entry.target, target.label),
                    shown,
                    None,
                    None,
                    Cell(day.number, T("day {number}", number=day.number)),
                    day.name or None,
                ]
            )
        items.append(_item(target, days, zone, at))
    return Table(
        schema="svcdesk/sla-explain/1",
        title=T("why"),
        columns=[
            Column("target", T("target")),
            Column("from", T("start")),
            Column("to", T("end")),
            Column("length", T("length"), right=True),
            Column("count", T("counts")),
            Column("reason", T("reason")),
        ],
        rows=rows,
        items=items,
        total=len(items),
    )


def _item(target: Target, days: Sequence[WorkingDay], zone: tzinfo, at: int) -> dict[str, Value]:
    """All there is of a target, for data formats."""
    return {
        **target_item(target, zone),
        "limit": _limit(target),
        "intervals": [_interval_item(one, zone) for one in target.entry.intervals(at)],
        "ahead": [_interval_item(one, zone) for one in ahead(target.entry, at)],
        "days": [
            {
                "date": date.fromordinal(day.ordinal).isoformat(),
                "number": day.number,
                "kind": day.kind.value,
                "name": day.name or None,
            }
            for day in days
        ],
    }


def summary(target: Target, zone: tzinfo, at: int) -> list[Text]:
    """The target in sentences: what asks for it, from when to when, and how the time adds up."""
    entry = target.entry
    end = entry.ended if entry.ended is not None else at
    sums = {
        count: sum(one.seconds for one in entry.intervals(at) if one.count is count)
        for count in Count
    }
    lines = [
        T(
            "{record} {target}: {state}; {limit}; rule {rule} ({cites})",
            record=target.record.id,
            target=target.label,
            state=target.word,
            limit=_terms(target),
            rule=entry.rule or "–",
            cites=entry.cites or "–",
        ),
        T(
            "  from {start} to {end}: {counted} counted, {skipped} skipped, {waiting} waiting",
            start=_local(entry.started, zone),
            end=_local(end, zone),
            counted=length(sums[Count.COUNTED]),
            skipped=length(sums[Count.SKIPPED]),
            waiting=length(sums[Count.WAITING]),
        ),
    ]
    if entry.due is not None:
        lines.append(T("  due {due}", due=_local(entry.due, zone)))
    return [*lines, *(T("  {note}", note=note) for note in entry.notes)]


def _limit(target: Target) -> str | None:
    """The duration that the policy gives it; None for a promise, or where only the verdict of a
    close is known."""
    course = target.entry.course
    duration = course.last.terms.duration if course is not None else None
    return None if duration is None else str(duration)


def _terms(target: Target) -> Text:
    clock, limit = target.entry.clock, _limit(target)
    if limit is None:
        return T("clock {clock}", clock=clock)
    if clock == ALWAYS:
        return T("limit {duration}, round the clock", duration=limit)
    return T("limit {duration} on the calendar {clock}", duration=limit, clock=clock)


def length(seconds: int) -> str:
    """A length as `2 h 05 min`: to the second where it is not whole minutes."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    parts = [T("{n} h", n=hours)] if hours else []
    if minutes or not parts:
        parts.append(T("{n} min", n=f"{minutes:02}" if hours else minutes))
    if left:
        parts.append(T("{n} s", n=left))
    return sign + " ".join(map(str, parts))


def _row(
    target: Target, stretch: Stretch, zone: tzinfo, words: Mapping[str, Label]
) -> list[Cell | Value]:
    one = stretch.interval
    if stretch.is_due:
        return [
            Cell(target.entry.target, target.label),
            _local(one.start, zone),
            None,
            None,
            Cell("due", T("due"), "breach"),
            None,
        ]
    if stretch.days:
        return _days_row(target, stretch, zone)
    reason = _REASONS.get(one.reason, T("{reason}", reason=one.reason))
    if one.reason == "open" and target.entry.clock == ALWAYS:
        reason = T("round the clock")
    name = words.get(one.name, one.name) if one.reason == "waiting" else one.name
    named = T("{reason}: {name}", reason=reason, name=name) if name else reason
    return [
        Cell(target.entry.target, target.label),
        _local(one.start, zone),
        _local(one.end, zone),
        Cell(one.seconds, length(one.seconds)),
        _counts(stretch),
        Cell(one.name or one.reason, named),
    ]


def _days_row(target: Target, stretch: Stretch, zone: tzinfo) -> list[Cell | Value]:
    one = stretch.interval
    return [
        Cell(target.entry.target, target.label),
        _local(one.start, zone),
        _local(one.end, zone),
        Cell(stretch.counted, length(stretch.counted)),
        _counts(stretch),
        Cell("days", T("{days} ordinary working days, without {skipped} outside of their hours; "
                       "--all lists each", days=stretch.days,
                       skipped=length(one.seconds - stretch.counted))),
    ]  # fmt: skip


def _counts(stretch: Stretch) -> Cell:
    count = stretch.interval.count
    word, value = _COUNTS[count], count.value
    if stretch.ahead:
        word, value = T("{counts}, to come", counts=word), f"{value}_ahead"
    return Cell(value, word, "dim" if stretch.ahead else _STYLES[count])


def _interval_item(one: Interval, zone: tzinfo) -> dict[str, Value]:
    return {
        "from": _iso(one.start, zone),
        "to": _iso(one.end, zone),
        "seconds": one.seconds,
        "count": one.count.value,
        "reason": one.reason,
        "name": one.name or None,
    }


def _iso(seconds: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).isoformat(timespec="seconds")


def _local(seconds: int, zone: tzinfo) -> str:
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds % 60 else "%Y-%m-%d %H:%M")
