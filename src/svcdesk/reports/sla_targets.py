"""SLA targets as rows: what is late, what will be, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from svcdesk.i18n import Label, T, Text
from svcdesk.model.instants import format_instant, relative
from svcdesk.model.record import Record, Value
from svcdesk.model.table import Cell, Column, Made, Table
from svcdesk.sla.entries import Entry, State
from svcdesk.values import NamedTuple

BREACHED, AT_RISK, OPEN, MET, DROPPED = "breached", "at_risk", "open", "met", "dropped"
_STYLES = {BREACHED: "breach", AT_RISK: "risk", MET: "ok", DROPPED: "dim"}
_EXPLAINED = "explained"
_ORDER = (BREACHED, AT_RISK, OPEN, _EXPLAINED, MET, DROPPED)
_WORDS = {
    BREACHED: T("breached"),
    AT_RISK: T("at risk"),
    OPEN: T("open"),
    MET: T("met"),
    DROPPED: T("dropped"),
}
_HEADINGS = {
    BREACHED: T("breached"),
    AT_RISK: T("at risk"),
    OPEN: T("next"),
    _EXPLAINED: T("breached, and explained"),
    MET: T("met"),
    DROPPED: T("dropped"),
}
_DETAILS = {
    State.PAUSED: T("paused"),
    State.HIDDEN: T("hidden while waiting"),
    State.MISSED: T("met late"),
}


class Target(NamedTuple):
    """One target of one record, judged as of an instant. `group` is one of breached, at_risk,
    open, met and dropped; a target that was met late is breached. `explained`: the id of the
    supervisor's note that explains the breach (K4). `owed`: the id of an escalation of it that
    asks for a note and has none. `path` and `line`: where the record lies."""

    record: Record
    entry: Entry
    group: str
    path: str | None = None
    line: int | None = None
    explained: str | None = None
    owed: str | None = None

    @property
    def label(self) -> Label:
        """What people call the target."""
        return Label(self.entry.labels, self.entry.target)

    @property
    def word(self) -> Text:
        """How it stands, for people."""
        return _DETAILS.get(self.entry.state, _WORDS[self.group])

    @property
    def failed(self) -> bool:
        """Breached, and nobody has explained it."""
        return self.group == BREACHED and self.explained is None

    @property
    def matter(self) -> str:
        """Its group by what matters: a breach that is explained is none of the breaches."""
        return self.group if self.explained is None else _EXPLAINED

    def sort_key(self) -> tuple[int, int, str, str]:
        """What matters first: breached, at risk, next, breached and explained; the earliest due
        first in each."""
        return (
            _ORDER.index(self.matter),
            self.entry.due or 1 << 60,
            self.record.id,
            self.entry.target,
        )


def judged(record: Record, entries: Iterable[Entry], at: int, within: int) -> list[Target]:
    """The targets of a ledger's entries as of an instant; at risk is what is open and falls due
    within so many seconds."""
    found = []
    for entry in entries:
        if not entry.judged:
            continue
        if entry.is_late:
            group = BREACHED
        elif entry.state is State.MET:
            group = MET
        elif entry.state is State.DROPPED:
            group = DROPPED
        elif entry.state is State.RUNNING and entry.due is not None and entry.due - at <= within:
            group = AT_RISK
        else:
            group = OPEN
        found.append(Target(record, entry, group))
    return found


def target_item(target: Target, zone: tzinfo) -> dict[str, Value]:
    """A target as the promised JSON shape has it; instants in the desk's zone."""
    entry, record = target.entry, target.record
    return {
        "record": record.id,
        "title": record.title,
        "priority": record.get("priority"),
        "assignee": record.get("assignee"),
        "target": entry.target,
        "cycle": entry.cycle,
        "state": target.group,
        "detail": entry.state.value,
        "started": _iso(entry.started, zone),
        "due": _iso(entry.due, zone),
        "met": _iso(entry.met, zone),
        "ended": _iso(entry.ended, zone),
        "breached_at": _iso(entry.breached_at, zone),
        "remaining": entry.remaining,
        "clock": entry.clock,
        "rule": entry.rule,
        "cites": entry.cites or None,
        "lacks": entry.lacks,
        "explained": target.explained,
        "notes": [str(note) for note in entry.notes],
    }


def targets_table(
    targets: Iterable[Target],
    *,
    schema: str,
    title: Text,
    zone: tzinfo,
    now: datetime,
    unreadable: int = 0,
    notes: Sequence[Text] = (),
    item: Callable[[Target], dict[str, Value]] | None = None,
    more: Sequence[dict[str, Value]] = (),
    grouped: bool = False,
    whole: bool = False,
) -> Table:
    """Targets, what matters first; `grouped`, under headings; `whole`, with columns for when each
    began and was met, and for the note that explains it. `item` makes what the data formats print
    of each (by default `target_item`); `more` are items beside them."""
    ordered = sorted(targets, key=Target.sort_key)
    every: list[Target | dict[str, Value]] = [*ordered, *more]

    def made(one: Target | dict[str, Value]) -> dict[str, Value]:
        if isinstance(one, dict):
            return one
        return item(one) if item else target_item(one, zone)

    return Table(
        schema=schema,
        title=title,
        columns=[
            Column("state", T("state")),
            Column("record", T("record")),
            Column("priority", T("priority")),
            Column("target", T("target")),
            *([Column("started", T("began at"))] if whole else ()),
            Column("due", T("due")),
            *([Column("met", T("met at"))] if whole else ()),
            Column("relative", T("when")),
            *([Column("explained", T("explained by"))] if whole else ()),
            Column("assignee", T("assignee")),
            Column("title", T("title")),
        ],
        rows=Made(lambda one: _row(one, zone, now, whole), ordered),
        items=Made(made, every),
        total=len(every),
        unreadable=unreadable,
        notes=notes,
        headings=_headings(ordered) if grouped else {},
    )


def _headings(ordered: Sequence[Target]) -> dict[int, Text]:
    """Above the first row of each group: what it is, and of how many."""
    counts = Counter(one.matter for one in ordered)
    found: dict[int, Text] = {}
    place = 0
    for group in _ORDER:
        if counts[group]:
            found[place] = T("{group} ({count})", group=_HEADINGS[group], count=counts[group])
            place += counts[group]
    return found


def _row(target: Target, zone: tzinfo, now: datetime, whole: bool) -> list[Cell | Value]:
    entry, record = target.entry, target.record
    style = _STYLES.get(target.group, "")
    word = target.word
    if target.explained is not None:
        word, style = T("{state}, explained", state=word), "dim"
    due = entry.due if entry.due is not None else entry.breached_at
    when = datetime.fromtimestamp(due, UTC) if due is not None else None
    return [
        Cell(target.group, word, style),
        record.id,
        record.get("priority"),
        Cell(entry.target, target.label),
        *([_local(entry.started, zone)] if whole else ()),
        _local(due, zone),
        *([_local(entry.met, zone)] if whole else ()),
        Cell(entry.remaining, relative(when, now) if when and entry.is_open else "", style),
        *([Cell(target.explained, (target.explained or "")[-8:])] if whole else ()),
        record.get("assignee"),
        record.title,
    ]


def _local(seconds: int | None, zone: tzinfo) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M")


def _iso(seconds: int | None, zone: tzinfo) -> str | None:
    return None if seconds is None else format_instant(datetime.fromtimestamp(seconds, UTC), zone)
