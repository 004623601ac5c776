"""One field of a kind: what it is called, what may stand in it, in which words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from svcdesk.values import NamedTuple


class Choice(NamedTuple):
    """One word of a vocabulary: stored as `value`, shown by its labels, also known by aliases."""

    value: str
    labels: Mapping[str, str]
    aliases: tuple[str, ...] = ()

    def means(self, word: str) -> bool:
        """Whether somebody who typed `word` (already `plain`) means this one."""
        return word in map(plain, (self.value, *self.labels.values(), *self.aliases))

    def shown(self) -> str:
        """The stored word with its Chinese label, as error sentences list it."""
        other = self.labels.get("zh", self.value)
        return self.value if other == self.value else f"{self.value} ({other})"


class FieldInfo(NamedTuple):
    """A field by its dotted path.

    `type` is one of text, lines, masked, choice, path, flag, integer, number, hours, instant,
    date, person, team, customer, id, ulid, link, or group (a mapping, whose parts are fields of
    their own). `is_open` says that other words than `choices` are allowed. `merge` is `set`,
    `key:NAME` or empty. `in_list` marks a part of a list's items. A `computed` field is never
    stored.
    """

    path: str
    type: str
    labels: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    is_open: bool = False
    is_list: bool = False
    in_list: bool = False
    tracked: bool = False
    computed: bool = False
    merge: str = ""
    norm: str = ""
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    known_as: tuple[str, ...] = ()
    """What other kinds call a field of that path."""

    def choice(self, word: str) -> Choice | None:
        """The choice that a typed word means, by its value, a label or an alias."""
        wanted = plain(word)
        return next((one for one in self.choices if one.means(wanted)), None)

    def labels_of(self, value: str) -> Mapping[str, str]:
        """What people call one of the field's words: `{en: …, zh: …}`, empty if it is none."""
        return next((one.labels for one in self.choices if one.value == value), {})


def plain(text: str) -> str:
    """A word as it is compared: full-width forms and letter case aside."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def half_width(text: str) -> str:
    """What was typed with full-width letters, digits and signs, as ids and numbers are written."""
    return unicodedata.normalize("NFKC", text).strip()
