"""What a schema's error means to the person who has to mend the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text, pick
from svcdesk.model.field_info import FieldInfo
from svcdesk.model.fields import COMPUTED, FieldTable
from svcdesk.model.record import Value, Values
from svcdesk.store.schema_engine import is_date, is_instant, matches
from svcdesk.store.schema_validator import MOST, LineOf, Problem

USER_KEYS = "x-svcdesk-user"
"""Keys that belong in a user's own configuration, listed in the schema of a desk's file."""
HINT = "x-svcdesk-hint"
_SHOWN = 60
_TOMBSTONE = "redacted"
_TYPES: Mapping[str, Text] = {
    "string": T("a text"),
    "integer": T("a whole number"),
    "number": T("a number"),
    "boolean": T("true or false"),
    "array": T("a list"),
    "object": T("a mapping"),
}
_LIMITS: Mapping[str, Callable[[Any, Any], Text]] = {
    "minLength": lambda value, limit: (
        T("is empty")
        if not value
        else T("has {count} characters, at least {limit} needed", count=len(value), limit=limit)
    ),
    "maxLength": lambda value, limit: T(
        "has {count} characters, at most {limit} allowed", count=len(value), limit=limit
    ),
    "minItems": lambda value, limit: T(
        "has {count} entries, at least {limit} needed", count=len(value), limit=limit
    ),
    "maxItems": lambda value, limit: T(
        "has {count} entries, at most {limit} allowed", count=len(value), limit=limit
    ),
    "minProperties": lambda value, limit: T(
        "has {count} keys, at least {limit} needed", count=len(value), limit=limit
    ),
    "maxProperties": lambda value, limit: T(
        "has {count} keys, at most {limit} allowed", count=len(value), limit=limit
    ),
    "minimum": lambda value, limit: T("is {value}, the least is {limit}", value=value, limit=limit),
    "maximum": lambda value, limit: T("is {value}, the most is {limit}", value=value, limit=limit),
}
_FORMS: Mapping[str, tuple[Text, Text]] = {
    "instant": (
        T("is not a time with date, seconds and offset"),
        T("write it as in {example}", example="2024-10-01T09:30:00+08:00"),
    ),
    "date": (T("is not a day"), T("write it as in {example}", example="2024-10-01")),
    "id": (
        T("is not the id of such a record"),
        T("ids look like SR-20241001-001: capitals, ASCII digits, hyphens"),
    ),
    "ulid": (
        T("is not a ULID"),
        T("it has 26 characters and is never typed: take it from where it was made"),
    ),
    "masked": (
        T("is not masked: personal contacts do not enter git (norm C 4.4)"),
        T("write it with * as in {example}; the full one belongs in the address book",
          example="*5678"),
    ),
    "text": (T("has more than one line"), T("write it in one line")),
    "path": (T("has an empty or overlong part"), T("write it as in software/database")),
}  # fmt: skip

_BEGINS = re.compile(r"\^([A-Z]{2,6}-)")
"""The pattern that a kind's prefix makes of its ids."""

Place = tuple[str | int, ...]


