"""The quick reader and the careful one: the same value, or no answer from the quick one.

Many more: `SVCDESK_FUZZ=20000 pytest -s tests/unit/store/test_yaml_fast.py` holds 20,000 texts equal
that the quick reader takes, and says of how many (`SVCDESK_SEED=2`: of others).
"""

from __future__ import annotations

import os
import re
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError
from test_yaml_fuzz import PIECES, REFUSED_BY_RUAMEL_ONLY
from yaml_by_hand import Hand, any_mapping
from yaml_readers import examples, read_core

from svcdesk.errors import FileRefused
from svcdesk.store import yaml_fast
from svcdesk.store.guard import decode
from svcdesk.store.yaml_careful import read
from svcdesk.store.yaml_fast import fast_value
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_values import same

ryaml = pytest.importorskip("ryaml")

SEED = int(os.environ.get("SVCDESK_SEED", "1"))

TRAPS = [
    "0b1", "-0x1f", "+0o7", "0x1F", "017", "-08", "00", "1e400", "1e0001", "-1e999", ".inf", ".nan",
    "9223372036854775808", "-9223372036854775809", "1" * 30, "1_000", "12:30", "no", "~", "010",
    "2024-10-01", "a: &b c\n", "k: *b\n", "- &x y\n", "!!str x", "<<: 1\n", "~: 1\n", "true: x\n",
    "2024-1-1: x\n", "1: 2\n", "a: b: c\n", "{a: 1,}", "[a, b: c]", "'k':v", '"k":1\n', '"\\u0007"',
    '"\\x41"', "a:\n- b\n- c: d\n  e: f\n", "key: 'it''s'\n", "k: >-\n   a\n    b\n\n  c\n", "- - a\n",
    "a: |1\n  x\n", "a : b\n", "中：文: 、\n", "a: 'x\n\n  y'\n", 'a: "x\n\n  y"\n', "k: a #b\n", "k: a#b\n",
    "e:\n  ", "a: 1\na: 2\n", "x: {y: 1, y: 2}\n", "%a", "\n---\n", "\n...\n", "描述: 数据库连接失败\n",
    "'*5678'", "李*", "a&b", "wow!", "{*: 1}", "[*a]", "-&a", "[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]",
]  # fmt: skip
_VALUES = re.compile(r"(?<=: )[^\s|>].*$|(?<=- )[^\s|>].*$", re.M)
"""Where a trap may stand in the place of a value."""
_SIGNS = re.compile(r"<<|---|\.\.\.|\\|[&!]|\*(?![0-9])")


def text_of(seed: int) -> str:
    """Pieces and traps in any order, or a text by hand with some of them thrown into it; three of
    four without the signs at which the quick reader gives up at once."""
    chance = Random(seed)
    pieces = PIECES + TRAPS
    if chance.random() < 0.4:
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 20)))
    else:
        text = Hand(chance).write(any_mapping(chance))
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(pieces) + text[at + chance.choice([0, 0, 1, 3]) :]
    return _SIGNS.sub("", text) if seed % 4 else text


def likely(seed: int) -> str:
    """A text by hand in which traps stand where values and keys stood, or as `text_of` makes it;
    the quick reader takes about every sixth."""
    chance = Random(seed)
    if chance.random() < 0.1:
        return text_of(seed)
    text = Hand(chance, plain=chance.random() < 0.7).write(any_mapping(chance))
    for _ in range(chance.choice([0, 1, 1, 2])):
        place = chance.choice([*_VALUES.finditer(text), None])
        if place is None:
            text += f"{chance.choice(TRAPS)}: {chance.choice(TRAPS)}\n"
        else:
            text = text[: place.start()] + chance.choice(TRAPS) + text[place.end() :]
    return text if chance.random() < 0.1 else _SIGNS.sub("", text)


def careful(data: bytes) -> dict[str, Any] | None:
    try:
        return read(data, path="x")[2]
    except FileRefused:
        return None


def quick(data: bytes) -> dict[str, Any] | None:
    try:
        return fast_value(data, decode(data, path="x"))
    except FileRefused:
        return None


def is_held_equal(text: str) -> bool:
    """Whether the quick reader takes a text at all; it then means the same to all three readers."""
    data = text.encode()
    value = quick(data)
    if value is None:
        return False
    assert repr(value) == repr(careful(data)), text
    try:
        theirs = read_core(data.decode())
    except YAMLError as error:
        assert REFUSED_BY_RUAMEL_ONLY.search(str(error)), text
        return True
    assert same(theirs, value), text
    return True


@settings(max_examples=examples(1500), deadline=None)
@given(st.integers(0, 1 << 40))
@example(113037513)
def test_what_the_quick_reader_gives_is_what_the_careful_one_gives(seed: int) -> None:
    is_held_equal(text_of(seed))


def test_so_many_texts_that_the_quick_reader_takes_mean_the_same() -> None:
    """It counts what is taken: what it leaves to the careful reader proves nothing."""
    chance, tried, taken = Random(SEED), 0, 0
    while taken < examples(200):
        tried += 1
        taken += is_held_equal(likely(chance.getrandbits(40)))
        assert taken > tried // 10 or tried < 200
    print(f"of {tried:,} texts from seed {SEED} on, the quick reader took {taken:,}")


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize(
    "around", ["{}", "k: {}\n", "k: [{}]\n", "- {}\n", "k:\n  - {}\n", "{}: v\n"]
)
def test_every_trap_in_every_place(trap: str, around: str) -> None:
    data = around.format(trap).encode()
    value = quick(data)
    assert value is None or repr(value) == repr(careful(data))


def test_everyday_records_are_read_quickly() -> None:
    text = "id: SR-1\nrequester:\n  name: 李*\n  contact: '*9574'\ndescription: 数据库连接失败, P&L!\nn: 2\n"
    assert quick(text.encode()) == careful(text.encode())
    assert quick(text.encode()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * 40_000,
        "a: " + "[" * 21 + "]" * 21,
        "".join(f"k{n}: 1\n" for n in range(9_000)),
    ],
)
def test_what_comes_near_a_limit_is_read_carefully(text: str) -> None:
    assert quick(text.encode()) is None


def test_without_ryaml_everything_is_read_carefully(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_fast, "_known", [None])
    assert quick(b"a: 1\n") is None
    assert parse(b"a: 1\n", path="x").value == {"a": 1}


def test_what_is_wrong_is_told_with_its_line_either_way() -> None:
    with pytest.raises(FileRefused) as caught:
        parse(b"a: 1\nb: 2\na: 3\n", path="x")
    assert (caught.value.code, caught.value.line) == ("E_DUPLICATE", 3)
