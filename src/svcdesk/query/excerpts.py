"""The part of a text in which a search found its words, and where in that part they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from svcdesk.query.fold import fold
from svcdesk.values import NamedTuple

_BEFORE: Final = 24
"""Characters that are shown before the first word."""


class Excerpt(NamedTuple):
    """One line, with `…` where it leaves something out, and the places of the words found in it,
    each from its first character to the one after its last."""

    text: str
    marks: tuple[tuple[int, int], ...]


def excerpt(text: str, words: Sequence[str], length: int) -> Excerpt | None:
    """The part of about `length` characters around the first of the (folded) words; None where
    none of them is in the text."""
    words = [word for word in words if word]
    if not any(word in fold(text) for word in words):
        return None
    line = " ".join(text.split())
    marks = _joined(_marks(line, words))
    start = max(0, marks[0][0] - _BEFORE) if marks and len(line) > length else 0
    part = line[start : start + length]
    before = "…" if start else ""
    after = "…" if start + length < len(line) else ""
    moved = len(before) - start
    shown = [
        (first + moved, min(end, start + length) + moved)
        for first, end in marks
        if first < start + length
    ]
    return Excerpt(f"{before}{part}{after}", tuple(shown))


def _marks(line: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Every place of every word in a line, in the line's own characters."""
    folded, places = _folded(line)
    found = []
    for word in words:
        at = folded.find(word)
        while at >= 0:
            found.append((places[at], places[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    return sorted(found)


def _joined(marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for first, end in marks:
        if joined and first < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _folded(line: str) -> tuple[str, list[int]]:
    """The line in the form in which texts are searched, and from which character each one comes.

    Folded character by character: where several together have a form of their own, a word may be
    found without its place being known.
    """
    if line.isascii():
        return line.lower(), list(range(len(line)))
    from unicodedata import normalize

    said: list[str] = []
    places: list[int] = []
    for at, char in enumerate(line):
        for one in normalize("NFKC", normalize("NFKC", char).casefold()).casefold():
            if one.isspace() and (not said or said[-1] == " "):
                continue
            said.append(" " if one.isspace() else one)
            places.append(at)
    return "".join(said), places
