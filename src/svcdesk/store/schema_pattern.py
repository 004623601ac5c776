"""How long a pattern may take: an upper bound on the ways a matcher may try it.

A backtracking matcher tries every way to share a text out among the repetitions of a pattern:
`^(a+)+$` has more ways than there are atoms. A pattern is refused by that number, before any text
meets it. Only what all regular-expression dialects read alike is let in.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from svcdesk.i18n import T, Text

LONGEST = 10_000
"""How long a text is taken to be where the schema sets no maxLength."""
WAYS_LIMIT = 10_000_000
LENGTH_LIMIT = 500

_FOREIGN = re.compile(r"""(?:^|[^\\])(?:\\\\)*(?:\\[A-Za-z0-9]|\(\?[^:]|\{,)""")
"""Escapes of letters and digits, groups with a meaning of their own, and {,n}."""
Refuse = Callable[[Text], NoReturn]


def inspect_pattern(pattern: object, longest: int, refuse: Refuse) -> None:
    """Call `refuse` unless the pattern is simple and quick on texts of up to `longest`."""
    words: Any = re._constants  # type: ignore[attr-defined]
    parser: Any = re._parser  # type: ignore[attr-defined]
    if not isinstance(pattern, str) or len(pattern) > LENGTH_LIMIT:
        refuse(T("a pattern is a text of at most {limit} characters", limit=LENGTH_LIMIT))
    if _FOREIGN.search(pattern):
        _unknown(pattern, refuse)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        refuse(T("“{pattern}” is not a pattern: {why}", pattern=pattern, why=error))
    ways = _Ways(words, longest, lambda: _unknown(pattern, refuse)).of(tree)
    if not pattern.startswith("^"):
        ways *= longest  # tried again from every place
    if ways > WAYS_LIMIT:
        refuse(
            T("“{pattern}” may take too long: give maxLength, begin it with ^, and put no * or + "
              "inside another", pattern=pattern)
        )  # fmt: skip


class _Ways:
    """Counts ways over Python's own parse of a pattern; numbers stop growing at the limit."""

    def __init__(self, words: Any, longest: int, unknown: Callable[[], NoReturn]) -> None:
        self.words = words
        self.longest = longest
        self.unknown = unknown

    def of(self, sequence: Any) -> int:
        total = 1
        for item in sequence:
            total = min(total * self.item(*item), WAYS_LIMIT + 1)
        return total

    def item(self, op: Any, value: Any) -> int:
        words = self.words
        if op in (words.LITERAL, words.NOT_LITERAL, words.ANY, words.IN):
            return 1
        if op is words.AT:
            if value not in (words.AT_BEGINNING, words.AT_END):
                self.unknown()
            return 1
        if op is words.SUBPATTERN:
            return self.of(value[3])
        if op is words.BRANCH:
            return sum(self.of(branch) for branch in value[1])
        if op in (words.MAX_REPEAT, words.MIN_REPEAT):
            return self.repeat(*value)
        return self.unknown()

    def repeat(self, least: int, most: int, body: Any) -> int:
        most = min(int(most), self.longest)
        inside = self.of(body)
        shares = max(1, most - int(least) + 1)
        if inside == 1:
            return shares
        times = 1
        for _ in range(most):
            times *= inside
            if times > WAYS_LIMIT:
                return WAYS_LIMIT + 1
        return min(times * shares, WAYS_LIMIT + 1)


def _unknown(pattern: str, refuse: Refuse) -> NoReturn:
    refuse(
        T("“{pattern}” holds what not every validator reads alike: use classes such as [0-9], "
          "groups, |, ?, *, + and {{m,n}}", pattern=pattern)
    )  # fmt: skip
