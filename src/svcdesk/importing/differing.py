"""What rows that a record has already say otherwise by now."""

from __future__ import annotations

from collections.abc import Mapping

from svcdesk.importing.recognising import Known, happened
from svcdesk.importing.source import Reader, Timed
from svcdesk.lifecycle.fold import STATUS
from svcdesk.model.instants import format_instant
from svcdesk.model.kind import Workflow
from svcdesk.model.record import Event, Record, Value, is_tombstone
from svcdesk.values import NamedTuple

WHO = "for"
"""Where an event says who acted."""


class Difference(NamedTuple):
    """A row that a record has already, and that says something else of a field by now: the record
    (or its event) has `here`, the row `there`."""

    number: int
    key: str
    record: str
    field: str
    here: str
    there: str


class Comparison:
    """Compares rows with what a record has of them; `differing` is what came of it."""

    def __init__(
        self, key: str, reader: Reader, known: Known, record: Record | None, workflow: Workflow
    ) -> None:
        self.key, self.reader, self.known = key, reader, known
        self.record, self.workflow = record, workflow
        self.differing: list[Difference] = []

    def event(
        self, one: Timed, event: Event, state: str, wanted: Mapping[str, Value], who: str | None
    ) -> None:
        """Note what a row says of its event's time, state, fields and text that this does not."""
        mapping, saw = self.reader.mapping, self.known.saw[event.id]
        if happened(event) != one.when:
            self._note(one, "when", event.happened, format_instant(one.when, mapping.zone))
        for path, value in {STATUS: state, **wanted}.items():
            self._note(one, path, self.meant(path, saw.get(path)), value)
        if event.is_redacted:
            return
        if mapping.who:
            self._note(one, WHO, self.meant(WHO, event.on_behalf), who)
        if mapping.note:
            self._note(one, "text", event.text, self.reader.text(mapping.note, one.cells))

    def field(self, one: Timed, path: str, value: Value) -> None:
        """The same of a field that no event follows."""
        here = self.record.get(path) if self.record else None
        if here is not None and path not in self.workflow.tracked:
            self._note(one, path, self.meant(path, here), value)

    def meant(self, path: str, value: Value) -> Value:
        """What an earlier import left of a field, as it would be imported now."""
        return self.reader.meant(path, value) if isinstance(value, str) else value

    def _note(self, one: Timed, path: str, here: Value, there: Value) -> None:
        if _says_otherwise(here, there):
            words = ("–" if value is None else str(value) for value in (here, there))
            name = self.record.id if self.record is not None else ""
            self.differing.append(Difference(one.row.number, self.key, name, path, *words))


def _says_otherwise(here: object, there: object) -> bool:
    """Whether two texts differ by more than blanks; what was redacted differs from nothing."""
    if is_tombstone(here):
        return False
    return _words(here) != _words(there)


def _words(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""
