"""A target's time as a bar of signs: readable without colour, and right beside Chinese labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Final

from svcdesk.i18n import T, Text
from svcdesk.reports.sla_targets import Target
from svcdesk.sla.explain import Count
from svcdesk.terminal import escape, pad, style
from svcdesk.terminal import width as columns

_MARKS: Final = {Count.COUNTED: "█", Count.SKIPPED: "░", Count.WAITING: "▒"}
_TO_COME, _NOW, _DUE = "·", "▼", "│"
_STYLES: Final = {"█": "strong", "░": "dim", "▒": "risk", "·": "dim", "▼": "ok", "│": "breach"}
BAR: Final = 48
"""Signs of a bar, where there is room."""
_LEAST: Final = 12
_SHORTEST: Final = 80


def timeline(
    targets: Sequence[Target],
    zone: tzinfo,
    now: datetime,
    *,
    width: int | None = None,
    colour: bool = False,
) -> list[str]:
    """A line a target – record, target, from when, its bar, until when – and the legend.

    `width`: the terminal's columns, None without limit. Every bar has its own scale.
    """
    at = int(now.timestamp())
    names = [escape(f"{one.record.id} {one.label}") for one in targets]
    widest = max(map(columns, names), default=0)
    edges = [(_local(one.entry.started, zone), _local(_end(one, at), zone)) for one in targets]
    taken = widest + sum(len(edge) for edge in edges[0]) + 4 if edges else 0
    room = min(BAR, max(_LEAST, (width or _SHORTEST + BAR) - taken))
    lines = [
        "  ".join((pad(name, widest), start + " " + bar(one, at, room, colour=colour) + " " + end))
        for one, name, (start, end) in zip(targets, names, edges, strict=True)
    ]
    return [*lines, str(legend())]


def bar(target: Target, at: int, width: int = BAR, *, colour: bool = False) -> str:
    """The target's time from its start to its end, now or when it is due, whichever is last.

    █ counted, ░ skipped, ▒ waiting, · to come; ▼ now, │ due.
    """
    entry = target.entry
    end = _end(target, at)
    span = max(end - entry.started, 1)
    cells = [_TO_COME] * width
    for one in entry.intervals(at):
        first = min((one.start - entry.started) * width // span, width - 1)
        last = max(first + 1, (one.end - entry.started) * width // span)
        cells[first:last] = [_MARKS[one.count]] * (min(last, width) - first)
    if entry.ended is None and entry.started <= at <= end:
        cells[min((at - entry.started) * width // span, width - 1)] = _NOW
    due = entry.due or entry.breached_at
    if due is not None and entry.started <= due <= end:
        cells[min((due - entry.started) * width // span, width - 1)] = _DUE
    return "".join(
        style("".join(run), _STYLES[sign], colour=colour) for sign, run in groupby(cells)
    )


def legend() -> Text:
    """What the signs of a bar mean."""
    return T("█ counted  ░ skipped  ▒ waiting  · to come  ▼ now  │ due")


def _end(target: Target, at: int) -> int:
    """The last instant that a bar shows."""
    entry = target.entry
    last = at if entry.ended is None else entry.ended
    return max(entry.started, last, entry.due or entry.breached_at or last)


def _local(seconds: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
