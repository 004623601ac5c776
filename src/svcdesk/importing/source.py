"""The rows of a source as a mapping reads them: what a cell means, when a row happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.importing.local_times import local_time
from svcdesk.importing.mapping import SLOT, Column, ImportMapping
from svcdesk.importing.vocabulary import chosen
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.field_values import understand
from svcdesk.model.record import Value
from svcdesk.values import NamedTuple

_NOT_SLUG = re.compile(r"[^\w一-鿿]+")
_DAY_FIRST = re.compile(r"%[Yy].*%d.*%[mbB]")
"""A format with the day before the month, though the year stands first."""

_NO_NUMBER = -0.5

Meant = Callable[[str, str], str]
"""A value of a field, as the desk knows it: people by their ids."""


class SourceRow(NamedTuple):
    """A row of the source with its number, as a spreadsheet counts them."""

    number: int
    cells: Mapping[str, str]


class Refusal(NamedTuple):
    """A row that was not understood, and why; a row has one for each cell that is wrong."""

    number: int
    key: str
    why: Text


class RowRefused(Exception):
    """Raised for a row that is not taken, with everything that is wrong with it."""

    def __init__(self, *whys: Text) -> None:
        super().__init__(*whys)
        self.whys = whys


class Timed(NamedTuple):
    """A row of which it is known when it happened. `cells` are without blanks around them, and
    None where they are missing."""

    row: SourceRow
    cells: Mapping[str, str | None]
    when: datetime


def group_rows(rows: Iterable[SourceRow], key: str) -> dict[str, list[SourceRow]]:
    """The rows by their key, in the order in which keys first appear."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        groups.setdefault(row.cells.get(key, "").strip(), []).append(row)
    return groups


def oldest_first(rows: Sequence[Timed], counter: str | None) -> list[Timed]:
    """One key's rows, the oldest first; of equal times in the order of the source.

    A source that has the newest first throughout is taken from below. Where a counter only grows,
    or only falls, it tells the order, whatever the times: clocks are less sure.
    """
    counts = [_number(one.cells.get(counter)) for one in rows] if counter else []
    times = [one.when.timestamp() for one in rows]
    for told in (counts, times):
        if len(set(told)) > 1 and _NO_NUMBER not in told:
            if told == sorted(told):
                return list(rows)
            if told == sorted(told, reverse=True):
                return list(reversed(rows))
    return sorted(rows, key=lambda one: one.when)


def _number(text: str | None) -> float:
    return int(text) if text and text.isdecimal() else _NO_NUMBER


class Reader:
    """Reads cells by a mapping. Its methods raise RowRefused for a cell that means nothing."""

    def __init__(
        self, mapping: ImportMapping, meant: Meant, fields: Mapping[str, FieldInfo], now: datetime
    ) -> None:
        self.mapping, self.meant, self.now = mapping, meant, now
        self.chosen = chosen(fields)

    def timed(self, row: SourceRow) -> Timed:
        cells = {name: self._known(text) for name, text in row.cells.items()}
        return Timed(row, cells, self.time(cells, self.mapping.time_column))

    def time(self, cells: Mapping[str, str | None], column: str) -> datetime:
        """The time in a column, in the mapping's format or as spreadsheets write one; not one
        that has not come yet."""
        text, form = cells.get(column) or "", self.mapping.time_format
        try:
            naive: datetime | None = datetime.strptime(text, form)
        except ValueError:
            naive = None if _DAY_FIRST.search(form) else local_time(text)
        if naive is None:
            raise RowRefused(
                T("“{text}” in {column} is not a time like {format}",
                  text=text, column=column, format=form)
            )  # fmt: skip
        when = naive.replace(tzinfo=self.mapping.zone)
        if when > self.now:
            raise RowRefused(T("“{text}” in {column} has not come yet", text=text, column=column))
        return when

    def state(self, cells: Mapping[str, str | None]) -> tuple[str, str | None]:
        """The state of a row, and what it waits for."""
        cell = cells.get(self.mapping.state.column)
        found = self.mapping.state.states.get(cell or "")
        if found is None:
            raise RowRefused(
                T("the mapping has no state for “{cell}” in {column}",
                  cell=cell or "", column=self.mapping.state.column)
            )  # fmt: skip
        return found

    def value(self, path: str, column: Column, cells: Mapping[str, str | None]) -> Value:
        """What a row says of the field `path`."""
        text = self.raw(column, cells)
        if text is None:
            return column.default
        if column.values is not None:
            translated = column.values.get(text, column.default)
            if translated is None:
                raise RowRefused(
                    T("the mapping has no value for “{cell}” in {column}",
                      cell=text, column=column.column or "")
                )  # fmt: skip
            return self.meant(path, translated)
        if path in self.chosen:
            return self._word(self.chosen[path], column.column or "", text)
        meant = self.meant(path, text)
        if meant != text or not column.slug:
            return meant
        return _NOT_SLUG.sub("-", text).strip("-").lower()

    def _word(self, field: FieldInfo, column: str, text: str) -> Value:
        """The word of a closed vocabulary that a cell means, by a label too."""
        try:
            return understand(field, text)
        except UsageError as error:
            raise RowRefused(
                T("{column}: {problem}", column=column, problem=error.message)
            ) from None

    def raw(self, column: Column, cells: Mapping[str, str | None]) -> str | None:
        """What stands in the source for a column, before anything is made of it."""
        return self.text(column.text, cells) if column.text else cells.get(column.column or "")

    def text(self, template: str, cells: Mapping[str, str | None]) -> str:
        return SLOT.sub(lambda slot: cells.get(slot[1]) or "–", template)

    def _known(self, text: str) -> str | None:
        stripped = text.strip()
        return None if not stripped or stripped in self.mapping.missing else stripped
