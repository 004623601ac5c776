"""Values written as YAML: a whole file in our layout, or a change of a file somebody laid out.

Whatever is built here is read back through the guard and compared before it is returned.
"""

from __future__ import annotations

from typing import TypeAlias

from svcdesk.errors import FileRefused, Invalid
from svcdesk.model.record import Value, Values
from svcdesk.store.guard import normalise, normalise_short
from svcdesk.store.yaml_emit import canonical_item, canonical_text
from svcdesk.store.yaml_order import in_place
from svcdesk.store.yaml_read import parse
from svcdesk.store.yaml_splice import spliced
from svcdesk.store.yaml_values import check_values, same

__all__ = ["dump", "normalise", "normalise_short", "rewrite"]


def dump(value: Values) -> str:
    """A file in our layout: block style, two spaces, lists indented under their key, LF.

    The keys keep their order. Raises Invalid, naming the field, for what no file may hold or for
    a file over the limits.
    """
    check_values(value)
    text = _text(value)
    try:
        back = parse(text.encode(), path="").value
    except FileRefused as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, line=error.line) from None
    if not same(back, value):
        raise RuntimeError("what was written does not read back as it was meant")
    return text


def rewrite(text: str, value: Values, *, held: Values | None = None) -> str:
    """`text` changed so that it holds `value`; only the lines that must change do.

    Comments, blank lines, the order of keys, quotes and layout stay where nothing changes. New
    keys stand after the key that they follow in `value`; at the top `events` stays last. `held` is
    what the text holds, for a caller that has parsed it. Raises Invalid as `dump` does, and
    FileRefused for a text that the guard does not let in.
    """
    old = parse(text.encode(), path="").value if held is None else held
    value = _taken_over(old, value)
    check_values(value, held=old)
    put = spliced(text, old, value)
    if put is not None and _holds(put, value):
        return put
    made: _Items = {}
    if old and _text(old, made) == text:
        # A file in our own layout is written anew in it: equal values give equal lines. Most are,
        # and the careful way costs the import of a YAML parser that keeps places.
        changed = _text(in_place(old, value), made)
        if _holds(changed, value):
            return changed
    from svcdesk.store.yaml_rewrite import changed_lines

    return changed_lines(text, value) or dump(value)


def _taken_over(old: Values, new: Values) -> dict[str, Value]:
    """`new` with what is the same in `old` as it stands there, at the top and in its lists."""
    taken: dict[str, Value] = {}
    for key, one in new.items():
        before = old.get(key)
        if same(before, one):
            taken[key] = before
        elif isinstance(before, list) and isinstance(one, list):
            kept = [was if same(was, now) else now for was, now in zip(before, one, strict=False)]
            taken[key] = kept + one[len(kept) :]
        else:
            taken[key] = one
    return taken


_Items: TypeAlias = dict[int, tuple[Value, list[str]]]
"""The lines of items of a file's lists, such as its events, by the identity of the item, which is
kept so that no other gets it: most items stay, and are not laid out again."""


def _text(value: Values, made: _Items | None = None) -> str:
    """A mapping in our layout; `made` has, and gets, the lines of items."""
    kept: _Items = {} if made is None else made

    def lines_of(item: Value) -> list[str]:
        if id(item) not in kept:
            kept[id(item)] = (item, canonical_item(item))
        return kept[id(item)][1]

    return canonical_text(value, lines_of) or "{}\n"


def _holds(text: str, value: Values) -> bool:
    """Whether a text reads back as this value."""
    try:
        return same(parse(text.encode(), path="").value, value)
    except FileRefused:
        return False
