"""The one form in which texts are searched: width, letter case and white space aside."""

from __future__ import annotations


def fold(text: str) -> str:
    """NFKC and casefold with single spaces; the same for a text and for what is looked for in it.

    Folding again changes nothing (Unicode 3.13, D147 wants more than one round for that).
    """
    if text.isascii():
        return " ".join(text.lower().split())
    from unicodedata import normalize

    folded = text
    for _ in range(4):
        before, folded = folded, normalize("NFKC", folded).casefold()
        if folded == before:
            break
    return " ".join(folded.split())
