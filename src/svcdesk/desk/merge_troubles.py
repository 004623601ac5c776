"""What a merge could not decide, and what it left crossing: who changed what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Effect, Step
from svcdesk.merging.conflict import Conflict
from svcdesk.model.instants import format_instant
from svcdesk.store.git import Repository
from svcdesk.store.git_process import visible


@dataclass(frozen=True, slots=True)
class Trouble:
    """A conflict in a record: who changed the field on either side and when, as far as events or
    else the newest commits that touched the record there tell."""

    record: str
    path: str
    conflict: Conflict
    one_by: str
    other_by: str


def trouble_of(
    repo: Repository,
    record: str,
    path: str,
    conflict: Conflict,
    commits: tuple[str, str, str],
    zone: tzinfo,
) -> Trouble:
    """A conflict with who said what and when, in the desk's zone; `commits` are the base and the
    two that are merged."""
    base, one, other = commits
    said = [
        f"{word.by}, {word.at}" if word is not None else _newest(repo, base, tip, path, zone)
        for word, tip in ((conflict.one_word, one), (conflict.other_word, other))
    ]
    return Trouble(record, path, conflict, *said)


def unsettled_sentence(record: str, step: Step) -> Text:
    """An event that a merge made concurrent or ineffective, in a sentence."""
    event = step.event
    if step.effect is Effect.DEAD:
        return T("{record}: “{move}” by {person} at {time} has no effect: the record was {state}",
                 record=record, move=event.do, person=event.actor, time=event.happened,
                 state=step.before or "–")  # fmt: skip
    fields = ", ".join(
        f"{path}: {_shown(seen)} → {_shown(found)}"
        for path, (seen, found) in step.collisions.items()
    )
    return T("{record}: “{move}” by {person} at {time} counts, but met other values than its "
             "author saw ({fields})",
             record=record, move=event.do, person=event.actor, time=event.happened,
             fields=fields)  # fmt: skip


def _newest(repo: Repository, base: str, tip: str, path: str, zone: tzinfo) -> str:
    """Author and time of the newest commit that touched a path between two commits."""
    form = "--format=%at %an"
    raw = repo.git("log", "-1", form, f"{base}..{tip}", "--", path, check=False)
    seconds, _, author = visible(raw).partition(" ")
    if not seconds.isdigit():
        return author
    return f"{author}, {format_instant(datetime.fromtimestamp(int(seconds), UTC), zone)}"


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
