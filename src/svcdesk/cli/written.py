"""Shows what a writing command did: a sentence a record, the diff of a dry run, or data."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import TYPE_CHECKING

from svcdesk.cli.app import App
from svcdesk.cli.boundary import PARTIAL, REFUSED, as_json
from svcdesk.cli.given import MANY
from svcdesk.errors import placed
from svcdesk.i18n import T, Text
from svcdesk.model.record import Value
from svcdesk.store.claims import provisional

_FIRST = 5
"""Of many files, and notes of one code, so many are named."""

if TYPE_CHECKING:
    from svcdesk.desk import Done
    from svcdesk.desk.draft import Change
    from svcdesk.model.finding import Finding


def show_done(app: App, done: Done, *, dry_run: bool = False, partial: bool = False) -> int:
    """Print what was done in the format asked for; warnings go to stderr. The exit code: refused
    where something could not be done; else with `partial` that some records could not be read."""
    refused = _show(app, done, dry_run)
    return refused or (PARTIAL if partial else 0)


def _show(app: App, done: Done, dry_run: bool) -> int:
    chosen = app.said.format
    if dry_run and chosen == "jsonl" and done.tasks:
        return _show_plan(app, done)
    if chosen == "ids":
        app.out.out("\n".join(_first_of_each(done)), multiline=True)
    elif chosen in ("json", "jsonl"):
        _show_data(app, done, chosen)
    elif dry_run:
        app.out.out(done.diff() or T("nothing would change"), multiline=True)
        app.out.out(done.message, multiline=True)
    else:
        _show_sentences(app, done)
    if dry_run and chosen == "jsonl" and done.changes:
        app.out.err(T("this is no plan: `apply` takes moves and changed fields alone"))
    _show_findings(app, done)
    for sentence in (*done.notes, *done.untold):
        app.out.err(sentence)
    new = [change.record.id for change in done.changes if change.before is None]
    unsure = provisional(app.desk.root) if new else frozenset()
    for record_id in new:
        if record_id in unsure:
            app.out.err(
                T("{id}? is a provisional number: `svcdesk sync` makes it final, or gives another",
                  id=record_id)
            )  # fmt: skip
    return _show_failures(app, done)


def _show_findings(app: App, done: Done) -> None:
    """What is noted of the records; where that is much, the first of each kind."""
    is_much = len(done.findings) > MANY
    told: dict[str, int] = {}
    more = 0
    for finding in done.findings:
        told[finding.code] = told.get(finding.code, 0) + 1
        if is_much and told[finding.code] > _FIRST:
            more += 1
        else:
            app.out.err(_noted(finding, named=len(done.changes) > 1))
    if more:
        app.out.err(T("… and {count} more notes; `svcdesk check` names them", count=more))


def _noted(finding: Finding, *, named: bool) -> Text:
    """A finding in a sentence; with its record, where several were written and it names none."""
    if named and finding.record and finding.record not in str(finding.message):
        return T("note: {code}: {record}: {message}", code=finding.code, record=finding.record,
                 message=finding.message)  # fmt: skip
    return T("note: {code}: {message}", code=finding.code, message=finding.message)


def _show_plan(app: App, done: Done) -> int:
    """What would be done, as the lines that `apply` reads."""
    from svcdesk.desk.plan import plan_line

    for task in done.tasks:
        app.out.out(json.dumps(plan_line(app.desk, task), ensure_ascii=False), raw=True)
    return _show_failures(app, done)


def _show_failures(app: App, done: Done) -> int:
    for failure in done.failures:
        app.out.err(T("not done: {why}", why=placed(failure.error)))
    if not done.failures:
        return 0
    count, all_ = len(done.failures), len(done.failures) + len(done.tasks)
    app.out.err(T("{count} of {total} could not be done", count=count, total=all_))
    return REFUSED


def _show_sentences(app: App, done: Done) -> None:
    if not done.changes:
        app.out.out(T("nothing to change"))
        return
    app.out.out(done.subject)
    paths = [*(change.path for change in done.changes), *done.files]
    shown = paths if len(paths) <= MANY else paths[:_FIRST]
    for path in shown:
        app.out.out(T("  {path}", path=path))
    if len(shown) < len(paths):
        names = f"git show --stat {done.commit[:10]}" if done.commit else "git status"
        app.out.out(T("  … and {count} more files; `{command}` names them",
                      count=len(paths) - len(shown), command=names))  # fmt: skip
    if done.commit:
        app.out.out(T("committed as {commit}", commit=done.commit[:10]))
    else:
        app.out.out(T("not committed: it stands in the working tree"))


def _first_of_each(done: Done) -> list[str]:
    """The ids of the records asked for: a document written along with a request is not one."""
    new = [change.record.id for change in done.changes if change.before is None]
    return new[:1] if new and len(done.changes) == len(new) else list(done.ids)


def _show_data(app: App, done: Done, chosen: str) -> None:
    unsure = provisional(app.desk.root)
    items = [_item(change, unsure) for change in done.changes]
    if chosen == "jsonl":
        for item in items:
            app.out.out(json.dumps(item, ensure_ascii=False), raw=True)
        return
    shape: dict[str, Value] = {
        "schema": "svcdesk/done/1",
        "op": done.op,
        "commit": done.commit,
        "subject": done.subject,
        "total": len(items),
        "shown": len(items),
        "unreadable": 0,
        "items": list(items),
        "failures": [as_json(one.error) for one in done.failures],
        "findings": [
            {"code": one.code, "message": str(one.message), "record": one.record}
            for one in done.findings
        ],
    }
    app.out.out(json.dumps(shape, ensure_ascii=False, indent=2), raw=True)


def _item(change: Change, unsure: Set[str]) -> dict[str, Value]:
    from svcdesk.store import codec

    return {
        "id": change.record.id,
        "kind": change.record.kind,
        "path": change.path,
        "provisional": change.record.id in unsure,
        "status": change.record.status,
        "events": [codec.encode_event(moved.event) for moved in change.moves],
    }
