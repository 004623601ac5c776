"""`--format parquet`: typed columns for engines such as DuckDB, pandas, Polars or Spark.

docs/analysis.md lists the types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from svcdesk.defaults.formats.cells import value_of
from svcdesk.defaults.formats.extra import library
from svcdesk.errors import SvcdeskError
from svcdesk.hookspecs import Format, Rendering
from svcdesk.i18n import T
from svcdesk.model.cell_text import cell_text
from svcdesk.model.instants import strict_instant

if TYPE_CHECKING:
    from svcdesk.model.record import Value
    from svcdesk.model.table import Column, Table


def render(table: Table, rendering: Rendering) -> bytes:
    """One Parquet file, compressed with Zstandard. Raises Refused without pyarrow.

    Times are UTC. A value that is not of its column's type (one that was redacted, say) is null.
    """
    arrow = library("pyarrow", "pyarrow", "parquet")
    from io import BytesIO

    parquet = library("pyarrow.parquet", "pyarrow", "parquet")
    fields, arrays = [], []
    for place, column in enumerate(table.columns):
        type_, read = _type(arrow, column)
        values = [read(value_of(row[place])) for row in table.rows]
        fields.append(arrow.field(column.name, type_))
        arrays.append(arrow.array(values, type=type_))
    notes = {"svcdesk": table.schema, "zone": rendering.zone}
    made = BytesIO()
    parquet.write_table(
        arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, metadata=notes)),
        made,
        compression="zstd",
    )
    return made.getvalue()


def _type(arrow: Any, column: Column) -> tuple[Any, Callable[[Value], object]]:
    """The type of a column, and what makes a stored value one of that type."""
    if column.is_list and column.type not in ("json", "group", "link"):
        return arrow.list_(arrow.string()), _texts
    match column.type:
        case "integer":
            return arrow.int64(), _integer
        case "number" | "hours":
            return arrow.float64(), _number
        case "flag":
            return arrow.bool_(), lambda value: value if isinstance(value, bool) else None
        case "instant":
            return arrow.timestamp("us", tz="UTC"), _instant
        case "date":
            return arrow.date32(), _day
    return arrow.string(), lambda value: None if value is None else _text(value)


def _text(value: Value) -> str:
    return cell_text(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _texts(value: Value) -> list[str] | None:
    return [_text(one) for one in value] if isinstance(value, list) else None


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Value) -> float | None:
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if whole else None  # type: ignore[arg-type]


def _instant(value: Value) -> datetime | None:
    try:
        return strict_instant(value).astimezone(UTC) if isinstance(value, str) else None
    except SvcdeskError:
        return None


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def svcdesk_register_formats() -> Iterable[Format]:
    return [
        Format(
            "parquet",
            T("typed columns for DuckDB, pandas and the like"),
            render,
            data=True,
            binary=True,
            suffix=".parquet",
        )
    ]
