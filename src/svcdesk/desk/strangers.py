"""People whom a query names and nobody knows: no error, as records may outlive who is listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from svcdesk.i18n import T, Text
from svcdesk.model.field_info import plain
from svcdesk.query.query import Node, conditions

if TYPE_CHECKING:
    from svcdesk.desk.parts import Parts
    from svcdesk.desk.rows import Row

PERSON = "person"


def strangers(desk: Parts, node: Node, rows: Iterable[Row]) -> tuple[Text, ...]:
    """A sentence for each name that neither people.yaml lists nor one of the rows, which meet the
    query, has where it is looked for. A desk that lists nobody knows no strangers."""
    named = [one for one in conditions(node) if (one.source, one.kind) == ("field", "word")
             and (field := desk.fields.get(one.path)) is not None
             and field.type == PERSON]  # fmt: skip
    if not named or not desk.people.by_id:
        return ()
    known = set(map(plain, (*desk.people.by_id, *desk.people.teams())))
    unknown = {(one.path, name) for one in named for name in map(plain, map(str, one.wanted))} - {
        (one.path, name) for one in named for name in known
    }
    if unknown:
        unknown -= {
            (path, one) for row in rows for path, _ in unknown for one in _people(row, path)
        }
    return tuple(_said(desk, name) for name in sorted({name for _, name in unknown}))


def _people(row: Row, path: str) -> Iterable[str]:
    value = row.get(path)
    said = value if isinstance(value, list) else [value]
    return [plain(one) for one in said if isinstance(one, str)]


def _said(desk: Parts, name: str) -> Text:
    from difflib import get_close_matches

    words = {plain(one.name): one.id for one in desk.people.by_id.values() if one.name}
    words |= {plain(one): one for one in (*desk.people.teams(), *desk.people.by_id)}
    found = get_close_matches(name[:64], list(words), 3, 0.6 if name.isascii() else 0.5)
    near = ", ".join(dict.fromkeys(words[one] for one in found))
    if not near:
        return T("records/people.yaml lists no “{person}”", person=name)
    return T("records/people.yaml lists no “{person}”; did you mean {names}?",
             person=name, names=near)  # fmt: skip