class Words:
    """Turns the errors of one file into problems, with the lines that they stand in."""

    def __init__(
        self, fields: FieldTable, schema: Values, path: str, line_of: LineOf | None
    ) -> None:
        self.fields = fields
        self.schema = schema
        self.path = path
        self.line_of = line_of

    def problems(self, error: Any) -> list[Problem]:
        """What a `jsonschema` error comes to; one that only follows from another comes to none."""
        place: Place = tuple(error.absolute_path)
        word, wanted, value = error.validator, error.validator_value, error.instance
        if word == "required":
            return self._missing(place, wanted, value, error.schema)
        if word == "additionalProperties":
            return self._unknown(place, value, error.schema)
        if word is None or word == "items":
            return [self._problem("UNKNOWN", place, T("must not be there"))]
        if word in _LIMITS:
            message = _LIMITS[word](value, wanted)
            return [self._problem("LIMIT", place, message, _own_hint(error.schema))]
        tell = _TELLERS.get(word)
        if tell is None:
            said = T("does not hold to “{word}: {wanted}”", word=word, wanted=shown(wanted))
            return [self._problem("RULE", place, said, _own_hint(error.schema))]
        return [tell(self, place, wanted, value, error.schema)]

    def _missing(
        self, place: Place, wanted: Sequence[str], value: Values, schema: Values
    ) -> list[Problem]:
        if list(wanted) == [_TOMBSTONE]:  # a mapping where a text is wanted
            return [self._type(place, "string", dict(value), schema)]
        found = []
        for name in wanted:
            if name not in value:
                hint = _own_hint(schema) or self._what_it_is((*place, name))
                found.append(self._problem("MISSING", (*place, name), T("is missing"), hint))
        return found

    def _unknown(self, place: Place, value: Values, schema: Values) -> list[Problem]:
        known = schema.get("properties")
        names = list(known) if isinstance(known, Mapping) else []
        if names == [_TOMBSTONE] and _TOMBSTONE not in value:
            return []  # told as a mapping where a text is wanted
        patterns = schema.get("patternProperties")
        own = list(patterns) if isinstance(patterns, Mapping) else []
        found = []
        for key in value:
            if key in names or any(matches(one, key) for one in own):
                continue
            message, hint = self._about_unknown(place, key, names)
            found.append(self._problem("UNKNOWN", (*place, key), message, hint))
            if len(found) == MOST:
                break
        return found

    def _about_unknown(self, place: Place, key: str, names: list[str]) -> tuple[Text, Text]:
        from difflib import get_close_matches

        if not place and _holds(self.schema.get(COMPUTED), key):
            return T("is computed and never stored"), T("take it out")
        if not place and _holds(self.schema.get(USER_KEYS), key):
            return (
                T("is no fact about the desk"),
                T("it belongs in the user's own configuration: see `svcdesk config`"),
            )
        near = [path for path in self.fields if path.endswith(f".{key}")][:2]
        near = near or get_close_matches(key, names, n=2, cutoff=0.6)
        if not near:
            with suppress(UsageError):
                near = [self.fields.find(key).path]
        if near:
            return T("is unknown"), T("did you mean {names}?", names=", ".join(near))
        return T("is unknown"), T("keys of your own begin with x-, or stand below custom:")

    def _type(self, place: Place, wanted: Value, value: Value, schema: Values) -> Problem:
        names = [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]
        if "string" in names and "object" in names:
            names = ["string"]
        what = _TYPES.get(names[0], T("{name}", name=names[0]))
        if value is None:
            hint = T("fill it in, or take the line out")
            return self._problem("TYPE", place, T("is empty: it must be {what}", what=what), hint)
        if self._form(place, schema) == "masked":
            message = T("must be {what}", what=what)  # it may be somebody's number
        else:
            message = T("must be {what}, not {value}", what=what, value=shown(value))
        return self._problem("TYPE", place, message, _how_to_write(names[0], value, schema))

    def _enum(self, place: Place, wanted: list[Value], value: Value, _: Values) -> Problem:
        from difflib import get_close_matches

        field = self._field(place)
        words = [one.shown() for one in field.choices] if field and field.choices else []
        allowed = ", ".join(words or [shown(one) for one in wanted])
        meant = field.choice(value) if field and isinstance(value, str) else None
        near = get_close_matches(str(value), [str(one) for one in wanted], n=1, cutoff=0.6)
        hint = None
        if meant is not None or near:
            hint = T("write {word}", word=meant.value if meant else near[0])
        message = T("is {value}; allowed: {allowed}", value=shown(value), allowed=allowed)
        return self._problem("CHOICE", place, message, hint)

    def _const(self, place: Place, wanted: Value, value: Value, _: Values) -> Problem:
        message = T("is {value}, it must be {wanted}", value=shown(value), wanted=shown(wanted))
        return self._problem("CHOICE", place, message)

    def _pattern(self, place: Place, wanted: str, value: str, schema: Values) -> Problem:
        form = self._form(place, schema)
        if form in ("instant", "date"):
            return self._format(place, "", value, schema)
        if form == "masked":  # the value is not repeated: it may be somebody's number
            return self._problem("FORM", place, *_FORMS[form])
        message, hint = _FORMS.get(form, (None, None))
        own = _own_hint(schema)
        if message is None or (form == "text" and "\n" not in value):
            message = T("does not have the form that is wanted here")
            hint = own or T("the schema wants {pattern}", pattern=wanted)
        begins = _BEGINS.fullmatch(wanted)
        if begins is not None:
            hint = T("it begins with {prefix}, as in {prefix}20241001-001", prefix=begins[1])
        said = T("is {value}: it {what}", value=shown(value), what=message)
        return self._problem("FORM", place, said, own or hint)

    def _format(self, place: Place, _: str, value: str, schema: Values) -> Problem:
        form = self._form(place, schema)
        message, hint = _FORMS["date" if form == "date" else "instant"]
        exists = is_date(value) if form == "date" else is_instant(value)
        if not exists and value.isascii() and len(value) in (10, 20, 25):
            message = T("does not exist, or is no such time")
        said = T("is {value}: it {what}", value=shown(value), what=message)
        return self._problem("TIME", place, said, hint)

    def _unique(self, place: Place, _: bool, value: list[Value], __: Values) -> Problem:
        texts = [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in value]
        twice = next(
            (one for one, text in zip(value, texts, strict=True) if texts.count(text) > 1), None
        )
        message = T("has {value} twice", value=shown(twice))
        return self._problem("TWICE", place, message, T("keep one of them"))

    def _form(self, place: Place, schema: Values) -> str:
        named = schema.get("x-svcdesk-type")
        if isinstance(named, str):
            return named
        field = self._field(place)
        return field.type if field else ""

    def _field(self, place: Place) -> FieldInfo | None:
        return self.fields.get(".".join(one for one in place if isinstance(one, str)))

    def _what_it_is(self, place: Place) -> Text | None:
        field = self._field(place)
        if field is None or not field.labels:
            return None
        return T("add it: {label}", label=pick(field.labels, field.path))

    def _problem(self, code: str, place: Place, message: Text, hint: Text | None = None) -> Problem:
        field = ".".join(str(one) for one in place)
        line = None
        if self.line_of is not None:
            line = self.line_of(place) or self.line_of(place[:-1])
        said = T("{field} {what}", field=field, what=message) if field else message
        return Problem(f"SCHEMA_{code}", said, field, self.path, line, hint)


