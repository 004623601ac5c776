"""The one form in which texts are searched: width, letter case and white space aside."""

from __future__ import annotations

_WIDE = tuple(zip("，：；！？（）　", ",:;!?() ", strict=True))
"""What stands most in Chinese texts of that which NFKC changes: without it, normalizing finds at a
glance that there is nothing to do, and takes a tenth of the time."""


def fold(text: str) -> str:
    """NFKC and casefold with single spaces; the same for a text and for what is looked for in it.

    Folding again changes nothing (Unicode 3.13, D147 wants more than one round for that).
    """
    if text.isascii():
        return " ".join(text.lower().split())
    from unicodedata import normalize

    folded = text
    for wide, narrow in _WIDE:
        folded = folded.replace(wide, narrow)
    for _ in range(4):
        before, folded = folded, normalize("NFKC", folded).casefold()
        if folded == before:
            break
    return " ".join(folded.split())
