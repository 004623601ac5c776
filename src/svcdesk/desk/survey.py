"""What one check sees: every record that was read, and one file at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from svcdesk.desk import rules
from svcdesk.errors import SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.lifecycle.fold import Fold, fold
from svcdesk.lifecycle.links import links_of, raised, way_up
from svcdesk.model.finding import Finding, Rule, Severity
from svcdesk.model.record import Record
from svcdesk.store.tickets import RECORDS, Loaded

if TYPE_CHECKING:
    from svcdesk.desk.desk import Desk

_SHOWN_NAMES = 5


@dataclass(slots=True)
class Survey:
    """Every record that was read, as one check sees them. `partial`: only some were read, so what
    is not here may still exist; `hidden` are the ids of files that could not be read."""

    desk: Desk
    partial: bool
    by_id: dict[str, Record] = field(default_factory=dict)
    by_uid: dict[str, Record] = field(default_factory=dict)
    former: dict[str, Record] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    imported_names: dict[str, list[str]] = field(default_factory=dict)
    """Who is named in imported records and not listed, with the ids of these records."""
    _folds: dict[str, Fold] = field(default_factory=dict)
    _above: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    """By relation and id the ids that a record leads up to; either of the two may say so."""

    def folded(self, loaded: Loaded) -> Fold:
        """The fold of a record's events, made once."""
        if loaded.path not in self._folds:
            record = loaded.record
            self._folds[loaded.path] = fold(record.events, self.desk.workflow(record.kind))
        return self._folds[loaded.path]

    def keep_fold(self, loaded: Loaded, folded: Fold) -> None:
        """The fold of a record's events as somebody made it already."""
        self._folds[loaded.path] = folded

    def add(self, record: Record) -> None:
        self.by_id.setdefault(record.id, record)
        self.by_uid.setdefault(record.uid, record)
        former = record.get("formerly")
        for one in former if isinstance(former, list) else []:
            self.former.setdefault(str(one), record)
        for relation, link in links_of(record):
            if (up := raised(relation, record.id, str(link.get("id")))) is not None:
                self._above.setdefault((up[0], up[1]), {})[up[2]] = None

    def find(self, record_id: str) -> Record | None:
        """The record of that id, or that had it before."""
        found = self.by_id.get(record_id) or self.former.get(record_id)
        if found is None and self.partial:
            path = self.desk.tickets.existing(record_id)
            if path is not None:
                try:
                    found = self.desk.tickets.load(path).record
                except SvcdeskError:
                    self.hidden.add(record_id)
                else:
                    self.add(found)
        return found

    def circle(self, record_id: str, relation: str) -> list[str]:
        """The shortest way by which a relation leads up from a record to itself, if one does."""

        def above(one: str) -> Iterable[str]:
            found = self.find(one)  # where only some were read, this brings its links along
            return self._above.get((relation, found.id if found else one), ())

        return way_up(record_id, record_id, above)

    def strangers(self) -> Iterator[Finding]:
        """One note for all whom only imported records name."""
        names = self.imported_names
        records = {one for ids in names.values() for one in ids}
        if names:
            shown = ", ".join(list(names)[:_SHOWN_NAMES])
            yield Finding(
                rules.UNKNOWN_PERSON,
                T(
                    "{people} people in {records} imported records are not listed in "
                    "records/people.yaml: {names}",
                    people=len(names),
                    records=len(records),
                    names=f"{shown} …" if len(names) > _SHOWN_NAMES else shown,
                ),
                path=f"{RECORDS}/people.yaml",
                severity=Severity.NOTE,
            )


class About:
    """Makes findings about one file, with the line of what they are about."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    @property
    def record(self) -> Record:
        return self.loaded.record

    def finding(
        self,
        rule: Rule,
        message: Text,
        field: str | None = None,
        *,
        hint: Text | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        line = self.loaded.document.line_near(field) if field else None
        return Finding(rule, message, self.record.id, self.loaded.path, line, field, hint, severity)