def _how_to_write(wanted: str, value: Value, schema: Values) -> Text | None:
    """How a value of the wanted type is written in YAML."""
    if wanted == "string" and not isinstance(value, list | dict):
        return T("put it between quotes")
    if wanted in ("integer", "number") and isinstance(value, str):
        return T("write the number alone, such as 2.5") if wanted == "number" else None
    if wanted == "boolean":
        return T("write true or false, without quotes")
    parts = schema.get("properties")
    if wanted == "object" and isinstance(parts, Mapping):
        return T("write its parts, a line each: {names}", names=", ".join(parts))
    if wanted == "array":
        return T("write each entry in a line of its own, after “- ”")
    return None


_Tell = Callable[[Words, Place, Any, Any, Values], Problem]
_TELLERS: Mapping[str, _Tell] = {
    "type": Words._type,
    "enum": Words._enum,
    "const": Words._const,
    "pattern": Words._pattern,
    "format": Words._format,
    "uniqueItems": Words._unique,
}


def shown(value: object) -> str:
    """A value inside a sentence: a text in quotes, anything else as JSON, never too long."""
    written = value.replace("\n", "\\n") if isinstance(value, str) else None
    text = f"“{written}”" if written is not None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _own_hint(schema: Values) -> Text | None:
    said = schema.get(HINT)
    if not isinstance(said, Mapping):
        return None
    return T("{hint}", hint=pick({key: str(text) for key, text in said.items()}, ""))


def _holds(listed: Value, key: str) -> bool:
    return isinstance(listed, list | Mapping) and key in listed
