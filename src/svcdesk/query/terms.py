"""From a token of a query to the condition that it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from svcdesk.errors import SvcdeskError, UsageError
from svcdesk.i18n import T
from svcdesk.model.field_info import Choice, FieldInfo, plain
from svcdesk.query.fold import fold
from svcdesk.query.pointing import pointed
from svcdesk.query.query import Condition, Node, combined, negated, quoted
from svcdesk.query.tokens import FIELD, WORD, Item, Token
from svcdesk.query.values import Asker, Reader
from svcdesk.query.vocabulary import KEYWORDS, SLA_STATES, STATUS, Vocabulary

_LONGEST_NAME: Final = 100
_AT: Final = "@＠"
"""Stands before the name of a saved query."""
_COMPARED: Final = r"([^\W\d][\w.-]*)([<>]=?)"


class Terms:
    """Understands the terms of one query."""

    def __init__(
        self, text: str, words: Vocabulary, asker: Asker, named: Callable[[str, int], Node]
    ) -> None:
        self._text = text
        self._words = words
        self._asker = asker
        self._named = named
        self._reader = Reader(text, words, asker)
        self._fields: dict[str, FieldInfo] = {}

    def node(self, token: Token) -> Node:
        """The condition that a word, a phrase, or a field with its values asks for."""
        if token.kind == WORD and token.text[0] in _AT and len(token.text) > 1:
            return self._named(token.text[1:], token.at)
        if token.kind != FIELD:
            return self._search(token)
        keyword = KEYWORDS.get(plain(token.text))
        if keyword in ("query", "linked"):
            one = self._named if keyword == "query" else self._linked
            return combined(False, [one(self._single(item), item.at) for item in token.items])
        if keyword == "is":
            return combined(False, [self._is(item) for item in token.items])
        if keyword == "sla":
            return self._sla(token.items)
        if keyword is not None:
            return self._has(token, keyword)
        field = self.field(token.text, token.at)
        if field.type == "group":
            raise self._has_parts(field, token)
        kind, wanted, said = self._reader.read(field, token.items)
        return Condition("field", field.path, kind, wanted, f"{quoted(field.path)}:{said}")

    def _search(self, token: Token) -> Node:
        compared = re.match(_COMPARED, token.text) if token.kind == WORD else None
        if compared and self._is_field(compared[1]):
            raise pointed(
                self._text,
                token.at + compared.start(2),
                T("“{sign}” is not used in queries", sign=compared[2]),
                T("write {form} (both ends count)", form=f"{compared[1]}:a..b"),
            )
        sought = fold(token.text)
        if not sought:
            raise pointed(self._text, token.at, T("there is nothing between the quotation marks"))
        return Condition("text", sought, "", frozenset(), quoted(sought))

    def _is(self, item: Item) -> Node:
        flag = self._words.flag(item.low)
        if flag is not None and item.high is None:
            return Condition("flag", flag, "", frozenset(), f"is:{quoted(flag, value=True)}")
        status = self._words.fields.get(STATUS)
        known = item.high is None and (
            status is not None
            and (status.choice(item.low) or self._words.group(STATUS, item.low)) is not None
        )
        if status is None or not known:
            choices = [Choice(name, labels) for name, labels in self._words.flags.items()]
            choices += status.choices if status else ()
            names = {"is": self._words.groups.get(STATUS, {})}
            raise self._reader.no_choice(item, "is", choices, names)
        kind, wanted, said = self._reader.read(status, (item,))
        return Condition("field", STATUS, kind, wanted, f"{STATUS}:{said}")

    def _sla(self, items: tuple[Item, ...]) -> Node:
        states = []
        for item in items:
            word = plain(item.low)
            found = next((state.value for state in SLA_STATES if state.means(word)), None)
            if found is None or item.high is not None:
                raise self._reader.no_choice(item, "sla", SLA_STATES, {})
            states.append(found)
        return Condition("sla", "sla", "", frozenset(states), f"sla:{','.join(states)}")

    def _single(self, item: Item) -> str:
        if item.high is not None:
            raise pointed(self._text, item.at, T("no range may stand here"))
        return item.low

    def _linked(self, ending: str, at: int) -> Node:
        """Whatever a record's links name, and whatever names it in its own."""
        if self._asker.linked is None:
            raise pointed(self._text, at, T("links are not followed here"))
        try:
            record_id, others = self._asker.linked(ending)
        except SvcdeskError as error:
            raise pointed(self._text, at, error.message, error.hint) from error
        said = f"linked:{quoted(record_id, value=True)}"
        return Condition("linked", record_id, "id", frozenset(others), said)

    def _has(self, token: Token, keyword: str) -> Node:
        item = token.items[0]
        if len(token.items) > 1 or item.high is not None:
            raise self.no_field_name(item if item.high is not None else token.items[1])
        path = self.field(item.low, item.at).path
        node = Condition("has", path, "", frozenset(), f"has:{quoted(path, value=True)}")
        return negated(node) if keyword == "no" else node

    def field(self, name: str, at: int) -> FieldInfo:
        """The field of a name that stands at `at`. Raises UsageError naming near ones."""
        if name not in self._fields:
            short = name[:_LONGEST_NAME]
            try:
                self._fields[name] = self._words.find(short)
            except UsageError as error:
                near = ", ".join(self._words.near(short))
                hint = (
                    T("did you mean {names}? Text with a colon stands in quotes", names=near)
                    if near
                    else T("text with a colon stands in quotes")
                )
                raise pointed(self._text, at, error.message, hint, code=error.code) from None
        return self._fields[name]

    def _is_field(self, name: str) -> bool:
        try:
            self._words.find(name[:_LONGEST_NAME])
        except UsageError:
            return False
        return True

    def _has_parts(self, field: FieldInfo, token: Token) -> UsageError:
        parts = [path for path in self._words.fields if path.startswith(f"{field.path}.")]
        return pointed(
            self._text,
            token.at,
            T("{field} has parts of its own", field=field.path),
            T("ask for one of them: {parts}", parts=", ".join(parts))
            if parts
            else T("ask for has:{field}", field=field.path),
        )

    def no_field_name(self, item: Item) -> UsageError:
        return pointed(self._text, item.at, T("one name of a field is wanted here"))
