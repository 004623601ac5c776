"""Texts as different people lay them out by hand, for tests that change them.

`written(value, chance)` writes a value with an indentation, quotes, brackets, comments and blank
lines that `chance` picks; `edited(value, chance)` changes a value in a few places.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from svcdesk.store.yaml_scalar import is_plain, literal, scalar

WORDS = [
    "open",
    "P1",
    "李*",
    "数据库连接失败",
    "x: y",
    "# no comment",
    "- dash",
    "no",
    "017",
    "12:30",
    "2024-10-01T09:30:00+08:00",
    "2024-10-01",
    "it's",
    '"said"',
    " led",
    "trail ",
    "",
    "a, b",
    "[x]",
    "{y}",
    "*5678",
    "&c",
    "100%",
    "a #b",
    "key:",
    "?",
    "null",
    "1e3",
    "\\n",
    "…",
    "~",
    "<<",
    "=",
]
LINES = [
    "one\ntwo\n",
    "one\n\ntwo",
    "  deep\nless\n",
    "\nlate\n",
    "end\n\n\n",
    "a: b\n# c\n- d\n",
    "\n",
    "\n\n",
    "trail \nx\n",
    " \nx",
    "多行\n文本\n",
    "one\n \ntwo\n",
    "<<<<<<< HEAD\n=======\n",
]
KEYS = [
    "id",
    "status",
    "priority",
    "requester",
    "events",
    "set",
    "text",
    "客户",
    "on",
    "a b",
    "x-y",
    "requester.audience",
    "1",
    "true",
    "it's",
    "2024-10-01",
    "#k",
    "",
    "a,b",
    "labels",
    "links",
]


def any_value(chance: Random, depth: int = 0) -> Any:
    kind = chance.random()
    if depth < 4 and kind < 0.18:
        return any_mapping(chance, depth + 1)
    if depth < 4 and kind < 0.36:
        return [any_value(chance, depth + 1) for _ in range(chance.choice([0, 1, 2, 2, 3, 5]))]
    if kind < 0.45:
        return chance.choice(LINES)
    if kind < 0.55:
        return chance.choice([None, True, False, 0, 1, -7, 2.5, 1e16, 1 << 62])
    return chance.choice(WORDS)


def any_mapping(chance: Random, depth: int = 0) -> dict[str, Any]:
    keys = chance.sample(KEYS, chance.choice([0, 1, 2, 3, 4]) if depth else chance.randint(1, 7))
    return {key: any_value(chance, depth) for key in keys}


class Hand:
    """Writes one value; `comments` are those that it put in."""

    def __init__(self, chance: Random, *, plain: bool = False) -> None:
        self.chance = chance
        self.indent = chance.choice([2, 2, 4, 3, 1])
        self.dash = chance.choice([2, 0, 0, 4]) if self.indent > 1 else chance.choice([0, 1])
        self.item = chance.choice([2, 2, 4])
        self.odd = 0.0 if plain else chance.choice([0.0, 0.0, 0.1])
        self.remarks = chance.choice([0.0, 0.15, 0.3])
        self.comments: list[str] = []
        self.out: list[str] = []

    def write(self, value: dict[str, Any]) -> str:
        if self.chance.random() < 0.1:
            self.out.append("---")
        self._gap(0)
        if value:
            self._mapping(value, 0)
        else:
            self.out.append("{}")
        self._gap(0)
        text = "\n".join(self.out)
        return text if self.chance.random() < 0.1 else text + "\n"

    def _comment(self) -> str:
        text = f"# c{len(self.comments)}"
        self.comments.append(text)
        return text

    def _gap(self, column: int) -> None:
        while self.chance.random() < self.remarks:
            blank = self.chance.random() < 0.5
            if self.chance.random() < self.odd:
                column = self.chance.randint(0, 8)
            self.out.append("" if blank else " " * column + self._comment())

    def _tail(self) -> str:
        return "  " + self._comment() if self.chance.random() < self.remarks else ""

    def _mapping(self, value: dict[str, Any], column: int, first: str = "") -> None:
        for key, one in value.items():
            if not first:
                self._gap(column)
            colon = " :" if self.chance.random() < 0.03 else ":"
            head = (first or " " * column) + self._key(key) + colon
            if self.chance.random() < self.odd / 5:
                head = (first or " " * column) + "? " + self._key(key)
                self.out.append(head + self._tail())
                head = " " * column + ":"
            first = ""
            if isinstance(one, dict) and one and not self._flow(one):
                self.out.append(head + self._tail())
                self._gap(column + self.indent)
                self._mapping(one, column + self.indent)
            elif isinstance(one, list) and one and not self._flow(one):
                self.out.append(head + self._tail())
                self._gap(column + self.dash)
                self._sequence(one, column + self.dash)
            else:
                self._leaf(head, one, column, self.indent)

    def _sequence(self, value: list[Any], column: int, first: str = "") -> None:
        inner = column + self.item
        for one in value:
            if not first:
                self._gap(column)
            head = (first or " " * column) + "-"
            first = ""
            if isinstance(one, (dict, list)) and one and not self._flow(one):
                begin = head.ljust(inner)
                if self.chance.random() < 0.1:
                    self.out.append(head + self._tail())
                    begin = ""
                if isinstance(one, dict):
                    self._mapping(one, inner, begin)
                else:
                    self._sequence(one, inner, begin)
            else:
                self._leaf(head, one, column, self.item)

    def _leaf(self, head: str, value: Any, column: int, step: int) -> None:
        if value is None and self.chance.random() < 0.5:
            self.out.append(head + self._tail())
            return
        if isinstance(value, str) and self.chance.random() < self.odd:
            head += " " * self.chance.randint(0, 3)
            words = value.split(" ")
            if "\n" not in value and all(words):
                chomp = self.chance.choice(["-", "-2" if step == 2 else "-"])
                self.out.append(f"{head} >{chomp}{self._tail()}")
                self.out += [" " * (column + step) + word for word in words]
                self.out += [""] * self.chance.randint(0, 2)
                return
        block = literal(value, step) if isinstance(value, str) else None
        if block and self.chance.random() < 0.8:
            header, lines = block
            self.out.append(f"{head} {header}{self._tail()}")
            self.out += [" " * (column + step) + line if line else "" for line in lines]
        elif self.chance.random() < 0.05:
            self.out.append(head + self._tail())
            self.out.append(" " * (column + step) + self._inline(value, column) + self._tail())
        else:
            self.out.append(f"{head} {self._inline(value, column)}{self._tail()}")

    def _inline(self, value: Any, column: int) -> str:
        if isinstance(value, (dict, list)):
            return self._brackets(value, column)
        if isinstance(value, str):
            words = value.split(" ")
            lone = "\n" not in value and len(words) > 1 and all(words)
            if lone and is_plain(value) and self.chance.random() < 0.2:
                return f"\n{' ' * (column + 1)}".join(words)
            return scalar(value, style=self.chance.choice(["", "", "'", '"']))
        return scalar(value)

    def _brackets(self, value: Any, column: int) -> str:
        apart = self.chance.random() < 0.3 and bool(value)
        glue = "," + (self._tail() + "\n" + " " * (column + 1) if apart else " ")
        if isinstance(value, dict):
            inside = [
                f"{scalar(key, flow=True)}: {self._in_flow(one, column)}"
                for key, one in value.items()
            ]
            return "{" + glue.join(inside) + "}"
        return "[" + glue.join(self._in_flow(one, column) for one in value) + "]"

    def _in_flow(self, value: Any, column: int) -> str:
        if isinstance(value, (dict, list)):
            return self._brackets(value, column)
        if isinstance(value, str):
            return scalar(value, flow=True, style=self.chance.choice(["", "'", '"']))
        return scalar(value)

    def _flow(self, value: Any) -> bool:
        return self.chance.random() < 0.15

    def _key(self, key: str) -> str:
        return scalar(key, style=self.chance.choice(["", "", "", "'", '"']))


def edited(value: Any, chance: Random, *, removals: bool = True) -> Any:
    """A copy with one to three changes at any depth; with one, where nothing is to be removed
    (two changes of a list can look like one item gone and another come)."""
    new = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3) if removals else 1):
        _edit(new, chance, removals)
    return new


def _edit(value: Any, chance: Random, removals: bool) -> None:
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    deeper = [one for one in places if isinstance(value[one], (dict, list)) and value[one]]
    if deeper and chance.random() < 0.6:
        _edit(value[chance.choice(deeper)], chance, removals)
        return
    what = chance.random()
    if places and what < 0.4:
        place = chance.choice(places)
        if removals or not isinstance(value[place], (dict, list)):
            value[place] = any_value(chance, 3 if removals else 9)
    elif places and what < 0.6 and removals:
        del value[chance.choice(places)]
    elif isinstance(value, dict):
        new = chance.choice(KEYS)
        if removals or new not in value:
            value[new] = any_value(chance, 2)
    else:
        value.insert(chance.randint(0, len(value)), any_value(chance, 2))
