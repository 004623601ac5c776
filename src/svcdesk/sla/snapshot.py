"""The verdicts that a closing event carries, so that a later policy edit never rewrites history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svcdesk.hashes import sha256
from svcdesk.i18n import T
from svcdesk.model.record import Value, Values
from svcdesk.sla.instants import iso, parse_instant
from svcdesk.sla.ledger import Entry, Ledger, State
from svcdesk.sla.reading import Entry as Part

_STATES = {state.value: state for state in State}


def snapshot(
    ledger: Ledger,
    policy_digest: str,
    calendar_digests: Mapping[str, str],
    event_ids: Iterable[str],
) -> dict[str, Value]:
    """What a closing event stores: each target's due time and verdict, and what judged it.

    Digests identify the versions of the policy's and calendars' files; only calendars that a
    clock names are kept. `event_ids` are the events that the ledger counted.
    """
    clocks = sorted({entry.clock for entry in ledger.entries} & set(calendar_digests))
    return {
        "policy": {"name": ledger.policy, "digest": policy_digest},
        "calendars": {name: calendar_digests[name] for name in clocks},
        "events": events_digest(event_ids),
        "targets": [_verdict(entry) for entry in ledger.entries],
    }


def events_digest(event_ids: Iterable[str]) -> str:
    """One digest for a set of event ids, in whatever order they come."""
    return sha256("\n".join(sorted(set(event_ids))).encode()).hexdigest()


def stands(stored: Values, event_ids: Iterable[str]) -> bool:
    """Whether the events up to the closing are those that the snapshot was made from. Where a
    merge brought others, the ledger is to be reckoned anew, by the versions that it names."""
    return stored.get("events") == events_digest(event_ids)


def restore(ledger: Ledger, stored: Values, closed_at: int) -> Ledger:
    """The ledger of a closed record with the stored verdicts in place of its own.

    A target that was concluded then keeps its verdict; one that was open then (feedback) keeps its
    due time. A target that the policy has come to ask since is left out, one that it has ceased to
    ask is kept, one reopened since is the ledger's. Raises Invalid for what is not of the shape.
    """
    part = Part(T("the snapshot of {record}", record=ledger.record), stored)
    fixed = {(item.text("target"), _number(item)): item for item in part.items("targets")}
    entries = []
    for entry in ledger.entries:
        item = fixed.pop((entry.target, entry.cycle), None)
        if item is not None:
            entries.append(_restored(item, entry, ledger.at))
        elif entry.began >= closed_at:
            entries.append(entry)
    entries.extend(_stored(item) for item in fixed.values())
    return ledger._replace(entries=tuple(entries))


def _verdict(entry: Entry) -> dict[str, Value]:
    found: dict[str, Value] = {
        "target": entry.target,
        "cycle": entry.cycle,
        "state": entry.state.value,
        "started": iso(entry.started),
        "clock": entry.clock,
    }
    for name, instant in (
        ("due", entry.due),
        ("met", entry.met),
        ("ended", entry.ended),
        ("breached", entry.breached_at),
    ):
        if instant is not None:
            found[name] = iso(instant)
    return found


def _stored(item: Part) -> Entry:
    """The entry that a snapshot alone tells of."""
    started = parse_instant(item.text("started"), item.path("started"))
    return Entry(
        target=item.text("target"),
        cycle=_number(item),
        labels={},
        state=_STATES[item.choice("state", _STATES)],
        began=started,
        started=started,
        due=_instant(item, "due"),
        met=_instant(item, "met"),
        ended=_instant(item, "ended"),
        breached_at=_instant(item, "breached"),
        remaining=None,
        clock=item.text("clock"),
        rule="",
        cites="",
        judged=True,
    )


def _restored(item: Part, live: Entry, at: int) -> Entry:
    then = _stored(item)
    if live.due == then.due and (live.ended == then.ended or then.is_open):
        return live
    if not then.is_open:
        if live.is_open:
            return live
        return then._replace(
            labels=live.labels, began=live.began, judged=live.judged, lacks=live.lacks
        )
    if then.due is None or live.state is State.DROPPED:
        return live
    late = then.due < (at if live.ended is None else live.ended)
    if live.met is not None:
        state = State.MISSED if late else State.MET
    else:
        state = State.BREACHED if late and live.judged else State.RUNNING
    return live._replace(
        state=state,
        due=then.due,
        breached_at=then.due if late and live.judged else None,
        remaining=None,
        course=None,
    )


def _number(item: Part) -> int:
    value = item.data.get("cycle")
    if not isinstance(value, int) or isinstance(value, bool):
        raise item.wrong("cycle", T("must be a whole number"))
    return value


def _instant(item: Part, key: str) -> int | None:
    return parse_instant(item.text(key), item.path(key)) if item.has(key) else None
