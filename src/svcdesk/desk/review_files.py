"""What review finds about files that are no records: modes, names, attributes, the desk's rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from svcdesk.desk import rules as desk_rules
from svcdesk.desk.check_files import PEOPLE_FILE
from svcdesk.desk.review_own import done_to, may_rule, records_of
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T
from svcdesk.model.finding import Finding, Severity
from svcdesk.model.record import Record
from svcdesk.review import rules
from svcdesk.review.times import verdicts
from svcdesk.sla.entries import Ledger
from svcdesk.store.tickets import RECORDS

if TYPE_CHECKING:
    from svcdesk.desk.review_versions import Pairs
    from svcdesk.desk.revision import DeskAt
    from svcdesk.store.git_changes import Entry, Made

_MODES = {"120000": T("a link"), "160000": T("a submodule"), "100755": T("a program")}
_ATTACHMENTS = f"{RECORDS}/attachments/"
_CLOCKS = (f"{RECORDS}/policies/", f"{RECORDS}/calendars/")
_SHOWN = 30


def file_findings(base: DeskAt, entries: Sequence[Entry], pairs: Pairs) -> Iterator[Finding]:
    """What is found by names, modes and contents of files beside the records."""
    there = [entry for entry in entries if entry.is_there]
    yield from _modes(there)
    yield from _names(base, [entry.path for entry in there if not entry.was])
    yield from _git_settings(entries)
    yield from _attachments(entries, pairs)


def people_findings(base: DeskAt, commits: Sequence[Made]) -> Iterator[Finding]:
    """Commits by nobody whom the base lists, and changes of people.yaml by those who may not."""
    strangers: dict[str, int] = {}
    for made in commits:
        if len(made.changes) != 1 or not any(_inside(entry.path) for entry in made.changes[0]):
            continue
        author = base.people.by_email(made.email)
        if author is None or not author.active:
            strangers[made.email] = strangers.get(made.email, 0) + 1
            continue
        listing = any(entry.path == PEOPLE_FILE for entry in made.changes[0])
        if listing and not may_rule(base, made.email):
            yield Finding(
                rules.UNAUTHORISED,
                T("{path} is changed by {person}, who may not list people", path=PEOPLE_FILE,
                  person=author.id),
                path=PEOPLE_FILE,
            )  # fmt: skip
    for email, count in strangers.items():
        yield Finding(
            rules.FORGED,
            T("{count} commits are by {email}, whom records/people.yaml does not list",
              count=count, email=email),
            path=PEOPLE_FILE,
        )  # fmt: skip


def changed_past(base: DeskAt, head: DeskAt, entries: Sequence[Entry]) -> Iterator[Finding]:
    """The records whose deadlines are others under the policies and calendars of the branch: those
    that are over, and those to come.

    Closed ones keep what was reckoned when they closed.
    """
    clocks = [entry for entry in entries if entry.path.startswith(_CLOCKS)]
    if not clocks:
        return
    at, other = base.now(), []
    moved: list[str] = []
    for loaded in records_of(base):
        if not base.sla.rules(loaded.record.kind).rules:
            continue
        try:
            sides = [desk.sla.ledger(loaded.record, at) for desk in (base, head)]
        except SvcdeskError:
            continue  # a policy that is wrong is a finding of its own
        if _past(sides[0]) != _past(sides[1]):
            other.append((loaded.record, sides[0], sides[1]))
        elif _ahead(sides[0]) != _ahead(sides[1]):
            moved.append(loaded.record.id)
    if moved:
        yield Finding(
            rules.AHEAD_CHANGED,
            T("deadlines to come become others for {count} open records: {records}",
              count=len(moved), records=", ".join(moved[:_SHOWN])
              if len(moved) <= _SHOWN else f"{', '.join(moved[:_SHOWN])} …"),
            path=clocks[0].path,
        )  # fmt: skip
    if not other:
        return
    shown = ", ".join(_of_record(*one) for one in other[:_SHOWN])
    yield Finding(
        rules.PAST_CHANGED,
        T("deadlines that are over become others for {count} records: {records}",
          count=len(other), records=shown if len(other) <= _SHOWN else f"{shown} …"),
        path=clocks[0].path,
    )  # fmt: skip


def _past(ledger: Ledger | None) -> dict[tuple[str, int], tuple[int | None, bool]]:
    """The deadlines that are over, and which were missed."""
    entries = ledger.entries if ledger else ()
    return {
        (one.target, one.cycle): (one.due, one.is_late)
        for one in entries
        if ledger and (one.is_late or (one.due is not None and one.due <= ledger.at))
    }


def _ahead(ledger: Ledger | None) -> dict[tuple[str, int], int | None]:
    """The deadlines that are still to come."""
    entries = ledger.entries if ledger else ()
    return {(one.target, one.cycle): one.due for one in entries if one.is_open and one.judged}


def _of_record(record: Record, before: Ledger | None, after: Ledger | None) -> str:
    one, other = verdicts(before), verdicts(after)
    turned = sorted({key[0] for key, late in one.items() if late and not other.get(key)})
    if not turned:
        return record.id
    said = T("{record} (forgiven: {targets})", record=record.id, targets=", ".join(turned))
    return str(said)


def _modes(entries: Sequence[Entry]) -> Iterator[Finding]:
    for entry in entries:
        if entry.new_mode in _MODES and _inside(entry.path):
            yield Finding(
                desk_rules.ODD_MODE,
                T("git holds {path} as {what}", path=entry.path, what=_MODES[entry.new_mode]),
                path=entry.path,
            )


def _names(base: DeskAt, added: Sequence[str]) -> Iterator[Finding]:
    """Names that some systems take for one, among those that come and those that are there."""
    inside = [path for path in added if _inside(path)]
    if not inside:
        return
    known: dict[str, str] = {}
    for path in (*sorted(base.tree), *inside):
        plain = unicodedata.normalize("NFC", path).casefold()
        twin = known.setdefault(plain, path)
        if twin != path:
            yield Finding(
                desk_rules.TWIN_NAME,
                T("{path} and {other} are one file on some systems", path=path, other=twin),
                path=path,
            )


def _git_settings(entries: Sequence[Entry]) -> Iterator[Finding]:
    for entry in entries:
        name = entry.path.rpartition("/")[2].casefold()
        if name in (".gitattributes", ".gitmodules"):
            yield Finding(
                rules.GIT_SETTINGS,
                T("{path} is {done}", path=entry.path, done=done_to(entry)),
                path=entry.path,
                severity=Severity.WARNING if name == ".gitattributes" else None,
            )


def _attachments(entries: Sequence[Entry], pairs: Pairs) -> Iterator[Finding]:
    """Files that were attached and are others now, or gone while a record still lists them."""
    listed = {
        f"{_ATTACHMENTS}{one.get('path')}"
        for change, _, _ in pairs.changes
        if isinstance(found := change.record.get("attachments"), list)
        for one in found
        if isinstance(one, dict)
    }
    changed = {change.record.uid for change, _, _ in pairs.changes}
    for entry in entries:
        if not entry.path.startswith(_ATTACHMENTS) or not entry.was:
            continue
        uid = entry.path.split("/")[3] if entry.path.count("/") > 3 else ""
        if entry.is_there and entry.new != entry.old:
            yield Finding(
                desk_rules.ATTACHMENT_CHANGED,
                T("{path} is not the file that was attached", path=entry.path),
                path=entry.path,
            )
        elif not entry.is_there and (uid not in changed or entry.path in listed):
            yield Finding(
                desk_rules.ATTACHMENT_GONE,
                T("{path} is deleted, and a record lists it", path=entry.path),
                path=entry.path,
            )


def _inside(path: str) -> bool:
    return path.startswith(f"{RECORDS}/")
