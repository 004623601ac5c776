"""From a query's text to its tree: NOT binds closest, then AND, then OR."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from svcdesk.errors import SENT_OTHERWISE, UsageError
from svcdesk.i18n import T
from svcdesk.model.field_info import plain
from svcdesk.query.pointing import pointed
from svcdesk.query.query import Node, Query, combined, negated, size
from svcdesk.query.saved import Saved
from svcdesk.query.terms import Terms
from svcdesk.query.tokens import AND, CLOSE, FIELD, NOT, OPEN, OR, PHRASE, WORD, Item, Token, tokens
from svcdesk.query.values import Asker
from svcdesk.query.vocabulary import KEYWORDS, Vocabulary

MAX_LENGTH: Final = 500_000
MAX_TERMS: Final = 500
MAX_VALUES: Final = 10_000
MAX_DEPTH: Final = 50
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_UNDECODED: Final = "[\ud800-\udfff]"
"""What stands for bytes of a call that are no UTF-8 (PEP 383), and in no text of a record."""
_DIRECTION: Final = r"(.+?)(?:-(asc|desc))?"


def parse_query(
    text: str,
    words: Vocabulary,
    *,
    now: datetime,
    zone: tzinfo,
    me: str | None = None,
    teams: Collection[str] = (),
    called: Callable[[str], Collection[str]] | None = None,
    members: Callable[[str], Collection[str]] | None = None,
    linked: Callable[[str], tuple[str, Collection[str]]] | None = None,
    saved: Mapping[str, str] = _NONE,
) -> Query:
    """The query that a text says; an empty one is met by everything.

    `me` is the id of the person who asks (`assignee:me`), `teams` are theirs (`team:mine`);
    `called` gives the ids of those who have a name, `members` those of a team; `linked` a record's
    id from its ending, with the ids that its links name; `saved` are the queries with a name;
    `now` and `zone` decide what `yesterday` is. Raises UsageError with a caret under the place for
    what is no query, names no field, or is beyond the limits (500 terms, 10,000 values, 50
    parentheses).
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(
            T("a query of {count} characters is too long", count=len(text)),
            hint=T("the limit is {limit}", limit=MAX_LENGTH),
            code="E_QUERY",
        )
    foreign = re.search(_UNDECODED, text)
    if foreign is not None:
        raise pointed(text, foreign.start(), T("this is not UTF-8 text"), SENT_OTHERWISE)
    asker = Asker(now, zone, me, teams, called, members, linked)
    return _Parser(text, words, asker, Saved(saved)).parse()


class _Parser:
    def __init__(self, text: str, words: Vocabulary, asker: Asker, saved: Saved) -> None:
        self._text = text
        self._words, self._asker, self._saved = words, asker, saved
        self._terms = Terms(text, words, asker, self._named)
        self._sort: list[tuple[str, bool]] = []
        self._saved_sort: tuple[tuple[str, bool], ...] = ()
        self._size = 0
        self._tokens: list[Token] = []
        self._at = 0

    def parse(self) -> Query:
        self._tokens = self._without_sort(self._counted())
        node = self._either(0) if self._tokens else combined(True, [])
        token = self._peek()
        if token is not None:
            raise pointed(self._text, token.at, T("nothing opens this parenthesis"))
        return Query(node, tuple(self._sort) or self._saved_sort)

    # ── tokens ────────────────────────────────────────────────────────────────────────────────

    def _counted(self) -> Iterator[Token]:
        values = 0
        for token in tokens(self._text):
            values += len(token.items)
            self._size += token.kind in (WORD, PHRASE, FIELD)
            if self._size > MAX_TERMS or values > MAX_VALUES:
                raise self._too_long()
            yield token

    def _too_long(self) -> UsageError:
        """Every record would be held against every term: that has to end in bounded time."""
        return UsageError(
            T("a query has no more than {terms} terms and {values} values",
              terms=MAX_TERMS, values=MAX_VALUES),
            hint=T("write many values of one field with commas: field:a,b,c"),
            code="E_QUERY",
        )  # fmt: skip

    def _named(self, typed: str, at: int) -> Node:
        """The tree of a saved query; its order is ours where the query itself has none."""
        try:
            name = self._saved.name(typed)
        except UsageError as error:
            raise pointed(self._text, at, error.message, error.hint) from error
        found = self._saved.query(
            name, lambda text: _Parser(text, self._words, self._asker, self._saved).parse()
        )
        self._size += size(found.node)
        if self._size > MAX_TERMS:
            raise self._too_long()
        self._saved_sort = self._saved_sort or found.sort
        return found.node

    def _without_sort(self, all_tokens: Iterator[Token]) -> list[Token]:
        """The tokens that decide; `sort:` is for the whole query and is taken out."""
        kept: list[Token] = []
        depth = 0
        for token in all_tokens:
            depth += (token.kind == OPEN) - (token.kind == CLOSE)
            if token.kind == FIELD and KEYWORDS.get(plain(token.text)) == "sort":
                if depth > 0 or (kept and kept[-1].kind == NOT):
                    outside = T("sort: orders the whole query and stands outside of its terms")
                    raise pointed(self._text, token.at, outside)
                self._sort += map(self._order, token.items)
            else:
                kept.append(token)
        return kept

    def _order(self, item: Item) -> tuple[str, bool]:
        found = re.fullmatch(_DIRECTION, item.low)
        if found is None or item.high is not None:
            raise self._terms.no_field_name(item)
        return self._terms.field(found[1], item.at).path, found[2] == "desc"

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _missing(self, token: Token | None) -> UsageError:
        return pointed(
            self._text,
            len(self._text) if token is None else token.at,
            T("a term is missing here"),
            T("put AND, OR, NOT, - and ( ) in quotes where they are meant as text"),
        )

    # ── grammar ───────────────────────────────────────────────────────────────────────────────

    def _either(self, depth: int) -> Node:
        terms = [self._every(depth)]
        while (token := self._peek()) is not None and token.kind == OR:
            self._at += 1
            terms.append(self._every(depth))
        return combined(False, terms)

    def _every(self, depth: int) -> Node:
        terms: list[Node] = []
        while (token := self._peek()) is not None and token.kind not in (OR, CLOSE):
            if token.kind == AND:
                self._at += 1
                after = self._peek()
                if not terms or after is None or after.kind in (AND, OR, CLOSE):
                    raise self._missing(after if terms else token)
            else:
                terms.append(self._not(depth))
        if not terms:
            raise self._missing(token)
        return combined(True, terms)

    def _not(self, depth: int) -> Node:
        turned = False
        while (token := self._peek()) is not None and token.kind == NOT:
            turned = not turned
            self._at += 1
        if token is None or token.kind in (AND, OR, CLOSE):
            raise self._missing(token)
        self._at += 1
        node = self._group(token, depth + 1) if token.kind == OPEN else self._terms.node(token)
        return negated(node) if turned else node

    def _group(self, opened: Token, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise pointed(
                self._text,
                opened.at,
                T("no more than {limit} parentheses may stand inside each other", limit=MAX_DEPTH),
            )
        node = self._either(depth)
        if self._peek() is None:
            raise pointed(self._text, opened.at, T("nothing closes this parenthesis"))
        self._at += 1
        return node
