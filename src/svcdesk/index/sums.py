"""Sums of what the index keeps: SQLite notices when its own structure is damaged, not a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

_OWN, _OWED = slice(1, 7), slice(7, 15)
"""Where a selected row has what its two sums are of: blob, name, kind, unsettled, newest, ended;
and its terms with what it owes under them."""


def sum_of(values: Iterable[Any]) -> int:
    """The sum of columns (CRC-32). SQLite gives truth back as numbers: both have one sum."""
    plain = [int(value) if isinstance(value, bool) else value for value in values]
    return crc32(repr(plain).encode("utf-8", "surrogatepass"))


def sum_of_text(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def is_sound(columns: Sequence[Any]) -> bool:
    """Whether a selected row is what was kept: its columns, then their two sums."""
    *said, own, owed = columns
    return bool(own == sum_of(said[_OWN]) and (owed is None or owed == sum_of(said[_OWED])))
