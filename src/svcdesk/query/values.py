"""What is typed after a field's colon, as the values to look for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import Choice, FieldInfo, half_width, plain
from svcdesk.query.bounds import BOUNDED, Bounds, bounds, is_distance
from svcdesk.query.fold import fold
from svcdesk.query.holding import Kind, Wanted
from svcdesk.query.pointing import pointed
from svcdesk.query.query import quoted
from svcdesk.query.tokens import Item
from svcdesk.query.vocabulary import KIND, Group, Vocabulary
from svcdesk.values import NamedTuple

_COMPARED: Final = r"[<>]=?"
_KINDS: Final[dict[str, Kind]] = {
    "person": "word",
    "team": "word",
    "customer": "word",
    "path": "path",
    "flag": "yes",
    "integer": "number",
    "number": "number",
    "hours": "number",
    "instant": "instant",
    "date": "date",
    "id": "id",
    "ulid": "id",
    "link": "id",
}
_YES: Final = frozenset({"yes", "true", "是"})
_NO: Final = frozenset({"no", "false", "否"})


class Asker(NamedTuple):
    """Who asks, when and where: what `me`, `mine`, a name and `yesterday` mean.

    `called` gives the ids of those who have a name, `members` those of a team; `linked` a record's
    id, from its ending, and the ids that its own links name.
    """

    now: datetime
    zone: tzinfo
    me: str | None
    teams: Collection[str]
    called: Callable[[str], Collection[str]] | None = None
    members: Callable[[str], Collection[str]] | None = None
    linked: Callable[[str], tuple[str, Collection[str]]] | None = None


class Reader:
    """Reads the values of one query's fields."""

    def __init__(self, text: str, words: Vocabulary, asker: Asker) -> None:
        self._text = text
        self._words = words
        self._asker = asker
        self._one: dict[Kind, Callable[[FieldInfo, Item], tuple[Collection[Any], str]]] = {
            "choice": self._word,
            "word": self._word,
            "path": self._path,
            "part": self._part,
            "yes": self._yes,
            "id": self._id,
        }

    def read(self, field: FieldInfo, items: tuple[Item, ...]) -> tuple[Kind, Wanted, str]:
        """The kind of comparison, what is wanted, and the values as they are best written."""
        kind = kind_of(field)
        wanted: set[Any] = set()
        said: list[str] = []
        for item in items:
            self._refuse_comparison(field, item)
            if kind in BOUNDED:
                found, shown = self._between(kind, item)
            elif item.high is not None:
                found, shown = self._choices_between(field, item)
            else:
                found, shown = self._one[kind](field, item)
            wanted.update(found)
            said.append(shown)
        return kind, frozenset(wanted), ",".join(said)

    def _word(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        word = plain(item.low)
        if field.type == "person" and word in ("me", "我"):
            if self._asker.me is None:
                raise self._error(
                    item.at,
                    T("nobody here is “{word}”: no person has your git identity", word=item.low),
                    T("name the person, or add the e-mail address to people.yaml"),
                )
            return [self._asker.me, plain(self._asker.me)], "me"
        if field.type == "person" and (person := self._called(item)) is not None:
            return [person, plain(person)], quoted(person, value=True)
        if field.type in ("team", "person") and word in ("mine", "我的"):
            teams = self._teams(item)
            if field.type == "team":
                return [plain(team) for team in teams], "mine"
            return _plainly(one for team in teams for one in self._members(team)), "mine"
        if field.type == "person" and (members := self._members(item.low)):
            return _plainly([*members, item.low]), quoted(item.low, value=True)
        choice = field.choice(item.low)
        if choice is not None:
            return [choice.value, plain(choice.value)], quoted(choice.value, value=True)
        group = self._words.group(field.path, item.low)
        if group is not None:
            return [*group[1], *map(plain, group[1])], quoted(group[0], value=True)
        is_closed = field.type == "choice" and field.choices and not field.is_open
        if is_closed or (field.path == KIND and self._words.groups.get(KIND)):
            raise self.no_choice(item, field.path, field.choices, self._words.groups)
        return [word], quoted(half_width(item.low), value=True)

    def _teams(self, item: Item) -> Collection[str]:
        if not self._asker.teams:
            raise self._error(
                item.at,
                T("“{word}” is no team: you are in none", word=item.low),
                T("name the team, or add yours to people.yaml"),
            )
        return self._asker.teams

    def _members(self, team: str) -> Collection[str]:
        return self._asker.members(team) if self._asker.members else ()

    def _called(self, item: Item) -> str | None:
        """The id of whoever has that name; None for an id, or a name that nobody listed has."""
        found = list(self._asker.called(item.low)) if self._asker.called else []
        if len(found) > 1:
            raise self._error(
                item.at,
                T("{count} people are called “{name}”", count=len(found), name=item.low),
                T("say which by the id: {names}", names=", ".join(found)),
            )
        return found[0] if found else None

    def _path(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        first, slash, rest = half_width(item.low).partition("/")
        choice = field.choice(first)
        path = f"{choice.value if choice else first}{slash}{rest}"
        return [plain(path)], quoted(path, value=True)

    def _part(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        part = fold(item.low)
        return [part], quoted(part, value=True)

    def _yes(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        word = plain(item.low)
        if word not in _YES | _NO:
            raise self._error(
                item.at,
                T("{field} is yes or no, not “{text}”", field=field.path, text=item.low),
                T("write {field}:yes or {field}:no", field=field.path),
            )
        return [word in _YES], "yes" if word in _YES else "no"

    def _id(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        wanted = half_width(item.low).upper()
        return [wanted], quoted(wanted, value=True)

    def _choices_between(self, field: FieldInfo, item: Item) -> tuple[Collection[Any], str]:
        if field.type != "choice" or not field.choices:
            raise self._error(
                item.at,
                T("{field} has no order, so there are no ranges", field=field.path),
                T('a text with two dots stands in quotes: {field}:"a..b"', field=field.path),
            )
        values = [choice.value for choice in field.choices]
        ends = []
        for word in (item.low, item.high or ""):
            choice = field.choice(word) if word else None
            if word and choice is None:
                raise self.no_choice(item._replace(low=word), field.path, field.choices, {})
            ends.append(choice.value if choice else "")
        first = values.index(ends[0]) if ends[0] else 0
        last = values.index(ends[1]) if ends[1] else len(values) - 1
        self._refuse_backwards(item, first > last)
        within = values[first : last + 1]
        said = "..".join(quoted(end, value=True) if end else "" for end in ends)
        return [*within, *map(plain, within)], said

    def _between(self, kind: Kind, item: Item) -> tuple[Collection[Any], str]:
        """One pair of bounds: of a value alone, or from a range's first to its last."""
        low = half_width(item.low)
        shown = quoted(low, value=True) if low else ""
        start, end = self._bounds(kind, low, item.at) if low else (None, None)
        if item.high is None:
            if kind == "instant" and is_distance(low):
                raise self._error(
                    item.at,
                    T("“{text}” is one second, in which hardly anything happens", text=item.low),
                    T("write {since} or {until}", since=f"{low}..", until=f"..{low}"),
                )
            return [(start, end)], shown
        high = half_width(item.high)
        end = self._bounds(kind, high, item.at)[1] if high else None
        if start is not None and end is not None:  # an instant's last one does not count
            self._refuse_backwards(item, start > end or (kind == "instant" and start == end))
        return [(start, end)], f"{shown}..{quoted(high, value=True) if high else ''}"

    def _bounds(self, kind: Kind, text: str, at: int) -> Bounds:
        try:
            return bounds(kind, text, self._asker.now, self._asker.zone)
        except UsageError as error:
            raise self._error(at, error.message, error.hint) from None

    def _refuse_comparison(self, field: FieldInfo, item: Item) -> None:
        found = None if item.quoted else re.match(_COMPARED, item.low)
        if found:
            bound = item.low[found.end() :] or "a"
            form = f"{bound}.." if found[0].startswith(">") else f"..{bound}"
            raise self._error(
                item.at,
                T("“{sign}” is not used in queries", sign=found[0]),
                T("write {form} (both ends count)", form=f"{field.path}:{form}"),
            )

    def _refuse_backwards(self, item: Item, backwards: bool) -> None:
        if backwards:
            raise self._error(
                item.at, T("the range runs backwards"), T("write its beginning first")
            )

    def no_choice(
        self,
        item: Item,
        name: str,
        choices: Collection[Choice],
        groups: Mapping[str, Mapping[str, Group]],
    ) -> UsageError:
        """The error for a word that is none of the choices or groups: it names near ones."""
        from difflib import get_close_matches

        grouped = [Choice(word, group.labels) for word, group in groups.get(name, {}).items()]
        words = {
            plain(word): choice.shown()
            for choice in (*grouped, *choices)
            for word in (choice.value, *choice.labels.values(), *choice.aliases)
        }
        near = [words[one] for one in get_close_matches(plain(item.low)[:64], list(words), 3, 0.6)]
        labels = {label for choice in choices for label in choice.labels.values()}
        shown = [one.shown() for one in choices]
        shown += [one.shown() for one in grouped if one.value not in labels]
        return self._error(
            item.at,
            T("{field} is never “{text}”", field=name, text=item.low[:64]),
            T("did you mean {names}?", names=", ".join(dict.fromkeys(near)))
            if near
            else T("it is one of {names}", names=", ".join(shown)),
        )

    def _error(self, at: int, message: Text, hint: Text | None = None) -> UsageError:
        return pointed(self._text, at, message, hint)


def _plainly(words: Iterable[str]) -> list[str]:
    """The words as they are stored, and as they are compared."""
    return [form for word in words for form in (word, plain(word))]


def kind_of(field: FieldInfo) -> Kind:
    """How a field's values are compared: words as a whole (those of a set too), texts by parts."""
    if field.path == KIND or (field.is_list and field.merge == "set" and field.type == "text"):
        return "word"
    if field.type == "choice":
        return "word" if field.is_open or not field.choices else "choice"
    return _KINDS.get(field.type, "part")
