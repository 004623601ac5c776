"""The desk as programs have it: `open_desk`, and everything that the commands do, as methods."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcdesk.config import Config, load_config
from svcdesk.desk.parts import Parts, find_root
from svcdesk.model.record import Values

if TYPE_CHECKING:
    from datetime import timedelta

    from svcdesk.desk.checking import CheckResult
    from svcdesk.desk.comparing import Compared
    from svcdesk.desk.doctoring import Diagnosis
    from svcdesk.desk.escalating import Escalated
    from svcdesk.desk.exporting import Exported
    from svcdesk.desk.feeding import Feed
    from svcdesk.desk.file_edit import FileDone
    from svcdesk.desk.importing import ImportResult
    from svcdesk.desk.listing import Listing
    from svcdesk.desk.records import Circumstances
    from svcdesk.desk.redacting import Redacted
    from svcdesk.desk.reporting import Reported
    from svcdesk.desk.reviewing import Reviewed
    from svcdesk.desk.searching import Found
    from svcdesk.desk.showing import LogEntry, View
    from svcdesk.desk.sla_checking import SlaCheck
    from svcdesk.desk.syncing import Synced
    from svcdesk.desk.table_importing import TableImport
    from svcdesk.desk.writing import Done, Options
    from svcdesk.model.finding import Rule

__all__ = ["Desk", "find_root", "open_desk"]


def open_desk(
    path: str | os.PathLike[str] = ".",
    *,
    clock: Callable[[], datetime] | None = None,
    config: Config | None = None,
    plugins: bool = True,
) -> Desk:
    """The desk at `path` or in a folder above it: a folder `records/` that holds `desk.yaml`.

    `clock` gives the time of every operation (default: the computer's); with `plugins=False` only
    svcdesk's own plugins are loaded. Raises NotADesk.

        >>> desk = svcdesk.open_desk(".")
        >>> done = desk.new("request", {"description": "…", "requester.name": "李*"})
        >>> desk.move([done.ids[0]], "assign", {"assignee": "engineer-1"})
    """
    root = find_root(Path(path))
    return Desk(root, clock or (lambda: datetime.now(UTC)), config or load_config(), plugins)


class Desk(Parts):
    """A desk on disk. Making one reads nothing; each part is read when it is first needed."""

    def new(self, kind: str, fields: Values, around: Circumstances | None = None) -> Done:
        """Create a record: see `svcdesk.desk.records.new_record`."""
        from svcdesk.desk.records import Circumstances, new_record

        return new_record(self, kind, fields, around or Circumstances())

    def move(
        self,
        ids: Sequence[str],
        name: str,
        fields: Values | None = None,
        around: Circumstances | None = None,
    ) -> Done:
        """Make a move on records: see `svcdesk.desk.bulk.move_records`."""
        from svcdesk.desk.bulk import move_records
        from svcdesk.desk.records import Circumstances

        return move_records(self, ids, name, fields or {}, around or Circumstances())

    def approve(
        self,
        ids: Sequence[str],
        decision: str = "approve",
        around: Circumstances | None = None,
    ) -> Done:
        """Approve or reject records as they stand: see `svcdesk.desk.approving.approve`."""
        from svcdesk.desk.approving import approve
        from svcdesk.desk.records import Circumstances

        return approve(self, ids, decision, around or Circumstances())

    def set(self, ids: Sequence[str], fields: Values, around: Circumstances | None = None) -> Done:
        """Change fields of records: see `svcdesk.desk.bulk.change_fields`."""
        from svcdesk.desk.bulk import change_fields
        from svcdesk.desk.records import Circumstances

        return change_fields(self, ids, fields, around or Circumstances())

    def apply(self, plan: bytes, options: Options | None = None, *, source: str = "-") -> Done:
        """Apply a plan of changes: see `svcdesk.desk.plan.apply_plan`."""
        from svcdesk.desk.plan import apply_plan
        from svcdesk.desk.writing import Options

        return apply_plan(self, plan, options or Options(), source=source)

    def undo(self, around: Circumstances | None = None) -> Done:
        """Take back one's own last operation: see `svcdesk.desk.undoing.undo`."""
        from svcdesk.desk.undoing import undo

        return undo(self, around)

    def check(self, ids: Sequence[str] | None = None, *, fix: bool = False) -> CheckResult:
        """Look at these records, or at everything: see `svcdesk.desk.checking.check_desk`."""
        from svcdesk.desk.checking import check_desk

        return check_desk(self, ids, fix=fix)

    def explain(self, code: str) -> Rule:
        """What a finding's or an error's code means: see `svcdesk.desk.rules.explain`."""
        from svcdesk.desk.rules import explain

        return explain(self, code)

    def examine(self) -> Diagnosis:
        """How the desk and this installation are: see `svcdesk.desk.doctoring.examine`."""
        from svcdesk.desk.doctoring import examine

        return examine(self)

    def find(self, query: str = "", **choices: Any) -> Listing:
        """The records that a query finds: see `svcdesk.desk.listing.list_records`."""
        self.ask_differing()
        from svcdesk.desk.listing import list_records

        return list_records(self, query, **choices)

    def search(self, query: str, **choices: Any) -> Found:
        """Where words stand in records and events: see `svcdesk.desk.searching.search`."""
        self.ask_differing()
        from svcdesk.desk.searching import search

        return search(self, query, **choices)

    def show(self, id_: str, *, at: datetime | None = None) -> View:
        """A record whole, with its documents: see `svcdesk.desk.showing.show`."""
        from svcdesk.desk.showing import show

        return show(self, id_, at=at)

    def diff(self, base: str, head: str | None = None, **choices: Any) -> Compared:
        """What became of records between commits: see `svcdesk.desk.comparing.compare`."""
        from svcdesk.desk.comparing import compare

        return compare(self, base, head, **choices)

    def log(self, id_: str) -> tuple[LogEntry, ...]:
        """What happened to a record, event by event: see `svcdesk.desk.showing.log`."""
        from svcdesk.desk.showing import log

        return log(self, id_)

    def adopt(
        self,
        ids: Sequence[str] = (),
        around: Circumstances | None = None,
        *,
        discard: bool = False,
    ) -> Done:
        """Make hand edits events, or put them back: see `svcdesk.desk.adopting.adopt`."""
        from svcdesk.desk.adopting import adopt
        from svcdesk.desk.records import Circumstances

        return adopt(self, ids, around or Circumstances(), discard=discard)

    def settle(
        self,
        id_: str,
        events: Sequence[str] | None = None,
        around: Circumstances | None = None,
    ) -> Done:
        """Declare unsettled events looked at: see `svcdesk.desk.settling.settle`."""
        from svcdesk.desk.records import Circumstances
        from svcdesk.desk.settling import settle

        return settle(self, id_, events, around or Circumstances())

    def edit(
        self, id_: str, text: str, around: Circumstances | None = None, *, base: str | None = None
    ) -> Done:
        """Take a record's text as somebody edited it: see `svcdesk.desk.editing.edit`."""
        from svcdesk.desk.editing import edit
        from svcdesk.desk.records import Circumstances

        return edit(self, id_, text, around or Circumstances(), base=base)

    def link(
        self,
        id_: str,
        relation: str,
        other: str,
        around: Circumstances | None = None,
        *,
        remove: bool = False,
    ) -> Done:
        """Link two records: see `svcdesk.desk.linking.link`."""
        from svcdesk.desk.linking import link
        from svcdesk.desk.records import Circumstances

        return link(self, id_, relation, other, around or Circumstances(), remove=remove)

    def attach(
        self,
        id_: str,
        files: Sequence[Path],
        around: Circumstances | None = None,
        *,
        name: str | None = None,
    ) -> Done:
        """Put files beside a record: see `svcdesk.desk.linking.attach`."""
        from svcdesk.desk.linking import attach
        from svcdesk.desk.records import Circumstances

        return attach(self, id_, files, around or Circumstances(), name=name)

    def sync(self, **choices: Any) -> Synced:
        """Take in what others published, publish what is here: see `svcdesk.desk.syncing.sync`."""
        from svcdesk.desk.syncing import sync

        return sync(self, **choices)

    def review(
        self,
        revisions: str | None = None,
        *,
        staged: bool = False,
        at: datetime | None = None,
    ) -> Reviewed:
        """What a branch does to the desk: see `svcdesk.desk.reviewing.review`."""
        from svcdesk.desk.reviewing import review

        return review(self, revisions, staged=staged, at=at)

    def renumber(
        self, id_: str, new: str | None = None, around: Circumstances | None = None
    ) -> Done:
        """Give a record another number: see `svcdesk.desk.renumbering.renumber`."""
        from svcdesk.desk.records import Circumstances
        from svcdesk.desk.renumbering import renumber

        return renumber(self, id_, new, around or Circumstances())

    def redact(self, id_: str, what: str, around: Circumstances | None = None) -> Redacted:
        """Take a value out of a record for good: see `svcdesk.desk.redacting.redact`."""
        from svcdesk.desk.records import Circumstances
        from svcdesk.desk.redacting import redact

        return redact(self, id_, what, around or Circumstances())

    def import_file(
        self, source: Path, mapping: Path, options: Options | None = None
    ) -> ImportResult:
        """Import another system's file: see `svcdesk.desk.importing.import_file`."""
        from svcdesk.desk.importing import import_file
        from svcdesk.desk.writing import Options

        return import_file(self, source, mapping, options or Options())

    def import_table(
        self, source: Path, options: Options | None = None, **choices: Any
    ) -> TableImport:
        """Import a table that `export` wrote: see `svcdesk.desk.table_importing.import_table`."""
        from svcdesk.desk.table_importing import import_table
        from svcdesk.desk.writing import Options

        return import_table(self, source, options or Options(), **choices)

    def export(self, query: str = "", **choices: Any) -> Exported:
        """The records that a query finds, whole: see `svcdesk.desk.exporting.export`."""
        from svcdesk.desk.exporting import export

        return export(self, query, **choices)

    def events(self, *, since: str | None = None, since_time: datetime | None = None) -> Feed:
        """What happened, event by event: see `svcdesk.desk.feeding.feed`."""
        from svcdesk.desk.feeding import feed

        return feed(self, since=since, since_time=since_time)

    def report(self, name: str, *, at: datetime | None = None, **period: Any) -> Reported:
        """What a report makes of the requests: see `svcdesk.desk.reporting.make_report`."""
        from svcdesk.desk.reporting import make_report

        return make_report(self, name, at=at or self.now(), **period)

    def check_sla(
        self, *, at: datetime | None = None, within: timedelta, since: timedelta, **choices: Any
    ) -> SlaCheck:
        """What is late, at risk and next: see `svcdesk.desk.sla_checking.check_sla`."""
        from svcdesk.desk.sla_checking import check_sla

        return check_sla(self, at=at or self.now(), within=within, since=since, **choices)

    def escalate(
        self,
        *,
        at: datetime | None = None,
        since: datetime | None = None,
        options: Options | None = None,
    ) -> Escalated:
        """Record the levels that have come: see `svcdesk.desk.escalating.escalate`."""
        from svcdesk.desk.escalating import escalate

        return escalate(self, at=at, since=since, options=options)

    def add_person(self, id_: str, fields: Values, options: Options | None = None) -> FileDone:
        """List a person: see `svcdesk.desk.people.add_person`."""
        from svcdesk.desk.people import add_person

        return add_person(self, id_, fields, options)

    def set_person(self, id_: str, fields: Values, options: Options | None = None) -> FileDone:
        """Change what is listed about a person: see `svcdesk.desk.people.set_person`."""
        from svcdesk.desk.people import set_person

        return set_person(self, id_, fields, options)
