"""Whether a text says anything concrete: it does not if empty words alone make it up.

Judged on the whole text, in Chinese and English: the words that say nothing are taken away –
"handled", "solved", "normal again", politeness, particles – and something must be left.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

_RUN: Final = r"[a-z0-9']+|[㐀-鿿][㐀-鿿 ]*|\w+"
"""A run of one script; spaces between Chinese characters mean nothing. Takes 2 ms to compile, so
it waits for a text that has to be judged."""
_ENOUGH: Final = 2
_WORDS: Final = Path(__file__).with_name("empty_words.txt")


@cache
def empty_words() -> tuple[frozenset[str], int]:
    """The words that say nothing, and the length of the longest."""
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    words = frozenset(word for line in lines if not line.startswith("#") for word in line.split())
    return words, max(map(len, words))


def is_vague(text: str) -> bool:
    """Whether nothing concrete is left of the text (an empty one says nothing either)."""
    left = 0
    plain = unicodedata.normalize("NFKC", text).casefold()
    for run in re.findall(_RUN, " ".join(plain.split())):
        left += _concrete_in(run)
        if left >= _ENOUGH:
            return False
    return True


def _concrete_in(run: str) -> int:
    """How many characters of a run of one script say something."""
    if "㐀" <= run[0] <= "鿿":
        return _uncovered(run.replace(" ", ""))
    empty = run in empty_words()[0] or run.isdigit() or len(set(run)) == 1
    return 0 if empty else len(run)


def _uncovered(run: str) -> int:
    """The fewest characters left over when empty words cover a run of Chinese, which has no spaces.

    `best[i]` is that number for the first i characters; a run of a whole page is not looked at to
    its end, for as soon as enough must be left, that is the answer.
    """
    words, longest = empty_words()
    best = [0]
    for end in range(1, len(run) + 1):
        covered = (
            best[start] for start in range(max(0, end - longest), end) if run[start:end] in words
        )
        best.append(min(best[-1] + 1, min(covered, default=len(run))))
        if min(best[-longest:]) >= _ENOUGH:
            return _ENOUGH
    return best[-1]
