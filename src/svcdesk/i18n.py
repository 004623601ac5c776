"""Sentences for people: written once in English, shown in the language in use.

`T("no record {id}", id=x)` is a value that carries its template and its parts; it becomes text, in
the language in use at that moment, when it is shown. So the core never knows a language, and a
machine can compare sentences by template. Templates are literals of ours; what records say comes
in as parts, and a part is never read as a template.
"""

from __future__ import annotations

import gettext
import os
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress

LANGUAGES = ("en", "zh")
# pathlib would cost each call three milliseconds
_LOCALE = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120

_language = "en"


class _Catalogue:
    """The sentences of one compiled catalogue (.mo). Each is looked up in the file's own order, as
    gettext in C does; Python's gettext takes all of them apart first, four milliseconds a call."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data
        self._asked: dict[str, str] = {}
        head = struct.unpack_from("<7I", data) if data else (0,) * 7
        self._count, self._originals, self._translations = head[2:5]

    def translated(self, message: str) -> str:
        if message not in self._asked:
            self._asked[message] = self._found(message)
        return self._asked[message]

    def _found(self, message: str) -> str:
        wanted, low, high = message.encode(), 0, self._count
        while low < high:
            middle = (low + high) // 2
            said = self._entry(self._originals, middle)
            if said == wanted:
                return self._entry(self._translations, middle).decode()
            low, high = (middle + 1, high) if said < wanted else (low, middle)
        return message

    def _entry(self, table: int, number: int) -> bytes:
        length, place = struct.unpack_from("<2I", self._data, table + 8 * number)
        return self._data[place : place + length]


_catalogue = _Catalogue()


class Text:
    """A sentence with its parts still apart; `str()` gives it in the language in use."""

    __slots__ = ("parts", "template")

    def __init__(self, template: str, parts: Mapping[str, object] | None = None) -> None:
        self.template = template
        self.parts = parts or {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return (self.template, self.parts) == (other.template, other.parts)

    def __hash__(self) -> int:
        return hash(self.template)

    def __repr__(self) -> str:
        return f"T({self.template!r}, {self.parts!r})"

    def __str__(self) -> str:
        shown = translate(self.template)
        return shown.format(**self.parts) if self.parts else shown


class Label:
    """What people call a thing, `{en: …, zh: …}`: a part of a sentence, in the language in use."""

    __slots__ = ("fallback", "labels")

    def __init__(self, labels: Mapping[str, str], fallback: str) -> None:
        self.labels = labels
        self.fallback = fallback

    def __str__(self) -> str:
        return pick(self.labels, self.fallback)


class Named:
    """Words that people type, as a part of a sentence. Where the language in use is not theirs,
    each with what it is called there: `assign (分配), take (接单)`."""

    __slots__ = ("labels", "words")

    def __init__(self, words: Iterable[str], labels: Mapping[str, Label | Text]) -> None:
        self.words = tuple(words)
        self.labels = labels

    def __str__(self) -> str:
        return ", ".join(map(self._shown, self.words)) or "–"

    def _shown(self, word: str) -> str:
        label = str(self.labels.get(word, word)) if _language != "en" else word
        return word if label == word else f"{word} ({label})"


def T(template: str, /, **parts: object) -> Text:
    """A sentence to be shown later. Without parts, braces in it stand for themselves."""
    return Text(template, parts)


def translate(message: str) -> str:
    """The message in the language in use; itself where no translation is known."""
    return _catalogue.translated(message) if message else ""


def use(language: str) -> None:
    """Show sentences in `language` (one of LANGUAGES) from now on."""
    global _catalogue, _language
    _language = language
    _catalogue = _Catalogue()
    if language == "en":
        return
    path = os.path.join(_LOCALE, language, "LC_MESSAGES", "svcdesk.mo")  # noqa: PTH118
    with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123
        _catalogue = _Catalogue(file.read())


def serve_gettext() -> None:
    """Let those who ask gettext itself (click does, by LANGUAGE) find our catalogue too.

    It is the process's one setting, so only the command line asks for it, never the library.
    """
    gettext.bindtextdomain("svcdesk", str(_LOCALE))
    gettext.textdomain("svcdesk")


def language() -> str:
    """The language in use: `en` or `zh`."""
    return _language


def pick(labels: Mapping[str, str], fallback: str) -> str:
    """The label in the language in use out of `{en: …, zh: …}`, else any of them, else fallback."""
    return labels.get(_language) or labels.get("en") or next(iter(labels.values()), fallback)
