"""A table of results: what commands and reports give to a format, and formats turn into text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar, overload

from svcdesk.i18n import Label, Text
from svcdesk.model.record import Value
from svcdesk.values import NamedTuple

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_NO_HEADINGS: Mapping[int, Text | str] = MappingProxyType({})


_From = TypeVar("_From")
_To = TypeVar("_To")


class Made(Sequence[_To]):
    """What is made of each of many things, when it is asked for: a table that is shown to people
    makes no items, and data formats make no cells."""

    __slots__ = ("_make", "_of")

    def __init__(self, make: Callable[[_From], _To], of: Sequence[_From]) -> None:
        self._make: Callable[[Any], _To] = make
        self._of: Sequence[Any] = of

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, place: int) -> _To: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_To]: ...
    def __getitem__(self, place: int | slice) -> _To | Sequence[_To]:
        if isinstance(place, slice):
            return Made(self._make, self._of[place])
        return self._make(self._of[place])


class Column(NamedTuple):
    """`name` is the stable key (JSON, CSV header in data formats); `label` is shown to people.

    `type` is what its values are, as in `FieldInfo.type` (or `json` for nested values, `revision`
    for the id of a file's content); empty where nobody says. `choices` are the words, as people
    see them, that may stand in it; others too where it `is_open`.
    """

    name: str
    label: Text | str
    right: bool = False
    type: str = ""
    is_list: bool = False
    choices: Sequence[str] = ()
    is_open: bool = False


class Cell(NamedTuple):
    """A value with what people see instead of it, and how it is marked.

    `style` is one of breach, risk, ok, dim, strong, or empty; only a terminal shows it.
    """

    value: Value
    text: Text | Label | str | None = None
    style: str = ""


class Table(NamedTuple):
    """Rows of cells under columns.

    `schema` names the promised JSON shape (`svcdesk/list/1`). `items`, where given, are what the
    data formats (json, jsonl) print instead of the rows: one mapping a row, complete. `total` is
    how many there were before a limit, `unreadable` how many records could not be read.
    """

    schema: str
    title: Text | str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | Value]]
    items: Sequence[Mapping[str, Value]] | None = None
    total: int | None = None
    unreadable: int = 0
    notes: Sequence[Text | str] = ()
    extra: Mapping[str, Value] = _NOTHING
    """Further top-level keys of the JSON shape."""
    headings: Mapping[int, Text | str] = _NO_HEADINGS
    """Row's place → a heading above it, in the format `table`; other formats have the cells."""

    def without(self, names: Collection[str]) -> Table:
        """The same without those columns; what data formats print has them still."""
        kept = [at for at, column in enumerate(self.columns) if column.name not in names]
        return self._replace(
            columns=[self.columns[at] for at in kept],
            rows=Made(lambda row: [row[at] for at in kept], self.rows),
        )
