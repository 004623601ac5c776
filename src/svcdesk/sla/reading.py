"""Typed access to parsed YAML, with errors that name the file's thing and the dotted field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from svcdesk.errors import Invalid, SvcdeskError
from svcdesk.i18n import T, Text
from svcdesk.values import NamedTuple

Made = TypeVar("Made")


class Entry(NamedTuple):
    """A mapping of the file, where it stands (`at`, dotted, empty for the top) and in what."""

    what: Text
    data: Mapping[str, object]
    at: str = ""

    def path(self, key: str) -> str:
        return f"{self.at}.{key}" if self.at else key

    def wrong(self, key: str, problem: Text, hint: Text | None = None) -> Invalid:
        """The error to raise for the value at `key`."""
        field = self.path(key) if key else self.at
        return Invalid(
            T("{what}: {field}: {problem}", what=self.what, field=field or "–", problem=problem),
            field=field or None,
            hint=hint,
        )

    def known(self, names: Collection[str]) -> None:
        """Refuse keys that are not of this shape, naming the nearest that is."""
        for key in self.data:
            if key not in names and not str(key).startswith("x-"):
                from difflib import get_close_matches

                near = get_close_matches(str(key), names, n=1)
                raise self.wrong(
                    str(key),
                    T("is not a key that belongs here"),
                    T("do you mean {name}?", name=near[0])
                    if near
                    else T("keys here are {names}", names=", ".join(sorted(names))),
                )

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        """The text at `key`; a number is not a text. Without a default it must be there."""
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, T("must be a text"))
        return value

    def choice(self, key: str, names: Collection[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in names:
            raise self.wrong(
                key,
                T("“{value}” is not one of {names}", value=value, names=", ".join(names)),
            )
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, T("must be true or false"))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text; empty where there is none."""
        value = self.data.get(key)
        if value is None:
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise self.wrong(key, T("must be a list of texts"))
        return tuple(listed)

    def labels(self, key: str) -> Mapping[str, str]:
        """A label: one text, or a text by language; empty where there is none."""
        value = self.data.get(key)
        if value is None:
            return {}
        if isinstance(value, str):
            return {"en": value, "zh": value}
        if not isinstance(value, Mapping) or not all(isinstance(t, str) for t in value.values()):
            raise self.wrong(key, T("must be a text, or a text for each language"))
        return {str(language): text for language, text in value.items()}

    def below(self, key: str) -> Entry:
        """The mapping at `key`; an empty one where there is none."""
        value = self.data.get(key)
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise self.wrong(key, T("must be a mapping of keys to values"))
        return Entry(self.what, value, self.path(key))

    def items(self, key: str) -> Iterator[Entry]:
        """The mappings of the list at `key`, each knowing its place in it."""
        value = self.data.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(key, T("must be a list"))
        for number, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise self.wrong(f"{key}.{number}", T("must be a mapping of keys to values"))
            yield Entry(self.what, item, self.path(f"{key}.{number}"))

    def made(self, key: str, make: Callable[[], Made]) -> Made:
        """What `make` gives; its refusal becomes one that names this file and field."""
        try:
            return make()
        except SvcdeskError as refusal:
            raise self.wrong(key, refusal.message, refusal.hint) from None
