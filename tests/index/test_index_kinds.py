"""What the index keeps of the desk's kinds is what their files come to, and no more than that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from index_helpers import fill, full, seen
from tests.kinds_page import documented_files

from svcdesk.errors import NotFound
from svcdesk.model.kind import Words
from svcdesk.store.kind_words import words_as_text, words_of_text
from svcdesk.store.schema import Kinds, load_kinds, shipped_kinds
from svcdesk.testing import MakeDesk, Sandbox

OPENED: dict[str, Any] = {
    "properties": {
        "x-room": {
            "enum": ["a", "b"],
            "x-svcdesk-label": {"en": "room", "zh": "机房"},
            "x-svcdesk-choices": {
                "a": {"en": "north", "zh": "北机房", "aliases": ["北边"]},
                "b": {"en": "south", "zh": "南机房"},
            },
        }
    }
}


@pytest.fixture
def indexed(make_desk: MakeDesk) -> Sandbox:
    desk = make_desk()
    fill(desk, 4)
    desk.open().find("")
    return desk


def kept(desk: Sandbox) -> bool:
    """Whether a list was answered without putting a kind together."""
    with pytest.MonkeyPatch.context() as patch:

        def refuse(source: Any, _: object) -> None:
            raise NotFound(f"{source.name} was put together")

        patch.setattr("svcdesk.store.schema._put_together", refuse)
        try:
            listing = desk.open().find("status:open")
        except NotFound:
            return False
    assert listing.total
    assert all(row.is_open for row in listing.rows)
    return True


def plain(words: Words) -> tuple[Any, ...]:
    return (*words[:3], list(words.fields.items()))


@pytest.mark.parametrize("own", [False, True])
def test_words_are_read_back_as_they_were(own: bool) -> None:
    files = documented_files() if own else {}
    kinds: Kinds = load_kinds(files, dict(shipped_kinds()))
    made = [kinds.words(name) for name in kinds]
    assert len(made) == len(kinds) >= 5
    assert list(map(plain, words_of_text(words_as_text(made)))) == list(map(plain, made))


def test_a_second_list_puts_no_kind_together(indexed: Sandbox) -> None:
    assert kept(indexed)


def test_a_desk_whose_kinds_change_has_the_new_words_at_once(indexed: Sandbox) -> None:
    schema = indexed.root / "schemas" / "request.schema.json"
    schema.parent.mkdir(exist_ok=True)
    schema.write_text(json.dumps(OPENED, ensure_ascii=False), encoding="utf-8")
    assert not kept(indexed)
    first = indexed.open().find("").rows[0].head.id
    indexed.open().set([first], {"x-room": "a"})
    assert [row.head.id for row in indexed.open().find("机房:北边").rows] == [first]
    assert kept(indexed)
    schema.unlink()
    assert seen(indexed.open().find("")) == seen(full(indexed, ""))
    assert kept(indexed)
