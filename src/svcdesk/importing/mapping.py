"""A mapping file: which column means what. docs/import.md describes the shape.

The only reader of that shape; it refuses what it does not know, naming the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svcdesk.errors import Invalid
from svcdesk.i18n import T
from svcdesk.model.record import Value, Values

SLOT = re.compile(r"\{([^{}]+)\}")
"""A column in a text."""
_TOP = {
    "source", "kind", "key", "counter", "missing", "time", "opened", "who", "state", "tracked",
    "fields", "constant", "note",
}  # fmt: skip
_COLUMN = {"column", "values", "text", "slug", "default"}


@dataclass(frozen=True, slots=True)
class Column:
    """A field's source: a column, or a text with {columns} in it; `values` translates cells.

    `slug` turns `Resolver 31` into `resolver-31`, as names of people and teams want it.
    """

    column: str | None = None
    text: str | None = None
    values: Mapping[str, str] | None = None
    slug: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class StateColumn:
    """`states` maps a cell to (state, waiting reason); `moves` is the order of preference."""

    column: str
    states: Mapping[str, tuple[str, str | None]]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """What a mapping file says. `tracked` fields are followed row by row; `fields` are taken from
    the first row that has them; `constant` ones are the same for every record."""

    source: str
    kind: str
    key: str
    counter: str | None
    missing: frozenset[str]
    time_column: str
    time_format: str
    zone: ZoneInfo
    opened: str
    who: Column | None
    state: StateColumn
    tracked: Mapping[str, Column]
    fields: Mapping[str, Column]
    constant: Values
    note: str | None

    def columns(self) -> dict[str, str]:
        """Every column that the source must have, with the key of the mapping that names it."""
        named = [
            ("key", self.key),
            ("counter", self.counter),
            ("time.column", self.time_column),
            ("opened", self.opened),
            ("state.column", self.state.column),
            *_named("who", self.who),
            *(
                pair
                for path, one in self.tracked.items()
                for pair in _named(f"tracked.{path}", one)
            ),
            *(pair for path, one in self.fields.items() for pair in _named(f"fields.{path}", one)),
            *(("note", slot) for slot in SLOT.findall(self.note or "")),
        ]
        found: dict[str, str] = {}
        for key, column in named:
            if column:
                found.setdefault(column, key)
        return found


def _named(key: str, column: Column | None) -> list[tuple[str, str | None]]:
    """The columns that an entry of the mapping names, also within its text."""
    if column is None:
        return []
    return [
        (key, column.column),
        *((f"{key}.text", one) for one in SLOT.findall(column.text or "")),
    ]


def parse_mapping(data: Values, path: str) -> ImportMapping:
    """The mapping in a parsed file. Raises Invalid naming file and key."""
    reader = _Reader(path)
    reader.known(data, _TOP, "")
    time = reader.mapping(data, "time", {"column", "format", "zone"})
    who = data.get("who")
    return ImportMapping(
        source=reader.text(data, "source"),
        kind=reader.text(data, "kind") if "kind" in data else "request",
        key=reader.text(data, "key"),
        counter=reader.text(data, "counter") if "counter" in data else None,
        missing=frozenset(reader.texts(data.get("missing", []), "missing")),
        time_column=reader.text(time, "column", "time."),
        time_format=reader.text(time, "format", "time."),
        zone=reader.zone(time),
        opened=reader.text(data, "opened"),
        who=reader.column(who, "who") if who is not None else None,
        state=reader.state(reader.mapping(data, "state", {"column", "values", "moves"})),
        tracked=reader.columns(data, "tracked"),
        fields=reader.columns(data, "fields"),
        constant=reader.mapping(data, "constant", None),
        note=reader.text(data, "note") if "note" in data else None,
    )


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path

    def wrong(self, field: str, what: object) -> Invalid:
        return Invalid(
            T("{path}: {field}: {what}", path=self.path, field=field, what=what),
            hint=T("docs/import.md shows the shape of a mapping"),
            code="E_MAPPING",
            path=self.path,
            field=field,
        )

    def known(self, data: Values, allowed: set[str], where: str) -> None:
        for key in data:
            if key not in allowed:
                names = ", ".join(sorted(allowed))
                raise self.wrong(f"{where}{key}", T("unknown; known here: {names}", names=names))

    def text(self, data: Values, key: str, where: str = "") -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(f"{where}{key}", T("must be a text"))
        return value

    def texts(self, value: Value, field: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(field, T("must be a list of texts"))
        return tuple(str(one) for one in value)

    def mapping(self, data: Values, key: str, allowed: set[str] | None) -> Values:
        value = data.get(key, {})
        if not isinstance(value, Mapping):
            raise self.wrong(key, T("must be a mapping"))
        if allowed is not None:
            self.known(value, allowed, f"{key}.")
        return value

    def zone(self, time: Values) -> ZoneInfo:
        name = self.text(time, "zone", "time.")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.wrong("time.zone", T("“{zone}” is not a time zone", zone=name)) from None

    def columns(self, data: Values, key: str) -> dict[str, Column]:
        entries = self.mapping(data, key, None)
        return {path: self.column(entry, f"{key}.{path}") for path, entry in entries.items()}

    def column(self, value: Value, field: str) -> Column:
        """A column's name alone, or a mapping with what is to be done to its cells."""
        if isinstance(value, str):
            return Column(column=value)
        if not isinstance(value, Mapping):
            raise self.wrong(field, T("must be a column's name or a mapping"))
        self.known(value, _COLUMN, f"{field}.")
        table = value.get("values")
        if table is not None and not isinstance(table, Mapping):
            raise self.wrong(f"{field}.values", T("must be a mapping"))
        if ("column" in value) == ("text" in value):
            raise self.wrong(field, T("wants either a column or a text"))
        return Column(
            column=self.text(value, "column", f"{field}.") if "column" in value else None,
            text=self.text(value, "text", f"{field}.") if "text" in value else None,
            values={str(k): str(v) for k, v in table.items()} if table is not None else None,
            slug=value.get("slug") is True,
            default=self.text(value, "default", f"{field}.") if "default" in value else None,
        )

    def state(self, data: Values) -> StateColumn:
        states: dict[str, tuple[str, str | None]] = {}
        for cell, target in self.mapping(data, "values", None).items():
            if not isinstance(target, str):
                raise self.wrong(f"state.values.{cell}", T("must be a state, or waiting/REASON"))
            state, _, reason = target.partition("/")
            states[cell] = (state, reason or None)
        return StateColumn(
            column=self.text(data, "column", "state."),
            states=states,
            moves=self.texts(data.get("moves", []), "state.moves"),
        )
