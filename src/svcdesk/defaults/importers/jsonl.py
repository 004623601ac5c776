"""The importer `jsonl`: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from svcdesk.defaults.importers.encoding import decoded
from svcdesk.hookspecs import Importer, Row
from svcdesk.i18n import T


def read(data: bytes) -> Iterator[Row]:
    """A row for each line that is not empty, numbered by line. Numbers stay as they are written.

    A line that is no JSON object, or names a key twice, has a `problem`.
    """
    for number, line in enumerate(decoded(data).split("\n"), start=1):
        if not line.strip():
            continue
        cells: dict[str, str] = {}
        problem = None
        try:
            cells = _cells(line)
        except (ValueError, RecursionError) as error:
            problem = T("no JSON object that can be read: {why}", why=str(error)[:200])
        yield Row(number, cells, problem)


def _cells(line: str) -> dict[str, str]:
    found = json.loads(line, object_pairs_hook=_unique, parse_float=_Written)
    if not isinstance(found, dict):
        raise ValueError(str(T("it is something else")))
    return {key: _text(value) for key, value in found.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, _Written):
        return value.text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Written(float):
    """A number with a point that remembers how it was written: 1.50 is a version, or a price."""

    text: str

    def __new__(cls, text: str) -> _Written:
        made = super().__new__(cls, text)
        made.text = text
        return made


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(str(T("a key stands there twice")))
    return found


def svcdesk_register_importers() -> Iterable[Importer]:
    return [Importer("jsonl", T("one JSON object a line"), (".jsonl", ".ndjson"), read)]
