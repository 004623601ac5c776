"""The fields of a kind as people know them, and back: built from the composed schema alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from svcdesk.errors import UsageError
from svcdesk.i18n import T, Text
from svcdesk.model.field_info import Choice, FieldInfo, plain
from svcdesk.model.properties import TRACKED, resolved, walk
from svcdesk.model.record import Value, Values

COMPUTED = "x-svcdesk-computed"
FREE = ("x-", "custom.")
"""How the names of fields begin that no schema lists."""
_TYPES = {"boolean": "flag", "integer": "integer", "number": "number", "object": "group"}


class FieldTable(Mapping[str, FieldInfo]):
    """The fields of one kind, or of several together, by dotted path and in the schema's order."""

    def __init__(self, fields: Iterable[FieldInfo]) -> None:
        self._fields = {one.path: one for one in fields}

    def __getitem__(self, path: str) -> FieldInfo:
        return self._fields[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def find(self, name: str) -> FieldInfo:
        """The field of that path, or of that label in either language.

        Below `custom.`, and with a name that begins with `x-`, any text may stand. Raises
        UsageError naming near ones.
        """
        if name in self._fields:
            return self._fields[name]
        if name.startswith(FREE):
            return FieldInfo(name, "text", {})
        wanted = plain(name)
        if wanted in self._fields:
            return self._fields[wanted]
        labelled = [
            one
            for one in self._fields.values()
            if wanted in map(plain, (*one.labels.values(), *one.known_as)) and not one.in_list
        ]
        leaves = [one for one in labelled if one.type != "group"] or labelled
        if leaves:
            return leaves[0]
        raise UsageError(
            T("there is no field “{field}”", field=name),
            hint=self._near_sentence(name),
            code="E_FIELD",
            field=name,
        )

    def near(self, name: str, count: int = 3) -> tuple[str, ...]:
        """The paths most like a name that is none: by their last part, or by spelling."""
        from difflib import get_close_matches

        wanted = plain(name)
        by_last: dict[str, str] = {}
        for path in self._fields:
            by_last.setdefault(path.rpartition(".")[2], path)
        last = wanted.rpartition(".")[2]
        found = [by_last[last]] if last in by_last else []
        found += get_close_matches(wanted, list(self._fields), n=count, cutoff=0.6)
        found += [by_last[one] for one in get_close_matches(last, list(by_last), count, 0.7)]
        return tuple(dict.fromkeys(found))[:count]

    def coerce(self, name: str, text: str) -> Value:
        """The value to store for what somebody typed for a field; None for an empty text.

        Either label stands for a choice, commas (for texts: semicolons) part the items of a list,
        full-width forms are understood in ids, numbers and times; texts stay as they are. Raises
        UsageError for an unknown field, a computed one, or a text that is no value of it.
        """
        from svcdesk.model.field_values import understand

        field = self.find(name)
        if field.computed:
            raise UsageError(
                T("{field} is computed and never typed in", field=field.path),
                code="E_FIELD",
                field=field.path,
            )
        if not text.strip():
            return None
        if field.type == "group" and not field.is_list:
            parts = [path for path in self._fields if path.startswith(f"{field.path}.")]
            raise UsageError(
                T("{field} has parts of its own", field=field.path),
                hint=T("give one of them: {parts}", parts=", ".join(parts)) if parts else None,
                code="E_FIELD",
                field=field.path,
            )
        return understand(field, text)

    def _near_sentence(self, name: str) -> Text:
        near = self.near(name)
        if near:
            return T("did you mean {names}?", names=", ".join(near))
        return T("`svcdesk schema show` lists the {count} fields", count=len(self))


def table_of(schema: Values) -> FieldTable:
    """The fields of a composed schema, those that are computed last."""
    fields = [_field(one.path, one.schema, schema, in_list=one.in_list) for one in walk(schema)]
    computed = schema.get(COMPUTED)
    if isinstance(computed, Mapping):
        fields += [
            _field(name, sub, schema)._replace(computed=True)
            for name, sub in computed.items()
            if isinstance(sub, Mapping)
        ]
    return FieldTable(fields)


def together(tables: Iterable[FieldTable]) -> FieldTable:
    """One table over several kinds: a field that more than one has gets the choices of all."""
    found: dict[str, FieldInfo] = {}
    for table in tables:
        for path, field in table.items():
            known = found.get(path)
            found[path] = field if known is None else _united(known, field)
    return FieldTable(found.values())


def _united(one: FieldInfo, other: FieldInfo) -> FieldInfo:
    known = {choice.value for choice in one.choices}
    return one._replace(
        type=one.type if one.type == other.type else "text",
        choices=(*one.choices, *(c for c in other.choices if c.value not in known)),
        is_open=one.is_open or other.is_open,
        tracked=one.tracked and other.tracked,
        known_as=(*one.known_as, *other.labels.values()),
    )


def _field(path: str, sub: Values, schema: Values, *, in_list: bool = False) -> FieldInfo:
    is_list = sub.get("type") == "array"
    items = sub.get("items")
    item = sub
    if is_list:
        own = {key: value for key, value in sub.items() if key.startswith("x-svcdesk-")}
        item = {**(resolved(items, schema) if isinstance(items, Mapping) else {}), **own}
    return FieldInfo(
        path=path,
        type=_type(item),
        labels=_texts(sub.get("x-svcdesk-label")),
        choices=choices_in(item),
        is_open=item.get("x-svcdesk-open") is True,
        is_list=is_list,
        in_list=in_list,
        tracked=sub.get(TRACKED) is True,
        merge=str(sub.get("x-svcdesk-merge") or ""),
        norm=str(sub.get("x-svcdesk-norm") or ""),
        description=str(sub.get("description") or ""),
        minimum=_number(item.get("minimum")),
        maximum=_number(item.get("maximum")),
    )


def _type(item: Values) -> str:
    named = item.get("x-svcdesk-type")
    if isinstance(named, str):
        return named
    if isinstance(item.get("enum"), list):
        return "choice"
    return _TYPES.get(str(item.get("type")), "text")


def choices_in(item: Values) -> tuple[Choice, ...]:
    """The words of a vocabulary, in the order of `enum`, with what is said about each."""
    described = item.get("x-svcdesk-choices")
    about = described if isinstance(described, Mapping) else {}
    enum = item.get("enum")
    words = [str(one) for one in enum] if isinstance(enum, list) else list(about)
    return tuple(_choice(word, about.get(word)) for word in words)


def _choice(word: str, about: Value) -> Choice:
    said = about if isinstance(about, Mapping) else {}
    aliases = said.get("aliases")
    return Choice(
        value=word,
        labels={key: str(text) for key, text in said.items() if key != "aliases"},
        aliases=tuple(str(one) for one in aliases) if isinstance(aliases, list) else (),
    )


def _texts(value: Value) -> Mapping[str, str]:
    if isinstance(value, Mapping):
        return {key: str(text) for key, text in value.items()}
    return {"en": value} if isinstance(value, str) else {}


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
